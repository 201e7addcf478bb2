"""The workflow that ships: from the push of a changed prompt to pointer and bundle of prod, on a real remote."""

from __future__ import annotations

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from promptctl.core.moves.bundle import parse_bundle
from tests.github_workflow import Hub, JobRun
from tests.shipping import NAME, OTHER, STATE_BRANCH, done, line, remote_refs, served
from tests.support import SETTINGS
from tests.versioning import proposed, pushed, text

FILE = Path(__file__).parents[1] / "examples/github/ship.yml"
pytestmark = pytest.mark.timeout(900)
"""Hundreds of processes: on a busy machine they take their time."""
PROMPT = f"prompts/{NAME}/prompt.yaml"
FROM_CI = SETTINGS.replace("gate = false", 'gate = false\nfrom = "ci"')
ALL = dict.fromkeys(("release", "staging", "prod", "bundle"), "success")


class Line:
    """A repository with releases, and the host of its remote, where ``ship`` is set up."""

    def __init__(self, folder: Path, settings: str = FROM_CI) -> None:
        self.work, self.store = line(folder, settings), folder / "store/prod.bundle.json"
        self.store.parent.mkdir()
        place = {"PROMPTCTL_BUNDLE": f"file://{self.store}"}
        self.hub = Hub(bare=folder / "origin.git", folder=folder, variables=place)

    def change(self, word: str) -> str:
        """A change of a prompt, reviewed, locked and pushed to main; its commit."""
        self.work.git("pull", "-q", "--rebase")
        proposed(self.work, {PROMPT: text(word)})
        pushed(self.work)
        return self.head

    @property
    def head(self) -> str:
        return self.work.git("rev-parse", "origin/main")

    def ship(self, sha: str, name: str = "push", **inputs: str) -> dict[str, JobRun]:
        return self.hub.run(FILE, name, sha, inputs)

    @property
    def live(self) -> list[str | None]:
        """What staging and prod serve."""
        self.work.git("fetch", "-q", "--tags")
        return [served(self.work, environment) for environment in ("staging", "prod")]

    def decided_by_hand(self) -> None:
        """Somebody promotes what waits for reviewers, and takes it back."""
        for words in (("promote", f"{NAME}@1.2.0", "staging"), ("promote", f"{NAME}@1.2.0", "prod")):
            done(self.work, *words)
        done(self.work, "promote", f"{NAME}@1.3.0", "staging")
        done(self.work, "promote", f"{NAME}@1.3.0", "prod")
        done(self.work, "promote", f"{OTHER}@1.0.0", "prod")
        done(self.work, "rollback", NAME, "prod", "--reason", "worse")

    @property
    def bundled(self) -> dict[str, str]:
        """The versions in the bundle of the store."""
        prompts = parse_bundle(self.store.read_bytes(), "bundle").prompts
        return {name: str(pointer.served.version) for name, pointer in prompts.items()}


def results(jobs: dict[str, JobRun]) -> dict[str, str]:
    return {name: job.result for name, job in jobs.items()}


