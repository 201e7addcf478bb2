"""``promptctl watch``."""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

from promptctl.cli.context import Context
from promptctl.cli.options import EnvironmentArgument, PromptArgument
from promptctl.cli.output import Answer
from promptctl.cli.parameters import Option
from promptctl.cli.reporting import StoreOption, opened
from promptctl.cli.sent import recover_first
from promptctl.cli.watch_view import watch_data, watch_sentence, watch_text
from promptctl.errors import PromptctlError, StateError, UsageError

if TYPE_CHECKING:
    from promptctl.core.webhook import Webhook
    from promptctl.workflows.rollback import RollbackResult
    from promptctl.workflows.watch import Watched, WatchWish

TWICE = "PC239"


def command(
    context: Context,
    name: PromptArgument,
    environment: EnvironmentArgument,
    rule: Annotated[
        list[str] | None,
        Option("--rule", metavar="METRIC=AMOUNT", help="How much worse it may be; error_rate=0.01, cost=0.2, …"),
    ] = None,
    since: Annotated[str, Option("--since", metavar="AGE", help="Calls this old at most.")] = "24h",
    against: Annotated[
        str | None, Option("--against", metavar="VERSION", help="A version that was live, or `itself` earlier.")
    ] = None,
    baseline: Annotated[str, Option("--baseline", metavar="AGE", help="The baseline's calls, before the move.")] = "7d",
    every: Annotated[
        float | None, Option("--every", metavar="SECONDS", help="Look again, until it is worse.", min=1.0)
    ] = None,
    webhook: Annotated[
        str | None, Option("--webhook", metavar="URL", help="Tell it the numbers, by POST, when worse.")
    ] = None,
    run: Annotated[
        str | None, Option("--command", metavar="COMMAND", help="Run it when worse, with PROMPTCTL_WATCH in JSON.")
    ] = None,
    roll_back: Annotated[bool, Option("--rollback", help="Roll back when worse.")] = False,
    store: StoreOption = None,
) -> Answer:
    """Hold the calls of what is live against those of what was live before; worse exits 1."""
    from promptctl.core.webhook import users_webhook

    wish = _wish(context, rule, since, baseline, against)
    hook = users_webhook(webhook, "--webhook") if webhook else None
    told = _words(run)
    if roll_back:
        recover_first(context, "watch")
    found = _looked(context, name, environment, wish, store, every)
    done: RollbackResult | None = None
    if not found.ok:
        if hook:
            _tell(context, hook, found)
        if told:
            _run(context, told, watch_data(found, None))
        if roll_back:
            done = _rolled_back(context, found)
    following = None if found.ok or done else f"promptctl rollback {found.name} {environment} --reason '{found.reason}'"
    return Answer(
        data=lambda: watch_data(found, done), view=lambda: watch_text(found, done), ok=found.ok, next=following
    )


def _wish(context: Context, rules: list[str] | None, since: str, baseline: str, against: str | None) -> WatchWish:
    from promptctl.core.reporting.window import microseconds, parse_moment
    from promptctl.core.splits.health import DEFAULT_RULES, parse_rule
    from promptctl.workflows.watch import WatchWish

    now = microseconds(context.now)
    return WatchWish(
        rules=tuple(map(parse_rule, rules)) if rules else DEFAULT_RULES,
        span=now - parse_moment(since, context.now),
        reach=now - parse_moment(baseline, context.now),
        against=against,
    )


def _looked(
    context: Context, name: str, environment: str, wish: WatchWish, store: str | None, every: float | None
) -> Watched:
    """One look, or as many as it takes until one is worse."""
    import time

    from promptctl.adapters.repository import Repository
    from promptctl.workflows.watch import watch

    while True:
        # A repository keeps what it read; each look is a new one.
        repository = Repository(context.repository.root)
        with opened(context, store).warehouse as warehouse:
            found = watch(repository, warehouse, name, environment, wish, datetime.now(UTC))
        if every is None or not found.ok:
            return found
        context.output.remark(f"{datetime.now(UTC):%H:%M:%S} {watch_sentence(found)}")
        time.sleep(every)


def _tell(context: Context, hook: Webhook, found: Watched) -> None:
    """A webhook that cannot be told must not stop what else is done."""
    from promptctl.adapters.webhooks import tell

    try:
        tell(hook, watch_data(found, None), os.environ)
    except PromptctlError as error:
        context.output.remark(f"warning: {error}")


def _words(line: str | None) -> list[str]:
    """A command's words, none without one. Raises UsageError before anything is looked at."""
    try:
        words = shlex.split(line or "")
    except ValueError as error:
        raise UsageError("PC001", f"--command {line!r}: {str(error).lower()}") from None
    if line is not None and not words:
        raise UsageError("PC001", "--command names nothing to run", hint="--command 'COMMAND'")
    return words


def _run(context: Context, words: Sequence[str], data: Mapping[str, Any]) -> None:
    """As with a webhook, what is wrong with the command must not stop what else is done."""
    from promptctl.adapters.programs import run_check

    try:
        code = run_check(words, context.directory, {"PROMPTCTL_WATCH": json.dumps(data)})
    except PromptctlError as error:
        context.output.remark(f"warning: {error}")
    else:
        if code:
            context.output.remark(f"warning: {words[0]} ended with {code}")


def _rolled_back(context: Context, found: Watched) -> RollbackResult:
    from promptctl.adapters.repository import Repository
    from promptctl.workflows.rollback import rollback

    if found.rolled_back:
        message = f"{found.now.label} is live by a rollback already; going back further is for people to decide"
        raise StateError(TWICE, message, hint=f"promptctl rollback {found.name} {found.environment} --reason …")
    repository = Repository(context.repository.root)
    return rollback(repository, found.name, found.environment, f"watch: {found.reason}", datetime.now(UTC))
