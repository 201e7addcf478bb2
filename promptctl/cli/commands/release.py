"""``promptctl release``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from promptctl.cli.context import Context
from promptctl.cli.options import NoPushOption
from promptctl.cli.output import Answer
from promptctl.cli.parameters import Option
from promptctl.core.counting import count

if TYPE_CHECKING:
    from promptctl.workflows.release import ReleaseResult

MOST_NAMED = 6
"""More prompts than this are not spelled out in a hint."""


def command(
    context: Context,
    sign: Annotated[bool, Option("--sign", help="Sign the tags, as Git is configured to.")] = False,
    no_push: NoPushOption = False,
) -> Answer:
    """Tag every release the committed lock proposes, and push the tags."""
    from promptctl.workflows.release import release

    result = release(context.repository, send=not no_push, signed=sign)
    data = {
        "made": [
            {"prompt": tag.name, "version": str(tag.version), "commit": tag.commit, "digest": tag.digest}
            for tag in result.made
        ],
        "pushed": list(result.pushed),
        "pending": list(result.pending),
        "skipped": [
            {"prompt": skip.name, "version": str(skip.version), "reason": skip.reason} for skip in result.skipped
        ],
        "remote": result.remote,
    }
    first = next(iter(context.repository.settings.environments), "ENV")
    names = dict.fromkeys(tag.name for tag in result.made)
    following = f"promptctl promote {' '.join(names)} {first}" if 0 < len(names) <= MOST_NAMED else None
    following = "promptctl release" if result.pending else following
    return Answer(data=data, view=lambda: _text(result), note=result.note, next=following)


def _text(result: ReleaseResult) -> str:
    lines = [f"tagged prompts/{tag.name}@v{tag.version} at {tag.commit[:7]}" for tag in result.made]
    lines += [f"skipped {skip.name} {skip.version}: {skip.reason}" for skip in result.skipped]
    if result.pushed:
        lines.append(f"pushed {count(len(result.pushed), 'tag')} to {result.remote}")
    elif result.pending:
        lines.append(f"{count(len(result.pending), 'tag')} not on {result.remote} yet; the next release sends them")
    return "\n".join(lines) or "nothing to release: every entry of the committed lock is tagged"
