"""The page of an added PDF as HTML: the picture of the page with the quoted sentence marked on it."""

import base64
from collections.abc import Sequence
from urllib.parse import urlencode

from markupsafe import Markup

from qa.indexing.index import Index
from qa.originals.quoted_page import QuotedPage, original_file
from qa.web.document import html_document
from qa.web.interface import Interface


def page_button(index: Index, document: str, passage: str, page: int | None, words: Interface) -> Markup:
    """Return the page of a quote as a link that opens its picture; plain text where there is no PDF to show, or ""."""
    if page is None:
        return Markup("")
    shown = words("page_button", page=page)
    if original_file(index, document) is None:
        return Markup('<span class="page-number">{}</span>').format(shown)
    return Markup('<a class="open-page" data-open href="/original?{}" aria-haspopup="dialog" aria-label="{}">{}</a>').format(
        _query(passage, words), words("page_button_about", page=page), shown
    )


def _query(passage: str, words: Interface) -> str:
    return urlencode({"passage": passage, "lang": words.language})


def quoted_page_html(index: Index, passage_id: str, pages: Sequence[QuotedPage], words: Interface) -> str:
    """Return the document that shows a sentence of an original on its page, or on the two pages that it runs over."""
    passage = next(p for p in index.passages if p.id == passage_id)
    title = index.documents[passage.document].title
    body = Markup('<blockquote class="quoted" lang="{}"><p>{}</p></blockquote>').format(passage.language, passage.text)
    if not any(page.boxes for page in pages):
        body += Markup('<p class="page-no-mark" role="note">{}</p>').format(words("page_no_mark"))
    for page in pages:
        body += _sheet(page, title, passage.text, words)
    return html_document(title, body, words)


def _sheet(page: QuotedPage, title: str, text: str, words: Interface) -> Markup:
    picture = page.picture
    marks = Markup("").join(
        Markup('<span class="page-mark" style="left:{:.2f}%;top:{:.2f}%;width:{:.2f}%;height:{:.2f}%"></span>').format(
            *(100 * share for share in (box.left, box.top, box.width, box.height))
        )
        for box in page.boxes
    )
    return Markup(
        '<figure class="sheet"><figcaption>{}</figcaption><div class="sheet-paper"><img width="{}" height="{}" alt="{}" '
        'src="data:{};base64,{}">{}</div></figure>'
    ).format(
        words("page_of", page=picture.page, pages=picture.pages),
        picture.width,
        picture.height,
        words("page_alt", page=picture.page, title=title, text=text),
        picture.media_type,
        base64.b64encode(picture.image).decode("ascii"),
        marks,
    )
