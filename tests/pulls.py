"""Pull requests on a bare remote, and the checkouts that a runner has of them."""

from __future__ import annotations

from pathlib import Path

from tests.github_runner import Runner
from tests.support import STARTER, build_files, new_repository, succeed, with_remote
from tests.versioning import PROMPT, text
from tests.workflows.test_ci_base import GithubCheckouts

SUITE = """\
cases:
  - name: echoes
    inputs: {ticket: I was charged twice}
    expect: [{contains: charged}]
"""
SUITE_FILE = "prompts/support/triage/eval.yaml"
KEPT = {SUITE_FILE: SUITE, "prompts/other/prompt.yaml": "model: echo:echo\ntemplate: Hi\n", "prompts/other/eval.yaml":
        "cases: [{name: a, inputs: {}, expect: [{contains: Hi}]}]\n"}  # fmt: skip


class Pull:
    """A pull request of one commit onto a main with evaluated prompts; ``finish`` is what its author did last."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.work = new_repository(folder / "work", STARTER | KEPT)
        succeed("lock", cwd=self.work.folder)
        succeed("eval", cwd=self.work.folder)
        self.work.commit(message="lock")
        with_remote(self.work, folder / "origin.git")

    def merged(self, files: dict[str, str], *commands: str, depth: int = 1) -> Runner:
        """A runner with the checkout of the pull request's merge."""
        self.work.git("checkout", "-qb", "topic")
        build_files(self.work.folder, files)
        for command in commands:
            succeed(*command.split(), cwd=self.work.folder)
        self.work.commit(message="topic")
        self.work.git("checkout", "-q", "--detach", "main")
        self.work.git("merge", "-q", "--no-ff", "-m", "pull request", "topic")
        merge = self.work.git("rev-parse", "HEAD")
        self.work.git("push", "-q", "origin", f"{merge}:refs/pull/1/merge")
        checkout = GithubCheckouts(self.folder).checkout(merge, f"--depth={depth}")
        return Runner(checkout=checkout.folder, temporary=self.folder / "runner")


GOOD = {PROMPT: text("one queue")}
