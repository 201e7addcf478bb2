"""``promptctl serve``."""

from __future__ import annotations

from typing import Annotated

from promptctl.cli.context import Context
from promptctl.cli.options import TokensOption
from promptctl.cli.output import Answer
from promptctl.cli.parameters import Option
from promptctl.cli.reporting import StoreOption
from promptctl.core.evals.expectation import MISSING_EXTRA
from promptctl.errors import UsageError

_DAY = 86_400


def command(
    context: Context,
    host: Annotated[str, Option("--host", metavar="ADDRESS", help="Where to listen.")] = "127.0.0.1",
    port: Annotated[int, Option("--port", metavar="N", help="Which port.", min=0, max=65535)] = 8420,
    workers: Annotated[int, Option("--workers", metavar="N", help="Processes.", min=1, max=64)] = 1,
    poll: Annotated[float, Option("--poll", metavar="SECONDS", help="How often to look for new commits.")] = 2.0,
    fetch: Annotated[
        float | None, Option("--fetch", metavar="SECONDS", help="How often to ask the remote.", show_default=False)
    ] = None,
    allowed_host: Annotated[
        list[str] | None,
        Option("--allowed-host", metavar="NAME", help="A name that the server is called by; several: all of them."),
    ] = None,
    store: StoreOption = None,
    tokens: TokensOption = None,
    allow_writes: Annotated[bool, Option("--allow-writes", help="Take moves from who has a token for them.")] = False,
    open_reads: Annotated[
        bool, Option("--open-reads", help="Beyond this machine too, let anybody read, without a token.")
    ] = False,
    no_access_log: Annotated[bool, Option("--no-access-log", help="Log faults alone, not each request.")] = False,
    closed_reads: Annotated[
        bool, Option("--closed-reads", help="On this machine too, let nobody read without a token: behind a proxy.")
    ] = False,
) -> Answer:
    """Serve an API and pages over this registry, as the shared branches have it, until it is stopped.

    Beyond this machine nobody reads without a token (`promptctl token new`); nobody writes without one anywhere."""
    _require_sense(poll, fetch, both=open_reads and closed_reads)
    from promptctl.adapters.pinned import PinnedRepository

    _require_extra()
    from promptctl.server.serving import is_loopback, listening, serve
    from promptctl.server.settings import Serving

    root = context.repository.root
    commit = PinnedRepository(root).commit
    with listening(host, port) as listener:
        shown = f"[{host}]" if ":" in host else host
        context.output.remark(f"serving {commit[:7]} at http://{shown}:{listener.getsockname()[1]}/")
        settings = Serving(
            root=str(root),
            workers=workers,
            poll=poll,
            fetch=fetch,
            hosts=(shown, *(allowed_host or ())),
            store=store,
            tokens=tokens,
            closed=closed_reads or not (open_reads or is_loopback(listener)),
            writable=allow_writes,
            access_log=not no_access_log,
        )
        serve(settings, listener)
    return Answer(data={"stopped": True}, view=lambda: "stopped")


def _require_sense(poll: float, fetch: float | None, *, both: bool) -> None:
    if both:
        raise UsageError("PC001", "either --open-reads or --closed-reads")
    if not all(0 < seconds <= _DAY for seconds in (poll, fetch) if seconds is not None):
        raise UsageError("PC001", "--poll and --fetch are seconds, more than 0 and at most a day")


def _require_extra() -> None:
    try:
        import promptctl.server.serving  # noqa: F401 - asked for what it needs
    except ImportError:
        message = "serving needs the extra `server`"
        raise UsageError(MISSING_EXTRA, message, hint='pip install "git-promptctl[server]"') from None
