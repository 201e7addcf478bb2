"""Every experiment with its moves: who started it, what was done to it, and why."""

from __future__ import annotations

from dataclasses import dataclass

from promptctl.adapters.repository import Repository
from promptctl.adapters.state import State, read_state
from promptctl.core.moves.moves import Move
from promptctl.errors import PromptctlError
from promptctl.workflows.experiment_files import unknown
from promptctl.workflows.experiment_list import Listed, list_experiments


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperimentTold:
    """``moves`` are those of its split, oldest first; ``fault`` says why what is wrong with it cannot be read."""

    listed: Listed
    moves: tuple[Move, ...] = ()
    fault: str | None = None


def experiments_told(repository: Repository) -> tuple[ExperimentTold, ...]:
    """All of them, running ones first."""
    state = read_state(repository)
    return tuple(_told(state, listed) for listed in list_experiments(repository))


def experiment_told(repository: Repository, name: str) -> ExperimentTold:
    """One of them. Raises UsageError where there is none."""
    state = read_state(repository)
    listed = next((it for it in list_experiments(repository) if it.name == name), None)
    if listed is None:
        raise unknown(repository, state, name)
    return _told(state, listed)


def _told(state: State, listed: Listed) -> ExperimentTold:
    if listed.experiment is None:
        return ExperimentTold(listed=listed, fault=listed.fault.message if listed.fault else "it cannot be read")
    plan = listed.experiment.plan
    try:
        moves = state.moves(plan.environment, plan.prompt).entries
    except PromptctlError as error:
        return ExperimentTold(listed=listed, fault=error.problem.message)
    own = (move for move in moves if move.split and (move.split["kind"], move.split["id"]) == ("experiment", plan.name))
    return ExperimentTold(listed=listed, moves=tuple(own))
