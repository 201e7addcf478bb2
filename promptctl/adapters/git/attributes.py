"""Whether Git may write files otherwise than it stores them, as far as files of attributes can say so."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from promptctl.adapters.files import home_path
from promptctl.adapters.git.program import Git, program_path
from promptctl.adapters.work_tree import shared_git_folder

NAME = ".gitattributes"
CONTENT = (b"filter", b"ident", b"working-tree-encoding")
"""Attributes that change more than line ends."""
LINE_ENDS = (b"text", b"eol", b"crlf")
_LONGEST = 1 << 20


def may_convert(git: Git, files: Mapping[str, bool], words: tuple[bytes, ...]) -> bool:
    """Whether one of the words stands in a file of attributes: those of this machine, of this clone, or in ``files``.

    These are paths in the work tree, each with the answer where there is none: Git may find it in its index.
    """
    named = git.config.get("core.attributesfile")
    shared = [shared_git_folder(git.root) / "info" / "attributes", Path("/etc/gitattributes")]
    with suppress(RuntimeError):  # a user without a home has none
        usual = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config", "git", "attributes")
        shared.append(home_path(named) if named else usual)
    shared.append(Path(program_path()).parent.parent / "etc" / "gitattributes")
    if any(_mentions(file, words, absent=False) for file in shared):
        return True
    return any(_mentions(git.root / path, words, absent=absent) for path, absent in files.items())


def _mentions(file: Path, words: tuple[bytes, ...], *, absent: bool) -> bool:
    """Whether a file may ask for a conversion; ``absent`` is the answer where there is none."""
    try:
        with file.open("rb") as opened:
            text = opened.read(_LONGEST)
    except FileNotFoundError:
        return absent
    except OSError:
        return True
    return len(text) == _LONGEST or any(word in text for word in words)
