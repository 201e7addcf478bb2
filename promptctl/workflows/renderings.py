"""Renderings of a prompt and its steps, each compiled once; what nobody has released yet is rendered in a child."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Self

from promptctl.adapters.bounded import STOPPED, Worker
from promptctl.core.models.request import Request
from promptctl.core.prompts.closure import Closure
from promptctl.core.prompts.render import Rendering
from promptctl.errors import UsageError

Call = tuple[int, str, tuple[Any, ...]]


class Renderings:
    """Gives the rendering of closures and of their steps. Close it, or use it in ``with``.

    With ``bounded`` the work is done by a child process, which is stopped when a prompt takes too long or too much.
    """

    def __init__(self, *closures: Closure, bounded: bool) -> None:
        self._closures = {key: found for closure in closures for key, found in _with_steps(closure).items()}
        self._compiled: dict[int, Rendering] = {}
        self._worker = Worker(self._called) if bounded else None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._worker:
            self._worker.close()

    def of(self, closure: Closure) -> Rendering:
        """The rendering of a closure that this was made for, or of a step below one."""
        key = id(closure)
        if key not in self._compiled:
            self._compiled[key] = _Bounded(closure, self._worker) if self._worker else Rendering(closure)
        return self._compiled[key]

    def requests(self, closure: Closure, given: Sequence[Mapping[str, Any]]) -> list[Request | UsageError]:
        """What is sent for each of some inputs, or what is wrong with them; a child is asked only once.

        Together they may take as long as one alone, so that where they took longer each one is tried by itself.
        """
        rendering = self.of(closure)
        if isinstance(rendering, _Bounded):
            try:
                return rendering.requests(given)
            except UsageError as error:
                if error.code != STOPPED:
                    raise
        return [_request(rendering, inputs) for inputs in given]

    def _called(self, call: Call) -> Any:
        """What the child does; there, every rendering is its own."""
        key, method, arguments = call
        self._worker = None
        rendering = self.of(self._closures[key])
        if method == "requests":
            return [_request(rendering, inputs) for inputs in arguments[0]]
        return getattr(rendering, method)(*arguments)


class _Bounded(Rendering):
    """Lets a child do the work of a rendering."""

    def __init__(self, closure: Closure, worker: Worker[Call, Any]) -> None:
        self.closure, self._worker = closure, worker

    def bind(self, given: Mapping[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = self._worker((id(self.closure), "bind", (given,)))
        return found

    def step_inputs(self, index: int, values: Mapping[str, Any]) -> dict[str, str]:
        found: dict[str, str] = self._worker((id(self.closure), "step_inputs", (index, values)))
        return found

    def messages(self, given: Mapping[str, Any]) -> tuple[dict[str, Any], ...]:
        found: tuple[dict[str, Any], ...] = self._worker((id(self.closure), "messages", (given,)))
        return found

    def request(self, given: Mapping[str, Any]) -> Request:
        found: Request = self._worker((id(self.closure), "request", (given,)))
        return found

    def requests(self, given: Sequence[Mapping[str, Any]]) -> list[Request | UsageError]:
        found: list[Request | UsageError] = self._worker((id(self.closure), "requests", (list(given),)))
        return found


def _request(rendering: Rendering, given: Mapping[str, Any]) -> Request | UsageError:
    try:
        return rendering.request(given)
    except UsageError as error:
        return error


def _with_steps(closure: Closure) -> dict[int, Closure]:
    found = {id(closure): closure}
    for step in closure.steps.values():
        found |= _with_steps(step)
    return found
