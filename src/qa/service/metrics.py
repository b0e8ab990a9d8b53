"""Counts what the server did, in Prometheus' text format. Never holds what anyone asked."""

import threading
from collections import Counter
from collections.abc import Iterable

BUCKETS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)  # seconds
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """Counters of one server process. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: Counter[tuple[str, str]] = Counter()
        self._answers: Counter[tuple[str, str, str]] = Counter()
        self._seconds: Counter[tuple[str, float]] = Counter()
        self._total: dict[str, float] = {}

    def request(self, route: str, status: int) -> None:
        """Count one HTTP request; `route` is the template of its path, never the path itself."""
        with self._lock:
            self._requests[route, str(status)] += 1

    def answer(self, mode: str, language: str, outcome: str, seconds: float) -> None:
        """Count one answer of mode "ask" or "check", and the seconds it took."""
        with self._lock:
            self._answers[mode, language, outcome] += 1
            self._total[mode] = self._total.get(mode, 0.0) + seconds
            for limit in (*BUCKETS, float("inf")):
                if seconds <= limit:
                    self._seconds[mode, limit] += 1

    def text(self, ready: bool, passages: int) -> str:
        """Return everything counted, and whether an index of how many passages is open."""
        with self._lock:
            lines = [
                "# HELP qa_ready Whether the index is loaded and fits.",
                "# TYPE qa_ready gauge",
                f"qa_ready {int(ready)}",
            ]
            lines += [
                "# HELP qa_passages Sentences in the index.",
                "# TYPE qa_passages gauge",
                f"qa_passages {passages}",
            ]
            lines += _counter("qa_http_requests_total", "HTTP requests.", ("route", "status"), self._requests.items())
            lines += _counter(
                "qa_answers_total", "Answers given.", ("mode", "language", "outcome"), self._answers.items()
            )
            lines += ["# HELP qa_answer_seconds Time to an answer.", "# TYPE qa_answer_seconds histogram"]
            for mode in sorted(self._total):
                for limit in (*BUCKETS, float("inf")):
                    bound = "+Inf" if limit == float("inf") else f"{limit:g}"
                    lines.append(f'qa_answer_seconds_bucket{{mode="{mode}",le="{bound}"}} {self._seconds[mode, limit]}')
                lines.append(f'qa_answer_seconds_sum{{mode="{mode}"}} {self._total[mode]:.6f}')
                lines.append(f'qa_answer_seconds_count{{mode="{mode}"}} {self._seconds[mode, float("inf")]}')
        return "\n".join(lines) + "\n"


def _counter(
    name: str, about: str, labels: tuple[str, ...], values: Iterable[tuple[tuple[str, ...], int]]
) -> list[str]:
    lines = [f"# HELP {name} {about}", f"# TYPE {name} counter"]
    for key, count in sorted(values):
        pairs = ",".join(f'{label}="{value}"' for label, value in zip(labels, key, strict=True))
        lines.append(f"{name}{{{pairs}}} {count}")
    return lines
