"""Streamed chat completions: pieces of one message, put together again as the answer that would have come whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from promptctl.adapters.providers.answer import MalformedAnswer, StreamFault, parse_json, take, take_optional
from promptctl.adapters.providers.events import Event

_END = "[DONE]"
ASKS: Mapping[str, Any] = {"stream": True, "stream_options": {"include_usage": True}}
"""What a request says besides, so that a stream comes, and in its last piece the usage."""


class Assembly:
    """One stream. ``done`` once its end was told; raises MalformedAnswer for events that the format does not know."""

    def __init__(self) -> None:
        self.done = False
        self._answer: dict[str, Any] = {}
        self._texts: dict[str, list[str]] = {}
        self._calls: dict[int, dict[str, Any]] = {}
        self._finish: str | None = None

    def feed(self, event: Event) -> str:
        """Takes one event; gives the text that it adds. Raises StreamFault for an error that the provider reports."""
        if event.data == _END:
            self.done = True
            return ""
        chunk = parse_json(event.data.encode())
        if isinstance(chunk, Mapping) and chunk.get("error"):
            raise StreamFault(chunk)
        if model := take_optional(chunk, "model", str):
            self._answer["model"] = model
        if usage := take_optional(chunk, "usage", dict):
            self._answer["usage"] = usage
        return "".join(self._choice(choice) for choice in take(chunk, "choices", list)[:1])

    def answer(self) -> dict[str, Any]:
        """The whole answer, as it would have come without streaming."""
        calls = [call | {"function": self._function(call)} for _, call in sorted(self._calls.items())]
        message: dict[str, Any] = {name: "".join(pieces) for name, pieces in self._texts.items()}
        message |= {"tool_calls": calls} if calls else {}
        return {**self._answer, "choices": [{"message": message, "finish_reason": self._finish}]}

    def told(self) -> dict[str, Any]:
        """Model and usage as far as they came."""
        return self._answer

    def _choice(self, choice: Any) -> str:
        delta = take_optional(choice, "delta", dict) or {}
        self._finish = take_optional(choice, "finish_reason", str) or self._finish
        for call in take_optional(delta, "tool_calls", list) or ():
            self._call(call)
        return "".join(self._text(delta, name) for name in ("content", "refusal"))

    def _text(self, delta: Mapping[str, Any], name: str) -> str:
        piece = take_optional(delta, name, str)
        if piece is not None and (piece or name == "content"):
            self._texts.setdefault(name, []).append(piece)
        return piece or ""

    def _call(self, piece: Any) -> None:
        call = self._calls.setdefault(take(piece, "index", int), {"type": "function", "name": "", "arguments": []})
        if len(self._calls) > 1000:
            raise MalformedAnswer("the stream holds more than 1000 tool calls")
        if identifier := take_optional(piece, "id", str):
            call["id"] = identifier
        function = take_optional(piece, "function", dict) or {}
        call["name"] += take_optional(function, "name", str) or ""
        call["arguments"].append(take_optional(function, "arguments", str) or "")

    def _function(self, call: Mapping[str, Any]) -> dict[str, Any]:
        return {"name": call["name"], "arguments": "".join(call["arguments"])}
