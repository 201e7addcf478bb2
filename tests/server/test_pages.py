"""Pages say what the API says, and nothing that somebody wrote is more than text in them."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest

from promptctl.reports.pages.static import static_files, static_path
from tests.serving import Served, serving
from tests.shipping import NAME, done, line

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>\u202e\u001b[31m]]>--></pre>"
PAGES = ["/", f"/prompts/{NAME}/", f"/prompts/{NAME}/-/diff/1.0.0..1.1.0/"]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    repository = line(tmp_path_factory.mktemp("served"), staged=("1.0.0", "1.1.0"))
    done(repository, "rollback", NAME, "staging", "--reason", HOSTILE.replace("\u001b", ""))
    done(repository, "freeze", "prod", "--reason", HOSTILE.replace("\u001b", ""))
    with serving(repository.folder) as found:
        yield found


class _Elements(HTMLParser):
    """Tags with their attributes, and the text outside style and script."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._inside = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        self._inside = tag

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        self.text += "" if self._inside in ("style", "script") else data


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_its_own_script_and_no_other(server: Served, path: str) -> None:
    page = _Elements(server.ask(path).body.decode())
    tags = [tag for tag, _ in page.found]
    assert tags.count("script") == tags.count("style") == tags.count("h1") == 1
    assert not {"img", "iframe", "object", "link", "base"} & set(tags)
    attributes = {name for _, given in page.found for name in given}
    assert not {name for name in attributes if name.startswith("on") or name == "style"}
    assert not re.search("[\u0000-\u0008\u001b\u202e]", page.text)


@pytest.mark.parametrize(("path", "said"), [("/", "alert(1)"), (f"/prompts/{NAME}/", "alert(1)"), ("/", "frozen")])
def test_what_somebody_wrote_is_shown(server: Served, path: str, said: str) -> None:
    assert said in _Elements(server.ask(path).body.decode()).text


@pytest.mark.parametrize("path", PAGES)
def test_links_lead_somewhere(server: Served, path: str) -> None:
    page = _Elements(server.ask(path).body.decode())
    for target in {given["href"] for tag, given in page.found if tag == "a"}:
        assert target
        assert target.startswith("#") or server.ask(target).status == 200, target


def test_a_page_of_nothing_is_a_problem(server: Served) -> None:
    assert server.ask("/prompts/nobody/").status == 404
    assert server.ask(f"/prompts/{NAME}/-/diff/1.0.0..9.9.9/").status == 404


def test_scripts_are_kept_for_good(server: Served) -> None:
    path = static_path("charts")
    found = server.ask(f"/{path}", accept_encoding="gzip")
    assert found.headers["content-type"] == "text/javascript; charset=utf-8"
    assert found.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert gzip.decompress(found.body).decode() == static_files()[path]
    assert server.ask(f"/{path}", if_none_match=found.tag).status == 304
    assert server.ask("/static/charts-0.js").status == 404
    assert server.ask("/").headers["cache-control"] == "private, no-cache"
