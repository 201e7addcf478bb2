"""Events as spans, at a receiver that decodes what really arrives."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from promptctl.adapters.events import open_store
from promptctl.adapters.events.otlp import OtlpEvents, header_values
from promptctl.core.events.event import EVENTS, Batch, Drop, row
from promptctl.core.events.otel import SPAN_NAMES, span_of
from promptctl.core.events.settings import StoreAddress, parse_store
from promptctl.errors import OutsideError, UsageError
from tests.event_samples import NOON, event, score
from tests.servers import Handler, Reaction, drip, model_server, raw, silence


class Receiver:
    """Takes spans and records; ``answers`` are (status, body) for the next requests."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        self.records: list[Any] = []
        self.headers: list[dict[str, str]] = []
        self.services: list[str] = []
        self.answers: list[tuple[int, bytes]] = []
        self.url = ""

    def take(self, path: str, body: bytes) -> None:
        if path.endswith("/v1/traces"):
            for traced in ExportTraceServiceRequest.FromString(body).resource_spans:
                self.services += [pair.value.string_value for pair in traced.resource.attributes]
                self.spans += [span for scope in traced.scope_spans for span in scope.spans]
        else:
            assert path.endswith("/v1/logs")
            for logged in ExportLogsServiceRequest.FromString(body).resource_logs:
                self.records += [record for scope in logged.scope_logs for record in scope.log_records]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            found.headers.append({name.lower(): value for name, value in self.headers.items()})
            status, answer = found.answers.pop(0) if found.answers else (200, b"")
            if status == 200:
                found.take(self.path, body)
            self.send_response(status)
            self.send_header("content-length", str(len(answer)))
            self.send_header("location", "http://127.0.0.1:1/")
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *arguments: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        found.url = f"http://127.0.0.1:{server.server_port}"
        yield found
        server.shutdown()
        thread.join()


def send(url: str, *batches: Batch) -> list[int]:
    """What a store answers to batches."""
    with closing(OtlpEvents(url, {}, "shop")) as store:
        return [store.write(batch) for batch in batches]


def attributes(item: Any) -> dict[str, Any]:
    return {pair.key: getattr(pair.value, pair.value.WhichOneof("value")) for pair in item.attributes}


def test_every_column_has_its_attribute_or_is_the_spans_own() -> None:
    assert set(SPAN_NAMES) | {"trace", "at", "latency_ms"} == set(EVENTS.names)
    assert len(set(SPAN_NAMES.values())) == len(SPAN_NAMES)


def test_a_call_arrives_as_a_span_with_the_names_of_the_conventions(receiver: Receiver) -> None:
    call = event(1, trace="0af7651916cd43dd8448eb211c80319c", first_token_ms=250.0, cache_read_tokens=7, arm="b")
    store = OtlpEvents(receiver.url, {"api-key": "k"}, "shop")
    assert store.write(Batch(events=[row(call)])) == 0
    store.close()
    (span,) = receiver.spans
    assert span.trace_id.hex() == call.trace
    assert span.name == "chat gpt-4.1"
    assert (span.kind, span.status.code) == (Span.SPAN_KIND_CLIENT, Status.STATUS_CODE_UNSET)
    assert span.start_time_unix_nano == call.at * 1000
    assert span.end_time_unix_nano - span.start_time_unix_nano == 812_500_000
    found = attributes(span)
    expected = {
        "gen_ai.operation.name": "chat",
        "gen_ai.prompt.name": "support/triage",
        "gen_ai.prompt.version": "1.2.0",
        "gen_ai.provider.name": "openai",
        "gen_ai.response.model": "gpt-4.1",
        "gen_ai.usage.input_tokens": 410,
        "gen_ai.usage.output_tokens": 12,
        "gen_ai.usage.cache_read.input_tokens": 7,
        "gen_ai.response.time_to_first_chunk": 0.25,
        "promptctl.digest": call.digest,
        "promptctl.arm": "b",
        "promptctl.cost_usd": 0.000916,
        "promptctl.id": call.id,
    }
    assert {name: found[name] for name in expected} == expected
    assert "error.type" not in found
    assert (receiver.headers[0]["api-key"], receiver.services) == ("k", ["shop"])


def test_a_fault_and_a_chain_are_seen(receiver: Receiver) -> None:
    step = event(2, status="timeout", parent=event(1).id, trace="order-7")
    send(receiver.url, Batch(events=[row(event(1, trace="order-7")), row(step)]))
    chain, failed = receiver.spans
    assert failed.parent_span_id == chain.span_id
    assert failed.trace_id == chain.trace_id
    assert len(failed.trace_id) == 16
    assert failed.status.code == Status.STATUS_CODE_ERROR
    assert attributes(failed)["error.type"] == "timeout"


def test_a_traceparent_is_the_parent_and_no_other_text_is(receiver: Receiver) -> None:
    trace, above = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
    found = span_of(row(event(trace=f"00-{trace}-{above}-01")))
    assert (found.trace_id.hex(), found.parent_id.hex()) == (trace, above)
    assert span_of(row(event(trace="0" * 32))).trace_id != b"\0" * 16
    assert span_of(row(event())).parent_id == b""


