"""People judge kept answers: from files, and one after the other."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from promptctl.cli.commands.eval_review import ask
from promptctl.core.evals.review import parse_votes
from promptctl.workflows.eval_review import Reviewed
from tests.evals import FOLDER, NAME, PROMPT, Registry, cases, registry, saying

SUITE = cases("one", "two", "three", expect="[{icontains: good}]")
REVIEWS = f"{FOLDER}/evidence/reviews.jsonl"
ANSWERS = {"one": "good", "two": "=SUM(1, 2)", "three": "good, too"}


@pytest.fixture
def it(tmp_path: Path) -> Iterator[Registry]:
    with registry(tmp_path, SUITE, remote=False) as found:
        found.server.always = saying(lambda text: ANSWERS[text.rpartition(" ")[2]])
        found.run("eval")
        yield found


def filled(it: Registry, scores: dict[str, str]) -> None:
    """Exports the answers, and fills in scores by case."""
    it.done("eval", "review", NAME, "--export", "answers.csv")
    rows = list(csv.DictReader(io.StringIO((it.folder / "answers.csv").read_text())))
    assert {row["case"] for row in rows} == {*ANSWERS}
    assert {row["answer"] for row in rows} == {"good", "'=SUM(1, 2)", "good, too"}
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0])
    writer.writeheader()
    writer.writerows(row | {"score": scores.get(row["case"], ""), "note": "mine"} for row in rows)
    (it.folder / "scores.csv").write_text(out.getvalue())


def test_scores_of_a_file_are_votes_of_whoever_git_says_is_here(it: Registry) -> None:
    filled(it, {"one": "pass", "two": "0.9"})
    data = it.done("eval", "review", NAME, "--scores", "scores.csv", "--json").data
    assert (data["kept"], data["file"]) == (2, REVIEWS)
    assert data["agreement"] == {"pairs": 0, "same": 0, "judged": 2, "with_suite": 1}
    votes = parse_votes((it.folder / REVIEWS).read_text(), REVIEWS)
    assert {(vote.case, vote.score, vote.note) for vote in votes} == {("one", 1, "mine"), ("two", 0.9, "mine")}
    assert {vote.by for vote in votes} == {it.repository.git("var", "GIT_COMMITTER_IDENT").rpartition(">")[0] + ">"}
    it.repository.git("config", "user.name", "Somebody Else")
    filled(it, {"one": "fail", "three": "1"})
    ran = it.done("eval", "review", NAME, "--scores", "scores.csv")
    assert "people agree with each other in 0 of 1 pair of votes" in ran.out
    assert "3 of 3 answers judged by people" in ran.out
    assert it.verify().ok


def test_a_case_that_is_called_like_a_formula_takes_its_scores(it: Registry) -> None:
    it.server.always = saying(lambda text: "good")
    it.write({"eval.yaml": cases("-five", expect="[{icontains: good}]")})
    it.run("eval")
    it.done("eval", "review", NAME, "--export", "answers.csv")
    rows = (it.folder / "answers.csv").read_text()
    assert ",'-five," in rows
    for name in ("'-five", "-five"):
        (it.folder / "scores.csv").write_text(rows.replace(",,", ",pass,").replace("'-five", name))
        assert "wrote" in it.done("eval", "review", NAME, "--scores", "scores.csv").out
        (vote,) = parse_votes((it.folder / REVIEWS).read_text(), REVIEWS)
        assert vote.case == "-five"


def test_another_answer_needs_another_vote(it: Registry) -> None:
    filled(it, {"one": "pass"})
    it.done("eval", "review", NAME, "--scores", "scores.csv")
    it.write({"prompt.yaml": PROMPT.replace('"{{ ticket }}"', '"please {{ ticket }}"')})
    it.server.always = saying(lambda text: "better")
    it.run("eval")
    data = it.done("eval", "review", NAME, "--json").data
    assert [answer["votes"] for answer in data["answers"]] == [[], [], []]
    assert it.refused("eval", "review", NAME, "--scores", "scores.csv", code=2, error="PC197")


@pytest.mark.parametrize(
    ("options", "files", "code", "error"),
    [
        (("--scores", "a.csv", "--export", "b.csv"), {}, 2, "PC001"),
        (("--export", "a.txt"), {}, 2, "PC001"),
        (("--scores", "a.csv"), {"a.csv": "case,reply,score\none,sha256:0,pass\n"}, 2, "PC197"),
        (("--scores", "a.jsonl"), {"a.jsonl": '{"reply": "x", "score": "perhaps"}\n'}, 2, "PC197"),
        (("--scores", "a.jsonl"), {"a.jsonl": "{\n"}, 2, "PC047"),
        (("--scores", "none.csv"), {}, 2, ""),
        ((), {REVIEWS: "{}\n"}, 2, "PC196"),
    ],
)
def test_refused(it: Registry, options: tuple[str, ...], files: dict[str, str], code: int, error: str) -> None:
    for path, text in files.items():
        (it.folder / path).write_text(text)
    before = it.kept()
    it.refused("eval", "review", NAME, *options, code=code, error=error)
    assert it.kept() == before


def test_at_a_terminal_one_answer_comes_after_the_other() -> None:
    answers = tuple(
        Reviewed(
            reply=reply, case=f"case {reply}", outcome="pass", text=f"text {reply}", inputs={"a": "1\n2"}, votes=()
        )
        for reply in "wxyz"
    )
    said: list[str] = []
    lines = iter(["maybe\n", "pass well said\n", "s\n", "0.25\n", ""])
    given: dict[tuple[str, str], tuple[float, str]] = {}
    ask(answers, given, said.append, lambda: next(lines))
    assert given == {("case w", "w"): (1.0, "well said"), ("case y", "y"): (0.25, "")}
    assert "1 of 4  case w\n  a: 1\n    2\n\ntext w" in said[0]
    assert "`maybe` is no vote" in said
    assert json.dumps(said).count("[p]ass") == 5


def test_what_was_said_before_ctrl_c_is_kept(it: Registry) -> None:
    """At a terminal, whose Ctrl-C reaches git's processes too."""
    ours, theirs = pty.openpty()
    line = [sys.executable, "-m", "promptctl", "eval", "review", NAME]
    with subprocess.Popen(line, cwd=it.folder, stdin=theirs, stdout=theirs, stderr=theirs, process_group=0) as process:
        os.close(theirs)
        shown = until(ours, b"", b"like:")
        os.write(ours, b"p well\n")
        until(ours, shown, b"2 of 3", b"like:")
        os.killpg(process.pid, signal.SIGINT)
        until(ours, b"", b"interrupted, 1 vote kept")
    os.close(ours)
    assert (process.returncode, len(parse_votes((it.folder / REVIEWS).read_text(), REVIEWS))) == (130, 1)


def until(terminal: int, shown: bytes, *texts: bytes) -> bytes:
    """What is shown once these texts follow each other in what comes now."""
    begin = len(shown)
    while not re.search(b".*".join(map(re.escape, texts)), shown[begin:], re.DOTALL):
        shown += os.read(terminal, 65536)
    return shown
