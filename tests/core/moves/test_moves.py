"""The journal of a pointer: a chain that shows tampering, and a fold that knows what is live and what to go back to."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptctl.core.moves.moves import Move, Moves, line_hash, parse_moves
from promptctl.core.moves.pointer import Served
from promptctl.core.releases.version import Version
from promptctl.errors import DocumentError

FILE = "main:prompts/environments/prod/a.moves.jsonl"


def served(minor: int) -> Served:
    return Served(Version(1, minor, 0), f"sha256:{minor:064x}")


A, B, C = served(0), served(1), served(2)


def move(moves: Moves, kind: str, what: Served | None, reason: str | None = None) -> Moves:
    at = "2026-11-20T12:00:00Z"
    entry = Move(serial=moves.serial + 1, at=at, kind=kind, served=what, by="Ada <ada@example.org>", reason=reason)
    return moves.append(entry)


def told(*steps: tuple[str, Served | None]) -> Moves:
    moves = Moves()
    for kind, what in steps:
        moves = move(moves, kind, what)
    return moves


def promote(what: Served) -> tuple[str, Served | None]:
    return "promote", what


def back(what: Served) -> tuple[str, Served | None]:
    return "rollback", what


REMOVE: tuple[str, Served | None] = ("remove", None)
STACKS = [
    ("nothing", (), ()),
    ("a promotion adds", (promote(A), promote(B)), (A, B)),
    ("a rollback takes away", (promote(A), promote(B), back(A)), (A,)),
    ("twice is two steps", (promote(A), promote(B), promote(C), back(B), back(A)), (A,)),
    ("an explicit one cuts down to it", (promote(A), promote(B), promote(C), back(A)), (A,)),
    ("to one taken away adds it again", (promote(A), promote(B), back(A), back(B)), (A, B)),
    ("a promotion after a rollback", (promote(A), promote(B), back(A), promote(C)), (A, C)),
    ("a remove stands as nothing", (promote(A), REMOVE), (A, None)),
    ("a rollback of a remove", (promote(A), REMOVE, back(A)), (A,)),
    ("the live one again changes nothing", (promote(A), promote(B), back(B)), (A, B)),
    ("the nearest of two equal ones", (promote(A), promote(B), promote(A), promote(C), back(A)), (A, B, A)),
]


@pytest.mark.parametrize(("steps", "stack"), [row[1:] for row in STACKS], ids=[row[0] for row in STACKS])
def test_stack_tells_what_a_rollback_can_go_back_to(
    steps: tuple[tuple[str, Served | None], ...], stack: tuple[Served | None, ...]
) -> None:
    assert told(*steps).stack() == stack


STANDING = [
    ("while live", (promote(A),), A, True),
    ("after being superseded", (promote(A), promote(B)), A, True),
    ("never live", (promote(A),), B, False),
    ("after a rollback from it", (promote(A), promote(B), back(A)), B, False),
    ("between, when rolled back past", (promote(A), promote(B), promote(C), back(A)), B, False),
    ("the one gone back to", (promote(A), promote(B), back(A)), A, True),
    ("promoted again after a rollback", (promote(A), promote(B), back(A), promote(B)), B, True),
    ("live twice, the last time rolled back from", (promote(A), promote(B), promote(A), back(B)), A, False),
    ("after a remove", (promote(A), REMOVE), A, True),
    ("rolled forward: the one left does not", (promote(A), promote(B), back(A), back(B)), A, False),
    ("another digest of that version", (promote(A),), Served(A.version, B.digest), False),
]


@pytest.mark.parametrize(("steps", "what", "stands"), [row[1:] for row in STANDING], ids=[row[0] for row in STANDING])
def test_stands_while_not_rolled_back_from_since(
    steps: tuple[tuple[str, Served | None], ...], what: Served, stands: bool
) -> None:
    assert told(*steps).stands(what) is stands


def test_was_live_finds_what_a_version_was_when_last_served() -> None:
    moves = told(promote(A), promote(B), back(A))
    assert moves.was_live(Version(1, 1, 0)) == B
    assert moves.was_live(Version(1, 2, 0)) is None


steps = st.lists(st.sampled_from([promote(A), promote(B), promote(C), REMOVE, ("back", None)]), max_size=12)


def played(choices: list[tuple[str, Served | None]]) -> Moves:
    """Moves as the program makes them: a promotion changes what is live, a rollback goes where there is something."""
    moves = Moves()
    for kind, what in choices:
        stack = moves.stack()
        live = stack[-1] if stack else None
        if kind == "back":
            below = [one for one in stack[:-1] if one and one != live]
            moves = move(moves, "rollback", below[-1]) if below else moves
        elif what != live:
            moves = move(moves, kind, what)
    return moves


@given(steps)
def test_the_last_of_the_stack_is_what_the_last_move_serves(choices: list[tuple[str, Served | None]]) -> None:
    moves = played(choices)
    assert [entry.served for entry in moves.entries[-1:]] == list(moves.stack()[-1:])


@given(steps, st.sampled_from([A, B, C]))
def test_a_rollback_undoes_a_promotion(choices: list[tuple[str, Served | None]], new: Served) -> None:
    moves = played(choices)
    stack = moves.stack()
    if not stack or stack[-1] in (None, new):
        return
    assert move(move(moves, "promote", new), "rollback", stack[-1]).stack() == stack


@given(steps)
def test_rollbacks_end_after_as_many_steps_as_the_stack_is_high(choices: list[tuple[str, Served | None]]) -> None:
    moves = played(choices)
    for _ in range(len(moves.stack())):
        before = moves.stack()
        after = played_back(moves)
        if after is None:
            return
        assert len(after.stack()) < len(before)
        moves = after
    assert played_back(moves) is None


def played_back(moves: Moves) -> Moves | None:
    *below, live = moves.stack() or (None,)
    targets = [one for one in below if one and one != live]
    return move(moves, "rollback", targets[-1]) if targets else None


@given(steps)
def test_what_is_live_stands(choices: list[tuple[str, Served | None]]) -> None:
    moves = played(choices)
    live = moves.stack()[-1] if moves.entries else None
    assert live is None or moves.stands(live)


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=20), max_size=5))
def test_parsing_gives_back_what_was_appended_whatever_a_reason_holds(reasons: list[str]) -> None:
    moves = Moves()
    for number, reason in enumerate(reasons):
        moves = move(moves, "promote", served(number), reason)
    assert parse_moves(moves.text, FILE) == moves


def test_a_reason_with_line_separators_stays_on_one_line() -> None:
    moves = move(Moves(), "promote", A, "one\u2028two\u0085three\x0bfour\r\nfive")
    assert moves.text.count("\n") == 1
    assert parse_moves(moves.text, FILE).entries[0].reason == "one\u2028two\u0085three\x0bfour\r\nfive"


def test_each_line_names_the_hash_of_the_line_before() -> None:
    first, second = told(promote(A), promote(B)).text.splitlines()
    assert json.loads(first)["chain"] is None
    assert json.loads(second)["chain"] == line_hash(first + "\n")


THREE = told(promote(A), promote(B), promote(C)).text
LINES = THREE.splitlines(keepends=True)
TAMPERED = [
    ("an earlier line edited", THREE.replace("Ada", "Eve", 1), "the chain of moves is broken", 2),
    ("a line taken out", LINES[0] + LINES[2], "the chain of moves is broken", 2),
    ("the first line taken out", LINES[1] + LINES[2], "the chain of moves is broken", 1),
    ("lines swapped", LINES[1] + LINES[0] + LINES[2], "the chain of moves is broken", 1),
    ("a line twice", THREE + LINES[2], "the chain of moves is broken", 4),
    ("cut off", THREE[:-1], "the last line is cut off", 3),
    ("an empty line", THREE + "\n", "not valid JSON", 4),
    ("merge markers", LINES[0] + "<<<<<<< ours\n" + LINES[1], "not valid JSON", 2),
    ("spaces added", THREE[:-2] + " }\n", "not written by promptctl", 3),
    ("a key twice", THREE.replace('{"serial":1,', '{"serial":9,"serial":1,'), "'serial' stands twice", 1),
    ("not a number", THREE.replace('"evidence":null', '"evidence":{"x":NaN}', 1), "not valid JSON", 1),
]


@pytest.mark.parametrize(("text", "message", "line"), [row[1:] for row in TAMPERED], ids=[row[0] for row in TAMPERED])
def test_tampering_is_found_with_its_line(text: str, message: str, line: int) -> None:
    with pytest.raises(DocumentError) as found:
        parse_moves(text, FILE)
    assert message in str(found.value)
    place = found.value.problem.place
    assert place
    assert str(place) == f"{FILE}:{line}"


def single(**changes: object) -> str:
    value = json.loads(LINES[0]) | changes
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n"


MALFORMED = [
    {"kind": "promote", "version": None},
    {"kind": "rollback", "version": None, "digest": None},
    {"kind": "remove"},
    {"version": "1.0"},
    {"version": "01.0.0"},
    {"digest": "sha256:12"},
    {"serial": 0},
    {"serial": "1"},
    {"kind": "merge"},
    {"at": "yesterday"},
    {"extra": 1},
]


@pytest.mark.parametrize("changes", MALFORMED, ids=[json.dumps(row) for row in MALFORMED])
def test_a_line_that_is_no_move_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(DocumentError):
        parse_moves(single(**changes), FILE)


def test_serials_must_grow() -> None:
    moves = move(Moves(), "promote", A)
    again = Move(serial=1, at="2026-11-20T12:00:00Z", kind="promote", served=B, by="Ada")
    with pytest.raises(DocumentError, match="serials must grow"):
        parse_moves(moves.append(again).text, FILE)


def shared(moves: Moves, stable: Served, canary: Served) -> Moves:
    arms = {"stable": stable.to_dict(), "canary": canary.to_dict()}
    split = {"kind": "rollout", "id": "r", "action": "start", "arms": arms, "percents": {}, "digest": "sha256:1"}
    at = "2026-11-20T12:00:00Z"
    return moves.append(Move(serial=moves.serial + 1, at=at, kind="split", served=stable, by="Ada", split=split))


@pytest.mark.parametrize(
    ("moves", "above"),
    [
        (told(), (A, B, C)),
        (told(promote(A)), (B, C)),
        (told(promote(A), promote(B), back(A)), (C,)),
        (told(promote(C), promote(A)), ()),
        (told(promote(A), REMOVE), ()),
        (told(promote(A), REMOVE, promote(A)), (B, C)),
        (shared(told(promote(A)), A, B), (C,)),
    ],
)
def test_a_version_is_above_all_that_was_ever_served(moves: Moves, above: tuple[Served, ...]) -> None:
    """One that was rolled back from, or tried as an arm, is not: somebody decided about it."""
    assert tuple(it for it in (A, B, C) if moves.is_above(it.version)) == above
