"""What a command asks for is what the default branch says: nothing here, staged, or on another branch changes that."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.shipping import NAME, copied, done, line, promoted, refused, run, served
from tests.support import SETTINGS, GitRepository, build_files
from tests.versioning import text

STATE = "promptctl/state"
STRICT = SETTINGS.replace("[environments.staging]", f'state = "{STATE}"\n\n[environments.staging]', 1).replace(
    'after = "staging"\ngate = false\n', 'after = "staging"\napprovals = 1\nfrom = "ci"\n'
)
LAX = STRICT.replace('after = "staging"\napprovals = 1\nfrom = "ci"\n', "gate = false\napprovals_signed = false\n")
ELSEWHERE = LAX.replace('default_branch = "main"', 'default_branch = "evil"')
SIGNERS = "prompts/allowed_signers"
LOCK = "prompts/prompts.lock"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Prod asks for a gate, an approval and CI; 1.0.0 is retired, staging serves 1.1.0."""
    folder = tmp_path_factory.mktemp("strict")
    repository = line(folder, STRICT)
    promoted(repository, "1.1.0")
    done(repository, "retire", f"{NAME}@1.0.0", "--reason", "leaks")
    repository.commit(message="retire")
    repository.git("push", "-q")
    return folder


def evil(repository: GitRepository, settings: str) -> dict[str, str | bytes]:
    """Everything that would make it easy, were it asked."""
    lock = (repository.folder / LOCK).read_text()
    unretired = re.sub(r',\s*"retired": \{[^}]*\}', "", lock)
    assert "leaks" in lock
    assert "leaks" not in unretired
    return {
        "promptctl.toml": settings,
        SIGNERS: "mallory@example.org ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        LOCK: unretired,
        ".github/CODEOWNERS": "* @mallory\n",
    }


def staged(repository: GitRepository) -> None:
    build_files(repository.folder, evil(repository, LAX))
    repository.git("add", "-A")


def checked_out(repository: GitRepository) -> None:
    repository.git("switch", "-qc", "evil")
    repository.commit(evil(repository, LAX), "Easier")
    repository.git("push", "-q", "origin", "evil")


def named_as_default(repository: GitRepository) -> None:
    repository.git("switch", "-qc", "evil")
    repository.commit(evil(repository, ELSEWHERE), "Another default branch")
    repository.git("push", "-q", "origin", "evil")


def on_the_state_branch(repository: GitRepository) -> None:
    files = evil(repository, LAX)
    repository.git("fetch", "-q")
    repository.git("switch", "-q", STATE)
    repository.commit(files, "Easier")
    repository.git("push", "-q", "origin", STATE)
    repository.git("switch", "-q", "main")


def committed_here(repository: GitRepository) -> None:
    repository.commit(evil(repository, LAX), "Easier, and not pushed")


CODES = ("PC101", "PC102", "PC103", "PC104", "PC106")
WAYS: dict[str, Callable[[GitRepository], None]] = {
    "in the work tree, and staged": staged,
    "checked out": checked_out,
    "named as the default branch": named_as_default,
    "on the state branch": on_the_state_branch,
    "committed to main here": committed_here,
}
RARE = ("in the work tree, and staged", "checked out", "committed to main here")
VARIABLES = [
    f"PROMPTCTL_{name}"
    for name in ("STATE", "DEFAULT_BRANCH", "APPROVALS", "GATE", "FROM", "ENVIRONMENTS_PROD_APPROVALS")
]


