from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptctl.core.diffs.value_diff import value_changes
from promptctl.core.prompts.prompt import MISSING

CASES: list[tuple[Any, Any, list[tuple[str, str]]]] = [
    (1, 1, []),
    (1, 1.0, [("", "changed")]),
    (1, True, [("", "changed")]),
    (MISSING, MISSING, []),
    (MISSING, None, [("", "added")]),
    (None, MISSING, [("", "removed")]),
    ({"a": 1}, {"a": 2}, [("a", "changed")]),
    ({"a": 1}, {"b": 1}, [("a", "removed"), ("b", "added")]),
    ({"a": {"b": [1]}}, {"a": {"b": [1, 2]}}, [("a.b", "changed")]),
    ({"a": {"x": 1}}, {"a": 1}, [("a", "changed")]),
    ({"a": 1, "b": 2}, {"b": 2, "a": 1}, []),
]


@pytest.mark.parametrize(("old", "new", "expected"), CASES)
def test_every_place_that_differs(old: Any, new: Any, expected: list[tuple[str, str]]) -> None:
    assert [(change.path, change.kind) for change in value_changes(old, new)] == expected


def test_a_side_without_the_value_is_left_out_of_the_data() -> None:
    added, removed = value_changes({"a": None}, {"b": 2})
    assert added.to_dict() == {"path": "a", "kind": "removed", "old": None}
    assert removed.to_dict() == {"path": "b", "kind": "added", "new": 2}


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-1, 1), st.sampled_from([1.0, 0.5]), st.sampled_from("ab")),
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(st.sampled_from("xy"), inner, max_size=2)),
    max_leaves=6,
)


@given(JSON, JSON)
def test_nothing_differs_only_between_equal_values_and_sides_swap(old: Any, new: Any) -> None:
    changes, back = value_changes(old, new), value_changes(new, old)
    assert {(change.path, repr(change.old)) for change in changes} == {
        (change.path, repr(change.new)) for change in back
    }
    assert not value_changes(old, old)
    if not changes:
        assert old == new
