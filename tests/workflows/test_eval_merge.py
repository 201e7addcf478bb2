"""A run in shards: each case in one of them, merged the same as of one machine; nothing missing or foreign."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from promptctl.core.evals.run_head import RunHead, RunSuite, head_dict, head_from_dict
from promptctl.core.evals.selection import Shard
from tests.resuming import CALLS, FIRST, SECOND, Resumable, resumable
from tests.servers import status
from tests.support import GitRepository, Ran

NAMES = tuple(f"eval-shard-{index}-of-3.jsonl" for index in (1, 2, 3))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Resumable]:
    with resumable(tmp_path_factory.mktemp("shards") / "made") as found:
        yield found


@pytest.fixture(scope="module")
def sharded(made: Resumable, tmp_path_factory: pytest.TempPathFactory) -> Resumable:
    """Three shards of a live run, each made on a machine of its own."""
    here = made.copy(tmp_path_factory.mktemp("sharded") / "here")
    asked = 0
    for index, name in enumerate(NAMES, 1):
        machine = made.copy(tmp_path_factory.mktemp(name) / "machine")
        ran = machine.eval("--replies", "live", "--shard", f"{index}/3")
        assert (ran.code, machine.journals) == (0, []), ran
        assert machine.results() == made.results(), "a shard keeps no evidence"
        asked += machine.asked
        (here.folder / name).write_bytes((machine.folder / name).read_bytes())
    assert asked == CALLS - 1
    return here


@pytest.fixture
def it(sharded: Resumable, tmp_path: Path) -> Resumable:
    return sharded.copy(tmp_path / "copy")


def merged(it: Resumable, *arguments: str) -> Ran:
    return it.command("eval", "merge", *arguments)


def test_merged_shards_are_what_one_machine_finds(it: Resumable, made: Resumable, tmp_path: Path) -> None:
    one = made.copy(tmp_path / "one")
    assert one.eval("--replies", "live").code == 0
    ran = merged(it, *reversed(NAMES), "--report", "html=page.html")
    assert (ran.code, it.asked) == (0, 0), ran
    assert it.results() == one.results()
    assert (it.folder / "page.html").exists()
    assert it.command("eval", "verify").code == 0
    assert merged(it, *NAMES).code == 0, "merging again changes nothing"
    assert it.results() == one.results()


@pytest.mark.parametrize(
    ("files", "error", "said"),
    [
        (NAMES[:2], "PC178", "missing of the 3 shards: 3/3"),
        ((*NAMES, NAMES[1]), "PC178", f"the same shard stands in {NAMES[1]} and {NAMES[1]}"),
        (("nowhere.jsonl",), "PC010", "nowhere.jsonl: no such file"),
        (("prompts",), "PC010", "prompts is not a regular file"),
        (("promptctl.toml",), "PC176", "promptctl.toml is no shard of a run"),
        ((), "PC001", ""),
    ],
)
def test_not_each_once_is_refused(it: Resumable, files: tuple[str, ...], error: str, said: str) -> None:
    ran = merged(it, *files)
    assert (ran.code, f"[{error}]" in ran.err, said in ran.err) == (2, True, True), ran
    assert it.results() == it.results()


def test_shards_of_other_runs_are_refused(it: Resumable) -> None:
    def changed(**keys: object) -> str:
        head, *rest = (it.folder / NAMES[2]).read_text().splitlines()
        (it.folder / "other.jsonl").write_text("\n".join([json.dumps(json.loads(head) | keys), *rest]) + "\n")
        return merged(it, *NAMES[:2], "other.jsonl").err

    assert "[PC177]: other.jsonl was asked for otherwise than" in changed(mode="refresh")
    others = [{"reference": "other", "subject": "sha256:1", "suite": "sha256:2", "cases": None}]
    assert "[PC177]: other.jsonl judges other prompts or suites than" in changed(suites=others)
    assert "[PC177]: other.jsonl judges other prompts or suites than" in changed(suites=[])
    assert "[PC176]: other.jsonl is no shard" in changed(suites=[], shard=None)
    assert "[PC177]: other.jsonl is one of 4 shards, not of 3 as" in changed(shard={"index": 4, "count": 4})
    assert "[PC176]" in changed(shard={"index": 4, "count": 3})
    assert "[PC176]" in changed(format=2)
    prompt = it.folder / f"prompts/{SECOND}/prompt.yaml"
    prompt.write_text(prompt.read_text() + "parameters: {temperature: 0}\n")
    assert "[PC174]" in merged(it, *NAMES).err


def test_nothing_changed_is_a_run_of_shards_too(it: Resumable) -> None:
    repository = GitRepository(it.folder)
    repository.git("init", "-q", "-b", "main")
    assert it.command("lock").code == 0
    repository.commit()
    for index in (1, 2):
        ran = it.eval("--changed", "--base", "HEAD", "--shard", f"{index}/2")
        assert (ran.code, it.asked, "nothing to run" in ran.out) == (0, 0, True), ran
    empty = [f"eval-shard-{index}-of-2.jsonl" for index in (1, 2)]
    before = it.results()
    ran = merged(it, *empty, "--report", "junit=evals.xml")
    assert (ran.code, it.asked, ran.out.strip()) == (0, 0, "nothing to run"), ran
    assert it.results() == before
    assert "[PC178]" in merged(it, empty[0]).err


def test_a_shard_without_all_its_answers_is_not_written_and_goes_on(it: Resumable) -> None:
    usual, it.server.always = it.server.always, status(400)
    failed = it.eval("--replies", "live", "--shard", "1/1", FIRST)
    it.server.always = usual
    assert (failed.code, "shard 1/1 is not whole" in failed.out) == (1, True)
    it.server.then(status(400))
    failed = it.eval("--replies", "live", "--shard", "1/1", FIRST)
    assert (failed.code, "no answer to ok" in failed.out, "--resume" in failed.err) == (1, True, True)
    assert not (it.folder / "eval-shard-1-of-1.jsonl").exists()
    assert it.eval("--resume").code == 0
    assert it.asked in (1, 2)
    assert merged(it, "eval-shard-1-of-1.jsonl").code == 0


def test_a_line_that_was_taken_out_is_missed(it: Resumable) -> None:
    lines = (it.folder / NAMES[0]).read_text().splitlines(keepends=True)
    (it.folder / NAMES[0]).write_text("".join(lines[:-1]))
    ran = merged(it, *NAMES)
    assert (ran.code, it.asked, "[PC065]" in ran.err) == (3, 0, True), ran


@pytest.mark.parametrize("option", ["--filter=ok*", "--tag=a=b", "--report=html=x.html", "--replies=recorded"])
def test_what_makes_no_sense_for_a_shard_is_refused(it: Resumable, option: str) -> None:
    assert "does not go with --shard" in it.eval("--shard", "1/3", option).err


def test_a_head_reads_as_it_was_written() -> None:
    suite = RunSuite(reference="a@prod", subject="sha256:1", suite="sha256:2", cases=("x",))
    for shard in (None, Shard(index=2, count=3)):
        head = RunHead(suites=(suite,), mode="live", provider="relay", against="prod", shard=shard)
        assert head_from_dict(json.loads(json.dumps(head_dict(head)))) == head
    with pytest.raises(ValueError, match="no head"):
        head_from_dict({"format": 1, "suites": [{}]})
