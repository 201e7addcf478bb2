"""``quality`` as people and programs get it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.reporting import SINCE, as_json, ran, shop_calls, shop_scores
from tests.event_stores import write_sqlite
from tests.golden import golden


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> str:
    return write_sqlite(tmp_path_factory.mktemp("shop") / "shop.sqlite3", shop_calls(), shop_scores())


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("by-version", ["--by", "version"]),
        ("usual", []),
        ("segments", ["--by", "attribute region,day", "--name", "resolved"]),
        ("nothing", ["--prompt", "none"]),
    ],
)
def test_screens(shop: str, folder: Path, capsys: pytest.CaptureFixture[str], name: str, arguments: list[str]) -> None:
    line = ["quality", *arguments, *SINCE, "--store", shop, "-C", str(folder)]
    golden(f"quality/{name}.txt", ran(capsys, *line))
    if name == "by-version":
        golden(f"quality/{name}.json", ran(capsys, *line, "--json"))


def test_a_version_is_compared_with_the_one_before(shop: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = as_json(capsys, "quality", "--by", "version", *SINCE, "--store", shop, "-C", str(folder))["lines"]
    assert (old["group"]["version"], old["previous"], old["scores"]["resolved"]["change"]) == ("1.2.0", None, None)
    assert (new["group"]["version"], new["previous"]) == ("1.3.0", "1.2.0")
    change = new["scores"]["resolved"]["change"]
    assert change["interval"][0] < change["estimate"] < change["interval"][1] < 0
