"""promptctl for applications: ``from promptctl import Prompts``. Nothing is loaded before it is used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from promptctl.core.models.request import Reply, Usage
    from promptctl.errors import OutsideError, PromptctlError, StateError, UsageError
    from promptctl.runtime.call import Call
    from promptctl.runtime.own_call import OwnCall
    from promptctl.runtime.prompt import Prompt
    from promptctl.runtime.prompts import Prompts
    from promptctl.runtime.status import Fault, Status
    from promptctl.version import __version__

__all__ = ["Call", "Fault", "OutsideError", "OwnCall", "Prompt", "PromptctlError", "Prompts", "Reply", "StateError"]
__all__ += ["Status", "Usage", "UsageError", "__version__"]

_HOMES = {
    "Prompts": "runtime.prompts",
    "Prompt": "runtime.prompt",
    "Call": "runtime.call",
    "OwnCall": "runtime.own_call",
    "Reply": "core.models.request",
    "Usage": "core.models.request",
    "Status": "runtime.status",
    "Fault": "runtime.status",
    "__version__": "version",
}

if not TYPE_CHECKING:  # with it, a type checker would believe in any name

    def __getattr__(name: str) -> Any:
        if name not in __all__:
            raise AttributeError(f"module 'promptctl' has no attribute {name!r}")
        from importlib import import_module

        return getattr(import_module(f"promptctl.{_HOMES.get(name, 'errors')}"), name)
