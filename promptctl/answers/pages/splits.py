"""The page of all experiments and rollouts, and what the pages of one have in common."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from promptctl.adapters.repository import Repository
from promptctl.reports.pages.made import Made

PATH, TITLE = "splits/", "Experiments and rollouts"
CRUMBS = ((TITLE, PATH),)
SECONDS = 10
"""Between two looks of a page at whether there is something new."""


def splits(repository: Repository, now: datetime) -> Made:
    """All of them, those under way first. Raises what ``status`` raises."""
    from promptctl.answers.splits import experiment_row, rollout_row
    from promptctl.workflows.experiments_told import experiments_told
    from promptctl.workflows.rollouts_told import rollouts_told

    rollouts = [rollout_row(it, now) for it in rollouts_told(repository)]
    experiments = [experiment_row(it, now) for it in experiments_told(repository)]
    data = {
        "rollouts": rollouts,
        "experiments": experiments,
        "there": there(repository, [*rollouts, *experiments]),
        "refresh": SECONDS,
    }
    return Made(path=PATH, template="splits", title=TITLE, data=data)


def experiment_path(row: dict[str, Any]) -> str:
    """Where the page of an experiment stands."""
    return f"experiments/{row['experiment']}/"


def rollout_path(row: dict[str, Any]) -> str:
    """Where the page of a rollout stands."""
    return f"rollouts/{row['environment']}/{row['prompt']}/-/{row['serial']}/"


def there(repository: Repository, rows: Sequence[dict[str, Any]]) -> list[str]:
    """The prompts that have a page, of those that rows name."""
    names = {row["prompt"] for row in rows if row.get("prompt")}
    return sorted(name for name in names if repository.work.has(name))


def changes(repository: Repository, name: str, old: str, others: Sequence[str]) -> list[dict[str, str]]:
    """The pages that say what changed from one version to others, where both are released."""
    from promptctl.workflows.release_tags import known_tags

    released = {str(tag.version) for tag in known_tags(repository, name)} if repository.work.has(name) else set()
    pairs = [{"old": old, "new": new} for new in dict.fromkeys(others) if {old, new} <= released and new != old]
    return [pair | {"path": f"prompts/{name}/-/diff/{pair['old']}..{pair['new']}/"} for pair in pairs]
