"""Bundles of real repositories: the same bytes everywhere, everything in them released, nothing written otherwise."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from promptctl.core.moves.bundle import Bundle, closures_of, parse_bundle
from promptctl.core.prompts.canonical import digest
from promptctl.core.prompts.render import Rendering
from tests.shipping import NAME, done, line, moves_file, pointer_file, promoted, refused, run
from tests.splitting import start_split
from tests.support import GitRepository, promptctl
from tests.versioning import released

CHAIN = """\
inputs: {text: string}
formerly: [text/shorter]
steps:
  - {name: sorted, prompt: support/triage, inputs: {ticket: "{{ text }}"}}
  - {name: summary, prompt: text/summary, inputs: {}}
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> GitRepository:
    """Staging serves a split of support/triage and a chain that was called otherwise."""
    with pytest.MonkeyPatch.context() as patched:
        from tests.conftest import isolate

        isolate(tmp_path_factory.mktemp("home"), patched)
        repository = line(tmp_path_factory.mktemp("line"), staged=("1.0.0", "1.1.0"))
        released(repository, {"prompts/text/chain/prompt.yaml": CHAIN})
        promoted(repository, "1.0.0", name="text/chain")
        start_split(repository, "1.2.0")
        return repository


def bundle(repository: GitRepository, environment: str = "staging") -> Bundle:
    return parse_bundle(done(repository, "bundle", environment).out.encode(), "bundle")


def test_a_bundle_holds_what_is_served_and_what_was_before(built: GitRepository) -> None:
    found = bundle(built)
    triage = found.prompts[NAME]
    assert triage.split
    assert triage.previous
    assert (found.environment, found.former) == ("staging", {"text/shorter": "text/chain"})
    assert [str(served.version) for served in (*triage.live, triage.previous)] == ["1.1.0", "1.2.0", "1.0.0"]
    closures = closures_of(found)
    assert {key: digest(closure) for key, closure in closures.items()} == {key: key for key in found.forms}
    rendered = Rendering(closures[triage.served.digest]).messages({"ticket": "Broken"})
    shown = run(built, "render", f"{NAME}@1.1.0", "-i", "ticket=Broken", "--json").data
    assert [message["content"] for message in rendered] == [message["content"] for message in shown["messages"]]
    assert set(closures[found.prompts["text/chain"].served.digest].steps) == {"sorted", "summary"}


def test_the_same_commits_give_the_same_bytes(built: GitRepository, tmp_path: Path) -> None:
    clone = built.clone(tmp_path / "clone")
    there = {"LC_ALL": "C", "TZ": "Asia/Tokyo", "PYTHONHASHSEED": "7"}
    here = {"LC_ALL": "C.UTF-8", "TZ": "America/Lima", "PYTHONHASHSEED": "3"}
    first = promptctl("bundle", "staging", cwd=built.folder, environment=here)
    again = promptctl("bundle", "staging", "-o", "-", cwd=built.folder, environment=here)
    other = promptctl("bundle", "staging", cwd=clone.folder, environment=there)
    assert first.code == again.code == other.code == 0, (first, other)
    assert first.out == again.out == other.out


def test_what_was_kept_is_hashed_again(built: GitRepository, monkeypatch: pytest.MonkeyPatch) -> None:
    from promptctl.workflows import bundle as workflow

    before = done(built, "bundle", "staging").out
    kept: list[Any] = []
    judged = workflow._bears_out

    def tamper(known: Any, wanted: str) -> bool:
        if known:
            called, text = next(iter(known[0].items()))
            known[0][called] = text.replace("echo:echo", "gpt-forged")
            kept.append(wanted)
        return judged(known, wanted)

    monkeypatch.setattr(workflow, "_bears_out", tamper)
    assert done(built, "bundle", "staging").out == before
    assert kept


def test_a_file_is_written_and_verified(built: GitRepository, tmp_path: Path) -> None:
    file = tmp_path / "prod.json"
    made = done(built, "bundle", "staging", "-o", str(file), "--json").data
    assert made["digest"] == json.loads(file.read_text())["digest"]
    assert (made["written"], made["signed"], made["bytes"]) == (str(file), False, file.stat().st_size)
    found = done(tmp_path, "bundle", "verify", "prod.json", "--json").data
    assert found["digest"] == made["digest"]
    assert found["prompts"] == {NAME: "1.1.0", "text/chain": "1.0.0"}
    assert "2 prompts" in done(tmp_path, "bundle", "verify", str(file)).out


def test_a_changed_file_is_told(built: GitRepository, tmp_path: Path) -> None:
    file = tmp_path / "prod.json"
    done(built, "bundle", "staging", "-o", str(file))
    file.write_bytes(file.read_bytes().replace(b"queue", b"kueue", 1))
    ran = run(tmp_path, "bundle", "verify", "prod.json")
    assert ran.code == 1
    assert "[PC211]" in ran.out
    refused(tmp_path, "bundle", "verify", "nothing.json", code=2, error="PC010")


def test_nothing_is_written_when_a_tag_was_moved(built: GitRepository, tmp_path: Path) -> None:
    clone = built.clone(tmp_path / "clone")
    clone.git("tag", "-f", "-a", "-m", "forged", f"prompts/{NAME}@v1.1.0", "HEAD")
    refused(clone, "bundle", "staging", "-o", "prod.json", error="PC097")
    assert not (clone.folder / "prod.json").exists()


