from __future__ import annotations

from collections.abc import Iterator

import pytest

from promptctl.core.diffs.rendered_diff import rendered_diff
from promptctl.errors import UsageError
from tests.closures import closure_of

OLD = closure_of("inputs: {who: string}\ntemplate: 'Hello {{ who }}'\n")
NEW = closure_of(
    "inputs: {who: {type: string, maxLength: 3}, how: {default: ''}}\ntemplate: 'Hello {{ how }}{{ who }}'\n"
)


def test_cases_that_send_the_same_are_told_from_those_that_differ() -> None:
    same, changed = rendered_diff(OLD, NEW, [("same", {"who": "Ada"}), ("changed", {"who": "Al", "how": "dear "})])
    assert (same.name, same.same) == ("same", True)
    assert not changed.same
    assert changed.old_fault == "unknown input `how`"
    assert changed.new_fault is None


def test_words_of_the_rendered_text_are_compared() -> None:
    (case,) = rendered_diff(
        OLD, closure_of("inputs: {who: string}\ntemplate: 'Bye {{ who }}'\n"), [("a", {"who": "x"})]
    )
    assert [(piece.kind, piece.text) for piece in case.messages[0].pieces] == [
        ("removed", "Hello"),
        ("added", "Bye"),
        ("same", " x"),
    ]


def test_a_template_that_fails_is_named_with_its_place() -> None:
    broken = closure_of("inputs: {who: string}\ntemplate: |\n  {{ 1 / 0 }}{{ who }}\n")
    (case,) = rendered_diff(OLD, broken, [("a", {"who": "x"})])
    assert case.new_fault == "ZeroDivisionError: division by zero (prompts/p/prompt.yaml:3)"
    assert case.to_dict() == {
        "name": "a",
        "same": False,
        "messages": [],
        "old_fault": None,
        "new_fault": case.new_fault,
    }


def test_two_sides_that_both_fail_are_not_called_the_same() -> None:
    (case,) = rendered_diff(OLD, NEW, [("a", {})])
    assert not case.same
    assert case.old_fault == case.new_fault == "missing input `who`"


def test_a_template_that_takes_too_much_ends_the_comparison_with_its_first_case() -> None:
    loops = "{% for a in range(9999) %}" * 2 + "{% endfor %}" * 2
    bomb = closure_of(f"inputs: {{who: string}}\ntemplate: '{loops}'\n")
    begun = []

    def cases() -> Iterator[tuple[str, dict[str, str]]]:
        for name in ("first", "second"):
            begun.append(name)
            yield name, {"who": "x"}

    with pytest.raises(UsageError, match="too many steps"):
        rendered_diff(OLD, bomb, cases())
    assert begun == ["first"]
