"""Answer -> HTML: one turn of the conversation, one checked claim. Quotes are shown letter for letter.

Every text that is not ours passes through `Markup.format`, which escapes it; tests feed it markup.
"""

import re
from collections.abc import Callable, Sequence
from functools import partial

from markupsafe import Markup, escape

from qa.answering.wording import read_wording
from qa.indexing.index import Index
from qa.records import Answer, Difference, Quote
from qa.text.preparation import is_traditional
from qa.web.glossary import explained
from qa.web.interface import Interface
from qa.web.quoted_page import page_button
from qa.web.study_card import HTML_LANGUAGE, study_card

NOTHING = Markup("")
CARDS = ("emergency", "personal_advice", "not_covered")  # outcomes whose first notice is a card above everything else
CARD_KINDS = ("emergency", "urgent", "crisis", "personal", "not_covered")
CALLS = ("emergency", "urgent", "crisis")  # cards with a number to call
FIGURE = re.compile(r"\d+(?:[.,]\d+)*")
NUMBER = re.compile(r"(?<![\w&#;-])\d{3,}(?: \d{3,})*(?![\w-])", re.ASCII)  # Chinese stands beside figures unspaced


def turn_html(answer: Answer, index: Index, words: Interface, key: str, tools: Markup = NOTHING) -> Markup:
    """Return one question with its answer, `tools` below it. `key` makes the ids of this turn unique on the page."""
    card, notices = _card_and_notices(answer, words)
    return _turn(
        answer.question,
        Markup('{}{}{}{}<p class="turn-disclaimer">{}</p>{}').format(
            card,
            _quotes(answer, index, words, key) + _opposite(answer, index, words, key),
            notices,
            _suggestions(answer.suggestions, words),
            words.script(answer.disclaimer),
            tools,
        ),
        words,
        key,
        answer.outcome,
    )


def message_html(question: str, message: str, words: Interface, key: str, kind: str) -> Markup:
    """Return a question with a line in place of its answer; `kind` is "waiting" or "failed"."""
    return _turn(question, message_line(message, kind), words, key, kind)


def message_line(message: str, kind: str = "waiting") -> Markup:
    """Return a line that says what is happening."""
    busy = Markup('<span class="dots" aria-hidden="true"></span>') if kind == "waiting" else ""
    return Markup('<p class="message" role="status">{}{}</p>').format(message, busy)


def check_html(answer: Answer, index: Index, words: Interface, key: str = "check", tools: Markup = NOTHING) -> Markup:
    """Return a checked claim: verdict, differences, the claim and the nearest sentences with what differs marked."""
    verdict = answer.verdict or "not_found"
    claimed = [d.claimed for d in answer.differences]
    card, notices = _card_and_notices(answer, words)
    claim = Markup('<section class="claim"><h3>{}</h3><p lang="{}">{}</p></section>').format(
        words("your_claim"), _script(answer.question, answer), marked(answer.question, claimed, "claimed")
    )
    return Markup(
        '<article class="turn check-result" aria-label="{label}">{}<p class="verdict verdict-{}"><span>{label}</span></p>{}{}{}{}'
        '<p class="turn-disclaimer">{}</p>{}</article>'
    ).format(
        card,
        verdict,
        claim,
        _differences(answer.differences, words),
        _quotes(answer, index, words, key, [d.source for d in answer.differences]) + _opposite(answer, index, words, key),
        notices,
        words.script(answer.disclaimer),
        tools,
        label=words.named("verdict", verdict),
    )


def marked(text: str, parts: Sequence[str], kind: str, unmarked: Callable[[str], Markup] = escape) -> Markup:
    """Return a text, escaped, with the first place of each part in a `<mark class=kind>`; the rest through `unmarked`.

    A part that is not there letter for letter is looked for by its figures ("13-75" in "13至75个月"), else left out.
    """
    spans: list[tuple[int, int]] = []
    for part in sorted({p for p in parts if p.strip()}, key=lambda p: (-len(p), p)):
        places = _places(text, part) or [place for figure in FIGURE.findall(part) for place in _places(text, figure)]
        spans += [(a, b) for a, b in places if all(a >= end or b <= start for start, end in spans)]
    pieces, at = [], 0
    for start, end in sorted(spans):
        pieces.append(Markup('{}<mark class="{}">{}</mark>').format(unmarked(text[at:start]), kind, text[start:end]))
        at = end
    return Markup("").join([*pieces, unmarked(text[at:])])


