"""The commands that are struck: here those that move what environments serve, and all the others from beside it.

Whatever a command of the program may write, it has a scene here; what has none writes nothing but this machine's
caches, or says why in ``NEVER_STRUCK``.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable

from promptctl.adapters.repository import Repository
from promptctl.adapters.state import read_state
from promptctl.cli.table import command_named
from tests.event_stores import write_sqlite
from tests.kills.judged import JUDGED
from tests.kills.scene import Scene, level
from tests.kills.served import SERVED
from tests.kills.splits import SPLITS, moved_to
from tests.kills.stored import STORED
from tests.kills.team import TEAM
from tests.kills.written import WRITTEN, edited
from tests.shipping import NAME, OTHER, STATE_BRANCH, done, promoted, remote_refs, run, served
from tests.support import SETTINGS, GitRepository
from tests.versioning import PROMPT, locked, text

SUITE = "cases:\n  - name: echoes\n    inputs: {ticket: I was charged twice}\n    expect: [{contains: charged}]\n"
RELEASED = "prompts/support/triage@v1.3.0"
FIXED = "prompts/support/triage@v1.0.1"
GATED = SETTINGS.replace("[environments.staging]\ngate = false", "[environments.staging]")
WHY = ("--reason", "why")


def _locked(repository: GitRepository) -> None:
    edited(repository)
    locked(repository)
    repository.commit(message="lock")
    if repository.git("remote"):
        repository.git("push", "-q", "origin", "main")


def _signing(repository: GitRepository) -> None:
    """With a key that Git signs with."""
    _locked(repository)
    key = repository.folder.parent / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    repository.git("config", "gpg.format", "ssh")
    repository.git("config", "user.signingkey", "../key.pub")


def _fixing(repository: GitRepository) -> None:
    """On a branch at 1.0.0, whose fix is locked and pushed."""
    repository.git("switch", "-q", "-c", "hotfix/brief", f"prompts/{NAME}@v1.0.0")
    repository.commit({PROMPT: text("a fix")}, "fix")
    locked(repository, step="patch")
    repository.commit(message="lock")
    repository.git("push", "-q", "origin", "HEAD")


def _suite(repository: GitRepository) -> None:
    """A suite on the default branch; its evidence is to come with the promotion."""
    repository.commit({f"prompts/{NAME}/eval.yaml": SUITE}, "suite")
    locked(repository)
    repository.commit(message="lock")
    repository.git("push", "-q", "origin", "main")


def _frozen(repository: GitRepository) -> None:
    done(repository, "freeze", "staging", *WHY)
    level(repository)


def _is_frozen(repository: GitRepository) -> bool:
    return any("frozen" in line for line in run(repository, "status").out.splitlines())


def _proposed(repository: GitRepository) -> bool:
    """The branch has the move on top of what counts, and nothing that counts has moved."""
    remote = bool(repository.git("remote"))
    up = (
        remote_refs(repository).get("refs/heads/up")
        if remote
        else repository.git("rev-parse", "--verify", "-q", "up", check=False)
    )
    main = repository.git("rev-parse", "origin/main" if remote else "main")
    return bool(up) and repository.git("rev-parse", f"{up}^") == main and served(repository) == "1.1.0"


def _tagged(tag: str) -> Callable[[GitRepository], bool]:
    def is_done(repository: GitRepository) -> bool:
        here = repository.git("tag", "--list", tag)
        return bool(here) and (not repository.git("remote") or f"refs/tags/{tag}" in remote_refs(repository))

    return is_done


def _signed(repository: GitRepository) -> bool:
    return _tagged(RELEASED)(repository) and "BEGIN SSH SIGNATURE" in repository.git("cat-file", "tag", RELEASED)


def _both(repository: GitRepository) -> bool:
    """Two pointers moved in one commit, or in none."""
    return _UP(repository) and served(repository, name=OTHER) == "1.0.0"


def _alone(repository: GitRepository) -> bool:
    """The move waits here to be sent."""
    remote = repository.git("ls-remote", "origin", "refs/heads/main").split()[0]
    unsent = repository.git("rev-parse", "--verify", "-q", "refs/promptctl/unsent/main", check=False)
    return bool(unsent) and repository.git("rev-parse", f"{unsent}^") == remote


def _removed(repository: GitRepository) -> bool:
    state = read_state(Repository(repository.folder))
    return state.live("staging", NAME) is None and len(state.moves("staging", NAME).entries) == 3


def _worse(repository: GitRepository) -> None:
    """1.2.0 is live, and fails more often than what was before it."""
    from tests.cli.test_watch import SECOND, calls

    promoted(repository, "1.2.0")
    level(repository)
    found = calls(repository, "1.2.0", 300, 60) + calls(repository, "1.1.0", 500, 5, before=SECOND)
    write_sqlite(repository.folder.parent / "calls.sqlite3", found)


PROMOTE = ("promote", f"{NAME}@1.2.0", "staging")
BACK = ("rollback", f"{NAME}@1.0.0", "staging", "--reason", "bad day")
FREEZE = ("freeze", "staging", "--reason", "holidays")
_UP, _DOWN = moved_to("1.2.0", moves=3), moved_to("1.0.0", moves=3)
MOVES = {
    "promote": Scene(arguments=PROMOTE, done=_UP),
    "promote, no remote": Scene(arguments=PROMOTE, done=_UP, remote=False),
    "promote, state branch": Scene(arguments=PROMOTE, done=_UP, settings=STATE_BRANCH),
    "promote, branch": Scene(arguments=(*PROMOTE, "--branch", "up"), done=_proposed),
    "promote, branch, no remote": Scene(arguments=(*PROMOTE, "--branch", "up"), done=_proposed, remote=False),
    "promote, several": Scene(arguments=(PROMOTE[0], f"{OTHER}@1.0.0", *PROMOTE[1:]), done=_both),
    "promote, unsent": Scene(arguments=(*PROMOTE, "--no-push"), done=_alone),
    "rollback": Scene(arguments=BACK, done=_DOWN),
    "rollback, no remote": Scene(arguments=BACK, done=_DOWN, remote=False),
    "remove": Scene(arguments=("remove", NAME, "staging", *WHY), done=_removed, repeated=3),
    "freeze": Scene(arguments=FREEZE, done=_is_frozen),
    "freeze, no remote": Scene(arguments=FREEZE, done=_is_frozen, remote=False),
    "unfreeze": Scene(arguments=("unfreeze", "staging", *WHY), done=lambda it: not _is_frozen(it), arrange=_frozen),
    "watch --rollback": Scene(
        arguments=(
            *("watch", NAME, "staging", "--rule", "error_rate=0.01", "--rollback"),
            *("--store", "sqlite:../calls.sqlite3"),
        ),
        done=moved_to("1.1.0", moves=4),
        arrange=_worse,
        code=1,
    ),
    "release": Scene(arguments=("release",), done=_tagged(RELEASED), arrange=_locked),
    "release, no remote": Scene(arguments=("release",), done=_tagged(RELEASED), arrange=_locked, remote=False),
    "release, signed": Scene(arguments=("release", "--sign"), done=_signed, arrange=_signing),
    "release, hotfix": Scene(arguments=("release",), done=_tagged(FIXED), arrange=_fixing),
}
SCENES: dict[str, Scene] = MOVES | SPLITS | TEAM | WRITTEN | JUDGED | STORED | SERVED
NEVER_STRUCK = {
    **dict.fromkeys(
        "schema completion list show render diff deps hash verify history plan status drift why doctor".split(),
        "prints",
    ),
    **dict.fromkeys(["eval show", "eval compare", "eval verify", "bundle verify", "token list", "textconv"], "prints"),
    **dict.fromkeys(["cache stats", "cache explain", "feedback list", "costs whatif", "costs advise"], "prints"),
    **dict.fromkeys(["models list", "models route", "models status", "rollout status", "experiment list"], "prints"),
    **dict.fromkeys(["experiment power", "experiment assign"], "prints"),
    "experiment report": "prints; its page is written as that of `costs`",
    "hook": "judges what is staged",
    "bisect": "asks as `run` does",
}
"""Commands without a scene, and why."""


def struck() -> set[str]:
    """The commands that have a scene; what a server takes over HTTP is `serve`."""
    named = (command_named(scene.arguments) for scene in SCENES.values() if scene.module == "promptctl")
    return {name for name in named if name} | {"serve"}
