"""A prompt that names a tier: its suite asks several models, and their evidence decides."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from promptctl.adapters.repository import Repository
from promptctl.core.models.tier import tier_wish
from promptctl.core.moves.bundle import parse_bundle
from promptctl.errors import StateError, UsageError
from promptctl.runtime.snapshot import Snapshot
from promptctl.workflows.bundle import bundle
from promptctl.workflows.models_list import list_models
from promptctl.workflows.models_route import route
from promptctl.workflows.tiers import served_digests, tier_models
from tests.evals import NAME, NOW, PROMPT, Bench, bench, cases, registry
from tests.servers import Handler, openai_answer

TIER = PROMPT.replace("model: m-1", "model: {tier: balanced}")
PRICES = """
[providers.relay.prices]
"m-dear" = {input = 20, output = 20}
"m-*" = {input = 1, output = 1}
"""


def by_model(handler: Handler) -> None:
    """m-poor is wrong half the time."""
    body = handler.request_body
    right = body["model"] != "m-poor" or body["messages"][-1]["content"] in "a c e".split()
    handler.reply(200, json.dumps(openai_answer("ok" if right else "no", model=body["model"])).encode())


@pytest.fixture(scope="module")
def it(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    suite = cases(*"abcdef", models=["m-dear", "m-fair", "m-poor"])
    with bench(tmp_path_factory.mktemp("tiers"), suite, TIER) as made:
        made.server.always = by_model
        settings = made.folder / "promptctl.toml"
        settings.write_text(settings.read_text() + PRICES)
        result = made.eval()
        assert result.verdict.outcome == "pass"
        yield made


def ranked(it: Bench, **wish: object) -> list[str]:
    repository = Repository(it.folder)
    digests = served_digests(repository, NAME)
    return list(tier_models(repository, NAME, digests, tier_wish({"tier": "balanced", **wish}), NOW))


def test_the_cheapest_of_the_good_serves(it: Bench) -> None:
    assert ranked(it) == ["m-fair", "m-dear", "m-poor"]
    assert ranked(it, tier="economy") == ["m-fair", "m-dear", "m-poor"]
    assert ranked(it, max_usd_per_mtok=1) == ["m-fair", "m-poor"]


def test_when_none_fits_each_reason_is_told(it: Bench) -> None:
    with pytest.raises(StateError, match=r"m-dear: a million tokens cost .20, over .0\.5; m-fair") as caught:
        ranked(it, max_usd_per_mtok=0.5)
    assert caught.value.code == "PC202"


def test_other_content_is_not_covered(it: Bench) -> None:
    with pytest.raises(StateError, match="no live evidence covers any"):
        tier_models(Repository(it.folder), NAME, {"sha256:" + "0" * 64}, tier_wish({"tier": "premium"}), NOW)


def test_the_route_of_a_prompt_and_of_a_model(it: Bench) -> None:
    repository = Repository(it.folder)
    found = route(repository, NAME, it.environment, NOW)
    assert (found.prompt, found.model, found.ways[0].provider) == (NAME, "m-fair", "relay")
    assert found.ranking
    assert [model.model for model in found.ranking.models] == ["m-fair", "m-dear", "m-poor"]
    assert found.ways[0].obstacle is None
    assert route(repository, "m-9", {}, NOW).ways[0].obstacle == "not trusted here"
    assert route(repository, "m-9", it.environment | {"RELAY_KEY": ""}, NOW).ways[0].obstacle == "RELAY_KEY is not set"
    assert route(repository, "m-9", {}, NOW, override="echo").why == "--provider names it"
    with pytest.raises(UsageError):
        route(repository, "nobody-serves-it", {}, NOW)


def test_models_that_evidence_covers_are_listed(it: Bench) -> None:
    found = {row.model: row for row in list_models(Repository(it.folder), NOW)}
    assert found.keys() == {"m-dear", "m-fair", "m-poor"}
    assert (found["m-fair"].covered, found["m-fair"].providers, found["m-fair"].prompts) == ((NAME,), ("relay",), ())


def test_a_tier_without_models_in_the_suite_cannot_be_asked(tmp_path: Path) -> None:
    with bench(tmp_path / "alone", cases("a"), TIER) as alone, pytest.raises(UsageError) as caught:
        alone.eval()
    assert caught.value.hint == "list `models:` in eval.yaml"


def test_a_bundle_says_which_model_serves_the_tier(tmp_path: Path) -> None:
    suite = cases(*"abcdef", models=["m-dear", "m-fair", "m-poor"])
    with registry(tmp_path, suite, TIER) as shipped:
        shipped.server.always = by_model
        shipped.promoted("1.0.0", "staging")
        with pytest.raises(StateError) as caught:
            bundle(Repository(shipped.folder), "staging")
        assert caught.value.code == "PC202"
        shipped.eval()
        shipped.commit_evidence()
        made = bundle(Repository(shipped.folder), "staging")
        assert made.data == bundle(Repository(shipped.folder), "staging").data
        snapshot = Snapshot(parse_bundle(made.data, "b"), "", "source")
        shipped.release({"prompt.yaml": TIER.replace("temperature: 0", "temperature: 1")})
        shipped.commit_evidence()
        shipped.done("promote", NAME, "staging")
        again = Snapshot(parse_bundle(bundle(Repository(shipped.folder), "staging").data, "b"), "", "source")
    assert list(made.bundle.settings["models"]["served"].values()) == [["m-dear", "m-fair", "m-poor"]]
    assert snapshot.plain[NAME].model == "m-dear"
    assert [found.closure.prompt.model for found in again.versions[NAME].values()] == ["m-dear"] * 2
