"""Whether samples of a process are flat: by the median of all slopes, which a few odd samples do not turn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from statistics import median

from tests.endurance.measure import Sample

WARM_UP = 0.25
"""The share of the samples that is left out: until then caches fill and versions are seen for the first time."""

MOST = {
    "blocks": 50.0,
    "allocated": 16.0,
    "resident": 128.0,
    "objects": 4.0,
    "threads": 0.05,
    "files": 0.05,
    "tasks": 0.05,
}
"""The most that a thousand acts may add: memory in KiB.

An act is one call or more. One number kept of each would be a thousand blocks: a twentieth of that is allowed. What
C libraries keep of each, be it sixteen bytes, shows in ``allocated``. These two are what is held. What is resident is
wider: it goes up with what lies unused between what is used (in an hour by 46 and 87 KiB, more slowly towards its end,
where blocks and objects stayed the same), so that its bound is only for what the others cannot see. A thousand acts see
some forty bundles, openings and forks: a thread or a file that one of them left would add ten times what is allowed.
"""


def slope(points: Sequence[tuple[float, float]]) -> float:
    """Theil and Sen: the median of the slopes between all pairs. 0 for fewer than two."""
    slopes = [(b[1] - a[1]) / (b[0] - a[0]) for a, b in combinations(points, 2) if b[0] != a[0]]
    return median(slopes) if slopes else 0.0


def slopes(samples: Sequence[Sample]) -> dict[str, float]:
    """By what was measured, how much a thousand calls added after the warm-up."""
    kept = samples[int(len(samples) * WARM_UP) :]
    return {name: slope([(it.calls / 1000, getattr(it, name)) for it in kept]) for name in MOST}


def grown(samples: Sequence[Sample]) -> Iterator[str]:
    """What grew by more than it may."""
    for name, found in slopes(samples).items():
        if found > MOST[name]:
            yield f"{name} grow by {found:.2f} with 1,000 calls: more than {MOST[name]:g}"