def test_scores_and_drops_arrive_as_records(receiver: Receiver) -> None:
    drop = row(Drop(process="p", at=NOON, count=3))
    send(receiver.url, Batch(scores=[row(score(1, comment="fine"))], drops=[drop]))
    scored, dropped = receiver.records
    assert (scored.event_name, dropped.event_name) == ("gen_ai.evaluation.result", "promptctl.dropped")
    assert attributes(scored) == {
        "promptctl.id": score(1).event,
        "gen_ai.evaluation.name": "resolved",
        "gen_ai.evaluation.score.value": 1.0,
        "gen_ai.evaluation.explanation": "fine",
        "promptctl.source": "feedback",
    }
    assert attributes(dropped)["promptctl.count"] == 3


@pytest.mark.parametrize("status", [302, 401, 404, 429, 500, 503])
def test_what_is_not_taken_now_is_sent_again_and_only_that(receiver: Receiver, status: int) -> None:
    receiver.answers = [(200, b""), (status, b"")]
    batch = Batch(events=[row(event(1))], scores=[row(score(1))])
    with closing(OtlpEvents(receiver.url, {}, "shop")) as store:
        with pytest.raises(OutsideError, match=f"it answered {status}") as caught:
            store.write(batch)
        assert caught.value.code == "PC222"
        assert store.write(batch) == 0
    assert (len(receiver.spans), len(receiver.records)) == (1, 1)


def test_what_is_refused_for_good_is_counted(receiver: Receiver) -> None:
    partial = ExportTraceServiceResponse()
    partial.partial_success.rejected_spans = 1
    receiver.answers = [(200, partial.SerializeToString()), (400, b"bad"), (200, b"\xff\xff")]
    batches = [Batch(events=[row(event(number)), row(event(number + 1))]) for number in (0, 2, 4)]
    assert send(receiver.url, *batches) == [1, 2, 0]


def test_a_large_batch_goes_in_parts(receiver: Receiver) -> None:
    calls = [row(event(number, inputs="x" * 60_000)) for number in range(40)]
    send(receiver.url, Batch(events=calls))
    assert len(receiver.headers) == 3
    assert len({span.span_id for span in receiver.spans}) == 40


def test_nobody_there_is_an_outside_error() -> None:
    with pytest.raises(OutsideError, match="takes no events"):
        send("http://127.0.0.1:1", Batch(events=[row(event())]))


def _slow_head(handler: Handler) -> None:
    """A byte of a header every tenth of a second, which is never whole."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    with suppress(OSError):
        while not handler.model.released.wait(0.1):
            handler.wfile.write(b"x")
            handler.wfile.flush()
    handler.close_connection = True


@pytest.mark.parametrize("react", [drip, _slow_head, silence])
def test_an_answer_that_never_ends_is_given_up(react: Reaction) -> None:
    batch = Batch(events=[row(event())])
    with model_server() as server, closing(OtlpEvents(server.url, {}, "shop", seconds=0.5)) as store:
        server.always = raw(b"")
        server.then(raw(b""), react)
        assert store.write(Batch(events=[row(event(1))])) == 0
        with pytest.raises(OutsideError, match="takes no events"):
            store.write(batch)
        assert store.write(batch) == 0


def test_a_key_goes_only_where_the_environment_says(receiver: Receiver, tmp_path: Any) -> None:
    environment = {"OTEL_EXPORTER_OTLP_HEADERS": "Api-Key=se%20cret, x-tenant=7"}
    for shared in (True, False):
        address = StoreAddress(kind="otlp", target=receiver.url, shared=shared)
        with closing(open_store(address, environment, tmp_path)) as store:
            store.write(Batch(events=[row(event())]))
    theirs, ours = receiver.headers
    assert "api-key" not in theirs
    assert (ours["api-key"], ours["x-tenant"]) == ("se cret", "7")
    with pytest.raises(UsageError) as caught:
        open_store(parse_store("otlp:http://collector.example:4318"), environment, tmp_path)
    assert caught.value.code == "PC226"


@pytest.mark.parametrize("written", ["api-key=se%0Acret", "api-key=secr\u00e9t", "api key=secret", "=secret"])
def test_a_header_that_cannot_be_sent_is_said_and_not_shown(written: str, tmp_path: Any) -> None:
    address = StoreAddress(kind="otlp", target="http://127.0.0.1:9", shared=False)
    with pytest.raises(UsageError) as caught:
        open_store(address, {"OTEL_EXPORTER_OTLP_HEADERS": written}, tmp_path)
    assert caught.value.code == "PC221"
    assert "cret" not in str(caught.value)


def test_a_line_break_at_the_end_of_a_header_is_none_of_it() -> None:
    assert header_values("api-key=secret%0A") == {"api-key": "secret"}
