"""Counts what a call executes."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType
from typing import Any
from unittest.mock import patch


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """``instructions`` of byte code, in this thread and those that were started meanwhile, and ``processes``."""

    instructions: int
    processes: int


def counted(work: Callable[[], object]) -> Count:
    """What ``work`` takes the second time: the first time it may load and note things, and Python versions differ in
    what of it they tell. What is written in C counts as the one instruction that calls it."""
    executed, started = 0, 0

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal executed
        if event == "opcode":
            executed += 1
        else:
            frame.f_trace_opcodes, frame.f_trace_lines = True, False
        return trace

    class Process(subprocess.Popen[Any]):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            nonlocal started
            started += 1
            super().__init__(*arguments, **options)

    before = sys.gettrace()
    with patch.object(subprocess, "Popen", Process):
        threading.settrace(trace)
        sys.settrace(trace)
        try:
            work()
            executed, started = 0, 0
            work()
        finally:
            sys.settrace(before)
            threading.settrace(before)
    return Count(instructions=executed, processes=started)
