"""Rollouts and experiments that are struck: each of their commands where it has something to do."""

from __future__ import annotations

from collections.abc import Callable

from promptctl.adapters.repository import Repository
from promptctl.adapters.state import read_state
from tests.experiments import PATH, PLAN, TONE, draft, observed
from tests.experiments import Behaviour as Fares
from tests.kills.scene import Scene, level
from tests.rollouts import Behaviour, backdated, store_of
from tests.shipping import NAME, STATE_BRANCH, done, served
from tests.support import GitRepository

STORE = ("--store", "sqlite:../calls.sqlite3")
WHY = ("--reason", "a look at it")
PLANNED = ("--steps", "10,50,100", "--minimum-requests", "50", "--minimum-minutes", "1", "--health", "error_rate=0.1")
STEP = ("rollout", "advance", "staging", *STORE)
SHIP = ("experiment", "conclude", TONE, "--ship", "friendly", "--reason", "enough is known")
BETTER = {"control": Fares(), "friendly": Fares(resolves=0.65)}


def moved_to(version: str, *, moves: int, split: str = "none") -> Callable[[GitRepository], bool]:
    """Whether so many moves in one chain led to the version, and to a split in that state, or to none."""

    def is_done(repository: GitRepository) -> bool:
        state = read_state(Repository(repository.folder))
        serials = [move.serial for move in state.moves("staging", NAME).entries]
        live = state.live("staging", NAME)
        stands = live.split.state if live and live.split else "none"
        return serials == list(range(1, moves + 1)) and (served(repository), stands) == (version, split)

    return is_done


def _rollout(repository: GitRepository) -> None:
    done(repository, "rollout", "start", f"{NAME}@1.2.0", "staging", *PLANNED)
    level(repository)


def _paused(repository: GitRepository) -> None:
    _rollout(repository)
    done(repository, "rollout", "pause", NAME, "staging", *WHY)
    level(repository)


def rolling(behaviour: Behaviour) -> Callable[[GitRepository], None]:
    """1.2.0 is a canary since five minutes, and its calls are known."""

    def arrange(repository: GitRepository) -> None:
        _rollout(repository)
        store_of(repository.folder.parent / "calls.sqlite3", backdated(repository, minutes=5), 900, canary=behaviour)
        level(repository)

    return arrange


def _drafted(repository: GitRepository) -> None:
    """With a remote the draft is in a commit, so that the work tree is clean wherever the branch stands."""
    draft(repository)
    if repository.git("remote"):
        repository.commit(message="a plan")
        repository.git("push", "-q", "origin", "main")


def _started(repository: GitRepository) -> None:
    draft(repository)
    done(repository, "experiment", "start", TONE)
    level(repository)


def _known(repository: GitRepository) -> None:
    """Enough is known of an experiment for its plan to end it."""
    _started(repository)
    observed(repository, 1100, BETTER)


def _halted(repository: GitRepository) -> None:
    _started(repository)
    done(repository, "experiment", "pause", TONE, *WHY)
    level(repository)


def _edited(repository: GitRepository) -> None:
    _halted(repository)
    path = repository.folder / PATH
    path.write_text(path.read_text().replace("sample: 1000", "sample: 2000"))
    assert "2000" in path.read_text() != PLAN


def _experiment(state: str, version: str, *, split: bool) -> Callable[[GitRepository], bool]:
    """File, pointer and moves agree on how the experiment stands."""

    def is_done(repository: GitRepository) -> bool:
        pointers = read_state(Repository(repository.folder))
        found, live = pointers.experiment(TONE), pointers.live("staging", NAME)
        stands = found is not None and found.state == state
        return stands and live is not None and bool(live.split) == split and served(repository) == version

    return is_done


def _larger(repository: GitRepository) -> bool:
    found = read_state(Repository(repository.folder)).experiment(TONE)
    return found is not None and "sample: 2000" in found.document.text and found.state == "running"


_ON, _FINE, _BAD = moved_to("1.1.0", moves=5, split="running"), Behaviour(), Behaviour(failing=0.8)
_RUNNING = _experiment("running", "1.1.0", split=True)
_PAUSE, _RESUME = ("rollout", "pause", NAME, "staging", *WHY), ("rollout", "resume", NAME, "staging", *WHY)
SPLITS = {
    "rollout start": Scene(
        arguments=("rollout", "start", f"{NAME}@1.2.0", "staging", *PLANNED),
        done=moved_to("1.1.0", moves=3, split="running"),
        repeated=3,
    ),
    "rollout step": Scene(arguments=STEP, done=_ON, arrange=rolling(_FINE), settings=STATE_BRANCH),
    "rollout step, no remote": Scene(arguments=STEP, done=_ON, arrange=rolling(_FINE), remote=False),
    "rollout back": Scene(arguments=STEP, done=moved_to("1.1.0", moves=5), arrange=rolling(_BAD), code=1),
    "rollout watch": Scene(
        arguments=("rollout", "watch", "staging", "--advance", "--every", "1", *STORE),
        done=moved_to("1.1.0", moves=5),
        arrange=rolling(_BAD),
        code=1,
    ),
    "rollout pause": Scene(arguments=_PAUSE, done=moved_to("1.1.0", moves=4, split="paused"), arrange=_rollout),
    "rollout resume": Scene(arguments=_RESUME, done=_ON, arrange=_paused),
    "rollout abort": Scene(
        arguments=("rollout", "abort", NAME, "staging", *WHY),
        done=moved_to("1.1.0", moves=4),
        arrange=_rollout,
        repeated=3,
    ),
    "experiment start": Scene(arguments=("experiment", "start", TONE), done=_RUNNING, arrange=_drafted),
    "experiment start, no remote": Scene(
        arguments=("experiment", "start", TONE), done=_RUNNING, arrange=_drafted, remote=False
    ),
    "experiment advance": Scene(
        arguments=("experiment", "advance", TONE, "--store", "sqlite:../events-1100-1.db"),
        done=_experiment("concluded", "1.2.0", split=False),
        arrange=_known,
    ),
    "experiment pause": Scene(
        arguments=("experiment", "pause", TONE, *WHY),
        done=_experiment("paused", "1.1.0", split=True),
        arrange=_started,
    ),
    "experiment resume": Scene(arguments=("experiment", "resume", TONE, *WHY), done=_RUNNING, arrange=_halted),
    "experiment resume, edited": Scene(
        arguments=("experiment", "resume", TONE, "--edited", *WHY), done=_larger, arrange=_edited, remote=False
    ),
    "experiment conclude": Scene(arguments=SHIP, done=_experiment("concluded", "1.2.0", split=False), arrange=_started),
    "experiment abort": Scene(
        arguments=("experiment", "abort", TONE, *WHY),
        done=_experiment("aborted", "1.1.0", split=False),
        arrange=_started,
    ),
}
