"""The project's own words around the quotes, read from `corpus/wording/`: notices, cards, strength lines, disclaimer.

Nobody needs to touch code to change what people read.
"""

import json
import os
from dataclasses import dataclass
from functools import cache
from typing import Any

from qa.answering.publication import publication_status
from qa.claims.hint import Hint
from qa.errors import CorpusError
from qa.indexing.index import Index
from qa.records import REVIEW, Language, Quote
from qa.settings import shipped_corpus

PROTOCOL = "protocol"


@dataclass(frozen=True)
class Wording:
    """Texts by name and language. A missing text is a CorpusError naming file and key, not a blank."""

    answers: dict[str, Any]
    notices: dict[str, Any]

    def text(self, name: str, language: Language) -> str:
        """Return a plain text of answers.json."""
        return str(self.answers["text"][name][language])

    def study_type(self, name: str | None, language: Language) -> str:
        """Return a study type in words."""
        types = self.answers["study_types"]
        return str(types.get(name or "unknown", {"zh": name, "en": name})[language])

    def strength(self, study_type: str | None, language: Language) -> str:
        """Return the first phrase of the strength line."""
        return self.study_type(study_type, language)

    def verdict(self, name: str, language: Language) -> str:
        """Return an audit verdict in words."""
        return str(self.answers["verdicts"][name][language])

    def card(self, name: str, language: Language) -> str:
        """Return a card of notices.json with the numbers to call filled in; `QA_EMERGENCY` overrides them."""
        text = str(self.notices[name][language])
        for kind, number in self.numbers(language).items():
            text = text.replace(f"{{{kind}}}", number)
        return text

    def numbers(self, language: Language) -> dict[str, str]:
        """Return the numbers to call as `emergency` and `crisis`: those of the environment, or of notices.json."""
        given = {"emergency": os.environ.get("QA_EMERGENCY"), "crisis": os.environ.get("QA_CRISIS")}
        return {kind: number or str(self.notices["numbers"][kind][language]) for kind, number in given.items()}

    def disclaimer(self, language: Language) -> str:
        """Return the disclaimer, never empty."""
        return str(self.notices["disclaimer"][language])

    def coverage(self, index: Index, language: Language) -> str:
        """Return what the corpus covers."""
        if index.studies:
            return self.text("coverage", language).format(studies=len(index.studies))
        return self.text("coverage_any", language).format(documents=len(index.documents))

    def layers(self, review: str, source: str, language: Language) -> str:
        """Return how a claim stands to the review and to the digest of its source, in words."""
        named = self.answers["layer_verdicts"]
        return self.text("layers", language).format(review=named[review][language], source=named[source][language])

    def hint(self, hint: Hint | None, language: Language) -> str:
        """Return what a language model makes of a claim, in words that say that it decides nothing; "" without a hint."""
        if hint is None:
            return ""
        relation = self.answers["hint_relations"][hint.relation][language]
        return self.text("check_hint", language).format(model=hint.model, relation=relation, score=f"{hint.score:.2f}")

    def missing_detail(self, card: dict[str, Any], reasons: tuple[tuple[str, str], ...], language: Language) -> str:
        """Return the notice of a refusal near a study: which one is meant, and what it does not give."""
        label = card["label"] or card["title"]
        lines = [self.text("missing_detail", language).format(number=card["number"], label=label)]
        for kind, what in reasons:
            if kind == "name":
                lines.append(self.text("missing_name", language).format(terms=what))
            elif what in self.answers["answer_kinds"]:
                lines.append(self.text("missing_kind", language).format(kind=self.answers["answer_kinds"][what][language]))
        return (" " if language == "en" else "").join(lines)

    def evidence_notices(self, index: Index, quotes: tuple[Quote, ...], language: Language) -> tuple[str, ...]:
        """Return what a reader must know beside these quotes: retracted, protocol only, not verified, limits, audit differences."""
        notices: list[str] = []
        status = publication_status(index)
        for number in dict.fromkeys(n for q in quotes for n in q.citations if n != REVIEW):
            facts = index.studies.get(number, {})
            if status.get(number) in self.answers["publication"]:
                notices.append(str(self.answers["publication"][status[number]][language]).format(number=number))
            if PROTOCOL in (facts.get("study_type") or ""):
                notices.append(self.text("protocol_notice", language).format(number=number))
            elif facts.get("source_kind") == "bibliographic only":
                notices.append(self.text("unverified_notice", language).format(number=number))
            elif facts.get(f"limitations_{language}"):
                notices.append(self.text("limits_notice", language).format(number=number, limits=facts[f"limitations_{language}"]))
        for quote in quotes:
            notices.extend(self._audit(index, quote, language))
        return tuple(dict.fromkeys(notices))

    def _audit(self, index: Index, quote: Quote, language: Language) -> list[str]:
        """Return the audit's findings on this very sentence of the review, where review and source part."""
        sentences = {quote.text, quote.translation}
        found = []
        for number in quote.citations:
            for claim in index.audit.get(number, []):
                if claim["verdict"] != "supported" and sentences & set(claim["sentences"]):
                    found.append(
                        self.text("audit_notice", language).format(
                            number=number,
                            verdict=self.verdict(claim["verdict"], language),
                            claim=claim[f"claim_{language}"],
                            why=claim[f"why_{language}"],
                        )
                    )
        return found


@cache
def read_wording() -> Wording:
    """Return the wording of the installed project; CorpusError if a file is missing or damaged."""
    folder = shipped_corpus() / "wording"
    try:
        read = [json.loads((folder / f"{name}.json").read_text("utf-8")) for name in ("answers", "notices")]
    except (OSError, ValueError) as error:
        raise CorpusError(f"{folder}: wording can't be read ({error}); restore it from the project") from error
    return Wording(*read)
