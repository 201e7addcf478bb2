"""An option typed before the command, as git has it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import must_fail


@pytest.mark.parametrize(("typed", "option"), [(("-C", ".", "status"), "-C"), (("-q", "list"), "-q")])
def test_the_hint_says_where_options_stand(folder: Path, typed: tuple[str, ...], option: str) -> None:
    ran = must_fail(*typed, cwd=folder, code=2)
    assert f"options stand after the command: promptctl {typed[-1]} … {option}" in ran.err
