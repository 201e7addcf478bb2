"""A folder of pages after its writer was killed: the next one goes on, and takes away what is not shown any more."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from promptctl.adapters.page_folder import LISTING, write_pages
from promptctl.adapters.writing import PREFIX
from promptctl.errors import UsageError

NOBODY = 2**22 + 1
"""More than the highest number of a process."""


class Killed(BaseException):
    """What nothing catches."""


def pages(*paths: str, until: int | None = None) -> Iterator[tuple[str, str]]:
    for place, path in enumerate(paths):
        if place == until:
            raise Killed
        yield path, f"<p>{path}"


def there(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("until", range(3))
def test_a_killed_report_is_gone_on_with(tmp_path: Path, until: int) -> None:
    folder = tmp_path / "site"
    with pytest.raises(Killed):
        write_pages(folder, pages("old.html", "prompts/a.html", "prompts/b.html", until=until), {"page.js": ""}, "site")
    (folder / f"{PREFIX}{NOBODY}-0").touch()
    assert write_pages(folder, pages("index.html"), {"page.js": ""}, "site") == 1
    assert there(folder) == {LISTING, "page.js", "index.html"}


def test_a_write_that_was_cut_before_its_listing_is_no_other_thing(tmp_path: Path) -> None:
    (tmp_path / f"{PREFIX}{NOBODY}-0").touch()
    assert write_pages(tmp_path, pages("index.html"), {}, "site") == 1


def test_a_folder_with_other_things_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()
    with pytest.raises(UsageError, match="holds other things"):
        write_pages(tmp_path, pages("index.html"), {}, "site")
    assert there(tmp_path) == {"notes.txt"}
