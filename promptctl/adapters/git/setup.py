"""What a clone's own configuration and attributes say of prompts: written for this clone alone, and taken out again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from promptctl.adapters.git.program import Git
from promptctl.adapters.writing import write_file

_BEGIN, _END = "# begin: promptctl git-setup", "# end: promptctl git-setup"
_NO_KEY = 5


def read_configuration(git: Git, keys: Mapping[str, str]) -> dict[str, str]:
    """The values that this clone has for these keys."""
    found = {}
    for key in keys:
        told = git.run(*_of_clone(git), "--get", key, expected=(0, 1))
        if told.returncode == 0:
            found[key] = told.stdout.decode("utf-8", "surrogateescape").removesuffix("\n")
    return found


def write_configuration(git: Git, values: Mapping[str, str]) -> None:
    """Sets values in this clone's configuration. Raises GitFailure where it cannot be written."""
    for key, value in values.items():
        git.run(*_of_clone(git), "--replace-all", key, value)


def forget_configuration(git: Git, keys: Mapping[str, str]) -> None:
    """Takes out these keys, and with the last of a section its heading."""
    for key in keys:
        git.run(*_of_clone(git), "--unset-all", key, expected=(0, _NO_KEY))


def _of_clone(git: Git) -> tuple[str, ...]:
    """By its whole path, so that Git names what is in its way in words that lead there from any folder."""
    return "config", "--file", str(git.common_directory / "config")


def attributes_file(git: Git) -> Path:
    """The attributes of this clone, which are never committed."""
    return git.common_directory / "info" / "attributes"


def set_attributes(git: Git, lines: tuple[str, ...]) -> bool:
    """Makes these the lines between our marks, all other lines stay; none takes the marks out. Whether it changed."""
    file = attributes_file(git)
    text = file.read_bytes().decode("utf-8", "surrogateescape") if file.exists() else ""
    others, ours = _parted(text)
    wanted = [_BEGIN, *lines, _END] if lines else []
    if ours == wanted:
        return False
    joined = "".join(f"{line}\n" for line in [*others, *wanted])
    write_file(file, joined.encode("utf-8", "surrogateescape"), ".git/info/attributes")
    return True


def _parted(text: str) -> tuple[list[str], list[str]]:
    """The lines of others, and ours with their marks."""
    lines = text.split("\n")[:-1] if text.endswith("\n") else text.split("\n") if text else []
    if _BEGIN not in lines or _END not in lines:
        return lines, []
    begin, end = lines.index(_BEGIN), lines.index(_END) + 1
    return lines[:begin] + lines[end:], lines[begin:end]
