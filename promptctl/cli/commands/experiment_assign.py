"""``promptctl experiment assign``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from promptctl.cli.context import Context
from promptctl.cli.experiment_options import ExperimentArgument
from promptctl.cli.options import InputOption
from promptctl.cli.output import Answer
from promptctl.cli.parameters import Argument

if TYPE_CHECKING:
    from promptctl.workflows.experiment_assign import AssignResult


def command(
    context: Context,
    name: ExperimentArgument,
    units: Annotated[list[str], Argument(metavar="UNIT…", help="What applications give as unit=.")],
    attributes: InputOption = None,
) -> Answer:
    """Show which arm units are in; -i gives the attributes that a `when` asks for."""
    from promptctl.cli.inputs import given_inputs
    from promptctl.workflows.experiment_assign import assign_units

    found = assign_units(context.repository, name, units, given_inputs(context, attributes))
    note = f"only where {found.condition}: give attributes with -i to have it judged" if found.condition else None
    return Answer(data={"experiment": name, "units": _data(found)}, view=lambda: _view(found), note=note)


def _data(found: AssignResult) -> list[dict[str, Any]]:
    return [
        {
            "unit": it.unit,
            "position": it.position,
            "arm": it.arm.name if it.arm else None,
            "version": str(it.arm.served.version if it.arm else found.experiment.plan.control.version),
        }
        for it in found.units
    ]


def _view(found: AssignResult) -> str:
    from promptctl.cli.tables import table

    rows = [(it["unit"], it["arm"] or "(not in it)", it["version"], str(it["position"])) for it in _data(found)]
    return table(("unit", "arm", "version", "of 10,000"), rows)
