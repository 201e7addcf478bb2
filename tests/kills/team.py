"""The commands of a team that are struck: agreeing, fetching what others did, judging a change, setting Git up."""

from __future__ import annotations

from tests.kills.scene import Scene, level
from tests.shipping import FOLDER, NAME, done, promoted, remote_refs, shown
from tests.support import SETTINGS, GitRepository
from tests.versioning import PROMPT, locked, text

ASKING = SETTINGS.replace("[environments.prod]\n", "[environments.prod]\napprovals = 1\napprovals_signed = false\n")
SUITE = "cases:\n  - name: echoes\n    inputs: {ticket: I was charged twice}\n    expect: [{contains: charged}]\n"
REPORTS = {kind: f"reports/{kind}" for kind in ("junit", "sarif", "markdown", "comment")}


def _grace(repository: GitRepository) -> None:
    """The clone of somebody who wrote nothing of what is asked about."""
    level(repository)
    repository.git("config", "user.name", "Grace")
    repository.git("config", "user.email", "grace@example.org")


def _approved(repository: GitRepository) -> bool:
    path = f"{FOLDER}/prod/_approvals/{NAME}@1.1.0/grace@example.org.yaml"
    return "grace@example.org" in shown(repository, path)


def _behind(repository: GitRepository) -> None:
    """Somebody else promoted."""
    other = repository.clone(repository.folder.parent / "other")
    promoted(other, "1.2.0")


def _fetched(repository: GitRepository) -> bool:
    return repository.git("rev-parse", "origin/main") == remote_refs(repository)["refs/heads/main"]


def _proposed(repository: GitRepository) -> None:
    """A change on a branch, with its evidence."""
    repository.git("switch", "-qc", "topic")
    repository.commit({f"prompts/{NAME}/eval.yaml": SUITE, PROMPT: text("one more queue")}, "edit")
    locked(repository)
    done(repository, "eval", NAME)
    repository.commit(message="lock")


def _reported(repository: GitRepository) -> bool:
    paths = [repository.folder / path for path in REPORTS.values()]
    return all(path.exists() and path.stat().st_size for path in paths)


def _says_not_judged(report: bytes) -> bool:
    """A complete report of a run that an error stopped."""
    return report.endswith((b"</testsuites>\n", b"|\n")) and b"PC090" in report


CI = ("ci", "--base", "main", "--report", ",".join(f"{kind}={path}" for kind, path in REPORTS.items()))
TEAM = {
    "approve": Scene(arguments=("approve", f"{NAME}@1.1.0", "prod"), done=_approved, arrange=_grace, settings=ASKING),
    "fetch": Scene(arguments=("fetch",), done=_fetched, arrange=_behind),
    "ci": Scene(
        arguments=CI,
        done=_reported,
        arrange=_proposed,
        remote=False,
        ships=False,
        only=frozenset(f"file {path}" for path in REPORTS.values()),
        whole=_says_not_judged,
    ),
    "git-setup": Scene(
        arguments=("git-setup",),
        done=lambda repository: "promptctl" in repository.git("check-attr", "diff", PROMPT),
        remote=False,
        ships=False,
        configures=("diff.promptctl.", "merge.promptctl."),
    ),
    "git-setup --undo": Scene(
        arguments=("git-setup", "--undo"),
        done=lambda repository: "promptctl" not in repository.git("check-attr", "diff", PROMPT),
        arrange=lambda repository: (done(repository, "git-setup"), None)[1],
        remote=False,
        ships=False,
        configures=("diff.promptctl.", "merge.promptctl."),
    ),
}
