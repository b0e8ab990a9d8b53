"""The evidence table and the audit as HTML. Sorting and filtering happen in the browser (`static/page.js`)."""

from collections import Counter
from typing import Any

from markupsafe import Markup

from qa.answering.cards import citation_card
from qa.answering.wording import read_wording
from qa.indexing.index import Index
from qa.web.interface import Interface
from qa.web.study_card import safe_link, study_card

COLUMNS = ("number", "study", "year", "study_type", "n_total", "cell_type", "follow_up", "source_kind")
NUMERIC = ("number", "year", "n_total")
VERDICTS = ("supported", "partly supported", "contradicted", "not in the source found")


def evidence_html(index: Index, words: Interface) -> Markup:
    """Return one row for each cited study, sortable by every column; its number opens its card of `cards_html`."""
    numbers = study_numbers(index)
    if not numbers:
        return Markup('<p class="message">{}</p>').format(words("evidence_none"))
    head = Markup("").join(
        Markup(
            '<th scope="col"{}><button type="button" class="sort" data-column="{}" aria-label="{}">{}</button></th>'
        ).format(
            Markup(' aria-sort="ascending"') if name == "number" else "",
            i,
            words("sort_by", column=words(name)),
            words(name),
        )
        for i, name in enumerate(COLUMNS)
    )
    rows = Markup("").join(_study_row(index, number, words) for number in numbers)
    return Markup(
        '<div class="table-box"><table class="evidence"><caption>{}</caption><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>'
    ).format(words("evidence_caption", count=len(numbers)), head, rows)


def cards_html(index: Index, words: Interface) -> Markup:
    """Return the hidden cards of all cited studies, for the buttons of both tables."""
    return Markup("").join(study_card(index, number, words, f"study-{number}") for number in study_numbers(index))


def study_numbers(index: Index) -> list[int]:
    """Return the numbers of all cited studies, in order."""
    return sorted(set(index.references) | set(index.studies))


def _study_row(index: Index, number: int, words: Interface) -> Markup:
    card = citation_card(index, number, words.content)
    facts = index.studies.get(number, {})
    values: dict[str, Any] = {
        "year": card["year"],
        "study_type": card["study_type"],
        "n_total": facts.get("n_total"),
        "cell_type": facts.get(f"cell_type_{words.content}"),
        "follow_up": facts.get(f"follow_up_{words.content}"),
        "source_kind": words.named("source_kind", facts["source_kind"]) if facts.get("source_kind") else None,
    }
    cells = [
        Markup(
            '<td data-sort="{n}" data-label="{}"><button type="button" class="cite" data-card="study-{n}" aria-haspopup="dialog" '
            'aria-label="{}">[{n}]</button></td>'
        ).format(words("number"), words("open_study", number=number), n=number),
        Markup('<th scope="row" data-label="{}">{}<span class="title">{}</span>{}</th>').format(
            words("study"),
            Markup("<b>{}</b>").format(words.script(card["label"])) if card["label"] else "",
            words.script(card["title"]),
            safe_link(card["url"], f"doi:{card['doi']}", words("opens_elsewhere")) if card["doi"] else "",
        ),
    ]
    for name in COLUMNS[2:]:
        value = values[name]
        shown = words("not_stated") if value is None else words.script(str(value))
        known = "unknown" if value is None else "known"
        sort = "" if value is None else value
        cells.append(
            Markup('<td data-sort="{}" data-label="{}" class="{}">{}</td>').format(sort, words(name), known, shown)
        )
    return Markup("<tr>{}</tr>").format(Markup("").join(cells))


def audit_html(index: Index, words: Interface) -> Markup:
    """Return what the review says beside what its sources say, with counts and filters by study and verdict."""
    claims = [(number, claim) for number, found in sorted(index.audit.items()) for claim in found]
    if not claims:
        return Markup('<p class="message">{}</p>').format(words("audit_none"))
    counts = Counter(claim["verdict"] for _, claim in claims)
    verdicts = [v for v in VERDICTS if v in counts] + sorted(set(counts) - set(VERDICTS))
    badges = Markup("").join(
        Markup('<li><span class="badge badge-{}">{}</span> <b>{}</b></li>').format(
            _slug(v), _verdict(v, words), counts[v]
        )
        for v in verdicts
    )
    studies = [(str(n), f"[{n}] {words.script(_label(index, n, words))}") for n in sorted(index.audit)]
    filters = _select("audit-study", words("filter_study"), words("all"), studies)
    filters += _select(
        "audit-verdict", words("filter_verdict"), words("all"), [(_slug(v), _verdict(v, words)) for v in verdicts]
    )
    rows = Markup("").join(_claim_row(number, claim, words) for number, claim in claims)
    head = Markup("").join(
        Markup('<th scope="col">{}</th>').format(words(name))
        for name in ("number", "audit_claim", "audit_verdict", "audit_why")
    )
    return Markup(
        '<ul class="counts">{}</ul><div class="filters">{}</div><p class="shown" role="status" data-template="{}">{}</p>'
        '<div class="table-box"><table class="audit"><caption>{}</caption><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>'
    ).format(
        badges,
        filters,
        words.words["audit_shown"],
        words("audit_shown", shown=len(claims), count=len(claims)),
        words("audit_caption"),
        head,
        rows,
    )


def _claim_row(number: int, claim: dict[str, Any], words: Interface) -> Markup:
    lang = words.content
    return Markup(
        '<tr data-study="{n}" data-verdict="{}"><td data-label="{}"><button type="button" class="cite" data-card="study-{n}" '
        'aria-haspopup="dialog" aria-label="{}">[{n}]</button></td><td data-label="{}">{}</td>'
        '<td data-label="{}"><span class="badge badge-{}">{}</span></td><td data-label="{}">{}</td></tr>'
    ).format(
        _slug(claim["verdict"]),
        words("number"),
        words("open_study", number=number),
        words("audit_claim"),
        words.script(claim[f"claim_{lang}"]),
        words("audit_verdict"),
        _slug(claim["verdict"]),
        _verdict(claim["verdict"], words),
        words("audit_why"),
        words.script(claim[f"why_{lang}"] or ""),
        n=number,
    )


def _select(key: str, label: str, everything: str, options: list[tuple[str, str]]) -> Markup:
    rows = Markup("").join(Markup('<option value="{}">{}</option>').format(*option) for option in options)
    return Markup('<label for="{key}">{}<select id="{key}"><option value="">{}</option>{}</select></label>').format(
        label, everything, rows, key=key
    )


def _label(index: Index, number: int, words: Interface) -> str:
    return str(index.studies.get(number, {}).get(f"label_{words.content}") or "")


def _verdict(name: str, words: Interface) -> str:
    known = read_wording().answers["verdicts"]
    return words.script(read_wording().verdict(name, words.content)) if name in known else name


def _slug(verdict: str) -> str:
    return "-".join(verdict.lower().split())
