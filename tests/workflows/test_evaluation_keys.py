"""What a run may know and keep: without keys or trust nobody is asked, and no secret is written anywhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from promptctl.errors import StateError
from tests.evals import KEY, bench, cases
from tests.servers import Reaction, echo_authorization, json_answer, openai_answer, status


def test_without_a_key_the_cases_are_listed_and_nobody_is_asked(tmp_path: Path) -> None:
    with bench(tmp_path, cases(*"abcdefg")) as it:
        it.environment = {"PROMPTCTL_TRUST": it.environment["PROMPTCTL_TRUST"]}
        with pytest.raises(StateError) as caught:
            it.eval()
        assert it.asked == 0
    assert (caught.value.code, caught.value.exit_code) == ("PC065", 3)
    assert str(caught.value) == (
        "no kept reply for 7 cases of support/triage (a, b, c, d, e and 2 more), and they cannot be asked: "
        "RELAY_KEY, the key of the provider relay, is not set"
    )
    assert caught.value.hint == "set RELAY_KEY, or use --replies recorded"


def test_without_trust_the_cases_are_listed_and_nobody_is_asked(tmp_path: Path) -> None:
    with bench(tmp_path, cases("a")) as it:
        it.environment = {"RELAY_KEY": KEY, "PROMPTCTL_DATA_DIR": str(tmp_path / "data")}
        with pytest.raises(StateError) as caught:
            it.eval()
        assert it.asked == 0
    assert (caught.value.code, caught.value.exit_code) == ("PC065", 3)
    assert "not trusted here" in str(caught.value)
    assert str(caught.value.hint).startswith("promptctl trust (in CI: PROMPTCTL_TRUST=sha256:")


def test_without_a_key_what_is_kept_is_used_and_only_the_rest_is_listed(tmp_path: Path) -> None:
    with bench(tmp_path, cases("ok1", "ok2")) as it:
        assert it.eval().ok
        it.write({"eval.yaml": cases("ok1", "ok2", "new")})
        del it.environment["RELAY_KEY"]
        with pytest.raises(StateError, match=r"no kept reply for 1 case of support/triage \(new\)"):
            it.eval()


def test_only_recorded_and_nothing_recorded_lists_the_cases_and_the_command(tmp_path: Path) -> None:
    with bench(tmp_path, cases("a", "b")) as it:
        with pytest.raises(StateError) as caught:
            it.eval(mode="recorded")
        assert it.asked == 0
    assert (caught.value.code, str(caught.value)) == ("PC065", "no recorded reply for 2 cases of support/triage: a, b")
    assert caught.value.hint == "promptctl eval support/triage --replies auto"


@pytest.mark.parametrize(
    "reaction",
    [
        echo_authorization,
        json_answer({"error": {"message": f"bad key {KEY}"}}),
        json_answer(openai_answer(f"your key is {KEY}", model=f"m-{KEY}")),
        json_answer({"choices": [{"message": {"content": "ok"}, "finish_reason": KEY}]}),
        status(400, f"Bearer {KEY}"),
    ],
)
def test_the_key_gets_into_no_result_file_or_cache(tmp_path: Path, reaction: Reaction) -> None:
    with bench(tmp_path, cases("a", expect="[{contains: zzz}]")) as it:
        it.server.always = reaction
        result = it.eval()
        assert KEY not in repr(result)
        it.cache.close()
    assert not [file for file in tmp_path.rglob("*") if file.is_file() and KEY.encode() in file.read_bytes()]
