"""Functions of the repository as scorers: what they say, what breaks them, what they may not falsify."""

from __future__ import annotations

from pathlib import Path

import pytest

from promptctl.errors import DocumentError, Place
from tests.evals import FOLDER, KEY, bench, cases, saying

SCORED = cases("ok", "no", expect="[{python: 'scorers:check'}]", gate={"pass_rate": {"min": 0.5}})


def test_functions_judge_and_what_they_print_is_no_answer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = "def check(text, context):\n    print('judging', text)\n    return text == context['inputs']['ticket']\n"
    with bench(tmp_path, SCORED) as it:
        it.write({"scorers.py": source})
        it.server.always = saying(lambda text: "ok")
        result = it.eval()
        assert it.asked == 2
    assert [sample.outcome for sample in result.results] == ["pass", "fail"]
    assert list(result.reasons.values()) == [("python: scorers:check says no",)]
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("raise KeyError('x')", "python: scorers:check raised KeyError"),
        ("import sys; sys.exit(0)", "python: scorers:check raised SystemExit"),
        ("return 2", "which is not within 0 and 1"),
        ("return float('nan')", "which is not within 0 and 1"),
        ("return 'yes'", "returned str"),
    ],
)
def test_a_function_that_cannot_judge_is_an_error_and_no_evidence(tmp_path: Path, body: str, said: str) -> None:
    with bench(tmp_path, SCORED) as it:
        it.write({"scorers.py": f"def check(text, context):\n    {body}\n"})
        result = it.eval()
        assert it.kept() == {}
    assert {sample.outcome for sample in result.results} == {"error"}
    assert all(said in str(sample.error) for sample in result.results)
    assert not result.ok


def test_slow_functions_do_not_falsify_how_long_answers_take(tmp_path: Path) -> None:
    source = "import time\ndef check(text, context):\n    time.sleep(0.05)\n    return True\n"
    with bench(tmp_path, cases(*(f"t{n}" for n in range(8)), expect="[{python: 'scorers:check'}]")) as it:
        it.write({"scorers.py": source})
        slowest = max(sample.latency_ms or 0 for sample in it.eval().results)
    assert slowest < 8 * 50


def test_what_functions_say_is_masked(tmp_path: Path) -> None:
    with bench(tmp_path, SCORED) as it:
        said = f"return {{'passed': False, 'explanation': '{KEY}'}}"
        it.write({"scorers.py": f"def check(text, context):\n    {said}\n"})
        result = it.eval()
        assert result.reasons[("ok", "m-1", 0)] == ("python: [masked]",)


def test_programs_judge_and_their_text_is_part_of_the_suite(tmp_path: Path) -> None:
    suite = cases("ok", "no", expect="[{command: {file: check.sh, min: 0.5}}]", gate={"pass_rate": {"min": 0.5}})
    with bench(tmp_path, suite) as it:
        it.server.always = saying(lambda text: text)
        it.write({"check.sh": "grep -q ok && echo 0.6 || echo 0.4\n"})
        first = it.eval()
        assert [check.outcome for check in it.verify().checks] == ["reproduced"]
        it.write({"check.sh": "exit 1\n"})
        second = it.eval()
    assert [sample.outcome for sample in first.results] == ["pass", "fail"]
    assert {sample.outcome for sample in second.results} == {"error"}
    assert first.suite != second.suite


def test_a_program_that_is_not_there_is_refused_at_its_place(tmp_path: Path) -> None:
    with bench(tmp_path, cases("ok", expect="[{command: check.sh}]")) as it, pytest.raises(DocumentError) as caught:
        it.eval()
    assert (caught.value.code, str(caught.value)) == ("PC048", f"there is no program {FOLDER}/check.sh")
    assert caught.value.problem.place == Place(f"{FOLDER}/eval.yaml", 4, 15, "    expect: [{command: check.sh}]")
