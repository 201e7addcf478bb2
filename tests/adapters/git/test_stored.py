"""Files that a commit would hold with other content are found, whatever they are called."""

from __future__ import annotations

from pathlib import Path

import pytest

from promptctl.adapters.git.program import Git
from promptctl.adapters.git.stored import stored_otherwise
from tests.support import build_files, new_repository


@pytest.mark.parametrize("name", ["plain.j2", 'a "quote".j2', '"quoted"', "back\\slash\\n", "two\nlines.j2", "end\r"])
def test_a_file_is_found_by_any_name(folder: Path, name: str) -> None:
    found = new_repository(folder, {".gitattributes": "* ident\n"})
    paths = [f"prompts/{name}", "prompts/same.j2"]
    build_files(found.folder, {paths[0]: "Be kind. $Id: 1 $\n", paths[1]: "Be brief.\n"})
    assert stored_otherwise(Git(found.folder), paths) == (paths[0],)