@pytest.mark.parametrize(
    ("before", "after", "error"),
    [
        ("version: 1.2.0", "version: 1.0.0", "PC129"),
        ("serial: 3", "serial: 1", "PC129"),
        ("[0, 2500]", "[0, 2400]", "PC215"),
    ],
)
def test_nothing_is_written_when_a_pointer_disagrees(
    built: GitRepository, tmp_path: Path, before: str, after: str, error: str
) -> None:
    clone = built.clone(tmp_path / "clone")
    text = (clone.folder / pointer_file()).read_text()
    assert before in text
    commit = clone.commit({pointer_file(): text.replace(before, after)})
    clone.git("update-ref", "refs/remotes/origin/main", commit)
    refused(clone, "bundle", "staging", "-o", "prod.json", error=error, code=2 if error == "PC215" else 3)
    assert not (clone.folder / "prod.json").exists()


def test_nothing_is_written_when_the_branch_was_turned_back(built: GitRepository, tmp_path: Path) -> None:
    clone = built.clone(tmp_path / "clone")
    first = clone.git("log", "--format=%H", "--", pointer_file()).splitlines()[-1]
    tip = clone.git("rev-parse", "HEAD")
    for commit in (first, tip, first):
        clone.git("update-ref", "--create-reflog", "refs/remotes/origin/main", commit)
    refused(clone, "bundle", "staging", error="PC129")


@pytest.mark.parametrize("gone", [(pointer_file(),), (pointer_file(), moves_file())])
def test_nothing_is_written_when_a_pointer_is_gone_by_no_move(
    built: GitRepository, tmp_path: Path, gone: tuple[str, ...]
) -> None:
    clone = built.clone(tmp_path / "clone")
    for path in gone:
        (clone.folder / path).unlink()
    clone.git("update-ref", "refs/remotes/origin/main", clone.commit())
    refused(clone, "bundle", "staging", error="PC129")


def test_nothing_is_written_when_the_branch_was_pushed_back_to_before_a_first_move(tmp_path: Path) -> None:
    repository = line(tmp_path, staged=("1.0.0",))
    repository.git("push", "-q", "--force", "origin", "main~1:main")
    refused(repository, "bundle", "staging", error="PC129")


def test_what_a_move_took_away_is_not_missed(tmp_path: Path) -> None:
    repository = line(tmp_path, staged=("1.0.0",))
    done(repository, "remove", NAME, "staging", "--reason", "not used")
    assert bundle(repository).prompts == {}


def test_an_environment_that_serves_nothing(built: GitRepository) -> None:
    assert bundle(built, "prod").prompts == {}
    refused(built, "bundle", "production", code=2, error="PC004")


def test_urls_are_written_and_read_through_fsspec(built: GitRepository, tmp_path: Path) -> None:
    for place in ("memory://releases/prod.json", f"file://{tmp_path}/prod.json"):
        assert done(built, "bundle", "staging", "-o", place, "--json").data["written"] == place
        assert done(tmp_path, "bundle", "verify", place, "--json").data["environment"] == "staging"
    assert (tmp_path / "prod.json").read_text() == done(built, "bundle", "staging").out
    refused(tmp_path, "bundle", "verify", "memory://nothing/there", code=4, error="PC217")


def test_passwords_in_urls_are_not_shown(built: GitRepository) -> None:
    ran = refused(
        built, "bundle", "staging", "-o", "nonsense://ada:hunter2@host/x?token=hunter2", code=4, error="PC217"
    )
    assert "hunter2" not in ran.err
    assert "nonsense://host/x" in ran.err


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two key pairs, ``own`` and ``other``."""
    folder = tmp_path_factory.mktemp("keys")
    for name in ("own", "other"):
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "release", "-f", str(folder / name)]
        subprocess.run(command, check=True, capture_output=True)
    return folder


def test_a_signed_bundle_is_one_by_the_pinned_key(built: GitRepository, tmp_path: Path, keys: Path) -> None:
    place = str(tmp_path / "prod.json")
    assert done(built, "bundle", "staging", "-o", place, "--sign", str(keys / "own"), "--json").data["signed"]
    written = (keys / "own.pub").read_text()
    for signer in (str(keys / "own.pub"), written.strip()):
        assert done(tmp_path, "bundle", "verify", place, "--signer", signer, "--json").data["signed"]
    (keys / "both.pub").write_text((keys / "other.pub").read_text() + "# rotated\n" + written)
    done(tmp_path, "bundle", "verify", place, "--signer", str(keys / "both.pub"))
    for wrong in (keys / "other.pub",):
        ran = run(tmp_path, "bundle", "verify", place, "--signer", str(wrong))
        assert (ran.code, "[PC214]" in ran.out) == (1, True)
    refused(tmp_path, "bundle", "verify", place, "--signer", "no key", code=2, error="PC001")
    Path(place + ".sig").unlink()
    assert "there is no signature" in run(tmp_path, "bundle", "verify", place, "--signer", written).out


def test_a_signature_is_for_these_bytes(built: GitRepository, tmp_path: Path, keys: Path) -> None:
    place = tmp_path / "prod.json"
    done(built, "bundle", "staging", "-o", str(place), "--sign", str(keys / "own"))
    place.write_bytes(run(built, "bundle", "prod").out.encode())
    ran = run(tmp_path, "bundle", "verify", str(place), "--signer", str(keys / "own.pub"))
    assert (ran.code, "[PC214]" in ran.out) == (1, True)


def test_a_key_that_cannot_sign(built: GitRepository, tmp_path: Path) -> None:
    place = tmp_path / "prod.json"
    refused(built, "bundle", "staging", "-o", str(place), "--sign", str(tmp_path / "none"), code=4, error="PC214")
    assert not place.exists()
    refused(built, "bundle", "staging", "--sign", "key", code=2, error="PC001")
