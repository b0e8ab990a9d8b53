"""A study's page: facts, outcomes, citation, the sentences about it with the questions they answer, and its audit."""

from typing import Any

from markupsafe import Markup

from qa.answering.cards import citation_card
from qa.errors import QAError
from qa.indexing.index import Index
from qa.studies.citation import STYLES, formatted_citation
from qa.studies.study import StudySentence, study_sentences
from qa.studies.words import study_words
from qa.web.audit_table import claim_table
from qa.web.document import html_document
from qa.web.interface import Interface
from qa.web.quoted_page import page_button
from qa.web.study_card import HTML_LANGUAGE, card_body, safe_link

MOST_QUESTIONS = 8  # shown for one sentence
MORE_FACTS = ("etiology", "primary_endpoint", "safety", "conclusion")


def study_page_html(index: Index, number: int, words: Interface) -> str:
    """Return the document of one study. Facts that no source gives are said to be so."""
    card = citation_card(index, number, words.content)
    facts = index.studies.get(number, {})
    title = f"[{number}] {words.script(card['label'] or card['title'])}"
    sentences = study_sentences(index, number, words.content)
    body = (
        card_body(index, number, words)
        + _more_facts(facts, words)
        + _outcomes(facts.get("outcomes") or [], words)
        + _citations(index.references.get(number, {}), words)
        + _sentences(index, "sentences_review", sentences.review, words)
        + _sentences(index, "sentences_source", sentences.source, words)
    )
    claims = index.audit.get(number, [])
    if claims:
        body += _section(words("study_audit"), claim_table([(number, claim) for claim in claims], words, numbered=False))
    return html_document(title, Markup('<div class="study-page">{}</div>').format(body), words)


def _section(heading: str, content: Markup) -> Markup:
    return Markup("<section><h2>{}</h2>{}</section>").format(heading, content)


def _more_facts(facts: dict[str, Any], words: Interface) -> Markup:
    rows: list[tuple[str, Markup]] = []
    arms = [
        Markup("<li>{}{}</li>").format(words.script(str(arm.get(f"name_{words.content}") or "")), _count(arm.get("n")))
        for arm in facts.get("arms") or []
    ]
    if arms:
        rows.append((words("arms"), Markup("<ul>{}</ul>").format(Markup("").join(arms))))
    for name in MORE_FACTS:
        value = facts.get(f"{name}_{words.content}")
        if value:
            rows.append((words(name), Markup("{}").format(words.script(str(value)))))
    links = [safe_link(url, str(url), words("opens_elsewhere")) for url in facts.get("source_urls") or []]
    if links:
        items = Markup("").join(Markup("<li>{}</li>").format(link) for link in links)
        rows.append((words("links"), Markup("<ul>{}</ul>").format(items)))
    listed = Markup("").join(Markup("<div><dt>{}</dt><dd>{}</dd></div>").format(*row) for row in rows)
    return Markup('<dl class="facts">{}</dl>').format(listed) if rows else Markup("")


def _count(count: object) -> Markup:
    return Markup("") if count is None else Markup(" <b>n={}</b>").format(count)


def _outcomes(outcomes: list[dict[str, Any]], words: Interface) -> Markup:
    if not outcomes:
        return Markup("")
    names = ("outcome_measure", "timepoint", "result", "direction", "p_value")
    head = Markup("").join(Markup('<th scope="col">{}</th>').format(words(name)) for name in names)
    rows = Markup("")
    for outcome in outcomes:
        direction = outcome.get("direction") or "not reported"
        cells = [
            words.script(str(outcome.get(f"{name}_{words.content}") or words("not_stated")))
            for name in ("measure", "timepoint", "result")
        ]
        cells.append(words.script(study_words().named("directions", direction, words.content)))
        cells.append(str(outcome.get("p") or words("not_stated")))
        rows += Markup("<tr>{}</tr>").format(
            Markup("").join(
                Markup('<td data-label="{}">{}</td>').format(words(name), cell)
                for name, cell in zip(names, cells, strict=True)
            )
        )
    table = Markup(
        '<div class="table-box" tabindex="0" role="group" aria-label="{}"><table class="outcomes"><thead><tr>{}</tr></thead>'
        "<tbody>{}</tbody></table></div>"
    ).format(words("outcomes"), head, rows)
    return _section(words("outcomes"), table)


def _citations(item: dict[str, Any], words: Interface) -> Markup:
    """Return the reference in each style with a button that copies it; what can't be set is left out."""
    rows = Markup("")
    for style in STYLES if item else ():
        try:
            text = formatted_citation(item, style)
        except QAError:
            continue
        name = words.named("style", style)
        rows += Markup(
            '<div><dt>{}</dt><dd><span class="citation-text">{text}</span> <button type="button" class="copy-citation" '
            'data-copy="{text}" data-copied="{}" aria-label="{}">{}</button></dd></div>'
        ).format(name, words("citation_copied"), words("copy_citation_as", style=name), words("copy_citation"), text=text)
    return _section(words("citations"), Markup('<dl class="facts citations">{}</dl>').format(rows)) if rows else rows


def _sentences(index: Index, heading: str, sentences: tuple[StudySentence, ...], words: Interface) -> Markup:
    if not sentences:
        return _section(words(heading), Markup("<p>{}</p>").format(words("sentences_none")))
    items = Markup("").join(_sentence(index, sentence, words) for sentence in sentences)
    return _section(words(heading), Markup('<ul class="sentences">{}</ul>').format(items))


def _sentence(index: Index, sentence: StudySentence, words: Interface) -> Markup:
    passage = sentence.passage
    asked = Markup("")
    if sentence.questions:
        shown = sentence.questions[:MOST_QUESTIONS]
        left = len(sentence.questions) - len(shown)
        more = Markup("<p>{}</p>").format(words("more_questions", count=left)) if left else Markup("")
        asked = Markup("<details><summary>{}</summary><ul>{}</ul>{}</details>").format(
            words("answers_questions", count=len(sentence.questions)),
            Markup("").join(Markup("<li>{}</li>").format(words.script(question)) for question in shown),
            more,
        )
    return Markup('<li><p lang="{}">{}</p>{}{}</li>').format(
        HTML_LANGUAGE[passage.language],
        passage.text,
        page_button(index, passage.document, passage.id, passage.page, words),
        asked,
    )
