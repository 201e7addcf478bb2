"""``watch``: the calls of what an environment serves, held against those of what it served before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile

from promptctl.adapters.repository import Repository
from promptctl.adapters.state import read_state
from promptctl.adapters.warehouse.health import Calls, side
from promptctl.adapters.warehouse.warehouse import Warehouse
from promptctl.core.moves.moves import Move
from promptctl.core.moves.pointer import Served
from promptctl.core.releases.version import parse_version
from promptctl.core.reporting.window import microseconds, moment_of
from promptctl.core.splits.health import Finding, Outcome, Rule, Side, judge, overall
from promptctl.core.timestamp import timestamp
from promptctl.errors import StateError, UsageError
from promptctl.workflows.resolve import NOT_SERVED

NO_BASELINE = "PC238"
DAY = 86_400_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchWish:
    """``span`` and ``reach`` are microseconds: how far back calls are looked at, and how far before the move those of
    the version before. ``against`` is a version that was live, or "itself": the same version's earlier calls."""

    rules: tuple[Rule, ...]
    span: int = DAY
    reach: int = 7 * DAY
    against: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """``now`` since ``since`` and ``before`` its baseline, labelled by version; ``findings`` one a rule.

    ``rolled_back``: a rollback brought what is live, so that another one would go further back still.
    """

    name: str
    environment: str
    since: str
    now: Side
    before: Side
    findings: tuple[Finding, ...]
    rolled_back: bool

    @property
    def outcome(self) -> Outcome:
        return overall(self.findings)

    @property
    def ok(self) -> bool:
        return self.outcome != "worse"

    @property
    def reason(self) -> str:
        """The broken rules in words, as a move's reason has them."""
        worse = [finding.metric for finding in self.findings if finding.outcome == "worse"]
        return f"{self.now.label} is worse than {self.before.label} in {', '.join(worse)}"


def watch(
    repository: Repository, warehouse: Warehouse, name: str, environment: str, wish: WatchWish, now: datetime
) -> Watched:
    """One look. Raises UsageError for unknown names, StateError where nothing is served or compared with."""
    repository.settings.environment(environment)
    state = read_state(repository)
    name = name if name in state.environments.get(environment, ()) else repository.work.find(name)
    pointer = state.live(environment, name)
    if pointer is None:
        message = f"{environment} does not serve {name}"
        raise StateError(NOT_SERVED, message, hint=f"promptctl promote {name} {environment}")
    moves = state.moves(environment, name).entries
    began, end = _began(moves), microseconds(now) + 1
    since = max(began, end - wish.span)
    before, until = _baseline(wish.against, pointer.served, pointer.previous, [it.served for it in moves], since, began)

    def calls(served: Served, first: int, last: int) -> Calls:
        return Calls(prompt=name, environment=environment, digest=served.digest, since=first, until=last)

    itself = before == pointer.served
    present = side(warehouse, calls(pointer.served, since, end), str(pointer.served.version))
    label = f"{before.version} earlier" if itself else str(before.version)
    past = side(warehouse, calls(before, until - wish.reach, until), label)
    return Watched(
        name=name,
        environment=environment,
        since=timestamp(moment_of(since)),
        now=present,
        before=past,
        findings=judge(present, past, wish.rules),
        rolled_back=moves[-1].kind == "rollback" and moves[-1].source != str(pointer.served.version),
    )


def _began(moves: Sequence[Move]) -> int:
    """Since when the live version is served."""
    run = takewhile(lambda move: move.served == moves[-1].served, reversed(moves))
    return microseconds(datetime.fromisoformat(list(run)[-1].at))


def _baseline(
    against: str | None,
    live: Served,
    previous: Served | None,
    served: Sequence[Served | None],
    since: int,
    began: int,
) -> tuple[Served, int]:
    """What the calls are held against, and the time before which its calls count."""
    if against == "itself" or (against is None and previous in (None, live)):
        return live, since
    if against is None:
        assert previous is not None
        return previous, began
    version = parse_version(against)
    found = next((it for it in reversed(served) if it and it.version == version), None)
    if found is None:
        known = ", ".join(dict.fromkeys(str(it.version) for it in served if it))
        raise UsageError(NO_BASELINE, f"{against} was never live there", hint=f"--against itself, or one of {known}")
    return found, since if found == live else began
