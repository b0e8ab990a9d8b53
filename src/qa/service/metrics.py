"""Counts what the server did, in Prometheus' text format. Never holds what anyone asked."""

import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)  # seconds
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """Counters of one server process. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: Counter[tuple[str, str]] = Counter()
        self._answers: Counter[tuple[str, str, str]] = Counter()
        self._seconds = Histogram()
        self._stages = Histogram()

    def request(self, route: str, status: int) -> None:
        """Count one HTTP request; `route` is the template of its path, never the path itself."""
        with self._lock:
            self._requests[route, str(status)] += 1

    def answer(self, mode: str, language: str, outcome: str, seconds: float) -> None:
        """Count one answer of mode "ask" or "check", and the seconds it took."""
        with self._lock:
            self._answers[mode, language, outcome] += 1
            self._seconds.add(mode, seconds)

    def stage(self, name: str, seconds: float) -> None:
        """Count the seconds that one question spent in a stage: queue, open, encode, answer."""
        with self._lock:
            self._stages.add(name, seconds)

    def text(self, gauges: "Iterable[Gauge]" = ()) -> str:
        """Return everything counted, after values that are read now."""
        lines = [line for gauge in gauges for line in gauge.lines()]
        with self._lock:
            lines += _counter("qa_http_requests_total", "HTTP requests.", ("route", "status"), self._requests.items())
            lines += _counter(
                "qa_answers_total", "Answers given.", ("mode", "language", "outcome"), self._answers.items()
            )
            lines += self._seconds.lines("qa_answer_seconds", "Time to an answer, without waiting for a turn.", "mode")
            lines += self._stages.lines("qa_stage_seconds", "Time of a question in each stage.", "stage")
        return "\n".join(lines) + "\n"


@dataclass(frozen=True)
class Gauge:
    """One value read when metrics are asked for."""

    name: str
    about: str
    value: float
    kind: Literal["gauge", "counter"] = "gauge"

    def lines(self) -> list[str]:
        """Return the value in Prometheus' text format."""
        value = f"{self.value:.6f}".rstrip("0").rstrip(".")
        return [f"# HELP {self.name} {self.about}", f"# TYPE {self.name} {self.kind}", f"{self.name} {value}"]


class Histogram:
    """Seconds in buckets, for each value of one label. The caller holds the lock."""

    def __init__(self) -> None:
        self._buckets: Counter[tuple[str, float]] = Counter()
        self._total: dict[str, float] = {}

    def add(self, key: str, seconds: float) -> None:
        """Count one observation."""
        self._total[key] = self._total.get(key, 0.0) + seconds
        for limit in (*BUCKETS, float("inf")):
            if seconds <= limit:
                self._buckets[key, limit] += 1

    def lines(self, name: str, about: str, label: str) -> list[str]:
        """Return the histogram in Prometheus' text format."""
        lines = [f"# HELP {name} {about}", f"# TYPE {name} histogram"]
        for key in sorted(self._total):
            for limit in (*BUCKETS, float("inf")):
                bound = "+Inf" if limit == float("inf") else f"{limit:g}"
                lines.append(f'{name}_bucket{{{label}="{key}",le="{bound}"}} {self._buckets[key, limit]}')
            lines.append(f'{name}_sum{{{label}="{key}"}} {self._total[key]:.6f}')
            lines.append(f'{name}_count{{{label}="{key}"}} {self._buckets[key, float("inf")]}')
        return lines


def _counter(
    name: str, about: str, labels: tuple[str, ...], values: Iterable[tuple[tuple[str, ...], int]]
) -> list[str]:
    lines = [f"# HELP {name} {about}", f"# TYPE {name} counter"]
    for key, count in sorted(values):
        pairs = ",".join(f'{label}="{value}"' for label, value in zip(labels, key, strict=True))
        lines.append(f"{name}{{{pairs}}} {count}")
    return lines
