"""A pointer against its own moves and its history: one finding a disagreement, each with a command that repairs it."""

from __future__ import annotations

import pytest

from promptctl.core.moves.drift import Drift
from promptctl.core.moves.moves import Moves
from promptctl.core.moves.pointer import Pointer, Served
from promptctl.core.moves.pointer_drift import pointer_faults
from tests.core.moves.test_moves import REMOVE, A, B, promote, told


def pointer(serial: int, served: Served) -> Pointer:
    return Pointer(prompt="a", lineage="0" * 26, serial=serial, served=served)


def found(pointed: Pointer | None, moves: Moves, known: int) -> Drift | None:
    faults = list(pointer_faults("prod", "a", pointed, moves, known, lambda path: f"undo {path}"))
    assert len(faults) <= 1
    return faults[0] if faults else None


TWO = told(promote(A), promote(B))
REMOVED = told(promote(A), REMOVE)


@pytest.mark.parametrize(
    ("pointed", "moves", "known"),
    [(pointer(2, B), TWO, 2), (pointer(2, B), TWO, 0), (None, REMOVED, 2), (pointer(1, A), told(promote(A)), 1)],
)
def test_agreement_gives_no_finding(pointed: Pointer | None, moves: Moves, known: int) -> None:
    assert found(pointed, moves, known) is None


REWRITE = "promptctl rollback a@1.1.0 prod --reason …"
CASES = [
    ("file put back", pointer(1, A), TWO, 2, "pointer-rewound", REWRITE),
    ("both put back", pointer(1, A), told(promote(A)), 2, "pointer-rewound", REWRITE.replace("1.1.0", "1.0.0")),
    ("serial lowered only", pointer(1, B), TWO, 2, "pointer-rewound", REWRITE),
    ("serial lowered, history cut", pointer(1, B), TWO, 0, "pointer-rewound", REWRITE),
    ("version edited", pointer(2, A), TWO, 2, "pointer-broken", REWRITE),
    ("file taken away", None, TWO, 2, "pointer-broken", REWRITE),
    (
        "file of a removed one put back",
        pointer(2, A),
        REMOVED,
        2,
        "pointer-broken",
        "promptctl remove a prod --reason …",
    ),
    ("serial raised", pointer(3, B), TWO, 2, "pointer-broken", REWRITE),
    ("a remove put back", pointer(1, A), told(promote(A)), 2, "pointer-rewound", REWRITE.replace("1.1.0", "1.0.0")),
    ("moves gone", pointer(2, B), Moves(), 2, "pointer-broken", "undo prompts/environments/prod/a.moves.jsonl"),
    ("all gone", None, Moves(), 2, "pointer-rewound", "undo prompts/environments/prod/a.yaml"),
]


@pytest.mark.parametrize(
    ("pointed", "moves", "known", "kind", "repair"), [row[1:] for row in CASES], ids=[row[0] for row in CASES]
)
def test_a_disagreement_is_named_and_repaired(
    pointed: Pointer | None, moves: Moves, known: int, kind: str, repair: str
) -> None:
    drift = found(pointed, moves, known)
    assert drift
    assert (drift.kind, drift.repair, drift.level) == (kind, repair, "error")


def test_both_digests_are_named_where_they_differ() -> None:
    drift = found(pointer(2, A), TWO, 2)
    assert drift
    assert (drift.expected, drift.actual) == (B.digest, A.digest)
