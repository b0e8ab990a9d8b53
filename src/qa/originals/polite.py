"""Asks public services politely: says who asks, keeps a distance, waits when told to, and gives up in time."""

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

from qa import __version__
from qa.errors import FetchError

Parsed = TypeVar("Parsed")
BACK_OFF = (1.0, 2.0, 4.0)  # seconds before the second, third and fourth attempt; no jitter: one user, one machine
LONGEST_WAIT = 60.0  # seconds; a service that asks for more is left alone for the rest of the run
DEADLINE = 45.0  # seconds for one whole answer: a server may send a byte a second for ever
LARGEST = 10_000_000  # bytes
UNREACHABLE, SLOW = "can't be reached", "is too slow"
BUSY = (408, 425, 429, 500, 502, 503, 504)


class PoliteClient:
    """An HTTP client for one run. A service that can't be reached, or refuses everything, is not asked again."""

    def __init__(
        self,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        timeout: float = 15.0,
        deadline: float = DEADLINE,
    ) -> None:
        import httpx

        contact = os.environ.get("QA_CONTACT", "")  # Crossref and NCBI give an address better service
        agent = f"liver-stem-cell-qa/{__version__} (fetches the abstracts of one review's references)"
        self._http = httpx.Client(
            headers={"User-Agent": f"{agent} mailto:{contact}" if contact else agent},
            timeout=httpx.Timeout(timeout, connect=min(10.0, timeout)),
            follow_redirects=True,
        )
        self._sleep, self._clock, self._deadline = sleep, clock, deadline
        self._last: dict[str, float] = {}
        self.down: dict[str, str] = {}

    def __enter__(self) -> "PoliteClient":
        return self

    def __exit__(self, *details: object) -> None:
        self._http.close()

    def get(
        self,
        service: str,
        url: str,
        params: dict[str, str],
        parse: Callable[[bytes], Parsed],
        pause: float,
        absent: int = 0,
    ) -> Parsed | None:
        """Return a parsed answer, or None where the service says by the status `absent` that it has no such thing.

        Args:
            parse: raises ValueError for an answer that is broken; it is asked for again.
            pause: seconds from the service's last answer to the next request.

        Raises:
            FetchError: refused, out of reach, or broken after four attempts; names the service and the reason.
        """
        if service in self.down:
            raise FetchError(self.down[service])
        reason = ""
        for attempt in range(len(BACK_OFF) + 1):
            self._keep_distance(service, pause)
            status, body, wait, reason = self._attempt(url, params)
            self._last[service] = self._clock()
            if status == 200:
                try:
                    return parse(body)
                except ValueError:
                    reason = "gave an answer that can't be read"
            elif status and status == absent:
                return None
            elif status and status not in BUSY:
                raise self._refusal(service, reason, for_good=status in (401, 403))
            elif not status and attempt and reason.startswith((UNREACHABLE, SLOW)):
                break  # twice without an answer: no network, no such host, or a service in trouble
            delay = wait if wait is not None else BACK_OFF[min(attempt, len(BACK_OFF) - 1)]
            if delay > LONGEST_WAIT:
                raise self._refusal(service, f"{reason} and asks to wait {delay:.0f} seconds", for_good=True)
            if attempt < len(BACK_OFF):
                self._sleep(delay)
        raise self._refusal(service, reason, for_good=True)

    def _refusal(self, service: str, reason: str, for_good: bool) -> FetchError:
        line = f"{service} {reason}"
        if for_good:
            self.down[service] = line
        return FetchError(line)

    def _keep_distance(self, service: str, pause: float) -> None:
        left = self._last.get(service, float("-inf")) + pause - self._clock()
        if left > 0:
            self._sleep(left)

    def _attempt(self, url: str, params: dict[str, str]) -> tuple[int, bytes, float | None, str]:
        """Return status (0: none), body, seconds to wait if the service says so, and what went wrong."""
        import httpx

        started = self._clock()
        try:
            with self._http.stream("GET", url, params=params or None) as response:
                body = bytearray()
                for part in response.iter_bytes():
                    body += part
                    if len(body) > LARGEST:
                        return 0, b"", None, "sent more than is read of one answer"
                    if self._clock() - started > self._deadline:
                        return 0, b"", None, SLOW
                status = response.status_code
                reason = f"refused (HTTP {status})" if status < 500 else f"failed (HTTP {status})"
                return status, bytes(body), _retry_after(response.headers.get("Retry-After")), reason
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            return 0, b"", None, f"{UNREACHABLE} ({_plain(error)})"
        except httpx.TimeoutException:
            return 0, b"", None, SLOW
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return 0, b"", None, f"broke off ({_plain(error)})"


def _plain(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0] or type(error).__name__


def _retry_after(value: str | None) -> float | None:
    """Return the seconds of a Retry-After header, which states them or a date."""
    if value is None:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return float(max(0.0, (moment - datetime.now(UTC)).total_seconds()))
