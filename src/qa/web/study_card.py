"""Shows where a quote comes from: the study card of a citation, and the quoted sentence marked in its place.

All HTML of the page is put together with `markupsafe`: what stands in the braces of `Markup.format` is escaped.
"""

import re
from typing import Any

from markupsafe import Markup, escape

from qa.answering.cards import citation_card
from qa.answering.publication import publication_status
from qa.indexing.index import Index
from qa.records import REVIEW, Quote
from qa.studies.words import study_words
from qa.web.interface import Interface
from qa.web.quoted_page import page_button

NEIGHBOURS = 2  # sentences shown before and after the quoted one
FACTS = ("design", "population", "cell_type", "cell_source", "dose", "route", "schedule", "follow_up", "limitations")
HEADING = re.compile(r"#{1,6} +(.+)")
HTML_LANGUAGE = {"zh": "zh-Hans", "en": "en"}


def safe_link(url: object, text: str, note: str) -> Markup:
    """Return a link that leaves the page, in a new window and without a referrer; plain text if it is not http(s)."""
    if not str(url or "").startswith(("https://", "http://")):
        return Markup("{}").format(text)
    return Markup(
        '<a href="{}" target="_blank" rel="noopener noreferrer">{}<span class="sr-only"> {}</span></a>'
    ).format(str(url), text, f"({note})")


def study_card(index: Index, number: int, words: Interface, key: str, quote: Quote | None = None) -> Markup:
    """Return the hidden card of one citation, shown in the side panel when its number is chosen.

    Args:
        key: the `id` of the element; unique on the page.
        quote: the sentence that cites it, to be shown in its place; None for a card of the evidence table.
    """
    card = citation_card(index, number, words.content)
    heading = words("review_itself") if number == REVIEW else f"[{number}]"
    if card["label"]:
        heading = f"[{number}] {words.script(card['label'])}"
    return Markup('<div class="card-source" id="{}" data-title="{}" hidden>{}{}</div>').format(
        key, heading, card_body(index, number, words, quote), _study_link(index, number, words)
    )


def card_body(index: Index, number: int, words: Interface, quote: Quote | None = None) -> Markup:
    """Return what a card says of a study: marks first, then the quote in its place, then its facts."""
    card = citation_card(index, number, words.content)
    facts = index.studies.get(number, {})
    rows = [(words("title"), Markup("{}").format(words.script(card["title"])))]
    original = index.references.get(number, {}).get("title")
    if original and original != card["title"]:
        rows.append((words("original_title"), Markup('<span lang="en">{}</span>').format(original)))
    if number != REVIEW:
        rows += [(words(name), _text(card.get(name), words)) for name in ("journal", "year")]
    if facts:
        rows += _facts(facts, card, words)
    if card["doi"]:
        rows.append((words("doi"), safe_link(card["url"], card["doi"], words("opens_elsewhere"))))
    elif card["url"]:
        rows.append((words("link"), safe_link(card["url"], str(card["url"]), words("opens_elsewhere"))))
    return Markup('{}{}{}{}{}<dl class="facts">{}</dl>').format(
        _status(index, number, words),
        _strength(card, words),
        _audit(card, words),
        Markup('<p class="basis-note">{}</p>').format(words("basis_none")) if facts.get("source_kind") == "bibliographic only" else "",
        quote_in_place(index, quote, words) if quote else "",
        Markup("").join(Markup("<div><dt>{}</dt><dd>{}</dd></div>").format(*row) for row in rows),
    )


def status_mark(status: str | None, words: Interface) -> Markup:
    """Return a visible mark of a retracted or corrected paper, or ""."""
    if not status:
        return Markup("")
    named = words.script(study_words().named("statuses", status, words.content))
    return Markup(' <span class="badge badge-contradicted status-mark">{}</span>').format(named)


def _status(index: Index, number: int, words: Interface) -> Markup:
    mark = status_mark(publication_status(index).get(number), words)
    return Markup('<p class="audit-mark"><b>{}</b>{}</p>').format(words("status"), mark) if mark else mark


def _study_link(index: Index, number: int, words: Interface) -> Markup:
    if number == REVIEW or number not in index.references and number not in index.studies:
        return Markup("")
    return Markup('<p><a class="open-page" data-open href="/study/{}?lang={}">{}</a></p>').format(
        number, words.language, words("study_open", number=number)
    )


def _facts(facts: dict[str, Any], card: dict[str, Any], words: Interface) -> list[tuple[str, Markup]]:
    rows = [
        (words("study_type"), _text(card["study_type"], words)),
        (words("n_total"), _text(facts.get("n_total"), words)),
        (words("country"), _text(card["country"], words)),
    ]
    rows += [(words(name), _text(facts.get(f"{name}_{words.content}"), words)) for name in FACTS]
    rows.append((words("registration"), _text(facts.get("registration"), words)))
    rows.append((words("source_kind"), Markup("{}").format(words.named("source_kind", str(facts.get("source_kind"))))))
    return rows


def _text(value: object, words: Interface) -> Markup:
    if value in (None, ""):
        return Markup('<span class="unknown">{}</span>').format(words("not_stated"))
    return Markup("{}").format(words.script(str(value)))


def _strength(card: dict[str, Any], words: Interface) -> Markup:
    if not card["strength"]:
        return Markup("")
    return Markup('<p class="strength"><b>{}</b> {}</p>').format(words("strength"), words.script(card["strength"]))


def _audit(card: dict[str, Any], words: Interface) -> Markup:
    if not card["audit"]:
        return Markup("")
    return Markup('<p class="audit-mark"><b>{}</b> {}</p>').format(words("audit_mark"), words.script(card["audit"]))


def quote_in_place(index: Index, quote: Quote, words: Interface) -> Markup:
    """Return the sentences around a quote, word for word from its document, with the quote itself marked."""
    document = index.documents.get(quote.document)
    if document is None or document.text[quote.start : quote.end] != quote.text:
        return Markup("")  # a document that is not of this index: nothing is shown rather than the wrong place
    own = sorted((p.start, p.end) for p in index.passages if p.document == quote.document)
    at = next((i for i, span in enumerate(own) if span == (quote.start, quote.end)), None)
    first, last = quote.start, quote.end
    if at is not None:
        first, last = own[max(0, at - NEIGHBOURS)][0], own[min(len(own) - 1, at + NEIGHBOURS)][1]
    place = (
        document.title
        if not quote.section or quote.section == document.title
        else f"{document.title} · {quote.section}"
    )
    page = page_button(index, quote.document, quote.passage, quote.page, words)
    return Markup(
        '<section class="in-place"><h3>{}</h3><p class="place" lang="{lang}">{} {}</p>'
        '<p class="passage" lang="{lang}">{}<mark>{}</mark>{}</p></section>'
    ).format(
        words("context"),
        place,
        page,
        _headed(document.text[first : quote.start]),
        quote.text,
        _headed(document.text[quote.end : last]),
        lang=HTML_LANGUAGE[document.language],
    )


def _headed(text: str) -> Markup:
    """Return a text with its Markdown headings in bold; nothing else is changed."""
    lines = (
        Markup("<b>{}</b>").format(head[1]) if (head := HEADING.match(line)) else escape(line)
        for line in text.split("\n")
    )
    return Markup("\n").join(lines)
