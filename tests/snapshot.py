"""Everything of a repository that a command could change, as values to compare before and after."""

from __future__ import annotations

from pathlib import Path

from tests.support import GitRepository

Snapshot = dict[str, object]


def snap(repository: GitRepository) -> Snapshot:
    """Refs, HEAD, index bytes, stash, configuration, and the work tree's bytes and modes, each under its own key."""
    git = Path(repository.git("rev-parse", "--absolute-git-dir"))
    common = (repository.folder / repository.git("rev-parse", "--git-common-dir")).resolve()
    found: Snapshot = {f"ref {name}": target for name, target in refs(repository).items()}
    found["HEAD"] = (git / "HEAD").read_bytes()
    found["index"] = (git / "index").read_bytes() if (git / "index").exists() else None
    found["stash"] = repository.git("stash", "list", "--format=%H %gs")
    found["config"] = (common / "config").read_bytes()
    found["hooks"] = sorted(path.name for path in (common / "hooks").glob("*"))
    found |= {f"file {name}": content for name, content in files(repository.folder).items()}
    return found


def refs(repository: GitRepository) -> dict[str, str]:
    """Every ref and the object it names."""
    lines = repository.git("for-each-ref", "--format=%(refname) %(objectname)").splitlines()
    return dict(line.split(" ", 1) for line in lines)


def files(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Mode and bytes of every file of a work tree; a link's bytes are its target."""
    found: dict[str, tuple[int, bytes]] = {}
    for path in sorted(folder.rglob("*")):
        if ".git" in path.relative_to(folder).parts or (path.is_dir() and not path.is_symlink()):
            continue
        content = str(path.readlink()).encode() if path.is_symlink() else path.read_bytes()
        found[path.relative_to(folder).as_posix()] = (path.lstat().st_mode, content)
    return found


def changed(before: Snapshot, after: Snapshot) -> set[str]:
    """The keys that differ, were added, or went away."""
    return {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
