"""Options of commands on experiments, and the outside that those need which start counting."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

from promptctl.cli.context import Context, in_ci
from promptctl.cli.evaluating import gate_context
from promptctl.cli.parameters import Argument, Option
from promptctl.cli.reporting import opened

if TYPE_CHECKING:
    from promptctl.core.experiments.plan import Plan
    from promptctl.workflows.experiment_start import Starting
    from promptctl.workflows.sending import Sending

_name: Any = Argument(metavar="NAME", help="An experiment.")

ExperimentArgument = Annotated[str, _name]
SuiteChangeOption = Annotated[
    str | None, Option("--accept-suite-change", metavar="REASON", help="Let a weaker suite pass, for a reason.")
]
OptionalReasonOption = Annotated[str | None, Option("--reason", help="Why, for the record.", show_default=False)]


@contextmanager
def starting(
    context: Context, store: str | None, accept_suite_change: str | None, *, sending: Sending
) -> Iterator[Starting]:
    """What a start needs of the outside. The store of events is opened only for a plan without a sample."""
    from promptctl.workflows.admission import Asked
    from promptctl.workflows.experiment_start import Starting
    from promptctl.workflows.gate import GateWish

    def sample(plan: Plan) -> int:
        from promptctl.workflows.experiment_power import planned_sample

        return planned_sample(context.repository, lambda: opened(context, store).warehouse, plan, context.now)

    asked = Asked(
        in_ci=in_ci(),
        sending=sending,
        wish=GateWish(accept_suite_change=accept_suite_change),
    )
    with gate_context(context) as gate:
        yield Starting(gate=gate, asked=asked, sample=sample)
