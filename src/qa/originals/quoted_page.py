"""The page of an added PDF on which a quoted sentence stands, as a picture with the sentence marked.

Only files that the index quotes from are shown, and of them only the pages of the sentence asked for.
"""

from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from threading import BoundedSemaphore, Lock

from qa.corpus.folder import LOCAL
from qa.errors import CorpusError
from qa.indexing.index import Index
from qa.reading.pdf.marking import Box, marked_boxes
from qa.reading.pdf.picture import Picture, page_picture

AT_ONCE, KEPT = 2, 24  # processes that draw at the same time; pictures that are kept for the next reader
Key = tuple[str, int, int, int, str]  # file, its size, its time of change, page, sentence


@dataclass(frozen=True)
class QuotedPage:
    """A page with the boxes of the sentence on it, none where the sentence could not be found among its characters."""

    picture: Picture
    boxes: tuple[Box, ...]


_drawing = BoundedSemaphore(AT_ONCE)
_kept: OrderedDict[Key, tuple[QuotedPage, ...]] = OrderedDict()
_changing = Lock()


def original_file(index: Index, document: str) -> Path | None:
    """Return the PDF in the folder `local` of the corpus that a document was read from; None if it is from no such file."""
    folder = index.manifest.get("corpus", {}).get("folder")
    if document not in index.documents or not folder or not document.startswith(f"{LOCAL}/"):
        return None
    local = (Path(folder) / LOCAL).resolve()
    path = (Path(folder) / document).resolve()  # resolved: a link must not lead out of the folder
    return path if path.is_relative_to(local) and path.suffix.lower() == ".pdf" and path.is_file() else None


def quoted_pages(index: Index, passage_id: str) -> tuple[QuotedPage, ...]:
    """Return the page on which a passage begins, and the next one too where it goes on there.

    Raises:
        CorpusError: the passage is of no PDF in the folder of local originals, or the page can't be shown.
    """
    passage = next((p for p in index.passages if p.id == passage_id), None)
    path = original_file(index, passage.document) if passage else None
    if passage is None or path is None or passage.page is None:
        raise CorpusError(f'"{passage_id[:200]}" is no sentence of an added PDF; a quote with a "page" has one as its "passage"')
    facts = path.stat()
    key = (str(path), facts.st_size, facts.st_mtime_ns, passage.page, passage.text)
    with _changing:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    with _drawing:
        found = _drawn(path, passage.page, passage.text)
    with _changing:
        _kept[key] = found
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return found


def _drawn(path: Path, page: int, sentence: str) -> tuple[QuotedPage, ...]:
    first = page_picture(path, path.name, page)
    boxes, rest = marked_boxes(sentence, first.characters, first.following)
    found = [QuotedPage(first, boxes)]
    if rest:
        found.append(QuotedPage(page_picture(path, path.name, page + 1), rest))
    return tuple(found)