@pytest.mark.parametrize("way", [pytest.param(way, marks=pytest.mark.long if way in RARE else ()) for way in WAYS])
def test_promotions_and_approvals_ask_what_main_asks(
    built: Path, tmp_path: Path, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository = copied(built, tmp_path)
    for variable in VARIABLES:
        monkeypatch.setenv(variable, "main")
    WAYS[way](repository)
    differs = way != "on the state branch"
    for command in (("promote", f"{NAME}@1.1.0", "prod"), ("promote", f"{NAME}@1.1.0", "prod", "--branch", "up")):
        ran = refused(repository, *command)
        assert {code for code in CODES if f"[{code}]" in ran.err} == {"PC102", "PC106"}, (way, ran)
        assert ("promptctl.toml here differs from main's, which counts" in ran.err) == differs
    assert "[PC104]" in refused(repository, "promote", f"{NAME}@1.0.0", "staging").err
    refused(repository, "approve", f"{NAME}@1.1.0", "prod", error="PC278")
    assert served(repository, "prod") is None
    told = done(repository, "freeze", "prod", "--reason", "x").err
    assert ("promptctl.toml here differs from main's, which counts" in told) == differs


def test_signers_are_those_of_main_wherever_others_are_named(built: Path, tmp_path: Path) -> None:
    """An approval that would count by the signers here, and those on the state branch, counts for nothing."""
    repository = copied(built, tmp_path)
    key = tmp_path / "mallory"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True, capture_output=True)
    mallory = repository.clone(tmp_path / "clone")
    for name, value in {"user.email": "mallory@example.org", "gpg.format": "ssh", "user.signingkey": str(key)}.items():
        mallory.git("config", name, value)
    signers = f"mallory@example.org {key.with_suffix('.pub').read_text()}"
    mallory.git("switch", "-q", STATE)
    mallory.commit({SIGNERS: signers}, "Easier")
    mallory.git("push", "-q", "origin", STATE)
    mallory.git("switch", "-qc", "evil", "origin/main")
    mallory.commit({SIGNERS: signers}, "Easier")
    ran = refused(mallory, "approve", f"{NAME}@1.1.0", "prod", code=1)
    assert "0 of 1 asked for: nobody yet" in ran.out
    assert "allowed signers do not have" in refused(repository, "promote", f"{NAME}@1.1.0", "prod", CI="true").err


def test_a_rollout_asks_what_main_asks(built: Path, tmp_path: Path) -> None:
    repository = copied(built, tmp_path)
    repository.git("fetch", "-q")
    repository.git("switch", "-qc", "evil")
    repository.commit({"promptctl.toml": LAX}, "Easier")
    refused(repository, "rollout", "start", f"{NAME}@1.0.0", "staging", error="PC104")


@pytest.mark.parametrize("settings", [LAX, ELSEWHERE], ids=["wider", "named as the default branch"])
def test_releases_come_from_the_branches_that_main_names(built: Path, tmp_path: Path, settings: str) -> None:
    repository = copied(built, tmp_path)
    repository.git("switch", "-qc", "evil")
    wide = settings.replace("[repository]\n", '[repository]\nrelease_branches = ["*"]\n')
    repository.commit({"promptctl.toml": wide, f"prompts/{NAME}/prompt.yaml": text("any queue")}, "Easier")
    done(repository, "lock")
    repository.commit(message="lock")
    repository.git("push", "-q", "origin", "evil")
    refused(repository, "release", error="PC025")
    assert "v1.3.0" not in repository.git("tag", "--list")


def test_a_clone_of_nothing_but_the_branch_that_names_itself_asks_what_main_asks(built: Path, tmp_path: Path) -> None:
    repository = copied(built, tmp_path)
    named_as_default(repository)
    url = f"file://{tmp_path}/origin.git"
    repository.git("clone", "-q", "--single-branch", "--branch=evil", url, str(tmp_path / "clone"))
    clone = GitRepository(tmp_path / "clone")
    ran = refused(clone, "promote", f"{NAME}@1.1.0", "prod")
    assert {code for code in CODES if f"[{code}]" in ran.err} == {"PC102", "PC106"}, ran
    assert f"origin/{STATE}: " in done(clone, "fetch").out
    assert "evil" not in done(clone, "fetch").out


CI = ("ci", "--json")


def test_a_job_does_not_let_a_change_choose_what_it_is_compared_with(built: Path, tmp_path: Path) -> None:
    repository = copied(built, tmp_path)
    named_as_default(repository)
    assert done(repository, *CI).data["base"] == repository.git("rev-parse", "evil"), "at home it may"
    ran = refused(repository, *CI, code=3, CI="true")
    (fault,) = (it for it in ran.data["unjudged"] if "only the change itself says" in it["why"])
    assert (fault["command"], fault["decides"]) == ("promptctl ci --base REV", True)
    for known in ({"GITLAB_CI": "true", "CI_DEFAULT_BRANCH": "main"}, {}):
        wanted = () if known else ("--base", "origin/main")
        ran = run(repository, *CI, *wanted, CI="true", **known)
        assert ran.data["base"] == repository.git("rev-parse", "origin/main"), ran


def test_a_clone_that_knows_the_default_branch_reads_by_it_too(built: Path, tmp_path: Path) -> None:
    repository = copied(built, tmp_path).clone(tmp_path / "clone")
    named_as_default(repository)
    assert "promptctl.toml here differs from main's, which counts" in done(repository, "status").err
    found = refused(repository, "plan", f"{NAME}@1.1.0", "prod", code=1)
    assert "asks for 1 approval" in found.out
