"""Reads the lines of a data file, each with its number for messages."""

from collections.abc import Iterator
from pathlib import Path

from qa.errors import DatasetError


def numbered_lines(path: Path, what: str = "UTF-8 text") -> Iterator[tuple[int, str]]:
    """Yield the lines that are not blank with their numbers from 1; DatasetError if the file can't be read as `what`."""
    try:
        lines = path.read_text("utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetError(f"{path}: can't be read as {what} ({error})") from error
    yield from ((number, line) for number, line in enumerate(lines, 1) if line.strip())
