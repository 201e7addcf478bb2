"""The names that applications import: a dozen, each typed, each leading somewhere, nothing heavy loaded by them."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import promptctl

SAMPLE = Path(__file__).parent / "sample_app.py"


def test_every_name_leads_somewhere_and_there_are_few() -> None:
    assert len(promptctl.__all__) <= 16
    for name in promptctl.__all__:
        assert getattr(promptctl, name).__doc__ or name == "__version__"
    with pytest.raises(AttributeError):
        _ = promptctl.prompt  # type: ignore[attr-defined]


def test_the_sample_that_mypy_checks_uses_every_name() -> None:
    tree = ast.parse(SAMPLE.read_text(encoding="utf-8"))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert set(promptctl.__all__) <= imported
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert set(promptctl.__all__) <= used


def test_a_type_checker_finds_types_in_what_is_installed() -> None:
    assert (Path(promptctl.__file__).parent / "py.typed").exists()