def test_from_a_push_to_the_bundle(tmp_path: Path) -> None:
    shop = Line(tmp_path)
    jobs = shop.ship(shop.change("two queues"))
    assert results(jobs) == ALL, jobs
    assert f"refs/tags/prompts/{NAME}@v1.3.0" in remote_refs(shop.work)
    assert shop.live == ["1.3.0", "1.3.0"]
    assert shop.bundled == {NAME: "1.3.0", OTHER: "1.0.0"}
    artifact = shop.hub.artifacts["prod.bundle.json"] / "prod.bundle.json"
    assert artifact.read_bytes() == shop.store.read_bytes()
    assert f"    tagged prompts/{NAME}@v1.3.0" in jobs["release"].summary
    assert f"    {NAME}: nothing -> 1.3.0  first" in jobs["staging"].summary
    assert jobs["staging"].outputs == {"due": f"{NAME}@1.3.0\n{OTHER}@1.0.0"}
    move = shop.work.git("log", "-1", "--format=%an <%ae>%n%B", "origin/main")
    assert move.startswith("ship <ship@users.noreply.github.com>")
    assert "https://github.example/acorn/prompts/actions/runs/1" in move
    asked = subprocess.run(
        ["git", "credential", "fill"], cwd=jobs["prod"].folder, input="protocol=https\nhost=github.example\n\n",
        env=os.environ | {"TOKEN": "secret"}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "password=secret" in asked.stdout.splitlines()


@pytest.mark.long
def test_with_nothing_to_do_it_says_so(tmp_path: Path) -> None:
    shop = Line(tmp_path)
    shop.ship(shop.change("two queues"))
    again = shop.ship(shop.head, "workflow_dispatch", bundle=f"file://{tmp_path}/store/other.json")
    assert results(again) == ALL | {"prod": "skipped"}
    assert "nothing to release" in again["release"].summary
    assert "nothing is new for staging" in again["staging"].summary
    assert (tmp_path / "store/other.json").read_bytes() == shop.store.read_bytes()


@pytest.mark.long
def test_what_was_rolled_back_is_not_promoted_again_and_the_rollback_reaches_the_bundle(tmp_path: Path) -> None:
    shop = Line(tmp_path)
    shop.ship(shop.change("two queues"))
    shop.ship(shop.change("three queues"))
    shop.work.git("pull", "-q", "--rebase")
    done(shop.work, "rollback", NAME, "prod", "--reason", "worse")
    jobs = shop.ship(shop.head)
    assert results(jobs) == ALL | {"prod": "skipped"}
    assert shop.live == ["1.4.0", "1.3.0"]
    assert shop.bundled[NAME] == "1.3.0"


@pytest.mark.long
def test_prod_waits_for_its_reviewers_and_takes_what_they_saw(tmp_path: Path) -> None:
    shop = Line(tmp_path, SETTINGS)
    shop.hub.refused = frozenset({"prod"})
    jobs = shop.ship(shop.change("two queues"))
    assert results(jobs) == ALL | {"prod": "failure"}
    assert shop.live == ["1.3.0", None]
    assert shop.bundled == {}
    shop.hub.refused = frozenset()
    shop.hub.before = {"prod": shop.decided_by_hand}
    jobs = shop.ship(shop.head)
    assert results(jobs) == ALL
    assert "nothing of what was reviewed is new for prod any more" in jobs["prod"].summary
    assert shop.live == ["1.3.0", "1.2.0"]


@pytest.mark.long
def test_one_prompt_that_is_refused_holds_no_other_back(tmp_path: Path) -> None:
    shop = Line(tmp_path, FROM_CI.replace("[environments.prod]", "[environments.prod]\napprovals = 1"))
    shop.ship(shop.change("two queues"))
    assert shop.live == ["1.3.0", None]
    shop = Line(tmp_path / "frozen")
    shop.work.git("pull", "-q", "--rebase")
    done(shop.work, "freeze", "prod", "--reason", "holidays")
    jobs = shop.ship(shop.change("two queues"))
    assert results(jobs) == ALL | {"prod": "failure"}
    assert "prod is frozen: holidays" in jobs["staging"].summary
    assert "prod is frozen: holidays" in jobs["prod"].summary


def killing(word: str) -> str:
    """A hook that ends all who take part in a push of refs or subjects with these words."""
    each = f'case "$ref $(git log -1 --format=%s "$new")" in *"{word}"*) kill -9 0;; esac'
    return f"#!/bin/sh\nwhile read old new ref; do {each}; done\n"


@pytest.mark.long
@pytest.mark.parametrize(
    ("step", "word", "hook", "left"),
    [
        ("Release", "refs/tags/", "pre-receive", [None, None]),
        ("Promote", "to staging", "post-receive", ["1.3.0", None]),
        ("Promote what was reviewed", "to prod", "pre-receive", ["1.3.0", None]),
        ("Promote what was reviewed", "to prod", "post-receive", ["1.3.0", "1.3.0"]),
    ],
)
def test_a_second_run_finishes_what_a_killed_one_began(
    tmp_path: Path, step: str, word: str, hook: str, left: list[str | None]
) -> None:
    shop = Line(tmp_path)
    sha = shop.change("two queues")
    shop.hub.hook(hook, killing(word))
    shop.hub.started = frozenset({step})
    jobs = shop.ship(sha)
    assert [job.steps[step] for job in jobs.values() if step in job.steps] == [137], jobs
    assert shop.live == left
    shop.hub.hook(hook, "#!/bin/sh\n")
    jobs = shop.ship(sha)
    assert set(results(jobs).values()) <= {"success", "skipped"}, jobs
    assert shop.live == ["1.3.0", "1.3.0"]
    assert shop.bundled == {NAME: "1.3.0", OTHER: "1.0.0"}


@pytest.mark.long
def test_two_pushes_at_once_ship_the_newer_one(tmp_path: Path) -> None:
    shop = Line(tmp_path)
    pushes = [shop.change("two queues"), shop.change("three queues")]
    with ThreadPoolExecutor() as pool:
        both = list(pool.map(shop.ship, pushes))
    for jobs in both:
        for job in jobs.values():
            assert set(job.steps.values()) <= {0, 3}, jobs
            assert 3 not in job.steps.values() or "ship: promote" in job.summary, job.summary
    assert results(shop.ship(shop.head)).keys() == ALL.keys()
    assert shop.live == ["1.4.0", "1.4.0"]
    assert shop.bundled[NAME] == "1.4.0"


OVERTAKING = """\
#!/bin/sh
while read old new ref; do
  case "$(git log -1 --format=%s "$new")" in *"to staging"*) ;; *) continue;; esac
  [ ! -e overtaken ] || continue
  touch overtaken
  env -u GIT_QUARANTINE_PATH git update-ref refs/heads/main refs/other/move
done
"""


@pytest.mark.long
def test_a_job_that_lost_a_race_says_to_whom(tmp_path: Path) -> None:
    shop = Line(tmp_path, SETTINGS)
    sha = shop.change("two queues")
    done(shop.work, "promote", f"{NAME}@1.1.0", "staging", "--no-push")
    shop.work.git("push", "-q", "origin", "refs/promptctl/unsent/main:refs/other/move")
    shop.hub.hook("pre-receive", OVERTAKING)
    jobs = shop.ship(sha)
    assert jobs["staging"].steps["Promote"] == 3
    assert f"lost a race: Ada Tester: promote {NAME}@1.1.0 to staging" in jobs["staging"].summary
    assert f"{OTHER} in staging: nothing -> 1.0.0" in jobs["staging"].summary
    assert f"{OTHER} in prod: nothing -> 1.0.0" in jobs["prod"].summary


PROTECTED = """\
#!/bin/sh
while read old new ref; do
  [ "$ref" != refs/heads/main ] || { echo "error: GH006: Protected branch update failed for $ref." >&2; exit 1; }
done
"""


@pytest.mark.long
def test_a_protected_branch_refuses_moves_and_says_so(tmp_path: Path) -> None:
    shop = Line(tmp_path)
    sha = shop.change("two queues")
    shop.hub.hook("pre-receive", PROTECTED)
    jobs = shop.ship(sha)
    assert results(jobs) == {"release": "success", "staging": "failure", "prod": "skipped", "bundle": "success"}
    assert jobs["staging"].steps["Promote"] in (3, 4)
    assert "GH006" in jobs["staging"].summary
    assert shop.live == [None, None]


@pytest.mark.long
def test_a_protected_branch_is_no_obstacle_where_moves_have_a_branch_of_their_own(tmp_path: Path) -> None:
    shop = Line(tmp_path, STATE_BRANCH)
    sha = shop.change("two queues")
    shop.hub.hook("pre-receive", PROTECTED)
    assert results(shop.ship(sha)) == ALL
    assert shop.live == ["1.3.0", "1.3.0"]
    assert shop.head == sha
