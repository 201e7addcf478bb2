"""Pages in a real Chromium, on a smaller scene and in the narrowest width: the rest is ``python -m tests.pages``."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.pages.run import Wanted, look_at
from tests.pages.scene import scene
from tests.pages.window import CHROMIUM

_READY = CHROMIUM is not None and all(find_spec(name) for name in ("playwright", "axe_playwright_python"))
needs_browser = pytest.mark.skipif(not _READY, reason='chromium or the extra "browser" is not installed')


@pytest.mark.browser
@pytest.mark.timeout(900)
@needs_browser
def test_every_page_is_sound(tmp_path: Path) -> None:
    looked = look_at(scene(tmp_path), Wanted(folder=tmp_path, calls=3_000, widths=(360,), themes=("light",)))
    assert looked.faults == []
    assert looked.pages > 40
    assert looked.reached > 500
