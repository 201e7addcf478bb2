"""Where replies come from and what is kept: nothing asked twice, nothing overwritten, nothing half-written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from promptctl.errors import OutsideError, StateError
from tests.evals import FOLDER, PROMPT, Bench, bench, cases, forge, passed, saying
from tests.servers import status
from tests.support import build_files, new_repository

SUITE = cases("ok one", "ok two")


@pytest.fixture
def it(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path, SUITE) as found:
        yield found


def samples(it: Bench) -> list[tuple[str, int]]:
    return [(sample["case"], sample["sample"]) for sample in it.evidence()["result"]["samples"]]


def test_an_unchanged_suite_asks_nobody_and_rewrites_nothing(it: Bench) -> None:
    repository = new_repository(it.folder, {})
    first = it.eval()
    assert (first.asked, it.asked) == (2, 2)
    assert sorted(it.kept()) == sorted(path.removeprefix(f"{FOLDER}/") for path in first.written)
    repository.commit(message="evidence")
    before = it.kept()
    again = it.eval()
    assert (again.asked, it.asked, again.written) == (0, 0, ())
    assert it.kept() == before
    assert repository.git("status", "--porcelain", "--ignored") == ""
    assert (again.ok, again.verdict) == (first.ok, first.verdict)


def test_without_the_cache_what_is_recorded_is_enough(it: Bench, tmp_path: Path) -> None:
    it.eval()
    it.cache.close()
    it.cache.path.unlink()
    assert it.eval().asked == 0
    assert it.eval(mode="recorded").ok


@pytest.mark.parametrize(
    "prompt",
    [
        PROMPT.replace("{{ ticket }}", "{{ ticket }} ."),
        PROMPT.replace("m-1", "m-2"),
        PROMPT.replace("temperature: 0", "temperature: 1"),
        PROMPT.replace("template:", "output: {type: object}\ntemplate:"),
    ],
)
def test_any_change_of_what_is_sent_asks_again(it: Bench, prompt: str) -> None:
    it.eval()
    assert it.asked == 2
    it.write({"prompt.yaml": prompt})
    assert it.eval().asked == 2
    assert it.asked == 2
    assert len(it.kept()) == 4


def test_what_is_not_sent_changes_nothing(it: Bench) -> None:
    it.eval()
    it.write({"prompt.yaml": f"owner: somebody\n{PROMPT}"})
    again = it.eval()
    assert (again.asked, again.written) == (0, ())


def test_another_input_asks_for_that_case_only(it: Bench) -> None:
    it.eval()
    it.write({"eval.yaml": cases("ok one", "ok three")})
    assert it.eval().asked == 1


def test_another_expectation_only_scores_again(it: Bench) -> None:
    assert it.eval().ok
    before = it.kept()
    assert it.asked == 2
    it.write({"eval.yaml": cases("ok one", "ok two", expect="[{contains: zzz}]")})
    again = it.eval()
    assert (again.ok, again.asked, it.asked) == (False, 0, 0)
    assert len(again.written) == 1
    assert before.items() <= it.kept().items()


def test_another_gate_judges_the_same_evidence(it: Bench) -> None:
    it.write({"eval.yaml": cases("ok", "no", gate={"pass_rate": {"min": 0.5}})})
    assert it.eval().ok
    it.write({"eval.yaml": cases("ok", "no")})
    again = it.eval()
    assert (again.ok, again.asked, again.written) == (False, 0, ())


def test_another_function_scores_again(it: Bench) -> None:
    suite = cases("ok one", "ok two", expect="[{python: 'scorers:check'}]")
    it.write({"eval.yaml": suite, "scorers.py": "def check(text, context):\n    return True\n"})
    first = it.eval()
    assert first.ok
    it.write({"scorers.py": "def check(text, context):\n    return False\n"})
    again = it.eval()
    assert (again.ok, again.asked) == (False, 0)
    assert first.suite != again.suite


def test_more_repeats_ask_only_for_the_new_ones(it: Bench) -> None:
    it.eval()
    it.write({"eval.yaml": cases("ok one", "ok two", repeat=3)})
    assert it.eval().asked == 4


def test_what_was_answered_before_an_error_is_not_asked_again(it: Bench) -> None:
    it.server.then(saying(str), status(400))
    assert not it.eval(concurrency=1).ok
    assert it.asked == 2
    assert it.eval().ok
    assert it.asked == 1


def test_the_echo_does_not_pass_for_the_models_answer(it: Bench) -> None:
    echoed = it.eval(provider="echo")
    assert echoed.ok
    assert echoed.unkept == "echo stood in for the model: nothing was kept, and this is no verdict on the prompt"
    assert it.kept() == {}
    assert it.eval().asked == 2


def test_another_provider_by_name_answers_itself_and_is_kept(it: Bench) -> None:
    it.eval()
    other = it.eval(provider="relay")
    assert (other.asked, other.unkept) == (0, None)


def test_replies_that_are_nowhere_any_more_are_asked_for(it: Bench) -> None:
    it.eval()
    it.cache.close()
    it.cache.path.unlink()
    (path,) = (it.folder / FOLDER / "replies").iterdir()
    path.unlink()
    again = it.eval()
    assert (again.ok, again.asked) == (True, 2)
    assert it.asked == 4


def test_replies_that_are_only_cached_count(it: Bench) -> None:
    it.eval()
    (path,) = (it.folder / FOLDER / "replies").iterdir()
    path.unlink()
    assert it.eval().asked == 0


def test_a_sample_cannot_be_dropped_from_pooled_evidence(it: Bench) -> None:
    assert it.eval().ok
    it.server.always = saying(lambda text: "no")
    assert not it.eval(mode="live").ok
    it.server.always = saying(str)
    assert not it.eval(mode="live").ok
    forge(it.folder, lambda samples: [sample for sample in samples if sample.sample != 1])
    with pytest.raises(StateError, match=r"evidence/\S+ leaves out an answer to 'ok one'"):
        it.eval()
    assert [check.outcome for check in it.verify().checks] == ["differs"]


def test_live_after_replies_with_a_gap_asks_for_what_is_missing(it: Bench) -> None:
    it.write({"eval.yaml": cases("ok one", repeat=2)})
    it.eval()
    (path,) = (it.folder / FOLDER / "replies").iterdir()
    lines = path.read_text().splitlines(keepends=True)
    for kept in lines:
        path.write_text(kept)
        for evidence in (it.folder / FOLDER / "evidence").iterdir():
            evidence.unlink()
        it.eval(mode="live")
        assert [check.outcome for check in it.verify().checks] == ["reproduced"]


def test_forged_evidence_is_refused_whoever_asks(it: Bench) -> None:
    it.server.always = saying(lambda text: "no")
    assert not it.eval().ok
    forge(it.folder, passed)
    for mode in ("auto", "recorded", "live"):
        with pytest.raises(StateError) as caught:
            it.eval(mode=mode)
        assert (caught.value.code, caught.value.exit_code) == ("PC067", 3)
        assert caught.value.hint == "promptctl eval support/triage --replies refresh"
    assert not it.eval(mode="refresh").ok


def test_too_much_for_a_repository_stays_in_the_cache_and_counts_on_this_machine(it: Bench, tmp_path: Path) -> None:
    it.write({"eval.yaml": cases("ok one", "ok two")})
    it.server.always = saying(lambda text: text + "x" * 3_000_000)
    first = it.eval()
    assert [path.partition("/evidence/")[0] for path in first.written] == [FOLDER]
    assert it.evidence()["meta"]["replies"] == "external"
    assert it.eval().asked == 0
    assert [check.outcome for check in it.verify().checks] == ["reproduced"]
    it.cache.close()
    it.cache.path.unlink()
    assert [check.outcome for check in it.verify().checks] == ["not judged"]
    assert it.eval().asked == 2


def test_a_folder_that_cannot_be_written_is_an_error(it: Bench) -> None:
    build_files(it.folder, {f"{FOLDER}/evidence": "a file where the folder should be"})
    with pytest.raises(OutsideError):
        it.eval()
