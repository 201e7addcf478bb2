from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptctl.reports.line_hashes import line_hashes

WORDS = st.text("ab c\t é😀", max_size=12)


def by_definition(text: str) -> list[str]:
    """Each line's hash for itself, unit by unit."""
    data = "".join(sign for sign in text if sign not in " \t").encode("utf-16-le")
    units = [int.from_bytes(data[place : place + 2], "little") for place in range(0, len(data), 2)] + [0xFFFF]
    starts = [0, *(place + 1 for place, unit in enumerate(units) if unit == 10)]
    found: list[str] = []
    for start in starts:
        value = 0
        for unit in (units[start:] + [0] * 100)[:100]:
            value = (value * 37 + unit) % 2**64
        found.append(f"{value:x}:{sum(it.startswith(f'{value:x}:') for it in found) + 1}")
    return found


@given(st.lists(WORDS, max_size=20))
def test_each_line_by_the_hundred_characters_from_its_start(lines: list[str]) -> None:
    assert line_hashes("\n".join(lines)) == by_definition("\n".join(lines))


@given(st.lists(WORDS, min_size=1, max_size=8), st.lists(WORDS.map(lambda word: f"x{word}"), max_size=8))
def test_a_line_keeps_its_hash_when_others_come_before_it(lines: list[str], above: list[str]) -> None:
    text = "\n".join([*lines, "y" * 100])
    moved = line_hashes("\n".join([*(f"{line}{'z' * 100}" for line in above), text]))
    assert [it.split(":")[0] for it in moved[len(above) :]] == [it.split(":")[0] for it in line_hashes(text)]


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_line_ends_and_blanks_make_no_difference(end: str) -> None:
    assert line_hashes(f"\ta:{end}  b{end}") == line_hashes("a :\nb\n")


def test_what_githubs_upload_computes_for_nothing_and_for_equal_lines() -> None:
    assert line_hashes("") == ["c129715d7a2bc9a3:1"]
    assert [it.split(":")[1] for it in line_hashes(f"{'a' * 100}\n" * 3)] == ["1", "2", "3", "1"]
