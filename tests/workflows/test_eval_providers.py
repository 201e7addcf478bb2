"""The same suite asked of several providers: the prompt's own decides and is kept, the others only inform."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from promptctl.core.models.provider import trust_digest
from promptctl.core.models.provider_table import parse_providers
from tests.evals import KEY, SETTINGS, Bench, bench, cases, saying
from tests.servers import Handler, status
from tests.shipping import run
from tests.support import Ran

OTHER = """\
[providers.other]
kind = "openai"
base_url = "%s"
key = "OTHER_KEY"
prices = {"m-*" = {input = 1000, output = 5000}}
"""


@pytest.fixture
def it(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path, cases("ok one", "ok two", repeat=2)) as found:
        written = (SETTINGS + OTHER) % (found.server.url, found.server.url)
        (found.folder / "promptctl.toml").write_text(written)
        trusted = trust_digest(parse_providers(tomllib.loads(written)["providers"]))
        found.environment |= {"OTHER_KEY": f"other-{KEY}", "PROMPTCTL_TRUST": str(trusted)}
        found.environment["PROMPTCTL_CACHE_DIR"] = str(tmp_path / "cache")
        yield found


def evaluated(it: Bench, *arguments: str) -> Ran:
    return run(it.folder, "eval", *arguments, **it.environment)


def other_says(text: str) -> object:
    """The other provider answers otherwise."""

    def react(handler: Handler) -> None:
        other = "other" in handler.headers["Authorization"]
        saying(lambda said: text if other else said)(handler)

    return react


def test_the_own_provider_decides_and_is_kept(it: Bench) -> None:
    it.server.always = other_says("no")  # type: ignore[assignment]
    ran = evaluated(it, "--provider", "other,relay", "--json")
    assert (ran.code, it.asked) == (0, 8), ran
    (found,) = ran.data["prompts"]
    other, relay = found["providers"]
    assert (other["provider"], other["decides"], other["passed"], other["cases"]) == ("other", False, 0, 2)
    assert (relay["provider"], relay["decides"], relay["passed"], relay["cases"]) == ("relay", True, 2, 2)
    assert (other["cost"], relay["cost"]) == (pytest.approx(0.2), None)
    assert found["outcome"] == "pass"
    assert "other" not in "".join(path.read_text() for path in it.folder.glob("prompts/**/replies/*.jsonl"))
    shown = evaluated(it, "--provider", "relay,other")
    assert shown.code == 0
    assert "relay     2 of 2" in shown.out
    assert "for information" in shown.out


def test_faults_of_the_other_provider_are_errors_of_its_own(it: Bench) -> None:
    def react(handler: Handler) -> None:
        (status(400) if "other" in handler.headers["Authorization"] else saying(str))(handler)

    it.server.always = react
    ran = evaluated(it, "--provider", "relay,other", "--json")
    assert ran.code == 0
    sides = {side["provider"]: side for side in ran.data["prompts"][0]["providers"]}
    assert (sides["other"]["errors"], sides["other"]["cases"], sides["other"]["interval"]) == (4, 0, None)
    assert sides["relay"]["errors"] == 0


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("--provider", "other,echo"), "PC181"),
        (("--provider", "relay,nowhere"), "PC070"),
        (("--provider", "relay,other", "--shard", "1/2"), "PC001"),
    ],
)
def test_what_cannot_be_compared_is_refused(it: Bench, arguments: tuple[str, ...], error: str) -> None:
    ran = evaluated(it, *arguments)
    assert (ran.code, f"[{error}]" in ran.err, it.asked) == (2, True, 0), ran


def test_a_comparison_that_was_cut_short_goes_on(it: Bench) -> None:
    it.server.then(status(400))
    first = evaluated(it, "--provider", "relay,other", "--replies", "live", "--concurrency", "1")
    assert (first.code, it.asked) == (1, 8)
    assert evaluated(it, "--resume").code == 0
    assert it.asked == 1
