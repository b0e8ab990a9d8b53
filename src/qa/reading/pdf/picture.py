"""One page of a PDF as a picture with its characters. The file is opened in a process of its own, which can be stopped."""

import base64
from dataclasses import dataclass
from pathlib import Path

from qa.reading.pdf.apart import run_apart

SECONDS, MEMORY = 30, 2_000_000_000
WORKER = Path(__file__).with_name("picture_worker.py")
REASONS = {
    "encrypted": "is protected with a password; save it without one and add it again",
    "damaged": "has a page that can't be shown; open the file itself",
    "no page": "has no such page; it changed since it was added, so run: qa index",
    "memory": "needs too much memory to be shown; open the file itself",
    "time": "takes too long to be shown; open the file itself",
}


@dataclass(frozen=True)
class Character:
    """One character of a page; its box in shares of the page's width and height, from the upper left corner."""

    text: str
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True)
class Picture:
    """A page as it is shown: `width` x `height` pixels. `page` counts from 1; `following` are the next page's characters."""

    page: int
    pages: int
    width: int
    height: int
    image: bytes
    media_type: str
    characters: tuple[Character, ...]
    following: tuple[Character, ...]


def page_picture(path: Path, name: str, page: int, seconds: int = SECONDS, memory: int = MEMORY) -> Picture:
    """Return a page of a PDF as a picture, at most 2400 pixels long, with its characters in the order of the file.

    Args:
        name: what the file is called in errors.
        page: from 1.
        seconds: after which the process is stopped.
        memory: bytes, where the system can limit them.

    Raises:
        CorpusError: the page can't be shown; one line with the reason and what to do.
    """
    found = run_apart(WORKER, name, REASONS, [str(path), str(page)], seconds, memory)
    characters = {int(n): tuple(Character(*row) for row in rows) for n, rows in found["characters"].items()}
    return Picture(
        page=page,
        pages=found["pages"],
        width=found["width"],
        height=found["height"],
        image=base64.b64decode(found["image"]),
        media_type=found["media_type"],
        characters=characters[page],
        following=characters.get(page + 1, ()),
    )
