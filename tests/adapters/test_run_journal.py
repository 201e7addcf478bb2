"""The journal of a run: what was kept is there again, whatever became of the process that kept it."""

from __future__ import annotations

from contextlib import closing
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptctl.adapters.run_failures import failed_cases, note_failures
from promptctl.adapters.run_journal import RunJournal, head_of, journals, parse_journal, runs_folder, whole_bytes
from promptctl.core.evals.run_head import RunHead, RunSuite
from promptctl.core.models.request import Reply, Usage

HEAD = RunHead(suites=(RunSuite(reference="a", subject="s", suite="t"),), mode="live")
REPLIES = {f"key {number}": Reply(text=f"é\n{number}", usage=Usage(input=1), host="h") for number in range(3)}


def written(folder: Path) -> Path:
    with closing(RunJournal.start(folder, HEAD)) as journal:
        assert journal.starts("s t", {"m\nc": 2}) == {"m\nc": 2}
        for key, reply in REPLIES.items():
            journal.put(key, None, reply)
        journal.put("key 0", "relay", Reply(text="relay's"))
    return journal.path


def test_what_was_kept_is_there_again(tmp_path: Path) -> None:
    path = written(tmp_path)
    assert head_of(path) == HEAD
    journal = RunJournal.reopen(path)
    assert journal
    with closing(journal):
        assert {key: journal.get(key, None) for key in REPLIES} == REPLIES
        assert journal.get("key 0", "relay") == Reply(text="relay's")
        assert journal.get("key 1", "relay") is None
        assert journal.starts("s t", {"m\nc": 9}) == {"m\nc": 2}, "as the run began"
        journal.put("new", None, Reply(text="new"))
    assert len(list(parse_journal(BytesIO(path.read_bytes()))[1])) == 6


@given(kept=st.floats(0, 1))
def test_a_file_that_was_cut_off_has_its_whole_lines(tmp_path_factory: pytest.TempPathFactory, kept: float) -> None:
    path = written(tmp_path_factory.mktemp("cut"))
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * kept)])
    lines = path.read_bytes().count(b"\n")
    journal = RunJournal.reopen(path)
    assert (journal is None) == (lines == 0)
    if journal:
        with closing(journal):
            assert len(journal.replies) == min(3, max(0, lines - 2))
            journal.put("after", None, Reply(text="after"))
        assert len(list(parse_journal(BytesIO(path.read_bytes()))[1])) == lines


@pytest.mark.parametrize("size", [0, 1, 65535, 65536, 65537, 200_000])
def test_the_end_of_the_last_whole_line_is_found_from_behind(size: int) -> None:
    assert whole_bytes(BytesIO(b"head\n" + b"x" * size)) == 5
    assert whole_bytes(BytesIO(b"x" * size + b"\n")) == size + 1
    assert whole_bytes(BytesIO(b"x" * size)) == 0


def test_a_run_that_lives_is_not_gone_on_with(tmp_path: Path) -> None:
    with closing(RunJournal.start(tmp_path, HEAD)) as journal:
        assert RunJournal.reopen(journal.path) is None
        journal.drop()
    assert list(journals(tmp_path)) == []


@pytest.mark.parametrize(
    "content", [b"", b"x", b"x\n", b"{}\n", b"[]\n", b'{"format":1}\n', b"\xff\n", b"null\nnull\n"]
)
def test_what_is_no_journal(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(content)
    assert RunJournal.reopen(path) is None
    assert head_of(path) is None
    assert path.read_bytes() == content


def test_without_a_place_to_write_a_run_only_cannot_go_on(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with closing(RunJournal.start(tmp_path / "file" / "runs", HEAD)) as journal:
        journal.put("k", None, Reply(text="x"))
        assert (journal.whole, journal.get("k", None)) == (False, Reply(text="x"))
        journal.drop()
    note_failures(tmp_path / "file", "a", {"x"}, {"x"})
    assert failed_cases(tmp_path / "file", "a") is None


def test_failures_are_known_case_by_case(tmp_path: Path) -> None:
    folder = runs_folder(tmp_path, Path("/somewhere"))
    note_failures(folder, "a", {"one", "two", "three"}, {"one", "two"})
    note_failures(folder, "b", {"one"}, ())
    note_failures(folder, "a", {"two", "three"}, {"three"})
    assert (failed_cases(folder, "a"), failed_cases(folder, "b")) == (frozenset({"one", "three"}), frozenset())
    assert failed_cases(folder, "c") is None
