"""What evidence says of two models, over the cases that both were judged by."""

from __future__ import annotations

import pytest

from promptctl.core.reporting.evaluated import Evaluated, evaluated, models_of, quality_change
from tests.evidence_samples import OTHER, TEXT, evidence


@pytest.mark.parametrize(
    ("outcomes", "found"),
    [
        ({"a": "ppff", "relay:b": "pfpf"}, (4, 2, 2)),
        ({"a": "ppff", "b": "pe-f"}, (2, 1, 1)),
        ({"openai:a": "pppp", "b": "ffff"}, (4, 4, 0)),
        ({"a": "pp--", "b": "--pp"}, None),
        ({"a": "pp"}, None),
        ({"b": "pp"}, None),
    ],
)
def test_both_models_are_compared_by_the_same_cases(
    outcomes: dict[str, str], found: tuple[int, int, int] | None
) -> None:
    change = quality_change([evidence(outcomes)], TEXT, "a", "b")
    assert (change and (change.cases, change.before, change.now)) == found
    if change:
        share = (change.now - change.before) / change.cases
        assert change.interval.low <= share <= change.interval.high


def test_enough_cases_show_a_drop_and_few_do_not() -> None:
    shown = [quality_change([evidence({"a": "p" * cases, "b": "f" * cases})], TEXT, "a", "b") for cases in (2, 9)]
    assert [it and it.worse for it in shown] == [False, True]


def test_the_newest_evidence_of_the_text_counts() -> None:
    kept = [evidence({"a": "ff", "b": "pp"}), evidence({"a": "pf", "b": "fp"}), evidence({"a": "pp"}, OTHER)]
    assert evaluated(kept, TEXT, "relay:a") == Evaluated(passed=1, cases=2)
    assert evaluated(kept, TEXT, "c") is None
    assert models_of(kept, TEXT) == ("a", "b")
    change = quality_change(kept, TEXT, "a", "b")
    assert change
    assert (change.before, change.now) == (1, 1)
