"""What else has to be shown beside quotes: the study that found otherwise, and the source that says other than the review.

Which way a study's outcome went is in its facts (`outcomes`, each with a `direction`); which way a sentence tells it is
read from the sentence. Only a study that says the opposite on the same measure, in a sentence of its own, is shown.
"""

from collections.abc import Iterator
from functools import cached_property
from itertools import islice
from typing import Literal

from qa.answering.cards import BAD_VERDICTS, quote_of
from qa.claims.statements.statement import read_statement
from qa.indexing.index import Index
from qa.records import Language, Passage, Quote
from qa.text.lexicon import mentions
from qa.text.preparation import prepared

Side = Literal["better", "not better"]
SIDES: dict[str, Side] = {"improved": "better", "no difference": "not better", "worse": "not better", "worsened": "not better"}
OTHER: dict[Side, Side] = {"better": "not better", "not better": "better"}
WEAK = {"limited", "trend"}  # a limited gain is neither side
MOST = 2  # further sentences; more would bury the answer


class Opposites:
    """What each study of an index says of each measure, read once when first needed. Shared by all questions."""

    def __init__(self, index: Index) -> None:
        self.index = index

    @cached_property
    def rows(self) -> dict[str, int]:
        """Position of each passage by its id."""
        return {passage.id: row for row, passage in enumerate(self.index.passages)}

    @cached_property
    def digests(self) -> dict[tuple[int, Language], list[Passage]]:
        """The sentences about one study alone in our own digest of its source, by number and language, in order."""
        found: dict[tuple[int, Language], list[Passage]] = {}
        for passage in self.index.passages:
            if len(passage.citations) == 1 and self.index.documents[passage.document].kind == "digest":
                found.setdefault((passage.citations[0], passage.language), []).append(passage)
        return found

    @cached_property
    def outcomes(self) -> dict[int, dict[str, set[Side]]]:
        """Which way each study's measures went, the largest study first."""
        studies = self.index.studies
        return {number: outcome_sides(studies[number]) for number in sorted(studies, key=lambda n: (-(studies[n].get("n_total") or 0), n))}

    def findings(self, quotes: tuple[Quote, ...], language: Language) -> tuple[Quote, ...]:
        """Return at most two sentences that must stand beside these quotes, none of them quoted already.

        First, for each measure that a quote says got better (or did not), the largest study that found the opposite; then
        what the source says where the audit found that a quoted sentence of the review does not fit it.
        """
        shown = {text for quote in quotes for text in (quote.text, quote.translation)}
        found: list[Quote] = []
        for passage in (*self._studies(quotes, language), *self._sources(quotes, language)):
            if passage.text not in shown and len(found) < MOST:
                shown.add(passage.text)
                found.append(quote_of(self.index, passage, language))
        return tuple(found)

    def _studies(self, quotes: tuple[Quote, ...], language: Language) -> Iterator[Passage]:
        quoted = {number for quote in quotes for number in quote.citations}
        told = {pair for quote in quotes for pair in sentence_sides(quote.text)}
        for measure, side in sorted(told):
            if (measure, OTHER[side]) in told:
                continue  # the quotes show both sides already
            tellings = (
                passage
                for number, sides in self.outcomes.items()
                if number not in quoted and OTHER[side] in sides.get(measure, ())
                for passage in self.digests.get((number, language), ())
                if (measure, OTHER[side]) in sentence_sides(passage.text)
            )
            yield from islice(tellings, 1)

    def _sources(self, quotes: tuple[Quote, ...], language: Language) -> Iterator[Passage]:
        for quote in quotes:
            if self.index.documents[quote.document].kind != "review":
                continue
            sentences, named = {quote.text, quote.translation}, _findings_named(quote.text)
            for number in quote.citations:
                if any(claim["verdict"] in BAD_VERDICTS and sentences & set(claim["sentences"]) for claim in self.index.audit.get(number, [])):
                    own = [p for p in self.digests.get((number, language), ()) if named & _findings_named(p.text)]
                    yield from sorted(own, key=lambda p: (-len(named & _findings_named(p.text)), -self._likeness(quote, p)))[:1]

    def _likeness(self, quote: Quote, passage: Passage) -> float:
        return float(self.index.raw_vectors[self.rows[quote.passage]] @ self.index.raw_vectors[self.rows[passage.id]])


def _findings_named(text: str) -> set[str]:
    """Return the measures and events that a sentence names."""
    return {key for key in read_statement(text).keys if key.startswith(("measure:", "event:"))}


def outcome_sides(facts: dict[str, object]) -> dict[str, set[Side]]:
    """Return, for each measure among a study's outcomes, whether it got better; mixed and unreported ones are left out."""
    found: dict[str, set[Side]] = {}
    outcomes = facts.get("outcomes")
    for outcome in outcomes if isinstance(outcomes, list) else ():
        side = SIDES.get(outcome["direction"])
        for mention in mentions(prepared(outcome["measure_en"])) if side else ():
            if mention.kind == "measure" and side:
                found.setdefault(mention.keys[0], set()).add(side)
    return found


def sentence_sides(text: str) -> set[tuple[str, Side]]:
    """Return the measures of which a sentence says that they got better, or that they did not."""
    changes = [c for c in read_statement(text).changes if c.mood in ("stated", "hearsay") and not c.strength & WEAK]
    good = {(c.measure, "better") for c in changes if c.signs == {"+"}}
    return good | {(c.measure, "not better") for c in changes if c.signs and c.signs <= {"0", "-"}}  # type: ignore[return-value]
