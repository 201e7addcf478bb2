"""Shares of a split as ranges: which units move when shares change. As few as can be, and only into arms that grow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import groupby

from promptctl.core.splits.split import SHARES, WHOLE
from promptctl.errors import UsageError

Ranges = tuple[tuple[int, int], ...]
"""Half-open, in ten-thousandths of [0, 1)."""

_A_PERCENT = WHOLE // 100


def shared(arms: Sequence[tuple[str, Ranges]], percents: Mapping[str, Decimal]) -> dict[str, Ranges]:
    """The ranges of each arm in ``percents`` that give it its share.

    ``arms`` are those of a checked split as it is, or none; who is not in ``percents`` ends, who is only there is new.
    As much changes hands as the arms that grow grow by, not more. Raises UsageError for shares that are below 0, have
    more than two decimals, or do not sum to 100.
    """
    widths = _widths(percents)
    line = _Line(sorted((start, end, name) for name, ranges in arms for start, end in ranges), widths)
    line.settle()
    return {name: tuple((start, end) for start, end, owner in line.pieces if owner == name) for name in widths}


def _widths(percents: Mapping[str, Decimal]) -> dict[str, int]:
    for name, percent in percents.items():
        if not percent.is_finite() or not 0 <= percent <= 100 or percent * _A_PERCENT % 1:
            message = f"the share of the arm {name} is {percent} %: shares are 0 to 100, with two decimals at most"
            raise UsageError(SHARES, message, hint="33.33, 33.33 and 33.34")
    if (total := sum(percents.values(), Decimal())) != 100:
        shares = ", ".join(f"{name} {percent:f}" for name, percent in percents.items()) or "there are none"
        message = f"the shares of the arms sum to {total:f} %, not to 100 %: {shares}"
        raise UsageError(SHARES, message, hint="name the shares of all arms, of those that keep theirs too")
    return {name: int(percent * _A_PERCENT) for name, percent in percents.items()}


class _Line:
    """All units from 0 to 10000 as ``pieces`` (start, end, owner) in order; None owns what no arm had so far.

    ``surplus`` is what an owner has to give; below zero, what it lacks.
    """

    def __init__(self, owned: Sequence[tuple[int, int, str]], widths: Mapping[str, int]) -> None:
        self.pieces: list[tuple[int, int, str | None]] = []
        self.surplus: Counter[str | None] = Counter()
        reached = 0
        for start, end, name in (*owned, (WHOLE, WHOLE, "")):
            self.pieces += [(reached, start, None), (start, end, name)]
            reached = end
        self._tidy()
        for start, end, owner in self.pieces:
            self.surplus[owner] += end - start
        self.surplus.subtract(widths)

    def settle(self) -> None:
        """Until nobody lacks anything. A border that moves, or a piece that is handed over whole, makes no new piece;
        only where neither can be is one cut, and each cut satisfies an arm: no more cuts than arms that change."""
        while any(self.surplus.values()):
            if not (self._move_border() or self._hand_over()):
                self._cut()
            self._tidy()

    def _move_border(self) -> bool:
        """A piece gives to an arm that grows right beside it."""
        owners = [owner for _, _, owner in self.pieces]
        for index in range(1, len(owners)):
            for giver, taker in ((index, index - 1), (index - 1, index)):
                if self.surplus[owners[giver]] > 0 > self.surplus[owners[taker]]:
                    self._give(giver, owners[taker], from_start=giver > taker)
                    return True
        return False

    def _hand_over(self) -> bool:
        """The largest piece that fits goes, whole, to the arm that lacks most."""
        taker = self._neediest()
        fitting = [
            index
            for index, (start, end, giver) in enumerate(self.pieces)
            if end - start <= min(self.surplus[giver], -self.surplus[taker])
        ]
        if fitting:
            self._give(max(fitting, key=self._width), taker)
        return bool(fitting)

    def _cut(self) -> None:
        """The largest piece of the owner that has most to give is cut, for the arm that lacks most."""
        giver = max(self.surplus, key=lambda owner: self.surplus[owner])
        its = [index for index, (_, _, owner) in enumerate(self.pieces) if owner == giver]
        self._give(max(its, key=self._width), self._neediest())

    def _neediest(self) -> str | None:
        return min(self.surplus, key=lambda owner: self.surplus[owner])

    def _width(self, index: int) -> int:
        start, end, _ = self.pieces[index]
        return end - start

    def _give(self, index: int, taker: str | None, *, from_start: bool = True) -> None:
        """As much of a piece as its owner can spare and the taker lacks."""
        start, end, giver = self.pieces[index]
        given = min(end - start, self.surplus[giver], -self.surplus[taker])
        cut = start + given if from_start else end - given
        first, second = (taker, giver) if from_start else (giver, taker)
        self.pieces[index : index + 1] = [(start, cut, first), (cut, end, second)]
        self.surplus[giver] -= given
        self.surplus[taker] += given

    def _tidy(self) -> None:
        """No empty pieces, and neighbours with the same owner are one."""
        there = (piece for piece in self.pieces if piece[0] < piece[1])
        runs = (list(run) for _, run in groupby(there, key=lambda piece: piece[2]))
        self.pieces = [(run[0][0], run[-1][1], run[0][2]) for run in runs]
