"""The options of ``eval``, each spelled once."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from promptctl.cli.parameters import Argument, Option


class Mode(StrEnum):
    """Where replies come from."""

    auto = "auto"
    recorded = "recorded"
    live = "live"
    refresh = "refresh"


_PROVIDER = Option("--provider", envvar="PROMPTCTL_PROVIDER", help="Ask this provider; A,B compares several.")
_FILTER = Option("--filter", metavar="GLOB", help="Only these cases; nothing is kept.")
_TAG = Option("--tag", metavar="KEY=VALUE", help="Only cases with this tag; nothing is kept.")
_FAILED = Option("--rerun-failed", help="Only cases that failed or erred when they last ran; nothing is kept.")
_MAX_COST = Option("--max-cost", metavar="USD", help="Begin nothing that would cost more, and stop in time.")
_FORMAT = Option("--format", metavar="FORMAT", help="text, json or github (annotations of a pull request).")

NamesArgument = Annotated[list[str] | None, Argument(metavar="[NAME[@REF]]…", help="All suites without a name.")]
RepliesOption = Annotated[Mode, Option("--replies", help="Recorded, then cached, then asked for; or only one.")]
ProviderOption = Annotated[str | None, _PROVIDER]
FilterOption = Annotated[str | None, _FILTER]
TagOption = Annotated[list[str] | None, _TAG]
FailedOption = Annotated[bool, _FAILED]
ChangedOption = Annotated[bool, Option("--changed", help="Only suites of what differs from the base, by digests.")]
AgainstOption = Annotated[str | None, Option("--against", metavar="REF", help="Compare with this instead.")]
ConcurrencyOption = Annotated[int | None, Option("--concurrency", min=1, max=1000, help="Calls at once.")]
ShardOption = Annotated[str | None, Option("--shard", metavar="I/N", help="Only this part, for `eval merge`.")]
MaxfailOption = Annotated[int | None, Option("--maxfail", metavar="N", min=1, help="Stop after so many failures.")]
MaxCostOption = Annotated[str | None, _MAX_COST]
ResumeOption = Annotated[bool, Option("--resume", help="Go on with the last run that was cut short.")]
WatchOption = Annotated[bool, Option("--watch", help="Run again what changes, until Ctrl-C.")]
FormatOption = Annotated[str, _FORMAT]
