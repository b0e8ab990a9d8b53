"""The audit as HTML: what the review says beside what its sources say, with counts and filters by study and verdict."""

from collections import Counter
from typing import Any

from markupsafe import Markup

from qa.answering.wording import read_wording
from qa.indexing.index import Index
from qa.studies.audit import VERDICTS, audit_counts, audit_rows
from qa.web.interface import Interface
from qa.web.study_card import safe_link, status_mark

BIBLIOGRAPHIC = "bibliographic only"


def audit_html(index: Index, words: Interface) -> Markup:
    """Return counts, counts for each study with what it was checked against, filters, and all claims."""
    rows = audit_rows(index)
    if not rows:
        return Markup('<p class="message">{}</p>').format(words("audit_none"))
    counts = audit_counts(rows)
    badges = Markup("").join(
        Markup("<li>{} <b>{}</b></li>").format(_badge(verdict, words), count) for verdict, count in counts.items()
    )
    studies = [(str(n), f"[{n}] {words.script(_label(index, n, words))}") for n in sorted(index.audit) if index.audit[n]]
    filters = select("audit-study", words("filter_study"), words("all"), studies)
    named = [(_slug(verdict), _verdict(verdict, words)) for verdict in counts]
    filters += select("audit-verdict", words("filter_verdict"), words("all"), named)
    return Markup(
        '<ul class="counts">{}</ul>{}<div class="filters">{}</div><p class="shown" role="status" data-template="{}">{}</p>{}'
    ).format(
        badges,
        _by_study(index, rows, list(counts), words),
        filters,
        words.words["audit_shown"],
        words("audit_shown", shown=len(rows), count=len(rows)),
        claim_table([(row["citation"], row) for row in rows], words),
    )


def claim_table(claims: list[tuple[int, dict[str, Any]]], words: Interface, numbered: bool = True) -> Markup:
    """Return claims of the audit as a table: number of the study, claim, verdict, why. `numbered` shows the first column."""
    names = ("number", "audit_claim", "audit_verdict", "audit_why")[0 if numbered else 1 :]
    head = Markup("").join(Markup('<th scope="col">{}</th>').format(words(name)) for name in names)
    rows = Markup("").join(_claim_row(number, claim, words, numbered) for number, claim in claims)
    return Markup(
        '<div class="table-box"><table class="audit"><caption>{}</caption><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>'
    ).format(words("audit_caption"), head, rows)


def _claim_row(number: int, claim: dict[str, Any], words: Interface, numbered: bool) -> Markup:
    lang = words.content
    cells = [
        Markup('<td data-label="{}">{}</td>').format(words("audit_claim"), words.script(claim[f"claim_{lang}"])),
        Markup('<td data-label="{}">{}{}</td>').format(words("audit_verdict"), _badge(claim["verdict"], words), _unchecked(claim, words)),
        Markup('<td data-label="{}">{}</td>').format(words("audit_why"), words.script(claim[f"why_{lang}"] or "")),
    ]
    if numbered:
        cells.insert(0, _number_cell(number, words))
    return Markup('<tr data-study="{}" data-verdict="{}">{}</tr>').format(
        number, _slug(claim["verdict"]), Markup("").join(cells)
    )


def _number_cell(number: int, words: Interface) -> Markup:
    return Markup(
        '<td data-label="{}"><button type="button" class="cite" data-card="study-{n}" aria-haspopup="dialog" aria-label="{}">'
        "[{n}]</button></td>"
    ).format(words("number"), words("open_study", number=number), n=number)


def _unchecked(claim: dict[str, Any], words: Interface) -> Markup:
    """Return that nothing but the record of the study was found, beside every verdict that rests on it."""
    if claim.get("source_kind") != BIBLIOGRAPHIC:
        return Markup("")
    return Markup('<span class="basis-note">{}</span>').format(words.named("source_kind", BIBLIOGRAPHIC))


def _by_study(index: Index, rows: list[dict[str, Any]], verdicts: list[str], words: Interface) -> Markup:
    """Return one row for each study: its counts, what it was checked against, and its status; closed at first."""
    names = [words("study"), *(_verdict(verdict, words) for verdict in verdicts), words("source_kind"), words("audit_link")]
    head = Markup("").join(Markup('<th scope="col">{}</th>').format(name) for name in names)
    body = Markup("")
    for number in dict.fromkeys(row["citation"] for row in rows):
        own = [row for row in rows if row["citation"] == number]
        counts = Counter(row["verdict"] for row in own)
        body += Markup('<tr><th scope="row" data-label="{}"><button type="button" class="cite only-study" data-study="{n}" aria-label="{}">[{n}]</button> {}{}</th>{}<td data-label="{}">{}</td><td data-label="{}">{}</td></tr>').format(
            words("study"),
            words("show_only", number=number),
            words.script(_label(index, number, words)),
            status_mark(own[0]["status"], words),
            Markup("").join(
                Markup('<td class="count" data-label="{}">{}</td>').format(_verdict(verdict, words), counts[verdict])
                for verdict in verdicts
            ),
            words("source_kind"),
            _basis(own[0]["source_kind"], words),
            words("audit_link"),
            safe_link(own[0]["links"][0], "\u2197", words("opens_elsewhere")) if own[0]["links"] else "",
            n=number,
        )
    return Markup(
        '<details class="by-study"><summary>{}</summary><div class="table-box" tabindex="0" role="group" aria-label="{}"><table '
        'class="audit-counts"><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div></details>'
    ).format(words("audit_counts"), words("audit_counts"), head, body)


def _basis(kind: str | None, words: Interface) -> Markup:
    """Return what a study was checked against; where that is no more than its record, what this means for its verdicts."""
    if not kind:
        return Markup('<span class="unknown">{}</span>').format(words("not_stated"))
    named = words.named("source_kind", kind)
    if kind != BIBLIOGRAPHIC:
        return Markup("{}").format(named)
    return Markup('<b>{}</b><span class="basis-note">{}</span>').format(named, words("basis_none"))


def select(key: str, label: str, everything: str, options: list[tuple[str, str]]) -> Markup:
    """Return a labelled choice between options (value, text), with one for all of them."""
    rows = Markup("").join(Markup('<option value="{}">{}</option>').format(*option) for option in options)
    return Markup('<label for="{key}">{}<select id="{key}"><option value="">{}</option>{}</select></label>').format(
        label, everything, rows, key=key
    )


def _label(index: Index, number: int, words: Interface) -> str:
    return str(index.studies.get(number, {}).get(f"label_{words.content}") or "")


def _badge(verdict: str, words: Interface) -> Markup:
    return Markup('<span class="badge badge-{}">{}</span>').format(_slug(verdict), _verdict(verdict, words))


def _verdict(name: str, words: Interface) -> str:
    return words.script(read_wording().verdict(name, words.content)) if name in VERDICTS else name


def _slug(verdict: str) -> str:
    return "-".join(verdict.lower().split())
