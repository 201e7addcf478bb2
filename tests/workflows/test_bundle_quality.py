"""What bundles say of how live answers are scored: the suites of the default branch, where the settings ask for it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.shipping import NAME, done, line
from tests.support import GitRepository

SUITE = """\
cases:
  - name: one
    inputs: {ticket: refund}
    expect: [{is_json: true}, {contains: billing}, {judge: judges/polite, name: polite}, {latency: 5000}]
  - name: two
    inputs: {ticket: parcel}
    expect: [{is_json: true}, {judge: judges/polite, name: polite}]
"""
JUDGE = """\
model: echo:echo
inputs: {answer: string}
template: "Is it polite? {{ answer }}"
output: {type: object, properties: {score: {type: number}}, required: [score]}
"""


def settled(repository: GitRepository, quality: str, suite: str = SUITE) -> Any:
    """The content of a bundle once the default branch has these settings and this suite."""
    settings = repository.git("show", "HEAD:promptctl.toml").split("[quality]")[0]
    files = {"promptctl.toml": f"{settings.rstrip()}\n\n[quality]\n{quality}\n", f"prompts/{NAME}/eval.yaml": suite}
    repository.commit({**files, "prompts/judges/polite/prompt.yaml": JUDGE})
    repository.git("push", "-q", "origin", "HEAD:main")
    found = done(repository, "bundle", "staging").out
    assert done(repository, "bundle", "staging").out == found, "known, it is the same"
    return json.loads(found)["content"]


def test_expectations_of_every_answer_travel_in_the_bundle(tmp_path: Path) -> None:
    repository = line(tmp_path, staged=("1.0.0",))
    assert "quality" not in settled(repository, "sample = 0")
    content = settled(repository, "sample = 0.5")
    is_json = {"kind": "is_json", "argument": True, "negate": False, "name": "is_json", "weight": 1.0}
    assert content["quality"] == {NAME: {"expect": [is_json], "judges": {}}}
    judging = settled(repository, "sample = 0.5\njudges = true")
    found = judging["quality"][NAME]
    assert [form["name"] for form in found["expect"]] == ["is_json", "polite"]
    (digest,) = found["judges"].values()
    assert set(judging["closures"]) - set(content["closures"]) == {digest}
    assert judging["closures"][digest]["messages"][0]["content"] == "Is it polite? {{ answer }}"


def test_a_suite_that_cannot_be_read_stops_no_bundle_and_is_named(tmp_path: Path) -> None:
    repository = line(tmp_path, staged=("1.0.0",))
    assert "quality" not in settled(repository, "sample = 1", "cases: 7\n")
    assert f"{NAME} is not scored: " in done(repository, "bundle", "staging", "-o", str(tmp_path / "b.json")).err
