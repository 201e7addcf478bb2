"""What a monitor is told of the server, in the text format of Prometheus, over all of its processes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from promptctl.server.settings import SHARED

if TYPE_CHECKING:
    from promptctl.server.follower import Follower

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_BUCKETS = (0.001, 0.0025, 0.01, 0.025, 0.1, 0.25, 1.0, 2.5, 10.0)

disable_created_metrics()  # type: ignore[no-untyped-call]


class _Adding(Protocol):
    def inc(self, amount: float = 1, /) -> None: ...


class Metrics:
    """Counts requests, and reads from the follower what is followed."""

    def __init__(self, follower: Follower) -> None:
        self._own = CollectorRegistry()
        self._following = _Following(follower)
        own = self._own
        self._requests = Counter(
            "promptctl_http_requests", "Requests answered.", ("method", "route", "status"), registry=own
        )
        self._seconds = Histogram(
            "promptctl_http_request_seconds",
            "From a request to the end of its answer.",
            ("route",),
            buckets=_BUCKETS,
            registry=own,
        )
        self._kept = Counter("promptctl_http_answers_kept", "Answers that were there already.", registry=own)
        self._writes = Counter(
            "promptctl_writes",
            "Writes by what they do, and whether they were done, refused, failed or answered as before.",
            ("action", "outcome"),
            registry=own,
        )
        self._counters: dict[tuple[str, str, int], tuple[_Adding, Histogram]] = {}

    def request(self, method: str, route: str, status: int, seconds: float, *, kept: bool) -> None:
        """Counts one request."""
        key = (method, route, status)
        if key not in self._counters:
            self._counters[key] = (self._requests.labels(method, route, str(status)), self._seconds.labels(route))
        count, durations = self._counters[key]
        count.inc()
        durations.observe(seconds)
        if kept:
            self._kept.inc()

    def write(self, action: str, status: int, *, replayed: bool) -> None:
        """Counts one write by its action and what became of it."""
        outcome = "replayed" if replayed else "done" if status < 400 else "refused" if status < 500 else "failed"
        self._writes.labels(action, outcome).inc()

    def text(self) -> bytes:
        """Everything, with what other processes of the server counted."""
        if SHARED not in os.environ:
            return generate_latest(self._own) + generate_latest(self._following)
        from prometheus_client.multiprocess import MultiProcessCollector

        together = CollectorRegistry()
        MultiProcessCollector(together)  # type: ignore[no-untyped-call]
        return generate_latest(together) + generate_latest(self._following)


class _Following(CollectorRegistry):
    """What is followed, as the process that answers sees it."""

    def __init__(self, follower: Follower) -> None:
        super().__init__()
        self._follower = follower

    def collect(self) -> Iterator[Metric]:
        follower = self._follower
        commit = GaugeMetricFamily(
            "promptctl_commit", "The commit of the default branch that is served.", labels=["commit"]
        )
        commit.add_metric([follower.view.repository.commit], 1)
        yield commit
        yield GaugeMetricFamily("promptctl_following", "1 while the repository can be read.", follower.fault is None)
        yield CounterMetricFamily("promptctl_follow_errors", "Looks at the repository that failed.", follower.failures)
        yield GaugeMetricFamily(
            "promptctl_changed_timestamp_seconds", "When a branch or tag was last seen to have moved.", follower.changed
        )
        yield GaugeMetricFamily(
            "promptctl_looked_timestamp_seconds", "When the repository was last read without a fault.", follower.looked
        )
