"""Events as spans, sent to an OpenTelemetry receiver by OTLP over HTTP: no redirects, no proxies, bounded answers.

Protocol: opentelemetry.io/docs/specs/otlp, sections on OTLP/HTTP. Messages are made with the classes that
opentelemetry-proto generates of it.
"""

from __future__ import annotations

import http.client
import re
import ssl
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from promptctl.adapters.events.bounded_response import BoundedResponse
from promptctl.core.events.event import DROPS, SCORES, Batch, Scalar
from promptctl.core.events.otel import DROPPED_EVENT, EVALUATION_EVENT, SCORE_NAMES, Span, nanoseconds, span_of
from promptctl.core.events.settings import BAD_STORE
from promptctl.errors import OutsideError, UsageError
from promptctl.version import __version__

if TYPE_CHECKING:
    from opentelemetry.proto.common.v1.common_pb2 import KeyValue
    from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord

UNUSABLE, NOT_INSTALLED, INSECURE = "PC222", "PC225", "PC226"
_REFUSED_FOR_GOOD = (400, 413, 422)
_MOST_ANSWER = 64 * 1024
_MOST_REQUEST = 1024 * 1024
_NAME = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]+", re.ASCII)
_LOCAL = ("localhost", "127.0.0.1", "::1")


class OtlpEvents:
    """A store that is a receiver at ``url``, such as ``https://collector:4318``. ``headers`` hold its key."""

    def __init__(self, url: str, headers: Mapping[str, str], service: str, *, seconds: float = 10.0) -> None:
        self._parts = urlsplit(url)
        self._headers, self._service, self._seconds = dict(headers), service, seconds
        self._connection: http.client.HTTPConnection | None = None
        self._batch: Batch | None = None
        self._sent = self._refused = 0
        if headers and self._parts.scheme != "https" and self._parts.hostname not in _LOCAL:
            message = f"a key for {self._parts.hostname} travels only over https"
            raise UsageError(INSECURE, message, hint="write otlp:https://…, or leave OTEL_EXPORTER_OTLP_HEADERS out")

    def write(self, batch: Batch) -> int:
        """Sends the batch; how many spans and records the receiver refused for good. Raises OutsideError when it does
        not take them now, and goes on from there when it is asked again with the same batch."""
        if batch is not self._batch:
            self._batch, self._sent, self._refused = batch, 0, 0
        try:
            for number, (path, count, body) in enumerate(_requests(batch, self._service)):
                if number == self._sent:
                    self._refused += self._post(path, count, body)
                    self._sent += 1
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise self._unusable(str(error) or type(error).__name__) from None
        return self._refused

    def close(self) -> None:
        """Closes the connection; the next batch opens it again."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _post(self, path: str, count: int, body: bytes) -> int:
        headers = {"content-type": "application/x-protobuf", "user-agent": f"promptctl/{__version__}"}
        connection = self._connected()
        connection.request("POST", self._parts.path.rstrip("/") + path, body, headers | self._headers)
        response = connection.getresponse()
        answer = response.read(_MOST_ANSWER)
        if not response.isclosed():
            self.close()
        if response.status in _REFUSED_FOR_GOOD:
            return count
        if response.status != 200:
            raise self._unusable(f"it answered {response.status}")
        return min(count, _rejected(path, answer))

    def _connected(self) -> http.client.HTTPConnection:
        if self._connection is None:
            host, port = self._parts.hostname or "", self._parts.port
            if self._parts.scheme == "https":
                context = _certificates()
                self._connection = http.client.HTTPSConnection(host, port, timeout=self._seconds, context=context)
            else:
                self._connection = http.client.HTTPConnection(host, port, timeout=self._seconds)
            self._connection.response_class = BoundedResponse
        return self._connection

    def _unusable(self, reason: str) -> OutsideError:
        hint = "look at the receiver, and at the URL in `[events] store` or PROMPTCTL_EVENTS"
        return OutsideError(UNUSABLE, f"the receiver {self._parts.netloc} takes no events: {reason}", hint=hint)


def header_values(written: str) -> dict[str, str]:
    """``OTEL_EXPORTER_OTLP_HEADERS``: ``name=value,name=value``, percent-encoded. Raises UsageError for what cannot be
    sent, which does not show it."""
    pairs = (pair.partition("=") for pair in written.split(",") if "=" in pair)
    found = {name.strip().lower(): unquote(value).strip() for name, _, value in pairs}
    if not all(_NAME.fullmatch(name) and value.isascii() and value.isprintable() for name, value in found.items()):
        message = "OTEL_EXPORTER_OTLP_HEADERS holds characters that no header has"
        raise UsageError(BAD_STORE, message, hint="write name=value,name=value, values percent-encoded")
    return found


def require_installed() -> None:
    """Raises UsageError when the extra that makes messages is not installed."""
    try:
        import opentelemetry.proto.collector.trace.v1.trace_service_pb2  # noqa: F401
    except ImportError:
        hint = "pip install 'git-promptctl[otel]'"
        raise UsageError(NOT_INSTALLED, "sending events by OTLP needs the extra `otel`", hint=hint) from None


@cache
def _certificates() -> ssl.SSLContext:
    return ssl.create_default_context()


def _requests(batch: Batch, service: str) -> Iterator[tuple[str, int, bytes]]:
    """Path, number of items and body of each request that a batch takes."""
    from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    for spans in _parted([_span(span_of(row)) for row in batch.events]):
        traces = ExportTraceServiceRequest()
        traced = traces.resource_spans.add()
        traced.resource.attributes.extend(_attributes({"service.name": service}))
        scope = traced.scope_spans.add()
        scope.scope.name, scope.scope.version = "promptctl", __version__
        scope.spans.extend(spans)
        yield "/v1/traces", len(spans), traces.SerializeToString()
    for records in _parted([*map(_score, batch.scores), *map(_drop, batch.drops)]):
        logs = ExportLogsServiceRequest()
        logged = logs.resource_logs.add()
        logged.resource.attributes.extend(_attributes({"service.name": service}))
        kept = logged.scope_logs.add()
        kept.scope.name, kept.scope.version = "promptctl", __version__
        kept.log_records.extend(records)
        yield "/v1/logs", len(records), logs.SerializeToString()


def _parted(messages: Sequence[Any]) -> Iterator[list[Any]]:
    """Messages in parts that receivers take in one request."""
    part: list[Any] = []
    size = 0
    for message in messages:
        if part and size + message.ByteSize() > _MOST_REQUEST:
            yield part
            part, size = [], 0
        part.append(message)
        size += message.ByteSize()
    if part:
        yield part


def _span(span: Span) -> Any:
    from opentelemetry.proto.trace.v1 import trace_pb2

    status = trace_pb2.Status(code=trace_pb2.Status.STATUS_CODE_ERROR) if span.failed else None
    return trace_pb2.Span(
        trace_id=span.trace_id,
        span_id=span.span_id,
        parent_span_id=span.parent_id,
        name=span.name,
        kind=trace_pb2.Span.SPAN_KIND_CLIENT,
        start_time_unix_nano=span.start,
        end_time_unix_nano=span.end,
        attributes=_attributes(span.attributes),
        status=status,
    )


def _score(row: tuple[Scalar, ...]) -> LogRecord:
    cells = dict(zip(SCORES.names, row, strict=True))
    named = {name: cells[column] for column, name in SCORE_NAMES.items()}
    return _record(EVALUATION_EVENT, cells["at"], named)


def _drop(row: tuple[Scalar, ...]) -> LogRecord:
    cells = dict(zip(DROPS.names, row, strict=True))
    return _record(DROPPED_EVENT, cells["at"], {f"promptctl.{name}": cells[name] for name in ("process", "count")})


def _record(event: str, at: Scalar, attributes: Mapping[str, Scalar]) -> LogRecord:
    from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord

    time = nanoseconds(int(at or 0) * 1_000)
    return LogRecord(event_name=event, time_unix_nano=time, attributes=_attributes(attributes))


def _attributes(values: Mapping[str, Scalar]) -> list[KeyValue]:
    from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

    kinds = {str: "string_value", int: "int_value", float: "double_value"}
    return [
        KeyValue(key=name, value=AnyValue(**{kinds[type(value)]: value}))  # type: ignore[arg-type]
        for name, value in values.items()
        if value is not None
    ]


def _rejected(path: str, answer: bytes) -> int:
    """How many of a request's items the receiver says it refused."""
    from google.protobuf.message import DecodeError
    from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

    try:
        if path == "/v1/traces":
            return int(ExportTraceServiceResponse.FromString(answer).partial_success.rejected_spans)
        return int(ExportLogsServiceResponse.FromString(answer).partial_success.rejected_log_records)
    except DecodeError:
        return 0
