"""What the operator of a server can set, read from the environment once, with a clear line for a value that can't be."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from qa.errors import UsageError
from qa.service.gate import MOST_WAITING

PER_MINUTE = 120.0  # questions of one client: nobody reads two answers a second, a whole clinic may share an address


@dataclass(frozen=True)
class Options:
    """How a server treats its clients."""

    per_minute: float = PER_MINUTE  # questions of one client; 0 is no limit
    limit_this_machine: bool = False  # whether clients on this machine are counted too; if a limit was set, yes
    most_waiting: int = MOST_WAITING  # questions in the house at once
    log_questions: bool = False
    staff_password: str = ""  # its hash, see `qa.http.staff`; empty: no uploads


def options_from(environment: Mapping[str, str] | None = None) -> Options:
    """Return the options of QA_RATE_LIMIT, QA_QUEUE, QA_LOG_QUESTIONS; UsageError naming a value that can't be used.

    The staff password is not among them: uploads need `qa serve --staff` as well.
    """
    given = os.environ if environment is None else environment
    return Options(
        per_minute=_number(given, "QA_RATE_LIMIT", PER_MINUTE, 0),
        limit_this_machine=bool(given.get("QA_RATE_LIMIT")),
        most_waiting=int(_number(given, "QA_QUEUE", MOST_WAITING, 1)),
        log_questions=given.get("QA_LOG_QUESTIONS", "") == "1",
    )


def _number(given: Mapping[str, str], name: str, default: float, least: float) -> float:
    text = given.get(name) or str(default)
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not least <= value <= 1e6:
        raise UsageError(f'{name}="{text}" is not a number from {least:g} to 1000000; leave it unset for {default:g}')
    return value