def _places(text: str, part: str) -> list[tuple[int, int]]:
    """Return where a part first stands, as a list of one span or none; a figure only where it is whole."""
    before = r"(?<![\d.])" if part[0].isdigit() else ""
    after = r"(?!\.?\d)" if part[-1].isdigit() else ""
    found = re.search(before + re.escape(part) + after, text, re.IGNORECASE)
    return [found.span()] if found else []


def _turn(question: str, reply: Markup, words: Interface, key: str, kind: str) -> Markup:
    return Markup(
        '<article class="turn turn-{kind}" id="{key}" aria-labelledby="{key}-question">'
        '<h2 class="question" id="{key}-question"><span class="sr-only">{} </span>{}</h2><div class="reply">{}</div></article>'
    ).format(words("you_asked"), question, reply, key=key, kind=kind)


def _card_and_notices(answer: Answer, words: Interface) -> tuple[Markup, Markup]:
    """Return the cards that come before everything else, and the other notices, which come after the quotes."""
    cards, items = Markup(""), Markup("")
    for place, notice in enumerate(answer.notices):
        kind = card_kind(notice, answer)
        if kind is None and place == 0 and answer.outcome in CARDS:
            kind = answer.outcome
        if kind is None:
            items += Markup("<li>{}</li>").format(words.script(notice))
        else:
            cards += _card(kind, words.script(notice), words)
    if items:
        items = Markup('<section class="notices"><h3>{}</h3><ul>{}</ul></section>').format(words("notices"), items)
    return cards, items


def card_kind(notice: str, answer: Answer) -> str | None:
    """Return the name of the card in `notices.json` that a notice is, or None for any other notice."""
    wording = read_wording()
    return next(
        (kind for kind in CARD_KINDS if kind in wording.notices and notice == wording.card(kind, answer.language)), None
    )


def with_calls(text: str) -> Markup:
    """Return a text as HTML in which a phone calls a number when it is touched."""
    return Markup(NUMBER.sub(lambda n: f'<a href="tel:{n[0].replace(" ", "")}">{n[0]}</a>', str(Markup("{}").format(text))))  # escaped by format  # nosec B704


def _card(kind: str, text: str, words: Interface) -> Markup:
    role = Markup(' role="alert"') if kind in CALLS else ""
    body = with_calls(text) if kind in CALLS else Markup("{}").format(text)
    return Markup('<section class="card card-{}"{}><h3>{}</h3><p>{}</p></section>').format(
        kind, role, words(kind), body
    )


def _quotes(answer: Answer, index: Index, words: Interface, key: str, differing: Sequence[str] = ()) -> Markup:
    quotes = [_quote(quote, answer, index, words, f"{key}-{i}", differing) for i, quote in enumerate(answer.quotes, 1)]
    if not quotes:
        return Markup("")
    heading = words("nearest") if answer.verdict else words("still_found") if answer.outcome in CARDS else ""
    return Markup('<section class="quotes">{}{}</section>').format(
        Markup("<h3>{}</h3>").format(heading) if heading else "", Markup("").join(quotes)
    )


def _opposite(answer: Answer, index: Index, words: Interface, key: str) -> Markup:
    """Return what must stand beside the quotes, each with the reason why."""
    quoted = {number for quote in answer.quotes for number in quote.citations}
    shown = Markup("").join(
        Markup('<div><p class="why"><span class="tag">{}</span></p>{}</div>').format(
            words("opposite_source" if quoted.intersection(quote.citations) else "opposite_study"), _quote(quote, answer, index, words, f"{key}-other-{i}", ())
        )
        for i, quote in enumerate(answer.opposite, 1)
    )
    return Markup('<section class="opposite"><h3>{}</h3>{}</section>').format(words("opposite"), shown) if shown else NOTHING


