"""``python -m tests.pages``: lives a scene of hundreds of prompts and 100,000 calls, and looks at every page of it.

``--real FOLDER`` takes published prompts, as ``python -m tests.real_line`` does; ``--keep FOLDER`` keeps pictures.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.pages.events import CALLS
from tests.pages.run import Wanted, look_at, told
from tests.pages.scene import scene
from tests.pages.window import CHROMIUM, THEMES, WIDTHS


def main() -> int:
    """Exit 1 where anything is wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.pages")
    parser.add_argument("--real", type=Path)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--calls", type=int, default=CALLS)
    parser.add_argument("--quick", action="store_true", help="one theme, the narrowest width")
    options = parser.parse_args()
    widths, themes = (WIDTHS[:1], THEMES[:1]) if options.quick else (WIDTHS, THEMES)
    if CHROMIUM is None:
        print("chromium is not installed", file=sys.stderr)
        return 1
    if options.keep:
        options.keep.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        lived = scene(Path(folder), options.real)
        print(f"{len(lived.names)} prompts, {options.calls:,} calls")
        wanted = Wanted(folder=Path(folder), calls=options.calls, keep=options.keep, widths=widths, themes=themes)
        looked = look_at(lived, wanted)
    print(told(looked, began))
    return 1 if looked.faults else 0


if __name__ == "__main__":
    sys.exit(main())
