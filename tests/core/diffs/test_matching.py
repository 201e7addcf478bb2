from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from promptctl.core.diffs.matching import matched, matching_work

ITEMS = st.lists(st.sampled_from("abc"), max_size=12)


@given(ITEMS, ITEMS, st.integers(0, 60))
def test_the_stretches_cover_both_sides_in_order(old: list[str], new: list[str], work: int) -> None:
    stretches = list(matched(old, new, work))
    assert [index for mine, _ in stretches for index in mine] == list(range(len(old)))
    assert [index for _, theirs in stretches for index in theirs] == list(range(len(new)))


@given(ITEMS, ITEMS)
def test_too_much_work_leaves_only_the_common_ends(old: list[str], new: list[str]) -> None:
    start, middle, end = matched(old, new, -1)
    assert [old[index] for index in start[0]] == [new[index] for index in start[1]]
    assert [old[index] for index in end[0]] == [new[index] for index in end[1]]
    if middle[0] and middle[1]:
        assert old[middle[0][0]] != new[middle[1][0]]
        assert old[middle[0][-1]] != new[middle[1][-1]]


def test_work_counts_pairs_of_equal_items() -> None:
    assert matching_work("aab", "abbb") == 2 + 3