def _quote(quote: Quote, answer: Answer, index: Index, words: Interface, key: str, differing: Sequence[str]) -> Markup:
    document = index.documents.get(quote.document)
    language = document.language if document else answer.language
    numbers = [
        Markup(
            '<button type="button" class="cite" data-card="{}" aria-haspopup="dialog" aria-label="{}">[{}]</button>'
        ).format(
            f"{key}-{number}",
            words("open_card", number=number) if number else words("open_review"),
            number or words("review_short"),
        )
        for number in quote.citations
    ]
    lines = []
    if words.language == "zh-Hant" and language == "zh":
        lines.append((words("traditional"), "zh-Hant", words.script(quote.text), "other-script"))
    if quote.translation:
        other = "en" if language == "zh" else "zh"
        lines.append((words.named("translation", other), HTML_LANGUAGE[other], quote.translation, "translation"))
    beside = [
        Markup('<p class="{}"><span class="tag">{}</span> <span lang="{}">{}</span></p>').format(kind, label, tag, text)
        for label, tag, text, kind in lines
    ]
    years = {card["number"]: card["year"] for card in (*answer.citations, *answer.opposite_citations)}
    dated = [str(years[number]) for number in quote.citations if years.get(number)]
    strength = Markup('<p class="strength"><span class="tag">{}</span> {}</p>').format(
        words("strength"),
        words.script(words("dated", year=", ".join(dated), text=quote.strength) if dated else quote.strength),
    )
    cards = [study_card(index, number, words, f"{key}-{number}", quote) for number in quote.citations]
    return Markup(
        '<figure class="quote"><blockquote lang="{}"><p>{}<sup>{}</sup></p></blockquote><figcaption>{}{}{}</figcaption>{}</figure>'
    ).format(
        HTML_LANGUAGE[language],
        marked(quote.text, differing, "source", partial(explained, words=words, seen=set())),
        Markup("").join(numbers),
        Markup("").join(beside),
        strength if quote.strength else "",
        page_button(index, quote.document, quote.passage, quote.page, words),
        Markup("").join(cards),
    )


def _differences(differences: Sequence[Difference], words: Interface) -> Markup:
    """Return the table of differences; of two that say the same, the later and more exact one names it."""
    if not differences:
        return Markup("")
    named = {(d.claimed, d.source, d.unit): d for d in differences}
    rows = Markup("").join(
        Markup(
            '<tr><th scope="row">{}</th><td><mark class="claimed">{}</mark></td><td><mark class="source">{}</mark></td></tr>'
        ).format(words.named("difference", d.kind), _with_unit(d.claimed, d, words), _with_unit(d.source, d, words))
        for d in named.values()
    )
    head = Markup("").join(
        Markup('<th scope="col">{}</th>').format(words(name)) for name in ("difference", "claimed", "in_source")
    )
    return Markup(
        '<table class="differences"><caption>{}</caption><thead><tr>{}</tr></thead><tbody>{}</tbody></table>'
    ).format(words("differences"), head, rows)


def _with_unit(value: str, difference: Difference, words: Interface) -> str:
    unit = words.named("unit", difference.unit)
    return f"{value}{' ' if words.content == 'en' and unit != '%' else ''}{unit}" if value and unit else value


def _suggestions(questions: Sequence[str], words: Interface) -> Markup:
    if not questions:
        return Markup("")
    return Markup('<section class="suggestions"><h3>{}</h3>{}</section>').format(
        words("suggestions"), question_buttons(questions)
    )


def question_buttons(questions: Sequence[str]) -> Markup:
    """Return a list of questions that are asked when chosen."""
    items = (
        Markup('<li><button type="button" class="ask-this" data-ask="{q}">{q}</button></li>').format(q=q)
        for q in questions
    )
    return Markup('<ul class="questions">{}</ul>').format(Markup("").join(items))


def _script(text: str, answer: Answer) -> str:
    return "zh-Hant" if is_traditional(text) else HTML_LANGUAGE[answer.language]
