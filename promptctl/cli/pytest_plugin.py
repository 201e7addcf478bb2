"""The plug-in of pytest: the suites of prompts are collected beside other tests. Loads nothing until it meets one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

REPLIES = ("recorded", "auto", "live")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Where the answers come from."""
    parser.getgroup("promptctl").addoption(
        "--promptctl-replies",
        choices=REPLIES,
        default=REPLIES[0],
        help="Where the answers to suites of prompts come from: recorded (default), auto or live.",
    )


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """The suite of a prompt: an ``eval.yaml`` beside a ``prompt.yaml`` somewhere below a folder ``prompts``."""
    if file_path.name != "eval.yaml" or "prompts" not in file_path.parts:
        return None
    if not file_path.with_name("prompt.yaml").is_file():
        return None
    from promptctl.cli.pytest_items import SuiteFile

    return SuiteFile.from_parent(parent, path=file_path)
