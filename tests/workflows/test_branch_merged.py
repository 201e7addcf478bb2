"""A branch of ``--branch`` counts once it is merged, whatever way: by a merge commit, a squash or a rebase."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.shipping import NAME, OTHER, done, line, moves_file, promoted, refused, run, served, shown
from tests.support import SETTINGS, GitRepository

ASKING = SETTINGS.replace('after = "staging"\n', 'after = "staging"\napprovals = 1\n')
OPEN = ASKING.replace("approvals = 1\n", "approvals = 1\napprovals_signed = false\n")
UP = ("promote", f"{NAME}@1.2.0", "staging")
WAYS = {
    "merge": "git merge -q --no-ff -m 'Merge pull request #12 from acorn/{0}' origin/{0}",
    "squash": "git merge -q --squash origin/{0}; git log -1 --format=%B origin/{0} | git commit -q --author='{1}' -F -",
    "rebase": "git cherry-pick ..origin/{0}",
}


def host(repository: GitRepository) -> GitRepository:
    """Where pull requests are merged; people work in their own clones."""
    found = repository.clone(repository.folder.parent / "host")
    found.git("config", "user.name", "Host")
    found.git("config", "user.email", "noreply@host.example")
    return found


def merged(site: GitRepository, branch: str, way: str, author: str = "Ada Tester <ada@example.org>") -> None:
    """What a host does with a pull request."""
    site.git("fetch", "-q")
    site.git("reset", "-q", "--hard", "origin/main")
    subprocess.run(["sh", "-ec", WAYS[way].format(branch, author)], cwd=site.folder, check=True, capture_output=True)
    site.git("push", "-q", "origin", "main", f":{branch}")


def person(repository: GitRepository, name: str) -> GitRepository:
    found = repository.clone(repository.folder.parent / name)
    found.git("config", "user.name", name.title())
    found.git("config", "user.email", f"{name}@example.org")
    return found


@pytest.mark.parametrize(
    "way", [pytest.param("merge", marks=pytest.mark.long), "squash", pytest.param("rebase", marks=pytest.mark.long)]
)
def test_everything_reads_the_same_afterwards(tmp_path: Path, way: str) -> None:
    repository = line(tmp_path, OPEN, staged=("1.0.0", "1.1.0"))
    site = host(repository)
    done(repository, *UP, "--reason", "shorter", "--branch", "up")
    promoted(repository, "1.0.0", name=OTHER)
    merged(site, "up", way)
    ada = person(repository, "linus")
    assert (served(ada), served(ada, name=OTHER)) == ("1.2.0", "1.0.0")
    assert "triage  locked  1.2.0  1.2.0" in done(ada, "status").out
    told = done(ada, "history", NAME, "--json").data["moves"]
    assert [(it["kind"], it["by"], it["reason"]) for it in told[:1]] == [
        ("promote", "Ada Tester <ada@example.org>", "shorter")
    ]
    assert "promote 1.1.0 -> 1.2.0" in done(ada, "why", f"{NAME}@1.2.0").out
    assert done(ada, *UP).out.splitlines()[0].endswith("1.2.0 already")
    grace = person(repository, "grace")
    done(grace, "approve", f"{NAME}@1.2.0", "prod", "--branch", "agreed")
    refused(ada, "promote", f"{NAME}@1.2.0", "prod", error="PC102")
    merged(site, "agreed", way, "Grace <grace@example.org>")
    done(ada, "promote", f"{NAME}@1.2.0", "prod")
    assert '"approvals":["Grace <grace@example.org>"]' in shown(ada, moves_file("prod"))
    done(ada, "rollback", NAME, "staging", "--reason", "worse", "--branch", "back")
    merged(site, "back", way, "Linus <linus@example.org>")
    done(repository, "promote", f"{NAME}@1.0.0", "staging")
    done(repository, "rollback", NAME, "staging", "--reason", "one step")
    serials = [it["serial"] for it in done(repository, "history", NAME, "--env", "staging", "--json").data["moves"]]
    assert (serials, served(repository)) == ([6, 5, 4, 3, 2, 1], "1.1.0")
    done(repository, "drift")


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys")
    line = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "grace", "-f", str(folder / "grace")]
    subprocess.run(line, check=True, capture_output=True)
    return folder


def test_a_signed_approval_stays_signed_by_a_merge_commit_only(tmp_path: Path, keys: Path) -> None:
    repository = line(tmp_path, ASKING, staged=("1.2.0",))
    repository.git("pull", "-q", "--rebase")
    known = f"grace@example.org {(keys / 'grace.pub').read_text()}"
    repository.commit({"prompts/allowed_signers": known}, "signers")
    repository.git("push", "-q")
    site, grace = host(repository), person(repository, "grace")
    grace.git("config", "gpg.format", "ssh")
    grace.git("config", "user.signingkey", str(keys / "grace"))
    agreed = ("approve", f"{NAME}@1.2.0", "prod")
    done(grace, *agreed, "--branch", "agreed")
    merged(site, "agreed", "squash", "Grace <grace@example.org>")
    ran = refused(repository, "promote", f"{NAME}@1.2.0", "prod", error="PC102")
    assert "it is not signed (a squash or a rebase put another commit in the place of the signed one" in ran.err
    done(grace, *agreed, "--reason", "again", "--branch", "agreed-again")
    merged(site, "agreed-again", "merge")
    done(repository, "promote", f"{NAME}@1.2.0", "prod")


def test_two_for_one_pointer_conflict_and_a_rerun_mends_it(tmp_path: Path) -> None:
    repository = line(tmp_path, staged=("1.0.0", "1.1.0"))
    site = host(repository)
    done(repository, *UP, "--branch", "up")
    done(repository, "promote", f"{NAME}@1.0.0", "staging", "--branch", "down")
    merged(site, "up", "merge")
    before = site.git("rev-parse", "HEAD")
    site.git("merge", "-q", "--no-edit", "origin/down", check=False)
    folder = "prompts/environments/staging/support/triage"
    assert site.git("diff", "--name-only", "--diff-filter=U").split() == [f"{folder}.moves.jsonl", f"{folder}.yaml"]
    both = (site.folder / f"{folder}.moves.jsonl").read_text().splitlines(keepends=True)
    (site.folder / f"{folder}.moves.jsonl").write_text("".join(it for it in both if it.startswith("{")))
    site.git("checkout", "-q", "--theirs", f"{folder}.yaml")
    site.git("add", "-A")
    site.git("commit", "-qm", "Accept both")
    site.git("push", "-q")
    refused(repository, "promote", f"{NAME}@1.2.0", "staging", code=2, error="PC017")
    found = run(repository, "drift")
    assert (found.code, "the chain of moves is broken" in found.out) == (1, True), found
    repair = next(it for it in found.out.splitlines() if "git revert" in it)
    subprocess.run(
        ["sh", "-ec", repair[repair.index("git switch") :]], cwd=site.folder, check=True, capture_output=True
    )
    assert site.git("diff", before, "HEAD", "--stat") == ""
    done(repository, "promote", f"{NAME}@1.0.0", "staging", "--branch", "down-again")
    merged(site, "down-again", "merge")
    repository.git("fetch", "-q")
    assert (served(repository), run(repository, "drift").code) == ("1.0.0", 0)
