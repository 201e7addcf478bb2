"""A folder of pages: written whole, and made anew without what is not shown any more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain
from pathlib import Path

from promptctl.adapters.writing import EXISTS, clear_leftovers, refused_as, write_file
from promptctl.errors import UsageError

LISTING = ".promptctl-report"
"""The file that says which pages are ours; whatever else lies in the folder stays."""


def write_pages(folder: Path, pages: Iterable[tuple[str, str]], beside: Mapping[str, str], shown: str) -> int:
    """Writes pages by their paths below a folder, and what stands ``beside`` them; how many pages. Those of an earlier
    report that are gone are taken away.

    Raises UsageError for a folder that holds something else, OutsideError when the disk refuses.
    """
    before = _listed(folder, shown)
    written: list[str] = []
    write_file(folder / LISTING, _spelled(before))
    for path, text in chain(beside.items(), pages):
        # Listed first, so that whoever is killed leaves no page that nobody knows.
        with refused_as(shown), (folder / LISTING).open("ab") as listing:
            listing.write(_spelled([path]))
        write_file(folder / path, text.encode(), f"{shown}/{path}")
        written.append(path)
    with refused_as(shown):
        for path in sorted({*before} - {*written}):
            (folder / path).unlink(missing_ok=True)
    write_file(folder / LISTING, _spelled(sorted(written)))
    return len(written) - len(beside)


def _spelled(paths: Iterable[str]) -> bytes:
    return "".join(f"{path}\n" for path in paths).encode()


def _listed(folder: Path, shown: str) -> list[str]:
    """The pages of the report that is there. Raises UsageError for a folder that has files and is none."""
    listing = folder / LISTING
    if folder.is_dir():
        clear_leftovers(folder)
    if listing.is_file() and not listing.is_symlink():
        paths = listing.read_text(encoding="utf-8").split("\n")
        return [
            path for path in paths if path.endswith((".html", ".js")) and ".." not in path.split("/") and path[0] != "/"
        ]
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(EXISTS, f"{shown} holds other things than a report", hint="name a new folder")
    return []
