"""Streamed messages of Anthropic: blocks piece by piece, put together as the answer that would have come whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from promptctl.adapters.providers.answer import MalformedAnswer, StreamFault, parse_json, take, take_optional
from promptctl.adapters.providers.anthropic import CUT
from promptctl.adapters.providers.events import Event

ASKS: Mapping[str, Any] = {"stream": True}


class Assembly:
    """One stream. ``done`` once its end was told; raises MalformedAnswer for events out of order or without sense.

    Kinds of events and deltas that it does not know are passed over, as the format asks of its readers.
    """

    def __init__(self) -> None:
        self.done = self._counted = False
        self._message: dict[str, Any] | None = None
        self._blocks: list[dict[str, Any]] = []
        self._pieces: list[list[str]] = []

    def feed(self, event: Event) -> str:
        """Takes one event; gives the text that it adds. Raises StreamFault for an error that the provider reports."""
        value = parse_json(event.data.encode())
        kind = take(value, "type", str)
        if kind == "error":
            raise StreamFault(value)
        if kind == "message_start":
            self._message = dict(take(value, "message", dict))
        elif kind == "content_block_start":
            return self._start(value)
        elif kind == "content_block_delta":
            return self._delta(value)
        elif kind == "message_delta":
            self._end(value)
        elif kind == "message_stop":
            self.done = self._message is not None
        return ""

    def answer(self) -> dict[str, Any]:
        """The whole answer, as it would have come without streaming."""
        message = self._message or {}
        cut, each = message.get("stop_reason") in CUT, zip(self._blocks, self._pieces, strict=True)
        return {**message, "content": [_whole(block, "".join(pieces), cut=cut) for block, pieces in each]}

    def told(self) -> dict[str, Any]:
        """Model and usage as far as they came; at the beginning nobody knows how many tokens will be answered."""
        usage = (self._message or {}).get("usage")
        if not self._message or self._counted or not isinstance(usage, dict):
            return self._message or {}
        return {**self._message, "usage": {**usage, "output_tokens": None}}

    def _start(self, value: Mapping[str, Any]) -> str:
        if take(value, "index", int) != len(self._blocks):
            raise MalformedAnswer("the blocks of the stream are out of order")
        block = take(value, "content_block", dict)
        text = take(block, "text", str) if block.get("type") == "text" else ""
        self._blocks.append(dict(block))
        self._pieces.append([text] if text else [])
        return text

    def _delta(self, value: Mapping[str, Any]) -> str:
        index, delta = take(value, "index", int), take(value, "delta", dict)
        if not 0 <= index < len(self._blocks):
            raise MalformedAnswer("the stream goes on with a block that was not begun")
        if delta.get("type") == "text_delta":
            if self._blocks[index].get("type") != "text":
                raise MalformedAnswer("the stream adds text to a block that is none")
            self._pieces[index].append(take(delta, "text", str))
            return self._pieces[index][-1]
        if delta.get("type") == "input_json_delta":
            self._pieces[index].append(take(delta, "partial_json", str))
        return ""

    def _end(self, value: Mapping[str, Any]) -> None:
        if self._message is None:
            raise MalformedAnswer("the stream ends before it began")
        usage = {
            name: count for name, count in (take_optional(value, "usage", dict) or {}).items() if count is not None
        }
        self._counted = "output_tokens" in usage
        self._message["usage"] = {**(take_optional(self._message, "usage", dict) or {}), **usage}
        if reason := take_optional(take(value, "delta", dict), "stop_reason", str):
            self._message["stop_reason"] = reason


def _whole(block: Mapping[str, Any], said: str, *, cut: bool) -> dict[str, Any]:
    if block.get("type") == "text":
        return {**block, "text": said}
    if block.get("type") == "tool_use":
        return {**block, "input": _input(said, cut=cut) if said else block.get("input", {})}
    return dict(block)


def _input(said: str, *, cut: bool) -> Any:
    """A tool call's arguments; their text where the limit of tokens came in the middle of them."""
    try:
        return parse_json(said.encode())
    except MalformedAnswer:
        if cut:
            return said
        raise
