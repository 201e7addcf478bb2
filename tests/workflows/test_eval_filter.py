"""Some cases of a suite by themselves, next to what the baseline's evidence says of all."""

from __future__ import annotations

from pathlib import Path

from tests.support import SETTINGS, STARTER, must_fail, new_repository, succeed

SUITE = """\
cases:
  - {name: kept word, inputs: {ticket: charged twice}, expect: [{contains: twice}]}
  - {name: lost word, inputs: {ticket: late parcel}, expect: [{contains: parcel}]}
gate: {against: prod}
"""
FOLDER = "prompts/support/triage"


def test_cases_are_compared_with_the_same_cases_of_the_baseline(tmp_path: Path) -> None:
    files = STARTER | {"promptctl.toml": SETTINGS, f"{FOLDER}/eval.yaml": SUITE}
    repository = new_repository(tmp_path / "r", files)
    for command in (["eval"], ["lock"]):
        succeed(*command, cwd=repository.folder)
    repository.commit(message="lock")
    succeed("release", cwd=repository.folder)
    for environment in ("staging", "prod"):
        succeed("promote", "support/triage", environment, cwd=repository.folder)
    prompt = repository.folder / FOLDER / "prompt.yaml"
    prompt.write_text(prompt.read_text().replace("{{ ticket }}", "{{ ticket | replace('parcel', 'packet') }}"))
    good = succeed("eval", "--filter", "kept*", "--json", cwd=repository.folder).data["prompts"][0]
    assert (good["outcome"], good["flipped"], good["written"]) == ("pass", [], [])
    assert good["comparison"] == "compared with prod (1.0.0) over 1 case"
    bad = must_fail("eval", "--filter", "lost*", "--json", cwd=repository.folder, code=1).data["prompts"][0]
    assert (bad["outcome"], bad["flipped"]) == ("fail", ["lost word"])
