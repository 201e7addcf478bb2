"""Any change of a prompt or a suite asks again for exactly what it affects, whatever field it is in.

The law is checked against a model of its own: what is sent, spelled out here, and who was asked for it before.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from promptctl.core.caching.limits import CacheLimits
from tests.evals import Bench, bench, cases, saying

Draft = dict[str, Any]
WORDS = ("ok", "no", "maybe")
SENT: dict[str, tuple[Any, ...]] = {
    "model": ("m-1", "m-2"),
    "parameters": ({}, {"temperature": 0}, {"temperature": 0.0}, {"temperature": 1, "stop": ["x"]}, {"seed": 7}),
    "system": (None, "Be brief.", "Be brief"),
    "role": ("user", "assistant"),
    "text": ("say {{ word }}", "say  {{ word }}", "{{ word }}"),
    "cache": (False, True),
    "output": (None, {"type": "object"}, {"type": "object", "required": ["a"]}),
    "tools": ([], [{"name": "find"}], [{"name": "find", "description": "Finds."}], [{"name": "look"}]),
}
CHOSEN: dict[str, tuple[Any, ...]] = {
    "words": (("ok",), ("ok", "no"), ("no", "ok"), ("maybe", "ok", "no")),
    "repeat": (1, 2, 3),
    "models": ([], ["m-2"], ["m-3", "m-1"]),
}
NOT_SENT: dict[str, tuple[Any, ...]] = {
    "description": ("", "For tests."),
    "owner": ("me", "you"),
    "metadata": ({}, {"a": 1}),
    "names": ("", "case "),
    "tags": ({}, {"language": "en"}),
    "kind": ("contains", "icontains", "not_contains", "equals", "starts_with", "ends_with"),
    "argument": ("ok", "o", "say"),
    "metric": (None, "polite"),
    "weight": (None, 2, 0.5),
    "further": ([], [{"length": {"min": 1}}], [{"word_count": {"max": 9}}]),
    "pass_rate": ({"min": 1}, {"min": 0.5}, {"min": 0}),
    "inconclusive": ("fail", "pass"),
    "min_pass": (None, 1),
}
FIELDS = SENT | CHOSEN | NOT_SENT
START: Draft = {name: values[0] for name, values in FIELDS.items()}


def prompt_of(draft: Draft) -> str:
    message = {"role": draft["role"], "content": draft["text"]} | ({"cache": True} if draft["cache"] else {})
    system = [{"role": "system", "content": draft["system"]}] if draft["system"] else []
    kept = {name: draft[name] for name in ("model", "parameters", "owner", "metadata")}
    optional = {name: draft[name] for name in ("output", "tools", "description") if draft[name]}
    return json.dumps({**kept, **optional, "inputs": {"word": "string"}, "messages": [*system, message]})


def suite_of(draft: Draft) -> str:
    named = {"name": draft["metric"]} if draft["metric"] else {}
    weighed = {"weight": draft["weight"]} if draft["weight"] else {}
    expect = [{draft["kind"]: draft["argument"], **named, **weighed}, *draft["further"]]
    written = [
        {"name": draft["names"] + word, "inputs": {"word": word}, "tags": draft["tags"], "expect": expect}
        for word in draft["words"]
    ]
    least = {"min_pass": draft["min_pass"]} if draft["min_pass"] else {}
    gate = {"pass_rate": draft["pass_rate"], "inconclusive": draft["inconclusive"], **least}
    models = {"models": draft["models"]} if draft["models"] else {}
    return json.dumps({"cases": written, "repeat": draft["repeat"], "gate": gate, **models})


def sent(draft: Draft) -> dict[str, str]:
    """Everything a run needs an answer to, spelled out, with the text that a model sees."""
    same = [repr(draft[name]) for name in ("parameters", "system", "role", "cache", "output", "tools")]
    found = {}
    for word in draft["words"]:
        text = draft["text"].replace("{{ word }}", word)
        for model in {draft["model"], *draft["models"]}:
            for sample in range(draft["repeat"]):
                found[repr((model, text, sample, same))] = f"{model}: {text}"
    return found


def holds(draft: Draft, word: str) -> bool:
    """Whether a case passes whose answer is what was asked; the further expectations always hold."""
    text, wanted = str(draft["text"]).replace("{{ word }}", word), str(draft["argument"])
    found: dict[str, bool] = {
        "contains": wanted in text,
        "icontains": wanted in text,
        "not_contains": wanted not in text,
        "equals": wanted == text,
        "starts_with": text.startswith(wanted),
        "ends_with": text.endswith(wanted),
    }
    return found[draft["kind"]]


@st.composite
def drafts(draw: st.DrawFn) -> list[Draft]:
    """A prompt with its suite, and what becomes of them by one change after another."""
    found = [START | {name: draw(st.sampled_from(FIELDS[name])) for name in ("parameters", "words", "kind", "repeat")}]
    for name in draw(st.lists(st.sampled_from(sorted(FIELDS)), min_size=1, max_size=4)):
        found.append(found[-1] | {name: draw(st.sampled_from(FIELDS[name]))})
    return found


def check(it: Bench, steps: list[Draft]) -> None:
    it.cache.prune(CacheLimits(max_bytes=0))
    for path in it.kept():
        (it.folder / "prompts/support/triage" / path).unlink()
    known: dict[str, str] = {}
    for draft in steps:
        it.write({"prompt.yaml": prompt_of(draft), "eval.yaml": suite_of(draft)})
        it.server.received.clear()
        result = it.eval()
        needed = sent(draft)
        expected = Counter(text for key, text in needed.items() if key not in known)
        asked = Counter(f"{one.body['model']}: {one.body['messages'][-1]['content']}" for one in it.server.received)
        assert asked == expected, draft
        known |= needed
        passed = {sample.case: sample.passed for sample in result.results}
        assert passed == {draft["names"] + word: holds(draft, word) for word in draft["words"]}, draft


def run(folder: Path, examples: int) -> None:
    with bench(folder, cases("ok")) as it:
        it.server.always = saying(str)

        @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))
        @given(drafts())
        def every(steps: list[Draft]) -> None:
            check(it, steps)

        every()


def test_a_change_asks_again_for_exactly_what_it_affects(tmp_path: Path) -> None:
    run(tmp_path, 2)


@pytest.mark.long
@pytest.mark.timeout(900)
def test_many_changes_ask_again_for_exactly_what_they_affect(tmp_path: Path) -> None:
    run(tmp_path, 300)


def test_each_field_that_is_sent_asks_again_by_itself(tmp_path: Path) -> None:
    with bench(tmp_path, cases("ok")) as it:
        it.server.always = saying(str)
        known: set[str] = set()
        for name, values in SENT.items():
            for value in values[1:] if known else values:
                new = set(sent(START | {name: value})) - known
                assert len(new) == 1
                it.write({"prompt.yaml": prompt_of(START | {name: value}), "eval.yaml": suite_of(START)})
                it.eval()
                assert it.asked == 1, (name, value)
                known |= new


def test_no_field_that_is_not_sent_asks_again(tmp_path: Path) -> None:
    with bench(tmp_path, cases("ok")) as it:
        it.server.always = saying(str)
        for number in range(3):
            draft = START | {name: values[min(number, len(values) - 1)] for name, values in NOT_SENT.items()}
            it.write({"prompt.yaml": prompt_of(draft), "eval.yaml": suite_of(draft)})
            assert len(it.eval().results) == 1
            assert it.asked == (number == 0)
