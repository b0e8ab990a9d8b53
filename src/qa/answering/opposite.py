"""What else has to be shown beside quotes: the study that found otherwise, and the source that says other than the review.

Which way a study's outcome went is in its facts (`outcomes`, each with a `direction`); which way a sentence tells it is
read from the sentence. Only a study that says the opposite on the same measure, in a sentence of its own, is shown.
"""

from collections.abc import Iterator
from functools import cached_property
from itertools import islice

from qa.answering.cards import BAD_VERDICTS, quote_of
from qa.indexing.index import Index
from qa.records import Language, Passage, Quote
from qa.statements.outcomes import Side, Told, told
from qa.text.lexicon import mentions
from qa.text.preparation import prepared

SIDES: dict[str, Side] = {"improved": "better", "no difference": "not better", "worse": "not better", "worsened": "not better"}
OTHER: dict[Side, Side] = {"better": "not better", "not better": "better"}
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
        sides = {pair for quote in quotes for pair in self._told(quote.passage, quote.text).sides}
        for measure, side in sorted(sides):
            if (measure, OTHER[side]) in sides:
                continue  # the quotes show both sides already
            tellings = (
                passage
                for number, found in self.outcomes.items()
                if number not in quoted and OTHER[side] in found.get(measure, ())
                for passage in self.digests.get((number, language), ())
                if (measure, OTHER[side]) in self._told(passage.id, passage.text).sides
            )
            yield from islice(tellings, 1)

    def _sources(self, quotes: tuple[Quote, ...], language: Language) -> Iterator[Passage]:
        for quote in quotes:
            if self.index.documents[quote.document].kind != "review":
                continue
            sentences, named = {quote.text, quote.translation}, self._told(quote.passage, quote.text).named
            for number in quote.citations:
                if any(claim["verdict"] in BAD_VERDICTS and sentences & set(claim["sentences"]) for claim in self.index.audit.get(number, [])):
                    own = [(p, named & self._told(p.id, p.text).named) for p in self.digests.get((number, language), ())]
                    ranked = sorted(((p, shared) for p, shared in own if shared), key=lambda pair: (-len(pair[1]), -self._likeness(quote, pair[0])))
                    yield from (passage for passage, _ in ranked[:1])

    def _told(self, passage: str, text: str) -> Told:
        """What a passage tells: of the review and the digests it was read when the index was built."""
        return self.index.told.get(passage) or told(text)

    def _likeness(self, quote: Quote, passage: Passage) -> float:
        return float(self.index.raw_vectors[self.rows[quote.passage]] @ self.index.raw_vectors[self.rows[passage.id]])


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
