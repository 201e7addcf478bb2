"""Input arguments: every form, what overrides what, and what is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptctl.core.prompts.inputs import Argument, gather, parse_argument, parse_json
from promptctl.errors import UsageError

FILES: dict[str, Any] = {"a.txt": "text of a", "all.yaml": {"x": 1, "y": 2}, "list.json": [1, 2], "-": {"z": 3}}


def read(argument: Argument) -> Any:
    assert argument.file is not None
    return FILES[argument.file]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (["x=plain"], {"x": "plain"}),
        (["x="], {"x": ""}),
        (["x=a=b"], {"x": "a=b"}),
        (["x=a:=b"], {"x": "a:=b"}),
        (["x:=3"], {"x": 3}),
        (["x:=3.0"], {"x": 3.0}),
        (['x:="@at"'], {"x": "@at"}),
        (['x:={"b": [true, null]}'], {"x": {"b": [True, None]}}),
        (["x=@a.txt"], {"x": "text of a"}),
        (["x:=@list.json"], {"x": [1, 2]}),
        (["@all.yaml"], {"x": 1, "y": 2}),
        (["-"], {"z": 3}),
        (["@-"], {"z": 3}),
        (["x=-"], {"x": {"z": 3}}),
        (["x=1", "x=2"], {"x": "2"}),
        (["@all.yaml", "y=mine"], {"x": 1, "y": "mine"}),
        (["y=mine", "@all.yaml"], {"y": 2, "x": 1}),
        (["x=line\nnext"], {"x": "line\nnext"}),
        ([], {}),
    ],
)
def test_forms(written: list[str], expected: dict[str, Any]) -> None:
    assert gather(written, read) == expected


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (["ticket"], "'ticket' is no input"),
        (["=x"], "'=x' is no input"),
        (["1x=a"], "'1x=a' is no input"),
        (["a-b=c"], "'a-b=c' is no input"),
        ([""], "'' is no input"),
        (["@"], "'@' names no file"),
        (["x=@"], "'x=@' names no file"),
        (["x:={"], "'x:={' is no JSON"),
        (["x:=yes"], "'x:=yes' is no JSON"),
        (["x:="], "'x:=' is no JSON"),
        (["x:=NaN"], "NaN is not a number"),
        (["x:=1e999"], "1e999 is not a number"),
        (['x:={"a":1,"a":2}'], "the key `a` stands twice"),
        (['x:="\\ud800"'], "lone surrogate"),
        (["x:=" + "[" * 100_000], "nested too deeply"),
        (["x:=" + "9" * 5000], "is no JSON"),
        (["x=\udcff"], "not UTF-8"),
        (["-", "x=-"], "standard input can be read once, not by '-' and 'x=-'"),
        (["@list.json"], "'@list.json' must hold an object"),
    ],
)
def test_refused(written: list[str], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        gather(written, read)
    assert caught.value.code == "PC040"
    assert message in str(caught.value)


def test_nothing_is_read_when_standard_input_is_asked_for_twice() -> None:
    def unread(argument: Argument) -> Any:
        raise AssertionError(argument)

    with pytest.raises(UsageError):
        gather(["x=-", "y=-"], unread)


_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(_values)
def test_json_arrives_as_it_was_meant(value: Any) -> None:
    written = json.dumps(value, ensure_ascii=True)
    assert repr(gather([f"x:={written}"], read)["x"]) == repr(value)


@given(st.text().filter(lambda text: text != "-" and not text.startswith("@")))
def test_text_arrives_byte_for_byte(text: str) -> None:
    assert gather([f"x={text}"], read) == {"x": text}


@given(st.text() | st.from_regex(r"[a-z.]{0,3}[:=@-]{0,3}[a-z]{0,2}"))
def test_anything_is_an_argument_or_one_clean_refusal(text: str) -> None:
    try:
        argument = parse_argument(text)
    except UsageError:
        return
    assert (argument.text is None) != (argument.file is None)


def test_parse_json_starts_with_what_it_read() -> None:
    with pytest.raises(UsageError, match=r"^cases.json is no JSON: .* \(line 2, column 1\)"):
        parse_json("{\n]", "cases.json")
