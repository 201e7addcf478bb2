"""Splits among moves: they leave no trace in what is live, and their lines are read, judged and told apart."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptctl.core.moves.moves import Move, Moves, parse_moves
from promptctl.core.moves.pointer import Served
from promptctl.errors import DocumentError
from tests.core.moves.test_moves import FILE, A, B, C, move, played, promote, steps, told

WAYS = {"start": "split", "advance": "split", "abort": "rollback", "rollback": "rollback"}


@given(steps, st.lists(st.tuples(st.integers(0, 12), st.sampled_from(sorted(WAYS))), max_size=6))
def test_a_split_leaves_what_is_live_was_live_and_stands_as_it_was(
    choices: list[tuple[str, Served | None]], shared: list[tuple[int, str]]
) -> None:
    """Whatever is shared out and taken back between the moves: arms that never had everybody leave no trace."""
    whole = played(choices)
    moves = Moves()
    for place in range(len(whole.entries) + 1):
        for _, action in (it for it in shared if it[0] == place and moves.entries and moves.stack()[-1]):
            moves = split_move(moves, action)
        for entry in whole.entries[place : place + 1]:
            moves = moves.append(replace(entry, serial=moves.serial + 1))
    assert moves.stack() == whole.stack()
    for one in (A, B, C):
        assert moves.stands(one) == whole.stands(one)
        assert moves.was_live(one.version) == whole.was_live(one.version)
    assert parse_moves(moves.text, FILE) == moves


def split_move(moves: Moves, action: str) -> Moves:
    change = {"kind": "rollout", "id": "x", "action": action, "percents": {"stable": 95.0, "canary": 5.0}}
    kind = WAYS[action]
    digest = A.digest if kind == "split" else None
    entry = Move(
        serial=moves.serial + 1,
        at="2026-11-20T12:00:00Z",
        kind=kind,
        served=moves.stack()[-1],
        by="Ada <ada@example.org>",
        split={**change, "digest": digest},
    )
    return moves.append(entry)


def test_a_split_is_under_way_until_a_move_ends_it() -> None:
    moves = told(promote(A))
    assert moves.split is None
    started = split_move(moves, "start")
    assert started.split
    assert started.split["action"] == "start"
    assert split_move(started, "abort").split is None
    assert move(started, "promote", B).split is None


def test_lines_from_before_splits_are_still_read() -> None:
    line = told(promote(A)).text.replace('"split":null,', "")
    assert "split" not in line
    assert parse_moves(line, FILE).entries[0].split is None
    moves = parse_moves(line, FILE).append(replace(told(promote(B)).entries[0], serial=2))
    assert parse_moves(moves.text, FILE).stack() == (A, B)


NO_DIGEST = '"digest":"' + A.digest + '"}'
TAMPERED = [
    (NO_DIGEST, '"digest":null}', "a split that leaves no split"),
    ('"kind":"split"', '"kind":"promote"', "a promote that leaves a split"),
    ('"action":"start"', '"action":"steal"', "`split.action`"),
]


@pytest.mark.parametrize(("before", "after", "said"), TAMPERED)
def test_a_line_that_says_nonsense_of_a_split_is_malformed(before: str, after: str, said: str) -> None:
    text = split_move(told(promote(A)), "start").text
    assert before in text
    with pytest.raises(DocumentError) as found:
        parse_moves(text.replace(before, after), FILE)
    assert said in str(found.value)
