"""Commands that write files of a work tree, or one file for somebody else."""

from __future__ import annotations

from collections.abc import Callable

from tests.kills.scene import Scene, passes
from tests.kills.splits import STORE, rolling
from tests.rollouts import Behaviour
from tests.shipping import NAME, OTHER
from tests.support import GitRepository, build_files
from tests.versioning import LOCK, PROMPT, locked, plain, text

UNTIDY = text("one more queue").replace("description: Routes", "description:    Routes")
TWICE = text("one more queue").replace("owner: support", "owner: support\ntags: [desk, mail, desk]")
THEIRS = "description: Greets.\nprompts: ['Greet {{who}}.']\nproviders: [echo:echo]\ntests: [{vars: {who: Ada}}]\n"
WHY = ("--reason", "leaks addresses")
NEW = ("new", "text/title", "--model", "echo:echo")


def edited(repository: GitRepository) -> None:
    """A prompt's text was changed; the lock was not."""
    repository.commit({PROMPT: text("one more queue")}, "edit")


def has(*paths: str) -> Callable[[GitRepository], bool]:
    """Whether files are there, and are not empty; paths begin where the work tree does."""
    return lambda repository: all(
        (repository.folder / path).is_file() and (repository.folder / path).stat().st_size for path in paths
    )


def is_page(content: bytes) -> bool:
    """A page to its end."""
    return content.startswith(b"<!doctype html>") and content.rstrip().endswith(b"</html>")


def _is_listing(content: bytes) -> bool:
    """Names of pages to the end of the last line: of the report that is there, or of as much as was begun."""
    return all(line.endswith((b".html", b".js")) for line in content.splitlines()) and content[-1:] in (b"", b"\n")


def _untidy(repository: GitRepository) -> None:
    repository.commit(
        {PROMPT: UNTIDY, "prompts/text/summary/prompt.yaml": "template:   Summarise.\nmodel: echo:echo\n"}
    )


def _mistaken(repository: GitRepository) -> None:
    repository.commit({PROMPT: TWICE, f"prompts/{OTHER}/prompt.yaml": f"tags: [a, a]\n{plain('Summarise.')}"})


def _bare(repository: GitRepository) -> None:
    """Before anybody asked for a registry."""
    repository.git("rm", "-rq", "prompts", "promptctl.toml")
    repository.commit(message="no prompts")


def _foreign(repository: GitRepository) -> None:
    build_files(repository.folder.parent, {"theirs/promptfooconfig.yaml": THEIRS})


def _retired(repository: GitRepository) -> bool:
    return '"1.0.0": "leaks addresses"' in (repository.folder / LOCK).read_text()


def _unmerged(repository: GitRepository) -> None:
    """The lock as two branches have it, and as it was before them."""
    above, lock = repository.folder.parent, repository.folder / LOCK
    (above / "base").write_bytes(lock.read_bytes())
    for side, name in (("ours", NAME), ("theirs", OTHER)):
        words = text("one more queue") if name == NAME else plain("Sum up.")
        build_files(repository.folder, {f"prompts/{name}/prompt.yaml": words})
        locked(repository)
        (above / side).write_bytes(lock.read_bytes())
        repository.git("checkout", "-q", ".")


def _merged(repository: GitRepository) -> bool:
    merged = (repository.folder.parent / "ours").read_text()
    return '"1.3.0"' in merged and '"1.1.0"' in merged.partition(OTHER)[2]


def _called(repository: GitRepository) -> None:
    """A rollout and its calls, for reports."""
    rolling(Behaviour())(repository)


def _plain(repository: GitRepository) -> None:
    """Nothing in it that a file of another tool could not say."""
    build_files(repository.folder, {"prompts/greet/prompt.yaml": plain("Say hello.")})


def _page(*words: str) -> Scene:
    return Scene(
        arguments=(*words, "--html", "../page.html", *STORE),
        done=has("../page.html"),
        arrange=_called,
        ships=False,
        whole=is_page,
    )


def _file(*arguments: str, done: Callable[[GitRepository], bool], **more: object) -> Scene:
    """A command that writes files and moves no ref, without a remote."""
    return Scene(arguments=arguments, done=done, ships=False, remote=False, **more)  # type: ignore[arg-type]


WRITTEN = {
    "init": _file("init", done=has("promptctl.toml"), arrange=_bare),
    "lock": _file("lock", done=passes("lock", "--check"), arrange=edited),
    "fmt": _file("fmt", done=passes("fmt", "--check"), arrange=_untidy),
    "lint --fix": _file(
        "lint", "--fix", "--select", "L080", done=passes("lint", "--select", "L080"), arrange=_mistaken
    ),
    "new": _file(*NEW, done=passes("show", "text/title"), repeated=2),
    "new, chain": _file(
        "new", "text/both", "--chain", OTHER, "--chain", OTHER, done=passes("show", "text/both"), repeated=2
    ),
    "new, suite": _file("new", OTHER, "--suite", done=has(f"prompts/{OTHER}/eval.yaml"), repeated=2),
    "new, judge": _file("new", "--judge", "rubric", done=passes("show", "judges/rubric"), repeated=2),
    "import": _file(
        "import",
        "../theirs/promptfooconfig.yaml",
        "--name",
        "greet",
        "--lossy",
        done=passes("show", "greet"),
        arrange=_foreign,
        repeated=2,
    ),
    "export": _file(
        "export",
        "greet",
        "--format",
        "promptfoo",
        "--output",
        "out.yaml",
        done=has("out.yaml"),
        arrange=_plain,
        repeated=2,
    ),
    "retire": _file("retire", f"{NAME}@1.0.0", *WHY, done=_retired),
    "merge-driver": _file("merge-driver", "../base", "../ours", "../theirs", LOCK, done=_merged, arrange=_unmerged),
    "experiment new": _file(
        "experiment",
        "new",
        "tone",
        f"{NAME}@1.2.0",
        "staging",
        done=has("prompts/experiments/tone.yaml"),
        repeated=2,
    ),
    "bundle": _file("bundle", "staging", "-o", "../staging.json", done=passes("bundle", "verify", "../staging.json")),
    "report": Scene(
        arguments=("report", "--html", "../pages", *STORE),
        done=has("../pages/index.html"),
        arrange=_called,
        ships=False,
        whole=lambda content: is_page(content) or _is_listing(content),
    ),
    "costs --html": _page("costs"),
    "quality --html": _page("quality"),
    "demo": _file("demo", done=lambda _: True, only=frozenset()),
}
