"""``costs`` as people and programs get it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.reporting import SINCE, as_json, ran, shop_calls
from tests.event_stores import write_sqlite
from tests.golden import golden
from tests.support import STARTER, build_files


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> str:
    return write_sqlite(tmp_path_factory.mktemp("shop") / "shop.sqlite3", shop_calls())


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("total", []),
        ("by-model", ["--by", "model"]),
        ("by-day-and-version", ["--by", "day,version"]),
        ("by-region", ["--by", "attribute region", "--prompt", "support/triage"]),
        ("top", ["--by", "model,version", "--top", "2"]),
        ("nothing", ["--prompt", "none"]),
    ],
)
def test_screens(shop: str, folder: Path, capsys: pytest.CaptureFixture[str], name: str, arguments: list[str]) -> None:
    line = ["costs", *arguments, *SINCE, "--store", shop, "-C", str(folder)]
    golden(f"costs/{name}.txt", ran(capsys, *line))
    if name == "by-model":
        golden(f"costs/{name}.json", ran(capsys, *line, "--json"))


def test_a_page_is_written(shop: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("costs", "quality"):
        line = (command, "--by", "model", *SINCE, "--store", shop, "-C", str(folder), "--html", f"{command}.html")
        ran(capsys, *line)
        page = (folder / f"{command}.html").read_text(encoding="utf-8")
        assert page.startswith("<!doctype html>")
        assert "claude-sonnet-4-5" in page


def test_prices_of_the_repository_count(shop: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = '[providers.openai.prices."gpt-*"]\ninput = 10\noutput = 1\ncache_read = 4\n'
    build_files(folder, STARTER | {"promptctl.toml": STARTER["promptctl.toml"] + own, ".git/HEAD": ""})
    found = as_json(capsys, "costs", *SINCE, "--store", shop, "-C", str(folder))
    # 20 calls read 100 cached tokens each, at 4 in place of 10 dollars a million.
    assert found["total"]["provider_cache_saved"] == "0.012"


def test_without_a_store_a_repository_is_needed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "error[" in ran(capsys, "costs", "-C", str(folder), code=2)
    build_files(folder, STARTER | {".git/HEAD": ""})
    assert "error[PC231]: there are no events in " in ran(capsys, "costs", "-C", str(folder), code=3)
