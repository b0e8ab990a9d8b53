"""Finds the quantities of a Chinese or English text: dates, citations, fixed expressions, and numbers with their unit."""

from dataclasses import replace

from qa.quantities.citations import citations
from qa.quantities.dates import dates
from qa.quantities.measured import measured
from qa.quantities.numerals import numbers
from qa.quantities.phrases import overlaps, phrases
from qa.quantities.quantity import Quantity
from qa.text.aligned import aligned


def quantities(text: str) -> tuple[Quantity, ...]:
    """Return every quantity of a text, in order; spans are of the text as given."""
    prepared = aligned(text)
    return tuple(
        replace(q, start=span[0], end=span[1], text=text[span[0] : span[1]])
        for q in quantities_of(prepared.text)
        for span in [prepared.span(q.start, q.end)]
    )


def quantities_of(text: str) -> list[Quantity]:
    """Return the quantities of a prepared text, in order; spans are of that text."""
    found = [
        Quantity(d.kind, d.low, d.high, d.kind, d.kind, "=", d.start, d.end, text[d.start : d.end], None, d.shown)
        for d in dates(text)
    ]
    taken = [(q.start, q.end) for q in found]
    for phrase in (*citations(text), *phrases(text)):
        if not overlaps(phrase, taken):
            found.append(phrase)
            taken.append((phrase.start, phrase.end))
    free = [n for n in numbers(text) if not any(n.start < b and n.end > a for a, b in taken)]
    found += measured(text, free)
    return sorted(found, key=lambda q: (q.start, q.end))
