"""The experiments that a tree holds: drafts of the work tree, and those that count, on the state branch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promptctl.adapters.project import Project
from promptctl.core.moves.pointer import EXPERIMENTS
from promptctl.core.name import segment_fault

if TYPE_CHECKING:
    from promptctl.core.experiments.experiment import Experiment


def experiment_names(project: Project) -> tuple[str, ...]:
    """The names of all experiments, sorted."""
    paths = (path for path in project.tree.below(EXPERIMENTS) if path.endswith(".yaml"))
    names = (path.removeprefix(f"{EXPERIMENTS}/").removesuffix(".yaml") for path in paths)
    return tuple(sorted(name for name in names if segment_fault(name) is None))


def read_experiment(project: Project, name: str) -> Experiment | None:
    """The experiment of that name, or None. Raises DocumentError when its file is malformed."""
    path = f"{EXPERIMENTS}/{name}.yaml"
    if path not in project.tree.files():
        return None
    from promptctl.core.experiments.plan_parsing import parse_experiment

    return project.parsed("experiment", path, lambda document: parse_experiment(document, name))
