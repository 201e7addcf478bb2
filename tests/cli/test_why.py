"""``promptctl why`` from a call, and from what it sent, to pull requests, authors, evidence and signed approvals."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from promptctl.cli.why_view import text as why_text
from promptctl.core.events.event import Event
from promptctl.core.files.strict_json import strict_json
from promptctl.core.moves.moves import Move
from promptctl.core.prompts.rendered import rendered_digest
from promptctl.core.releases.version import version
from promptctl.workflows.history import MoveRow
from promptctl.workflows.why import Why
from tests.event_stores import write_sqlite
from tests.golden import golden
from tests.shipping import NAME, done, line, moves_file, run, shown
from tests.support import SETTINGS, GitRepository, Ran
from tests.versioning import text

ASKING = SETTINGS.replace("[environments.staging]\n", "[environments.staging]\napprovals = 1\n", 1)
PROMPT = f"prompts/{NAME}/prompt.yaml"
CALL = "01JD3ZQ7M4K2W8T5V9X0Y1Z2A3"
TEXT = [{"role": "system", "content": "Answer briefly."}, {"role": "user", "content": "Charged twice"}]
VARIABLE = [
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)"), "(time)"),
    (re.compile(r'(?<=")\d{4}-\d\d-\d\d|(?<=  )\d{4}-\d\d-\d\d(?=  )'), "(day)"),
    (re.compile(r"SHA256:\S+?(?=[\s\"]|$)"), "(key)"),
    (re.compile(r"\b[0-9a-f]{40}\b"), "(commit)"),
    (re.compile(r"^[0-9a-f]{7}(?=  )", re.MULTILINE), "(short)"),
    (re.compile(r'(?<="(?:at)": )\d{16}'), "0"),
    (re.compile(r'(?<="last": )\d{16}|(?<="first": )\d{16}'), "0"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """1.3.0 by a merged and a squashed pull request, approved by Linus, and two calls that it answered in staging."""
    folder = tmp_path_factory.mktemp("why")
    key = folder / "linus.key"
    made = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "linus", "-f", str(key)]
    subprocess.run(made, check=True, capture_output=True)
    repository = line(folder, ASKING)
    repository.commit({"prompts/allowed_signers": f"linus@example.org {Path(f'{key}.pub').read_text()}"}, "signers")
    changed(repository)
    approved(repository, key)
    done(repository, "promote", NAME, "staging")
    at = 1_000_000 * int(move(repository)["serial"] and time_of(repository) + 5)
    usual: dict[str, Any] = {
        "prompt": NAME,
        "version": "1.3.0",
        "digest": move(repository)["digest"],
        "environment": "staging",
    }
    calls = [
        Event(
            id=f"{CALL[:-1]}{number}",
            at=at + number,
            status="ok",
            reason="pointer",
            model="gpt-4.1",
            provider="openai",
            cost=916_000_000,
            latency_ms=812.0,
            rendered=rendered_digest(TEXT),
            **usual,
        )
        for number in (1, 2)
    ]
    write_sqlite(folder / "e.sqlite3", calls)
    return folder


def changed(repository: GitRepository) -> None:
    repository.git("switch", "-qc", "kinder")
    repository.git("config", "user.name", "Grace")
    repository.git("config", "user.email", "grace@example.org")
    repository.commit({PROMPT: text("a kind queue")}, "Be kind\n\nCo-authored-by: Barbara <barbara@example.org>")
    repository.git("switch", "-q", "main")
    repository.git("config", "user.name", "Ada Tester")
    repository.git("config", "user.email", "ada@example.org")
    repository.git("merge", "-q", "--no-ff", "-m", "Merge pull request #12 from grace/kinder", "kinder")
    repository.commit({PROMPT: text("a kinder queue")}, "Be kinder \x1b[31m<script>\u202e (#13)")
    done(repository, "lock")
    repository.commit(message="Lock (#14)")
    repository.git("push", "-q")
    done(repository, "release")


def approved(repository: GitRepository, key: Path) -> None:
    other = repository.clone(repository.folder.parent / "linus")
    for name, value in (("user.name", "Linus"), ("user.email", "linus@example.org"), ("gpg.format", "ssh")):
        other.git("config", name, value)
    other.git("config", "user.signingkey", str(key))
    done(other, "approve", NAME, "staging", "--reason", "read it")
    repository.git("fetch", "-q")


def move(repository: GitRepository) -> dict[str, Any]:
    found = strict_json(shown(repository, moves_file()).splitlines()[-1])
    assert isinstance(found, dict)
    return found


def time_of(repository: GitRepository) -> int:
    from datetime import datetime

    return int(datetime.fromisoformat(str(move(repository)["at"])).timestamp())


def asked(folder: Path, *words: str) -> Ran:
    return run(folder / "work", "why", *words, "--store", f"sqlite:{folder / 'e.sqlite3'}")


def kept(said: str) -> str:
    for pattern, word in VARIABLE:
        said = pattern.sub(word, said)
    return said


def test_from_what_was_sent(folder: Path) -> None:
    (folder / "sent.json").write_text(json.dumps({"model": "gpt-4.1", "messages": TEXT}), encoding="utf-8")
    ran = asked(folder, "--rendered", str(folder / "sent.json"))
    assert ran.code == 0, ran
    golden("why/rendered.txt", kept(ran.out))
    found = asked(folder, rendered_digest(TEXT), "--json")
    golden("why/rendered.json", kept(found.out))
    assert json.loads(found.out)["data"]["call"]["id"] == f"{CALL[:-1]}2"


def test_from_a_call_and_from_a_release(folder: Path) -> None:
    golden("why/call.txt", kept(asked(folder, f"{CALL[:-1]}1").out))
    golden("why/release.txt", kept(asked(folder, f"{NAME}@1.3.0").out))


def test_nothing_that_others_wrote_reaches_the_terminal(folder: Path) -> None:
    for words in ([f"{NAME}@1.3.0"], [rendered_digest(TEXT)], [rendered_digest(TEXT), "--json"]):
        said = asked(folder, *words).out
        assert "Be kinder" in said
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", said)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ((), 2, "PC001"),
        (("x", "--rendered", "y"), 2, "PC001"),
        (("--rendered", "nowhere.json"), 2, "no such file"),
        (("sha256:0000000",), 2, "nothing here has the digest sha256:0000000"),
    ],
)
def test_what_leads_nowhere_says_so(folder: Path, words: tuple[str, ...], code: int, said: str) -> None:
    ran = asked(folder, *words)
    assert (ran.code, said in ran.err) == (code, True), ran


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (None, "none"),
        ({"outcome": "pass", "file": "evidence/a-b.json"}, "pass (evidence/a-b.json)"),
        ({"1.2.0": {"outcome": "fail", "file": None}, "1.3.0": {"outcome": "pass", "file": "f"}}, "pass (f)"),
        ({"1.2.0": {"outcome": "fail", "file": None}}, "none"),
    ],
)
def test_evidence_of_a_move_is_that_of_the_version(said: dict[str, Any] | None, shown: str) -> None:
    move = Move(serial=1, at="2026-01-31T12:00:00Z", kind="promote", served=None, by="Ada", evidence=said)
    row = MoveRow(environment="prod", move=move)
    lines = why_text(Why(name="a", digest="sha256:0", version=version("1.3.0"), moves=(row,))).splitlines()
    assert lines[-1].split("Ada")[1].strip() == shown


def test_a_text_that_was_not_sent(folder: Path) -> None:
    (folder / "other.txt").write_text("Nobody sent this.\n", encoding="utf-8")
    ran = asked(folder, "--rendered", str(folder / "other.txt"))
    assert (ran.code, "[PC235]" in ran.err, "--store" in ran.err) == (3, True, True)


def test_a_shallow_clone_says_what_to_fetch(folder: Path) -> None:
    origin = f"file://{folder / 'origin.git'}"
    subprocess.run(["git", "clone", "-q", "--depth", "1", origin, str(folder / "shallow")], check=True)
    subprocess.run(["git", "-C", str(folder / "shallow"), "fetch", "-q", "--tags", "--depth", "1"], check=True)
    ran = run(folder / "shallow", "why", f"{NAME}@1.3.0")
    assert (ran.code, "--unshallow" in ran.err) == (3, True), ran
