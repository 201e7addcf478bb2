"""Fingerprints of lines that stay when lines move, the ones that GitHub's own upload of SARIF computes.

A line's hash is that of the hundred characters from its start, blanks left out: a polynomial in 37 over UTF-16 units,
modulo 2**64. Behind the colon stands which of the equal ones it is. That upload warns of every other value.
"""

from __future__ import annotations

from collections import Counter
from itertools import accumulate

_WINDOW, _FACTOR, _END, _LINE_END = 100, 37, 0xFFFF, 0x0A
_MASK = 2**64 - 1


def line_hashes(text: str) -> list[str]:
    """The fingerprint of each line, the first of them at index 0; what follows the last line end is a line too."""
    written = text.replace("\r\n", "\n").replace("\r", "\n").replace(" ", "").replace("\t", "")
    units = [*memoryview(written.encode("utf-16-le", "surrogatepass")).cast("H"), _END]
    starts = [0, *(place + 1 for place, unit in enumerate(units) if unit == _LINE_END)]
    sums = list(accumulate([*units, *[0] * _WINDOW], lambda made, unit: (made * _FACTOR + unit) & _MASK, initial=0))
    last = pow(_FACTOR, _WINDOW, _MASK + 1)
    seen: Counter[int] = Counter()
    hashes = []
    for start in starts:
        found = (sums[start + _WINDOW] - sums[start] * last) & _MASK
        seen[found] += 1
        hashes.append(f"{found:x}:{seen[found]}")
    return hashes
