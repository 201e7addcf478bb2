"""Tags rewritten on the remote alone, and what the very next command says of them in clones of three kinds.

Commands that ask the remote have to tell by themselves; all others after a ``fetch``, which only brings what there is.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path

from promptctl.core.releases.tag import message_text
from promptctl.core.releases.version import version
from tests.attacks.line import ZERO, Line
from tests.copying import kept_folder, packed
from tests.shipping import NAME, copied, done, promoted, run
from tests.support import STARTER, GitRepository, build_files, new_repository, with_remote
from tests.versioning import PROMPT, released, text

V1, V2 = f"prompts/{NAME}@v1.1.0", f"prompts/{NAME}@v1.2.0"
SETTINGS = STARTER["promptctl.toml"] + "approvals_signed = false\n"
ELSE = {"GIT_COMMITTER_NAME": "Eve Other", "GIT_COMMITTER_EMAIL": "eve@example.org"}


def moved(line: Line) -> None:
    line.retag("1.1.0", f"{V2}^{{commit}}", message_text(NAME, version("1.1.0"), line.digest("1.2.0")))


def lightweight(line: Line) -> None:
    line.retag("1.1.0", f"{V1}^{{commit}}", "", "--no-sign")


def deleted(line: Line) -> None:
    line.git("push", "-q", "origin", "--delete", V1)


def made_anew(line: Line) -> None:
    """Another object of the same content, which nothing but its id tells apart."""
    line.git("config", "user.name", "Other Person")
    line.retag("1.1.0", f"{V1}^{{commit}}")


def named_otherwise(line: Line) -> None:
    line.git("push", "-q", "--force", "origin", f"refs/tags/{V2}:refs/tags/{V1}")


def with_another_trailer(line: Line) -> None:
    line.retag("1.1.0", f"{V1}^{{commit}}", message_text(NAME, version("1.1.0"), ZERO))


def foreign(line: Line) -> None:
    line.retag("9.0.0", "HEAD", message_text(NAME, version("9.0.0"), line.digest("1.2.0")))


ATTACKS: Mapping[str, Callable[[Line], None]] = {
    "moved to another commit": moved,
    "made lightweight": lightweight,
    "deleted": deleted,
    "made anew, same content": made_anew,
    "object of another name": named_otherwise,
    "another trailer": with_another_trailer,
    "foreign, new": foreign,
}
CLONES: Mapping[str, Callable[[GitRepository, Path], GitRepository]] = {
    "had it": lambda line, folder: _fetched(line.clone(folder)),
    "never had it": lambda line, folder: _without(line.clone(folder)),
    "shallow, no tags": lambda line, folder: _shallow(line, folder),
}
ASKING: Mapping[str, tuple[str, ...]] = {
    "fetch": ("fetch",),
    "promote": ("promote", f"{NAME}@1.2.0", "prod"),
    "approve": ("approve", f"{NAME}@1.2.0", "prod"),
    "rollout start": ("rollout", "start", f"{NAME}@1.2.0", "prod"),
    "release": ("release",),
}
"""Commands that ask the remote for tags."""

READING: Mapping[str, tuple[str, ...]] = {
    "status": ("status",),
    "drift": ("drift",),
    "verify": ("verify",),
    "history": ("history", NAME),
    "render": ("render", f"{NAME}@1.1.0", "-i", "ticket=late"),
    "plan": ("plan", f"{NAME}@1.2.0", "prod"),
    "bundle": ("bundle", "prod", "-o", "../bundle.json"),
    "ci": ("ci", "--fetch"),
    "rollback": ("rollback", NAME, "prod", "--reason", "bad answers"),
}
"""Commands that go by what was fetched last; ``ci --fetch`` brings the base only."""


def _fetched(clone: GitRepository) -> GitRepository:
    done(clone, "fetch")
    return clone


def _without(clone: GitRepository) -> GitRepository:
    clone.git("tag", "-d", V1)
    return clone


def _shallow(line: GitRepository, folder: Path) -> GitRepository:
    """As CI checks out: a path is copied whole, a URL of the same is not."""
    origin = Path(line.git("remote", "get-url", "origin")).as_uri()
    line.git("clone", "-q", "--depth=1", "--no-tags", origin, str(folder))
    return GitRepository(folder)


@cache
def _built() -> Path:
    folder = kept_folder()
    made = new_repository(folder / "work", STARTER | {"promptctl.toml": SETTINGS})
    with_remote(made, folder / "origin.git")
    for word in ("a queue", "one queue", "exactly one queue"):
        build_files(made.folder, {PROMPT: text(word)})
        released(made)
    promoted(made, "1.0.0", "1.1.0", "1.2.0")
    promoted(made, "1.0.0", "1.1.0", environment="prod")
    made.git("pull", "-q")
    return packed(folder)


def row(attack: str, clone: str, folder: Path, commands: Iterable[str] = ()) -> dict[str, str]:
    """The cells of some commands, or of all. ``folder`` has to be empty.

    A cell is an exit code; ``!`` where the command names the tag, ``?`` where it refuses for want of tags or history.
    """
    wanted = set(commands) or {*ASKING, *READING}
    line = copied(_built(), folder / "kept")
    victim = CLONES[clone](line, folder / "kept" / "victim")
    ATTACKS[attack](Line(line))
    asking = {name: words for name, words in ASKING.items() if name in wanted}
    cells = {name: _cell(_copy(folder, name), words) for name, words in asking.items()}
    run(victim, "fetch")
    for name, words in READING.items():
        if name in wanted:
            cells[name] = _cell(_copy(folder, name) if name == "rollback" else victim, words)
    return cells


def _copy(folder: Path, name: str) -> GitRepository:
    """The victim beside a remote of its own."""
    shutil.copytree(folder / "kept", folder / name, symlinks=True)
    victim = GitRepository(folder / name / "victim")
    victim.git("remote", "set-url", "origin", str(folder / name / "origin.git"))
    return victim


def _cell(victim: GitRepository, words: Iterable[str]) -> str:
    ran = run(victim, *words, **ELSE)
    said = ran.out + ran.err
    if (
        re.search(r"^((warning|error).*(1\.1\.0|9\.0\.0)|1\.1\.0 .*the tag says)", said, re.MULTILINE)
        and "PC094" not in said
    ):
        return f"{ran.code}!"
    return f"{ran.code}?" if re.search("PC09[34]", said) else str(ran.code)


def table(rows: Mapping[tuple[str, str], Mapping[str, str]]) -> str:
    """Rows as they are kept."""
    commands = [*ASKING, *READING]
    head = f"{'':<42}" + "".join(f" {command:>{max(len(command), 4)}}" for command in commands)
    lines = [
        f"{f'{attack} / {clone}':<42}" + "".join(f" {cells[command]:>{max(len(command), 4)}}" for command in commands)
        for (attack, clone), cells in rows.items()
    ]
    return "\n".join([head, *lines, ""])
