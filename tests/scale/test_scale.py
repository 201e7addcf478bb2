"""Laws of polling fleets: nobody goes back, news comes in bounded time, and no client asks more than its share."""

from __future__ import annotations

from statistics import mean

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.scale.figures import afterwards, calm, during, lines
from tests.scale.fleet import Plan, polled
from tests.scale.scenes import CALM, END, INTERVAL, TROUBLES, TTL, lived
from tests.scale.world import Edge, Origin, Trouble

FETCH = 0.2
"""Seconds that no request of these fleets takes, without trouble."""
SLOWEST = 1.2 * INTERVAL
FLEET = 60


def test_half_an_hour_of_everything() -> None:
    """One small fleet before a CDN and one before none; the larger ones are ``python -m tests.scale``."""
    for it in (lived(FLEET, cdn=False), lived(FLEET, cdn=True)):
        assert it.seen.wrong == []
        assert all(len(seconds) == FLEET for seconds in it.seen.seconds.values())
        assert it.seen.most_of_one <= END / (0.8 * INTERVAL) + 1
        for serial in range(2, 2 + len(CALM)):
            assert max(it.seen.seconds[serial]) <= SLOWEST + (TTL if it.cdn else 0) + FETCH
        for number, trouble in enumerate(TROUBLES[:2], 2 + len(CALM)):
            # A look that began in the silence ends ten seconds after it.
            late = max(it.seen.seconds[number]) - (trouble.end - it.origin.moves[number - 2])
            assert 0 < late <= 4 * SLOWEST + (TTL if it.cdn else 0) + 10 + FETCH
        assert mean(during(it, "failing")) < FLEET / INTERVAL / 2
        assert max(afterwards(it, "failing")) <= 2 * FLEET / INTERVAL
        assert max(calm(it)) <= 1.5 * FLEET / INTERVAL
    assert "| 60 | a CDN | calm |" in "\n".join(lines([it]))


@settings(deadline=None)
@given(
    seed=st.integers(0, 10_000),
    kinds=st.lists(st.sampled_from(("failing", "silent", "slow", "garbage")), max_size=3),
    lags=st.lists(st.floats(0, 200), min_size=1, max_size=4),
    moves=st.lists(st.floats(10, 400), max_size=4, unique=True),
    edges=st.booleans(),
)
def test_nobody_goes_back_whatever_the_source_does(
    seed: int, kinds: list[str], lags: list[float], moves: list[float], edges: bool
) -> None:
    troubles = [Trouble(begin=50 + 120 * at, end=130 + 120 * at, kind=kind) for at, kind in enumerate(kinds)]
    origin = Origin(sorted(moves), troubles)
    paths = [Edge(origin, TTL, (0.0, 500.0, lag)) for lag in lags] if edges else [origin]
    until = 500 + 4 * SLOWEST + 3 * SLOWEST + TTL + 2 * FETCH
    seen = polled(Plan(clients=4, interval=INTERVAL, paths=paths, until=until, seed=seed), origin)
    assert seen.wrong == []
    assert seen.most_of_one <= until / (0.8 * INTERVAL) + 1
    # In the end everybody has the last one.
    assert len(seen.seconds[len(moves) + 1]) == (4 if moves else 0)
