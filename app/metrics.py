"""Metrics for Prometheus: requests as this instance served them, and figures of the whole service.

Under gunicorn each process writes to files of its own, and whichever is asked adds them up. Source:
https://prometheus.github.io/client_python/multiprocess/
"""

import os
from collections.abc import Iterable, Iterator

from flask import Response, request
from prometheus_client import REGISTRY, CollectorRegistry, Histogram, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from app.domain.measures import Measure

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
REQUESTS = Histogram(
    "http_request_duration_seconds",
    "Time of a request, by its route",
    ("method", "route", "status"),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


def observe(response: Response, seconds: float) -> None:
    """Count a request that was answered; an address that is none of ours has no label of its own."""
    rule = request.url_rule.rule if request.url_rule else "none"
    method = request.method if request.method in METHODS else "other"
    REQUESTS.labels(method, rule, str(response.status_code)).observe(seconds)


class Figures(Collector):
    """Measures as gauges, one family a name."""

    def __init__(self, measures: Iterable[Measure]) -> None:
        self._measures = list(measures)

    def collect(self) -> Iterator[Metric]:
        """Every family once, with all of its samples."""
        families: dict[str, GaugeMetricFamily] = {}
        for each in self._measures:
            names = list(each.labels)
            family = families.setdefault(each.name, GaugeMetricFamily(each.name, each.help, labels=names))
            family.add_metric(list(each.labels.values()), each.value)
        yield from families.values()


def render(measures: Iterable[Measure]) -> bytes:
    """All metrics in Prometheus' text format."""
    registry = CollectorRegistry()
    if os.environ.get(FOLDER):
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry.register(_Own())
    registry.register(Figures(measures))
    return generate_latest(registry)


class _Own(Collector):
    """The metrics of this process alone."""

    def collect(self) -> Iterable[Metric]:
        return [each for each in REGISTRY.collect() if each.name == "http_request_duration_seconds"]
