"""What lets arms in stays in the line of their move; an environment that takes promotions from CI keeps to that."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.experiments import TONE, Behaviour, draft, observed, recorded, started
from tests.shipping import NAME, copied, done, line, moves_file, refused, run, served, shown
from tests.support import SETTINGS, GitRepository
from tests.versioning import released, text

SUITE = "cases:\n  - {name: echoed, inputs: {ticket: I was charged twice}, expect: [{contains: charged}]}\n"
ASKING = SETTINGS.replace("staging]\ngate = false\n", "staging]\napprovals = 1\napprovals_signed = false\n", 1)
FROM_CI = SETTINGS.replace("[environments.staging]", '[environments.staging]\nfrom = "ci"', 1)
ARMS = "percent: 50}\n  - {name: friendly, version: 1.2.0, percent: 50}"
THREE = "percent: 40}\n  - {name: friendly, version: 1.3.0, percent: 30}\n  - {name: curt, version: 1.4.0, percent: 30}"


def policy(repository: GitRepository, settings: str) -> None:
    repository.git("pull", "-q", "--rebase")
    repository.commit({"promptctl.toml": settings}, "policy")
    repository.git("push", "-q")


def agreed(repository: GitRepository, person: str, *versions: str) -> None:
    """Somebody else agrees to arms, as parts of the next move."""
    found = repository.clone(repository.folder.parent / person)
    found.git("config", "user.name", person.title())
    found.git("config", "user.email", f"{person}@example.org")
    for version in versions:
        done(found, "approve", f"{NAME}@{version}", "staging")


def last_line(repository: GitRepository) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(shown(repository, moves_file()).splitlines()[-1])
    return found


def test_the_line_keeps_what_gates_and_people_said_of_every_arm(tmp_path: Path) -> None:
    repository = line(tmp_path, staged=("1.1.0",))
    repository.git("pull", "-q")
    for word in ("one queue, in a word", "one queue, or none"):
        released(repository, {f"prompts/{NAME}/prompt.yaml": text(word), f"prompts/{NAME}/eval.yaml": SUITE})
    policy(repository, ASKING)
    draft(repository, (ARMS, THREE))
    wish = ("experiment", "start", TONE)
    refused(repository, *wish, error="PC102")
    agreed(repository, "grace", "1.3.0", "1.4.0")
    agreed(repository, "linus", "1.4.0")
    done(repository, *wish)
    found = last_line(repository)
    assert found["approvals"] == ["Grace <grace@example.org>", "Linus <linus@example.org>"]
    assert {version: said["outcome"] for version, said in found["evidence"].items()} == {
        "1.3.0": "pass",
        "1.4.0": "pass",
    }
    kept = {said["file"] for said in found["evidence"].values()}
    assert kept <= set(repository.git("show", "--name-only", "--format=", "origin/main").splitlines())
    done(repository, "experiment", "pause", TONE, "--reason", "look at it")
    assert last_line(repository)["approvals"] == []
    draft(repository, (ARMS, THREE.replace("40", "50").replace("1.4.0, percent: 30", "1.4.0, percent: 20")))
    anew = ("experiment", "resume", "--edited", TONE)
    refused(repository, *anew, error="PC102")
    agreed(repository, "dorothy", "1.3.0", "1.4.0")
    assert "counting begins anew" in done(repository, *anew).out
    found = last_line(repository)
    assert (found["approvals"], set(found["evidence"])) == (["Dorothy <dorothy@example.org>"], {"1.3.0", "1.4.0"})


def test_where_promotions_come_from_ci_a_winner_is_shipped_by_ci(tmp_path: Path) -> None:
    folder = started(tmp_path / "built")
    repository = copied(folder, tmp_path / "shipped")
    better = {"control": Behaviour(), "friendly": Behaviour(resolves=0.65)}
    wish = ("experiment", "advance", TONE, "--store", observed(repository, 1100, better))
    by_hand = ("experiment", "conclude", TONE, "--reason", "enough is known")
    policy(repository, FROM_CI)
    refused(repository, *wish, error="PC106")
    refused(repository, *by_hand, "--ship", "friendly", error="PC106")
    assert (recorded(repository).state, served(repository)) == ("running", "1.1.0")
    other = copied(tmp_path / "shipped", tmp_path / "by-hand")
    assert run(repository, *wish, CI="true").code == 0
    assert served(repository) == "1.2.0"
    done(other, *by_hand, "--control")
    assert (recorded(other).state, served(other)) == ("concluded", "1.1.0")
