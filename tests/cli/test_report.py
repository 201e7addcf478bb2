"""``report --html``: the server's pages as files, linked with each other, made anew without what is gone."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

from tests.serving import serving
from tests.shipping import NAME, OTHER, done, line, refused


def _pages(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*.html")}


def test_every_link_leads_to_a_file(tmp_path: Path) -> None:
    repository = line(tmp_path / "line", staged=("1.0.0",))
    done(repository, "report", "--html", "../pages")
    folder = tmp_path / "line" / "pages"
    assert {f"prompts/{NAME}/index.html", f"prompts/{NAME}/-/diff/1.0.0..1.1.0/index.html"} <= _pages(folder)
    for path in folder.rglob("*.html"):
        for target in re.findall(r'(?:href|src)="([^"#]+)"', path.read_text(encoding="utf-8")):
            assert (path.parent / unquote(target)).is_file(), (path, target)


def test_a_rollout_that_a_rollback_ended_is_told(tmp_path: Path) -> None:
    repository = line(tmp_path / "line", staged=("1.0.0",))
    done(repository, "rollout", "start", f"{NAME}@1.1.0", "staging")
    done(repository, "rollback", NAME, "staging", "--reason", "all of them fail")
    done(repository, "report", "--html", "../pages")
    said = (tmp_path / "line" / "pages" / "prompts" / NAME / "index.html").read_text(encoding="utf-8")
    assert "rollout triage-1.1.0</a>: rollback</p>" in said


def test_the_pages_say_what_the_server_says(tmp_path: Path) -> None:
    repository = line(tmp_path, staged=("1.0.0",))
    done(repository, "report", "--html", "pages")
    with serving(repository.folder) as server:
        for path in ("", f"prompts/{NAME}/", f"prompts/{NAME}/-/diff/1.0.0..1.1.0/"):
            live = server.ask(f"/{path}").body.decode()
            file = (repository.folder / "pages" / path / "index.html").read_text(encoding="utf-8")
            assert _said(file) <= _said(live)


def _said(page: str) -> set[str]:
    """The lines of a page without addresses and the time."""
    return set(re.sub(r'(href|action|datetime)="[^"]*"|seen <time.*</time>', "", page).splitlines())


def test_what_is_gone_is_taken_away_and_the_rest_stays(tmp_path: Path) -> None:
    repository = line(tmp_path)
    done(repository, "report", "--html", "pages")
    folder = repository.folder / "pages"
    (folder / "notes.txt").write_text("ours")
    repository.git("rm", "-rq", f"prompts/{OTHER}")
    repository.git("commit", "-qm", "away")
    done(repository, "lock")
    repository.git("commit", "-qam", "lock")
    repository.git("push", "-q")
    done(repository, "report", "--html", "pages")
    assert f"prompts/{OTHER}/index.html" not in _pages(folder)
    assert f"prompts/{NAME}/index.html" in _pages(folder)
    assert (folder / "notes.txt").read_text() == "ours"


def test_a_folder_of_other_things_is_left_alone(tmp_path: Path) -> None:
    repository = line(tmp_path)
    refused(repository, "report", "--html", "prompts", code=2, error="PC041")
