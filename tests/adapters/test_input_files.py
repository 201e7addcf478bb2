"""Files and standard input behind input arguments, read from a real disk."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from promptctl.adapters.input_files import read_inputs
from promptctl.errors import PromptctlError, UsageError


def inputs(folder: Path, *written: str, stdin: bytes = b"") -> dict[str, object]:
    return read_inputs(written, folder, io.BytesIO(stdin))


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("all.json", b'{"a": 1, "b": "x\\/y"}', {"a": 1, "b": "x/y"}),
        ("all.json", b'{\n\t"a": 1\n}', {"a": 1}),
        ("all.yaml", b"a: 1\nb: no\n", {"a": 1, "b": "no"}),
        ("all.yml", b"{a: 1.0}", {"a": 1.0}),
        ("all", b'{"a": [1.5]}', {"a": [1.5]}),
        ("all", b'{\n\t"a": 1}', {"a": 1}),
        ("all", b"{}", {}),
        ("all", b"{a: x}", {"a": "x"}),
        ("all", b"a: x\r\n", {"a": "x"}),
    ],
)
def test_an_object_from_a_file_or_standard_input(folder: Path, name: str, content: bytes, expected: object) -> None:
    (folder / name).write_bytes(content)
    assert inputs(folder, f"@{name}") == expected
    if name == "all":
        assert inputs(folder, "-", stdin=content) == expected


def test_text_keeps_its_bytes_but_for_line_ends(folder: Path) -> None:
    (folder / "t").write_bytes("  grüße\r\n\n".encode())
    assert inputs(folder, "x=@t") == {"x": "  grüße\n\n"}
    assert inputs(folder, "x=-", stdin=b"a\n") == {"x": "a\n"}
    assert inputs(folder, "x:=-", stdin=b"[1]") == {"x": [1]}


def test_files_lie_relative_to_the_folder_or_anywhere(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "outside.txt").write_text("out")
    (folder / "link.txt").symlink_to(tmp_path / "outside.txt")
    (Path(os.environ["HOME"]) / "mine.txt").write_text("home")
    assert inputs(folder, f"a=@{tmp_path}/outside.txt", "b=@../outside.txt", "c=@link.txt", "d=@~/mine.txt") == {
        "a": "out",
        "b": "out",
        "c": "out",
        "d": "home",
    }


def test_a_pipe_is_read(folder: Path) -> None:
    reader, writer = os.pipe()
    os.write(writer, b"piped")
    os.close(writer)
    assert inputs(folder, f"x=@/dev/fd/{reader}") == {"x": "piped"}
    os.close(reader)


@pytest.mark.parametrize(
    ("argument", "content", "message"),
    [
        ("x=@missing.txt", None, "the input 'x=@missing.txt': missing.txt: no such file"),
        ("x=@.", None, "is a directory"),
        ("x=@a\0b", None, "null byte"),
        ("x=@file", b"\xff", "file is not UTF-8"),
        ("x=@file", b"\xef\xbb\xbfa", "byte order mark"),
        ("x=@file", b"a\0", "NUL"),
        ("@file", b'{"a": NaN}', "file is no JSON"),
        ("@file", b"a: &b 1", "anchors"),
        ("@file", b"- 1", "'@file' must hold an object"),
        ("@file", b"", "'@file' must hold an object"),
        ("x=@~nobody-of-that-name/file", None, "the input"),
    ],
)
def test_refused(folder: Path, argument: str, content: bytes | None, message: str) -> None:
    if content is not None:
        (folder / "file").write_bytes(content)
    with pytest.raises(PromptctlError) as caught:
        inputs(folder, argument)
    assert isinstance(caught.value, UsageError)
    assert message in str(caught.value)


def test_a_file_is_never_read_beyond_its_bound(folder: Path) -> None:
    with pytest.raises(UsageError, match="/dev/zero is larger than 16 MiB"):
        inputs(folder, "x=@/dev/zero")
