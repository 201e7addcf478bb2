"""The commands that are struck: those that write and serve prompts, and those of ``tests.kills.team``."""

from __future__ import annotations

from collections.abc import Callable

from promptctl.adapters.repository import Repository
from promptctl.adapters.state import read_state
from tests.experiments import TONE, draft
from tests.kills.scene import Scene, passes
from tests.kills.team import TEAM
from tests.rollouts import Behaviour, backdated, store_of
from tests.shipping import NAME, STATE_BRANCH, done, remote_refs, run, served
from tests.support import GitRepository
from tests.versioning import PROMPT, locked, text

SUITE = "cases:\n  - name: echoes\n    inputs: {ticket: I was charged twice}\n    expect: [{contains: charged}]\n"
UNTIDY = text("one more queue").replace("description: Routes", "description:    Routes")
RELEASED = "refs/tags/prompts/support/triage@v1.3.0"


def _edited(repository: GitRepository) -> None:
    repository.commit({PROMPT: text("one more queue")}, "edit")


def _locked(repository: GitRepository) -> None:
    _edited(repository)
    locked(repository)
    repository.commit(message="lock")
    if repository.git("remote"):
        repository.git("push", "-q", "origin", "main")


def _untidy(repository: GitRepository) -> None:
    repository.commit(
        {PROMPT: UNTIDY, "prompts/text/summary/prompt.yaml": "template:   Summarise.\nmodel: echo:echo\n"}
    )


def _suite(repository: GitRepository) -> None:
    repository.commit({f"prompts/{NAME}/eval.yaml": SUITE}, "suite")


def _serving(version: str, *, moves: int) -> Callable[[GitRepository], bool]:
    def is_done(repository: GitRepository) -> bool:
        found = read_state(Repository(repository.folder)).moves("staging", NAME).entries
        serials = [move.serial for move in found]
        return serials == list(range(1, moves + 1)) and served(repository) == version

    return is_done


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


def _frozen(repository: GitRepository) -> bool:
    return any("frozen" in line for line in run(repository, "status").out.splitlines())


def _released(repository: GitRepository) -> bool:
    here = repository.git("tag", "--list", "prompts/support/triage@v1.3.0")
    return bool(here) and (not repository.git("remote") or RELEASED in remote_refs(repository))


def _drafted(repository: GitRepository) -> None:
    """With a remote the draft is in a commit, so that the work tree is clean wherever the branch stands."""
    draft(repository)
    if repository.git("remote"):
        repository.commit(message="a plan")
        repository.git("push", "-q", "origin", "main")


def _started(repository: GitRepository) -> None:
    draft(repository)
    assert run(repository, "experiment", "start", TONE).code == 0


def _experiment(state: str, version: str, *, split: bool) -> Callable[[GitRepository], bool]:
    """File, pointer and moves agree on how the experiment stands."""

    def done(repository: GitRepository) -> bool:
        pointers = read_state(Repository(repository.folder))
        found, live = pointers.experiment(TONE), pointers.live("staging", NAME)
        stands = found is not None and found.state == state
        return stands and live is not None and bool(live.split) == split and served(repository) == version

    return done


STEP = ("rollout", "advance", "staging", "--store", "sqlite:../calls.sqlite3")


def _rolling(behaviour: Behaviour) -> Callable[[GitRepository], None]:
    """1.2.0 is a canary since five minutes, and its calls are known."""

    def arrange(repository: GitRepository) -> None:
        plan = ("--steps", "10,50,100", "--minimum-requests", "50", "--minimum-minutes", "1", "--health")
        done(repository, "rollout", "start", f"{NAME}@1.2.0", "staging", *plan, "error_rate=0.1")
        store_of(repository.folder.parent / "calls.sqlite3", backdated(repository, minutes=5), 900, canary=behaviour)
        repository.git("reset", "-q", "--hard", "origin/main" if repository.git("remote") else "main")

    return arrange


PROMOTE = ("promote", f"{NAME}@1.2.0", "staging")
BACK = ("rollback", f"{NAME}@1.0.0", "staging", "--reason", "bad day")
FREEZE = ("freeze", "staging", "--reason", "holidays")
SHIP = ("experiment", "conclude", TONE, "--ship", "friendly", "--reason", "enough is known")
_UP, _DOWN = _serving("1.2.0", moves=3), _serving("1.0.0", moves=3)
SCENES: dict[str, Scene] = {
    "promote": Scene(arguments=PROMOTE, done=_UP),
    "promote, no remote": Scene(arguments=PROMOTE, done=_UP, remote=False),
    "promote, state branch": Scene(arguments=PROMOTE, done=_UP, settings=STATE_BRANCH),
    "promote, branch": Scene(arguments=(*PROMOTE, "--branch", "up"), done=_proposed),
    "promote, branch, no remote": Scene(arguments=(*PROMOTE, "--branch", "up"), done=_proposed, remote=False),
    "rollback": Scene(arguments=BACK, done=_DOWN),
    "rollback, no remote": Scene(arguments=BACK, done=_DOWN, remote=False),
    "rollout step": Scene(
        arguments=STEP, done=_serving("1.1.0", moves=5), arrange=_rolling(Behaviour()), settings=STATE_BRANCH
    ),
    "rollout step, no remote": Scene(
        arguments=STEP, done=_serving("1.1.0", moves=5), arrange=_rolling(Behaviour()), remote=False
    ),
    "rollout back": Scene(
        arguments=STEP, done=_serving("1.1.0", moves=5), arrange=_rolling(Behaviour(failing=0.8)), code=1
    ),
    "freeze, no remote": Scene(arguments=FREEZE, done=_frozen, remote=False),
    "experiment start": Scene(
        arguments=("experiment", "start", TONE), done=_experiment("running", "1.1.0", split=True), arrange=_drafted
    ),
    "experiment start, no remote": Scene(
        arguments=("experiment", "start", TONE),
        done=_experiment("running", "1.1.0", split=True),
        arrange=_drafted,
        remote=False,
    ),
    "experiment conclude": Scene(arguments=SHIP, done=_experiment("concluded", "1.2.0", split=False), arrange=_started),
    "release": Scene(arguments=("release",), done=_released, arrange=_locked),
    "release, no remote": Scene(arguments=("release",), done=_released, arrange=_locked, remote=False),
    "lock": Scene(arguments=("lock",), done=passes("lock", "--check"), arrange=_edited, ships=False, remote=False),
    "fmt": Scene(arguments=("fmt",), done=passes("fmt", "--check"), arrange=_untidy, ships=False, remote=False),
    "new": Scene(
        arguments=("new", "text/title", "--model", "echo:echo"),
        done=passes("show", "text/title"),
        ships=False,
        remote=False,
    ),
    "eval": Scene(arguments=("eval", NAME), done=passes("eval", "verify"), arrange=_suite, ships=False, remote=False),
}
SCENES |= TEAM
