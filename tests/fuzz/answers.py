"""What is fuzzed of answers: those of providers in each wire format, whole and streamed, and HTTP itself."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from promptctl.adapters.providers import WIRE_FORMATS, Assembly, WireFormat, embeddings
from promptctl.adapters.providers.answer import MalformedAnswer, StreamFault, parse_json
from promptctl.adapters.providers.events import Event, EventReader
from promptctl.adapters.providers.exchange import Answer, Bounds
from promptctl.core.evals.recording import masked, reply_from_dict, reply_to_dict
from promptctl.core.models.provider import BUILT_IN
from promptctl.core.models.request import Reply
from promptctl.errors import OutsideError
from promptctl.runtime.gateway.outcome import fault_of, reply_of, retry_after, stream_fault
from tests.fuzz.target import Target, starting
from tests.servers import anthropic_answer, anthropic_events, openai_answer, openai_events

_NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
_SECRET = "planted-secret-0k3y5e6f"
_EVERY_POINT = 200
"""Bytes of a stream up to which it is cut everywhere."""


def whole_answers(data: bytes) -> None:
    """An answer is a reply that can be kept and masked, or malformed; an answer of failure is always a fault."""
    openai = WIRE_FORMATS["openai"]
    for name, wire in {**WIRE_FORMATS, "openai embeddings": replace(openai, parse=embeddings.parse)}.items():
        provider = BUILT_IN[name.partition(" ")[0]]
        answer = Answer(status=200, headers={}, body=data)
        with suppress(OutsideError):
            _kept(reply_of(answer, wire, provider, "gpt-4.1", 5.0, _NOW))
        with suppress(MalformedAnswer):
            wire.usage(parse_json(data))
        for status in (400, 429, 503):
            fault = fault_of(replace(answer, status=status), provider, (_SECRET,), _NOW)
            assert fault
            assert _SECRET not in str(fault)
    text = data.decode("latin-1")
    wait = retry_after({"retry-after": text, "retry-after-ms": text[::-1]}, _NOW)
    assert wait is None or wait >= 0


def _kept(reply: Reply) -> None:
    assert reply_from_dict(json.loads(json.dumps(reply_to_dict(reply)))) == replace(
        reply, usage=replace(reply.usage, cache_write_hour=0)
    )
    assert _SECRET not in str(masked(reply, (_SECRET,)))


def openai_streams(data: bytes) -> None:
    """A stream of events in the format of OpenAI."""
    _streamed(data, WIRE_FORMATS["openai"])


def anthropic_streams(data: bytes) -> None:
    """A stream of events in the format of Anthropic."""
    _streamed(data, WIRE_FORMATS["anthropic"])


def _streamed(data: bytes, wire: WireFormat) -> None:
    """The same events come of a stream however it is cut; put together they are a reply, or malformed."""
    try:
        events = [*EventReader().feed(data)]
    except MalformedAnswer:
        events = None
    step = 1 if len(data) <= _EVERY_POINT else len(data) // 8
    for cut in range(0, len(data), step):
        assert _cut_events(data[:cut], data[cut:]) == events
    assert _cut_events(*(data[index : index + 1] for index in range(min(len(data), 500))), data[500:]) == events
    if events is not None:
        _assembled(events, wire)


def _cut_events(*pieces: bytes) -> list[Event] | None:
    reader = EventReader()
    try:
        return [event for piece in pieces for event in reader.feed(piece)]
    except MalformedAnswer:
        return None


def _assembled(events: list[Event], wire: WireFormat) -> None:
    assert wire.streaming
    assembly = wire.streaming.assembly()
    texts: list[str] = []
    with suppress(MalformedAnswer):
        fault = _fed(assembly, events, wire, texts)
        assert fault is None or _SECRET not in str(stream_fault(fault.said, BUILT_IN["openai"], (_SECRET,)))
        if assembly.done and fault is None:
            reply = wire.parse(assembly.answer())
            assert reply.text == "".join(texts)
            _kept(reply)


def _fed(assembly: Assembly, events: list[Event], wire: WireFormat, texts: list[str]) -> StreamFault | None:
    """The error that the provider reports in its stream, if any. Raises MalformedAnswer."""
    try:
        for event in events:
            texts.append(assembly.feed(event))
            wire.usage(assembly.told())
    except StreamFault as fault:
        return fault
    return None


def http_answers(data: bytes) -> None:
    """Whatever bytes a server answers, in two pieces, a call, a stream, a webhook and a source of bundles end in time:
    in an answer, or in our own error."""
    from promptctl.adapters.bundle_http import HttpSource
    from promptctl.adapters.providers.transport import Transport

    async def answered(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(data[: len(data) // 2])
        with suppress(ConnectionError):
            await writer.drain()
            writer.write(data[len(data) // 2 :])
            await writer.drain()
        writer.close()

    async def asked() -> None:
        server = await asyncio.start_server(answered, "127.0.0.1")
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
        transport = Transport(url, Bounds(connect=5.0, read=5.0, idle=5.0, max_bytes=1 << 20))
        try:
            with suppress(OutsideError):
                assert len((await transport.post({}, b"{}")).body) <= 1 << 20
            with suppress(OutsideError):
                async for piece in transport.pieces({}, b"{}"):
                    assert isinstance(piece, bytes | Answer)
            with suppress(OutsideError):
                await asyncio.to_thread(HttpSource(url, signed=True).fetch, '"tag"')
        finally:
            await transport.aclose()
            server.close()

    asyncio.run(asked())


def _whole() -> Iterator[bytes]:
    call = {"id": "c", "type": "function", "function": {"name": "find", "arguments": '{"q": 1}'}}
    calling = [{"message": {"content": None, "tool_calls": [call]}, "finish_reason": "tool_calls"}]
    use = [{"type": "tool_use", "id": "c", "name": "find", "input": {"q": 1}}, {"type": "thinking", "thinking": "hm"}]
    said: list[Any] = [
        openai_answer(),
        openai_answer(choices=calling),
        anthropic_answer(),
        anthropic_answer(content=use),
    ]
    said += [{"data": [{"embedding": [0.5, -1, 1e-9]}], "model": "e", "usage": {"prompt_tokens": 3}}]
    said += [{"error": {"message": f"bad key {_SECRET}", "type": "invalid_request_error", "code": _SECRET}}]
    said += [{"type": "error", "error": {"type": "overloaded_error", "message": "\ud83d"}}]
    yield from (json.dumps(it).encode() for it in said)
    yield from (b"Wed, 21 Oct 2026 07:28:00 GMT", b"120", b"-1", b"1e400", b"nan")
    yield b"Wed, 21 Oct 2026 8:00 1111111111111111111111111 GMD"


def _openai_stream() -> Iterator[bytes]:
    yield "".join(f"data: {it}\n\n" for it in openai_events("héllo")).encode()
    yield b": hello\r\n\r\ndata:[DONE]\r\n\r\n"
    piece = {"index": 0, "id": "a", "function": {"name": "find", "arguments": '{"q"'}}
    calling = {"choices": [{"index": 0, "delta": {"tool_calls": [piece]}, "finish_reason": "tool_calls"}]}
    yield f"data: {json.dumps(calling)}\n\ndata: [DONE]\n\n".encode()
    yield f"data: {json.dumps({'error': {'message': _SECRET, 'code': 'rate_limit_exceeded'}})}\n\n".encode()


def _anthropic_stream() -> Iterator[bytes]:
    events = [json.loads(it) for it in anthropic_events("héllo")]
    yield "".join(f"event: {it['type']}\ndata: {json.dumps(it)}\n\n" for it in events).encode()
    use = [
        {"type": "content_block_start", "index": 0, "content_block": {"type": "tool_use", "id": "c", "name": "find"}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "input_json_delta", "partial_json": "{}"}},
        {"type": "content_block_stop", "index": 0},
    ]
    yield "".join(f"data: {json.dumps(it)}\n\n" for it in (events[0], *use, *events[-2:])).encode()
    texts = [*events[:2], *events[3:]]
    texts[1] = {**texts[1], "content_block": {"type": "thinking", "thinking": ""}}
    yield "".join(f"data: {json.dumps(it)}\n\n" for it in texts).encode()
    yield b'event: error\ndata: {"type": "error", "error": {"type": "overloaded_error", "message": "x"}}\n\n'


_JSON, _SSE = b"content-type: application/json\r\n", b"content-type: text/event-stream\r\n"

TARGETS: Mapping[str, Target] = {
    "whole_answers": Target(run=whole_answers, begin=_whole),
    "openai_streams": Target(run=openai_streams, begin=_openai_stream),
    "anthropic_streams": Target(run=anthropic_streams, begin=_anthropic_stream),
    "http_answers": Target(
        run=http_answers,
        begin=starting(
            b"HTTP/1.1 200 OK\r\n" + _JSON + b"content-length: 2\r\n\r\n{}",
            b"HTTP/1.1 200 OK\r\n" + _SSE + b"transfer-encoding: chunked\r\n\r\n6\r\ndata: \r\n2\r\n\n\n\r\n0\r\n\r\n",
            b"HTTP/1.0 200 OK\r\n\r\n{}",
            b'HTTP/1.1 304 Not Modified\r\netag: "tag"\r\n\r\n',
            b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n",
            b"HTTP/1.1 200 OK\r\n" + _JSON + b"content-encoding: gzip\r\n\r\n\x1f\x8b\x08",
            b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 503 No\r\nretry-after: 1\r\n\r\nno",
        ),
    ),
}
