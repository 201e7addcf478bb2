"""Why a page shows less than it could."""

from __future__ import annotations

from promptctl.core.secrets import mask
from promptctl.errors import PromptctlError

NO_STORE = (
    "there are no events yet: applications record them, promptctl events import FILE brings them, and "
    "promptctl serve --store names another store"
)


def said(error: PromptctlError) -> str:
    """What went wrong, and what helps, as one text without secrets; where events lie is nobody's business."""
    from promptctl.adapters.warehouse.warehouse import NO_EVENTS

    if error.code == NO_EVENTS:
        return NO_STORE
    return mask(f"{error.problem.message} ({error.hint})" if error.hint else error.problem.message)
