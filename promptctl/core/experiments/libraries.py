"""The libraries that experiments are analysed with come by an extra of their own."""

from __future__ import annotations

from importlib.util import find_spec

from promptctl.core.evals.expectation import MISSING_EXTRA
from promptctl.errors import UsageError


def require_libraries() -> None:
    """Raises UsageError where the extra is not installed, before anything heavy is loaded."""
    if missing := [name for name in ("scipy", "tea_tasting") if find_spec(name) is None]:
        message = f"experiments need packages that are not installed: {', '.join(missing)}"
        raise UsageError(MISSING_EXTRA, message, hint='pip install "git-promptctl[experiments]"')
