"""Inputs as a command is given them: arguments, files relative to its folder, standard input."""

from __future__ import annotations

import sys
from typing import Any

from promptctl.cli.context import Context


def given_inputs(context: Context, written: list[str] | None) -> dict[str, Any]:
    """The values of ``-i`` options. Raises UsageError naming the argument or file that is wrong."""
    from promptctl.adapters.input_files import read_inputs

    return read_inputs(written or (), context.directory, sys.stdin.buffer)
