"""``promptctl rollout status``."""

from __future__ import annotations

from typing import Annotated

from promptctl.answers.rollout import data
from promptctl.cli.context import Context
from promptctl.cli.output import Answer
from promptctl.cli.parameters import Argument
from promptctl.cli.rollout_view import rollout_rows


def command(
    context: Context,
    environment: Annotated[str | None, Argument(metavar="[ENV]", help="An environment; all without it.")] = None,
) -> Answer:
    """Show the rollouts under way, as last fetched: versions, share, step, and since when."""
    from promptctl.adapters.state import read_state
    from promptctl.workflows.rollout import rollouts

    repository = context.repository
    state, chosen = read_state(repository), [environment] if environment else list(repository.settings.environments)
    found = [rollout for where in chosen for rollout in rollouts(repository, state, where)]
    following = f"promptctl rollout watch {found[0].name} {found[0].environment}" if found else None
    table = rollout_rows(found) if found else "no rollout is under way"
    return Answer(data=lambda: data(found, state.label), view=lambda: f"{table}\nread {state.label}", next=following)
