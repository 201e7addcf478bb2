"""Looks at every page of a scene, live and as files, in both themes and three widths."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.pages.events import fill
from tests.pages.places import file_places, live_places
from tests.pages.scene import Scene
from tests.pages.window import THEMES, WIDTHS, Looked, chromium, window
from tests.serving import serving
from tests.shipping import done


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Where the store and the report go, how many calls there are, which widths, and where pictures are kept."""

    folder: Path
    calls: int
    widths: Sequence[int] = WIDTHS
    themes: Sequence[str] = THEMES
    keep: Path | None = None


def look_at(scene: Scene, wanted: Wanted) -> Looked:
    """All that is wrong with the pages, and how many were looked at."""
    looked, store = Looked(), wanted.folder / "events.sqlite3"
    calls = fill(scene, store, wanted.calls)
    done(scene.repository, "report", "--html", str(wanted.folder / "report"), "--store", f"sqlite:{store}")
    repository = scene.repository.folder
    with (
        serving(repository, store=f"sqlite:{store}") as server,
        serving(repository, store=f"sqlite:{wanted.folder / 'none.sqlite3'}") as storeless,
        chromium() as browser,
    ):
        empty = dict.fromkeys(("/", "/costs/", "/experiments/tone/", "/calls/", f"/prompts/{scene.hostile}/"), 200)
        files = dict.fromkeys(file_places(scene), 200)
        report = f"{(wanted.folder / 'report').as_uri()}/"
        everything = {
            "live": (server.url, live_places(scene, calls)),
            "storeless": (storeless.url, empty),
            "file": (report, files),
        }
        for theme in wanted.themes:
            for kind, (root, places) in everything.items():
                keep = wanted.keep / kind if wanted.keep else None
                with window(browser, root, theme, looked, keep) as shown:
                    for path, status in places.items():
                        for width in wanted.widths:
                            shown.look(path, width, theme, status=status)
                        if theme == wanted.themes[0]:
                            shown.walk()
    return looked


def told(looked: Looked, began: float) -> str:
    """How it went, for people."""
    took = time.monotonic() - began
    return f"{looked.pages} looks, {looked.reached} stops of the keyboard, {took:.0f} s: {len(looked.faults)} faults"
