"""A small assistant for tests of the web side: hand-made answers over three documents, with the real records."""

import time
from collections.abc import Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from qa.answering.cards import citation_card
from qa.records import Answer, Difference, Document, Language, Passage, Quote

LINES = {
    "studies/01.zh.md": [
        "2020年的甲试验把40名病人随机分成两组。",
        "甲试验的细胞组有30人活过一年，对照组有22人。",
        "甲试验没有记录到严重不良事件。",
        "甲试验的随访时间是12个月。",
    ],
    "studies/01.en.md": [
        "The 2020 Alpha trial randomized 40 people into two groups.",
        "In the Alpha trial 30 people given cells and 22 controls lived past one year.",
        "The Alpha trial recorded no serious adverse events.",
        "Follow-up in the Alpha trial was 12 months.",
    ],
    "review/outlook.en.md": ["The review expects larger trials & longer follow-up."],
}
NASTY = '<img src=x onerror="window.hacked=1"> & ${window.hacked=2} {{value}}'


def _documents() -> tuple[dict[str, Document], list[Passage]]:
    documents, passages = {}, []
    for name, lines in LINES.items():
        language: Language = "zh" if ".zh." in name else "en"
        citations = (1,) if name.startswith("studies") else (0,)
        at = 0
        for number, line in enumerate(lines, 1):
            passages.append(
                Passage(
                    f"{name}:s{number}",
                    f"{name}:s{number}",
                    name,
                    at,
                    at + len(line),
                    line,
                    language,
                    citations,
                    "Results",
                    "",
                )
            )
            at += len(line) + 1
        kind: Any = "digest" if citations == (1,) else "review"
        documents[name] = Document(name, "\n".join(lines) + "\n", language, f"Title of {name}", kind, ())
    return documents, passages


STUDY: dict[str, Any] = {
    "number": 1,
    "label_zh": "甲试验",
    "label_en": "Alpha trial",
    "study_type": "randomized trial",
    "source_kind": "abstract",
    "year": 2020,
    "n_total": 40,
    "design_zh": "开放标签随机试验",
    "design_en": "Open-label randomized trial",
    "cell_type_zh": "骨髓间充质干细胞",
    "cell_type_en": "Bone marrow MSC",
    "follow_up_zh": "12个月",
    "follow_up_en": "12 months",
}
REFERENCES: dict[int, dict[str, Any]] = {
    1: {
        "id": "1",
        "title": "Alpha trial",
        "title-zh": "甲试验的论文",
        "DOI": "10.1000/a",
        "issued": {"date-parts": [[2020]]},
    },
    2: {"id": "2", "title": "A <b>bold</b> study", "URL": "javascript:alert(1)", "issued": {"date-parts": [[2018]]}},
    3: {"id": "3", "title": "Gamma report", "DOI": "10.1000/c", "issued": {"date-parts": [[2023]]}},
}
AUDIT: dict[int, list[dict[str, Any]]] = {
    1: [
        {
            "claim_zh": "有40人。",
            "claim_en": "40 people.",
            "verdict": "supported",
            "why_zh": "一致。",
            "why_en": "Same.",
            "sentences": [],
        },
        {
            "claim_zh": "有50人。",
            "claim_en": "50 people.",
            "verdict": "contradicted",
            "why_zh": "是40。",
            "why_en": "40.",
            "sentences": [],
        },
    ],
    3: [
        {
            "claim_zh": "有效。",
            "claim_en": "It works.",
            "verdict": "supported",
            "why_zh": "",
            "why_en": "",
            "sentences": [],
        }
    ],
}


class FakeAssistant:
    """Answers by keyword; `delay` seconds each. A question with "crash" raises."""

    def __init__(self, delay: float = 0.0) -> None:
        documents, passages = _documents()
        self.delay = delay
        self.index: Any = SimpleNamespace(
            documents=documents,
            passages=passages,
            references=REFERENCES,
            studies={
                1: STUDY,
                3: {**STUDY, "number": 3, "year": 2023, "n_total": 7, "label_en": "Gamma", "label_zh": "丙"},
            },
            audit=AUDIT,
            bank=[],
            manifest={"encoder": {"name": "fake"}},
        )

    def quote(self, passage_id: str) -> Quote:
        passage = next(p for p in self.index.passages if p.id == passage_id)
        other = passage.id.replace(".zh.", ".EN.").replace(".en.", ".zh.").replace(".EN.", ".en.")
        translation = next((p.text for p in self.index.passages if p.id == other), None)
        return Quote(
            passage.text,
            passage.citations,
            passage.document,
            passage.id,
            passage.start,
            passage.end,
            None,
            0.9,
            translation,
            "Results",
        )

    def ask(self, question: str, history: Sequence[str] = (), lang: str = "auto") -> Answer:
        time.sleep(self.delay)
        if "crash" in question:
            raise RuntimeError("a fault of ours")
        zh = lang == "zh" or (lang == "auto" and any("\u4e00" <= c <= "\u9fff" for c in question))
        quotes = tuple(self.quote(f"studies/01.{'zh' if zh else 'en'}.md:s{n}") for n in (2, 3))
        earlier = f"earlier questions: {len(history)}"
        answer = Answer(
            question,
            "zh" if zh else "en",
            "answered",
            quotes,
            (),
            (earlier,),
            "不是医疗建议。" if zh else "Not medical advice.",
        )
        if "blood" in question or "吐血" in question:
            answer = replace(answer, outcome="emergency", notices=("Call 120 now.", *answer.notices))
        elif "should I" in question or "\u8be5\u4e0d\u8be5" in question:
            answer = replace(
                answer, outcome="personal_advice", quotes=(), notices=("Ask your doctor.", "What is covered.")
            )
        elif "price" in question or "多少钱" in question:
            answer = replace(
                answer,
                outcome="not_covered",
                quotes=(),
                notices=("Not in these sources.",),
                suggestions=("How long was follow-up?", NASTY),
            )
        numbers = dict.fromkeys(n for q in answer.quotes for n in q.citations)
        return replace(answer, citations=tuple(citation_card(self.index, n, answer.language) for n in numbers))

    def check(self, claim: str, lang: str = "auto") -> Answer:
        answer = self.ask(claim, (), lang)
        differs = (Difference("number", "36", "12", "month"),)
        return replace(answer, quotes=(self.quote("studies/01.en.md:s4"),), verdict="differs", differences=differs)

    def document(self, document_id: str) -> dict[str, Any] | None:
        document = self.index.documents.get(document_id)
        return document and {
            "id": document.id,
            "title": document.title,
            "language": document.language,
            "text": document.text,
        }
