"""Reading files: YAML 1.2 with places, and everything a file may not be."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from promptctl.adapters.files import decode, parse_yaml, read_bytes
from promptctl.adapters.yaml_documents import yaml_bytes
from promptctl.errors import DocumentError, UsageError

SCALARS: list[tuple[str, Any]] = [
    ("no", "no"),
    ("on", "on"),
    ("Yes", "Yes"),
    ("true", True),
    ("False", False),
    ("null", None),
    ("~", None),
    ("", None),
    ("017", 17),
    ("0o17", 15),
    ("0x1F", 31),
    ("-12", -12),
    ("+3", 3),
    ("1.10", 1.1),
    ("1e3", 1000.0),
    (".5", 0.5),
    ("1.", 1.0),
    ("1_000", "1_000"),
    ("12:30:45", "12:30:45"),
    ("2026-11-20", "2026-11-20"),
    ("1.2.0", "1.2.0"),
    ("'no'", "no"),
    ('"1"', "1"),
    ("a b", "a b"),
    ("0b11", "0b11"),
    ("é", "é"),
]


@pytest.mark.parametrize(("written", "value"), SCALARS)
def test_scalars_mean_what_yaml_1_2_says(written: str, value: Any) -> None:
    found = parse_yaml(f"k: {written}\n".encode(), "f").value["k"]
    assert found == value
    assert type(found) is type(value)


# The editor also knows 0b11, 1_000 and dates, which YAML 1.2's core schema does not; they stay text for us.
AGREED = [written for written, _ in SCALARS if written not in ("0b11", "1_000", "2026-11-20")]


@pytest.mark.parametrize("written", AGREED)
def test_the_reader_and_the_editor_agree(written: str) -> None:
    text = f"k: {written}\nl: [{written or 'x'}]\n"
    assert parse_yaml(text.encode(), "f").value == YAML(typ="safe", pure=True).load(text)


REFUSED = [
    (b"a: 1\na: 2\n", "stands twice", 2),
    (b"a: &x 1\nb: *x\n", "anchors", 1),
    (b"%YAML 1.1\n---\na: 1\n", "directives", 1),
    (b"a: !!python/object:x 1\n", "tag", 1),
    (b"a: !x 1\n", "tag", 1),
    (b"a: 1\n---\nb: 2\n", "one document", 2),
    (b"a: [1,\n", "", 2),
    (b"1: 2\n", "plain text", 1),
    (b"[a]: 2\n", "plain text", 1),
    (b"? {a: 1}\n: b\n", "plain text", 1),
    (b"<<: {a: 1}\n", "merge keys", 1),
    (b"a: .nan\n", "not a number", 1),
    (b"a: -.inf\n", "not a number", 1),
    (b"a: 1e999\n", "too large", 1),
    (b'a: "\\ud800"\n', "", 1),
    (b"a: \x01\n", "not allowed", 1),
    (b"a: \t- b\n", "", 1),
    ("a: 1\n# b\u2028c: 2\n".encode(), "U+2028 ends a line for some", 2),
    ('a: "b\x85c"\n'.encode(), "U+0085 ends a line for some", 1),
    ("a: |\n  b\n  c\u2029\n".encode(), "U+2029 ends a line for some", 3),
    (b"a: " + b"9" * 401, "400 digits", 1),
    (b"a: " + b"[" * 40 + b"]" * 40, "nested deeper", 1),
]


@pytest.mark.parametrize(("data", "message", "line"), REFUSED)
def test_what_the_format_leaves_out_is_refused_with_its_line(data: bytes, message: str, line: int) -> None:
    with pytest.raises(DocumentError) as caught:
        parse_yaml(data, "f.yaml")
    assert message in str(caught.value)
    assert caught.value.problem.place is not None
    assert caught.value.problem.place.line == line


BYTES = [
    (b"\xef\xbb\xbfa: 1", "byte order mark", 1),
    (b"a: 1\nb: \xff", "not UTF-8", 2),
    (b"a: \xed\xa0\x80", "not UTF-8", 1),
    (b"a\nb\0", "NUL", 2),
    ("a: 1".encode("utf-16"), "not UTF-8", 1),
]


@pytest.mark.parametrize(("data", "message", "line"), BYTES)
def test_bytes_that_are_no_plain_text_are_refused(data: bytes, message: str, line: int) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        decode(data, "f")
    assert caught.value.problem.place is not None
    assert caught.value.problem.place.line == line


def test_line_ends_become_lf() -> None:
    assert decode(b"a\r\nb\rc\n", "f") == "a\nb\nc\n"


def test_every_node_has_its_place_and_block_text_its_first_line() -> None:
    document = parse_yaml(b"a:\n  - x: |\n      one\n      two\n  - y: 'z'\n", "f")
    assert (document.marks["a", 0, "x"].line, document.marks["a", 0, "x"].content_line) == (2, 3)
    assert document.template_place(("a", 0, "x"), 2).excerpt == "      two"
    assert str(document.place(("a", 1, "y"))) == "f:5:5"
    assert str(document.place(("a", 1, "nothing"))) == "f:5:5"


@given(st.binary(max_size=200))
def test_any_bytes_give_a_value_or_one_of_our_errors(data: bytes) -> None:
    try:
        parse_yaml(data, "f")
    except UsageError:
        return


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "Z", "Cc"])),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc_-", min_size=1), inner, max_size=3),
        max_leaves=8,
    )
)
def test_what_we_write_we_read_back(value: Any) -> None:
    assert parse_yaml(yaml_bytes({"k": value}), "f").value == {"k": value}


def test_special_files_are_refused_and_never_waited_for(folder: Path) -> None:
    (folder / "real").write_text("x")
    (folder / "link").symlink_to("real")
    os.mkfifo(folder / "fifo")
    for name, message in (("link", "symbolic link"), ("fifo", "not a regular file"), ("none", "no such file")):
        with pytest.raises(UsageError, match=message):
            read_bytes(folder / name, name)
    with pytest.raises(UsageError):
        read_bytes(folder, "folder")


def test_a_huge_file_is_refused_before_it_is_read(folder: Path) -> None:
    path = folder / "huge"
    with path.open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(UsageError, match="larger than"):
        read_bytes(path, "huge")
