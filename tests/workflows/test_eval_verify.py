"""``eval verify``: evidence follows from its replies, or it is told which does not."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from promptctl.errors import StateError, UsageError
from tests.evals import FOLDER, PROMPT, Bench, Registry, bench, cases, forge, passed, registry

SUITE = cases("ok one", "no two", gate={"pass_rate": {"min": 0.5}})


@pytest.fixture
def it(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path, SUITE) as found:
        found.eval()
        assert found.asked == 2
        yield found


def outcomes(it: Bench) -> list[str]:
    result = it.verify()
    assert result.ok is not bool({"differs", "broken"} & {check.outcome for check in result.checks})
    return [check.outcome for check in result.checks]


def evidence(it: Bench) -> Path:
    (path,) = (it.folder / FOLDER / "evidence").iterdir()
    return path


def replies(it: Bench) -> Path:
    (path,) = (it.folder / FOLDER / "replies").iterdir()
    return path


def forget(it: Bench) -> None:
    it.cache.close()
    it.cache.path.unlink()


def test_what_was_recorded_is_reproduced_offline_on_any_machine(it: Bench) -> None:
    forget(it)
    it.environment = {}
    assert outcomes(it) == ["reproduced"]
    assert it.asked == 0


def test_the_result_is_the_same_byte_for_byte_when_made_again(it: Bench) -> None:
    before = json.loads(evidence(it).read_text())["result"]
    evidence(it).unlink()
    it.eval()
    assert json.loads(evidence(it).read_text())["result"] == before
    assert it.asked == 0


def rewritten(old: str, new: str) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    return change


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-200])


def binary(path: Path) -> None:
    path.write_bytes(b"\xff\xfe\0")


def swapped(path: Path) -> None:
    first, second = (json.loads(line) for line in path.read_text().splitlines())
    first["reply"], second["reply"] = second["reply"], first["reply"]
    path.write_text("".join(json.dumps(line, separators=(",", ":")) + "\n" for line in (first, second)))


@pytest.mark.parametrize(
    ("file", "change", "outcome", "reason"),
    [
        (evidence, rewritten('"passed":false', '"passed":true'), "broken", "do not follow from the samples"),
        (evidence, rewritten('"scores":{"icontains":0', '"scores":{"icontains":1'), "broken", "do not follow"),
        (evidence, rewritten('"hosts":["127', '"hosts":["0.example","127'), "differs", "does not follow"),
        (evidence, truncated, "broken", "not valid JSON"),
        (evidence, binary, "broken", "is not UTF-8"),
        (evidence, rewritten('"format":1', '"format":2'), "broken", ""),
        (replies, rewritten("NO TWO", "OK TWO"), "differs", "does not follow from its replies"),
        (replies, rewritten('"cost":null', '"cost":0.5'), "differs", "does not follow from its replies"),
        (replies, swapped, "differs", "does not follow from its replies"),
        (replies, truncated, "broken", "PC085"),
    ],
)
def test_whatever_was_changed_is_found(
    it: Bench, file: Callable[[Bench], Path], change: Callable[[Path], None], outcome: str, reason: str
) -> None:
    change(file(it))
    (check,) = it.verify().checks
    assert check.outcome == outcome
    assert reason in check.reason or reason == "PC085"
    assert check.file == evidence(it).relative_to(it.folder).as_posix()
    assert not it.verify().ok


def test_evidence_written_by_hand_differs_though_it_fits_itself(it: Bench) -> None:
    forge(it.folder, passed)
    assert outcomes(it) == ["differs"]


def test_evidence_under_another_name_is_broken(it: Bench) -> None:
    path = evidence(it)
    path.rename(path.with_name(f"{'0' * 12}-{'0' * 12}.json"))
    (check,) = it.verify().checks
    assert (check.outcome, check.reason) == ("broken", f"its content belongs to {FOLDER}/evidence/{path.name}")


def test_replies_that_are_cached_are_enough_and_without_them_nobody_can_judge(it: Bench) -> None:
    replies(it).unlink()
    assert outcomes(it) == ["reproduced"]
    forget(it)
    (check,) = it.verify().checks
    assert (check.outcome, check.reason) == ("not judged", "its replies are neither recorded nor cached")
    assert it.verify().ok


def test_a_cached_reply_does_not_hide_that_the_recorded_one_was_edited(it: Bench) -> None:
    rewritten("NO TWO", "OK TWO")(replies(it))
    assert outcomes(it) == ["differs"]


def test_evidence_of_what_is_not_here_any_more_is_not_judged(it: Bench) -> None:
    it.write({"prompt.yaml": PROMPT.replace("m-1", "m-2")})
    assert outcomes(it) == ["not judged"]
    it.write({"prompt.yaml": PROMPT, "eval.yaml": cases("ok other")})
    assert outcomes(it) == ["not judged"]


def test_nothing_to_verify_is_said(tmp_path: Path) -> None:
    with bench(tmp_path, SUITE) as it:
        with pytest.raises(StateError) as caught:
            it.verify()
        assert (caught.value.code, caught.value.hint) == ("PC064", "promptctl eval")
        with pytest.raises(UsageError):
            it.verify("support/tirage")


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Registry]:
    with registry(tmp_path, SUITE) as found:
        found.eval()
        found.release({"prompt.yaml": PROMPT.replace("{{ ticket }}", "{{ ticket }}!")})
        found.eval()
        yield found


def test_evidence_of_released_versions_is_verified_too(two: Registry) -> None:
    assert outcomes(two) == ["reproduced", "reproduced"]
    for path in (two.folder / FOLDER / "replies").iterdir():
        path.write_text(path.read_text().replace("OK ONE", "OK THREE"))
    assert outcomes(two) == ["differs", "differs"]


def test_evidence_of_a_version_under_its_own_suite_is_verified_after_the_suite_changed(two: Registry) -> None:
    two.write({"eval.yaml": cases("ok three")})
    assert outcomes(two) == ["reproduced", "reproduced"]
