"""The evidence table as HTML, with its plots and downloads.

The browser sorts (`static/page.js`), filters by type and source, and asks for the full-text search (`static/staff.js`).
"""

from typing import Any

from markupsafe import Markup

from qa.answering.cards import citation_card
from qa.answering.publication import publication_status
from qa.indexing.index import Index
from qa.studies.words import study_words
from qa.web.audit_table import audit_html, select
from qa.web.interface import Interface
from qa.web.outcome_plot import outcome_plot_html
from qa.web.study_card import safe_link, status_mark, study_card
from qa.web.timeline import timeline_html

__all__ = ["audit_html", "cards_html", "evidence_html", "study_numbers"]

SHOWN = ("number", "study", "year", "study_type", "n_total", "cell_type", "follow_up", "outcome", "source_kind")
MORE = ("country", "arms", "cell_source", "dose", "route", "schedule", "safety", "registration")  # shown when asked for
COLUMNS = (*SHOWN, *MORE)
EXPORTS = {"CSV": "studies.csv", "JSON": "studies.json", "BibTeX": "studies.bib", "RIS": "studies.ris", "CSL-JSON": "studies.csl.json"}


def evidence_html(index: Index, words: Interface) -> Markup:
    """Return filters, one row for each cited study, downloads and plots; a number opens the card of `cards_html`."""
    numbers = study_numbers(index)
    if not numbers:
        return Markup('<p class="message">{}</p>').format(words("evidence_none"))
    head = Markup("").join(
        Markup(
            '<th scope="col"{}{}><button type="button" class="sort" data-column="{}" aria-label="{}">{}</button></th>'
        ).format(
            Markup(' aria-sort="ascending"') if name == "number" else "",
            Markup(' class="more"') if name in MORE else "",
            i,
            words("sort_by", column=words(name)),
            words(name),
        )
        for i, name in enumerate(COLUMNS)
    )
    status = publication_status(index)
    rows = Markup("").join(_study_row(index, number, status.get(number), words) for number in numbers)
    return Markup(
        '{}<div class="table-box"><table class="evidence"><caption>{}</caption><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>{}{}{}'
    ).format(
        _filters(index, numbers, words),
        words("evidence_caption", count=len(numbers)),
        head,
        rows,
        _downloads(words),
        timeline_html(index, words),
        outcome_plot_html(index, words),
    )


def _filters(index: Index, numbers: list[int], words: Interface) -> Markup:
    """Return the search box, the choices of type and source that occur, and how many rows are shown."""
    cards = [citation_card(index, number, words.content) for number in numbers]
    types = list(dict.fromkeys(str(card["study_type"]) for card in cards if card["study_type"]))
    kinds = list(dict.fromkeys(str(f["source_kind"]) for f in index.studies.values() if f.get("source_kind")))
    search = Markup(
        '<label for="find-study">{}<input id="find-study" type="search" maxlength="200" placeholder="{}" autocomplete="off"></label>'
    ).format(words("find_study"), words("find_study_hint"))
    named = [(name, words.script(name)) for name in types]
    choices = select("study-type", words("filter_type"), words("all"), named)
    choices += select("study-source", words("filter_source"), words("all"), [(k, words.named("source_kind", k)) for k in kinds])
    columns = Markup('<label class="tick" for="all-columns"><input id="all-columns" type="checkbox"> {}</label>').format(
        words("all_columns")
    )
    return Markup(
        '<div class="filters">{}{}{}</div><p class="studies-shown" role="status" data-template="{}" data-failed="{}">{}</p>'
    ).format(
        search,
        choices,
        columns,
        words.words["studies_shown"],
        words("not_opened"),
        words("studies_shown", shown=len(numbers), count=len(numbers)),
    )


def _downloads(words: Interface) -> Markup:
    links = Markup("").join(
        Markup('<li><a href="/export/{}" download>{}</a></li>').format(file, name) for name, file in EXPORTS.items()
    )
    return Markup('<div class="downloads"><h3>{}</h3><ul>{}</ul></div>').format(words("export"), links)


def cards_html(index: Index, words: Interface) -> Markup:
    """Return the hidden cards of all cited studies, for the buttons of both tables, and what `staff.js` says."""
    said = Markup('<div class="staff-words" data-opening="{}" data-failed="{}" hidden></div>').format(
        words("opening"), words("not_opened")
    )
    return said + Markup("").join(study_card(index, number, words, f"study-{number}") for number in study_numbers(index))


def study_numbers(index: Index) -> list[int]:
    """Return the numbers of all cited studies, in order."""
    return sorted(set(index.references) | set(index.studies))


def _study_row(index: Index, number: int, status: str | None, words: Interface) -> Markup:
    card = citation_card(index, number, words.content)
    facts = index.studies.get(number, {})
    values: dict[str, Any] = {name: facts.get(f"{name}_{words.content}") for name in COLUMNS} | {
        "year": card["year"],
        "study_type": card["study_type"],
        "n_total": facts.get("n_total"),
        "outcome": _outcome(facts, words),
        "arms": _arms(facts, words),
        "registration": facts.get("registration"),
        "source_kind": words.named("source_kind", facts["source_kind"]) if facts.get("source_kind") else None,
    }
    cells = [
        Markup(
            '<td data-sort="{n}" data-label="{}"><button type="button" class="cite" data-card="study-{n}" aria-haspopup="dialog" '
            'aria-label="{}">[{n}]</button></td>'
        ).format(words("number"), words("open_study", number=number), n=number),
        Markup('<th scope="row" data-label="{}">{}{}<span class="title">{}</span>{}{}</th>').format(
            words("study"),
            Markup("<b>{}</b>").format(words.script(card["label"])) if card["label"] else "",
            status_mark(status, words),
            words.script(card["title"]),
            safe_link(card["url"], f"doi:{card['doi']}", words("opens_elsewhere")) if card["doi"] else "",
            _study_link(number, words),
        ),
    ]
    for name in COLUMNS[2:]:
        value = values[name]
        shown = words("not_stated") if value is None else words.script(str(value))
        known = ("unknown" if value is None else "known") + (" more" if name in MORE else "")
        sort = "" if value is None else value
        cells.append(
            Markup('<td data-sort="{}" data-label="{}" class="{}">{}</td>').format(sort, words(name), known, shown)
        )
    return Markup('<tr data-number="{}" data-type="{}" data-source="{}">{}</tr>').format(
        number, card["study_type"] or "", facts.get("source_kind") or "", Markup("").join(cells)
    )


def _study_link(number: int, words: Interface) -> Markup:
    return Markup(
        '<a class="open-page" data-open href="/study/{}?lang={}" aria-haspopup="dialog" aria-label="{}">{}</a>'
    ).format(number, words.language, words("study_open", number=number), words("opens_page"))


def _outcome(facts: dict[str, Any], words: Interface) -> str | None:
    """Return the first outcome, which is the main one, with its direction."""
    outcomes = facts.get("outcomes") or []
    if not outcomes:
        return None
    first, lang = outcomes[0], words.content
    direction = study_words().named("directions", first.get("direction") or "not reported", lang)
    return study_words()("outcome", lang, measure=first.get(f"measure_{lang}") or "", direction=direction)


def _arms(facts: dict[str, Any], words: Interface) -> str | None:
    arms = facts.get("arms") or []
    names = [f"{arm.get(f'name_{words.content}') or ''} (n={arm['n']})" if arm.get("n") else str(arm.get(f"name_{words.content}") or "") for arm in arms]
    return "; ".join(name for name in names if name) or None
