"""The project's own edition of the review: aligned, complete, its own words, every figure from a source."""

import json
import os
import re
import unicodedata
from pathlib import Path

import pytest

from qa.corpus.bank import read_bank, sentence_digest
from qa.settings import shipped_corpus
from qa.text.preparation import HAN, folded
from qa.text.sentences import MARKS, cited_numbers

CORPUS = shipped_corpus()
PAIRS = sorted(CORPUS.glob("review/*.zh.md")) + sorted(CORPUS.glob("studies/*.zh.md"))
ORIGINAL = os.environ.get("QA_REVIEW_ORIGINAL")
HOSPITALS = ("空军军医大学附属第一医院", "复旦大学上海市公共卫生临床中心外科")  # names stay as they are
needs_original = pytest.mark.skipif(not ORIGINAL, reason="QA_REVIEW_ORIGINAL does not name the original review, which is not part of this project")


def sentence_lines(path: Path) -> list[str]:
    return [line for line in path.read_text("utf-8").split("\n") if line.strip() and not line.startswith("#")]


def bare(line: str) -> str:
    return MARKS.sub("", line)


def figures(text: str) -> set[str]:
    return set(re.findall(r"\d+(?:\.\d+)?", unicodedata.normalize("NFKC", text)))


@pytest.mark.parametrize("path", PAIRS, ids=lambda p: p.name[:-6])
def test_both_languages_stand_line_by_line(path):
    chinese = path.read_text("utf-8").split("\n")
    english = path.with_name(path.name.replace(".zh.", ".en.")).read_text("utf-8").split("\n")
    assert len(chinese) == len(english)
    for zh, en in zip(chinese, english, strict=True):
        assert bool(zh.strip()) == bool(en.strip())
        assert zh.startswith("#") == en.startswith("#")
        assert MARKS.findall(zh) == MARKS.findall(en)


@pytest.mark.parametrize("path", PAIRS, ids=lambda p: p.name[:-6])
def test_a_line_is_one_sentence_that_names_its_study(path):
    for line in sentence_lines(path):
        assert bare(line).endswith("。"), line
        assert not re.search(r"本研究|该研究|该试验", line), line
    for line in sentence_lines(path.with_name(path.name.replace(".zh.", ".en."))):
        assert bare(line).endswith("."), line


def test_every_study_has_digest_facts_and_audit():
    for number in range(1, 21):
        for name in (f"studies/{number:02d}.zh.md", f"facts/{number:02d}.json", f"audit/{number:02d}.json"):
            assert (CORPUS / name).is_file(), name
        lines = sentence_lines(CORPUS / f"studies/{number:02d}.zh.md")
        assert all(line.endswith(f"[{number}]") for line in lines)


def test_references_are_twenty_csl_items():
    items = json.loads((CORPUS / "references.json").read_text("utf-8"))
    assert [item["id"] for item in items] == [str(n) for n in range(1, 21)]
    for item in items:
        assert item["title"]
        assert item["type"]
        assert 2015 <= item["issued"]["date-parts"][0][0] <= 2025


def test_every_audited_claim_points_at_sentences_of_the_review():
    known = {bare(line) for path in CORPUS.glob("review/*.zh.md") for line in sentence_lines(path)}
    claims = [claim for path in sorted(CORPUS.glob("audit/*.json")) for claim in json.loads(path.read_text("utf-8"))]
    assert len(claims) == 153
    for claim in claims:
        assert claim["sentences"]
        assert set(claim["sentences"]) <= known, claim["claim_zh"]


def test_every_sentence_has_its_lay_questions():
    bank: dict[str, list[str]] = {}
    for path in CORPUS.glob("questions/*.jsonl"):
        for key, questions in read_bank(path).items():
            bank.setdefault(key, []).extend(questions)
    for path in PAIRS:
        for line in sentence_lines(path):
            questions = bank.get(sentence_digest(bare(line)), [])
            chinese = [q for q in questions if HAN.search(q)]
            assert len(questions) >= 10, line
            assert len(chinese) >= 6, line


def test_no_evaluation_question_stands_in_the_bank_or_among_the_refusals():
    known = {folded(q) for path in CORPUS.glob("questions/*.jsonl") for questions in read_bank(path).values() for q in questions}
    known |= {folded(json.loads(line)["text"]) for path in CORPUS.glob("refusals/*.jsonl") for line in path.read_text("utf-8").splitlines()}
    asked = [json.loads(line) for path in Path(__file__).parent.glob("questions/test.jsonl") for line in path.read_text("utf-8").splitlines()]
    assert asked
    assert [row["id"] for row in asked if folded(row["question"]) in known and not row.get("history") and len(folded(row["question"])) > 6] == []


@needs_original
def test_no_run_of_twelve_chinese_characters_is_the_originals():
    body = re.split("参考资料", Path(ORIGINAL).read_text("utf-8"))[0]
    listed = json.loads((CORPUS / "references.json").read_text("utf-8"))
    titles = re.findall("《[^》]*》", body) + [item.get("title-zh") or "" for item in listed]
    own_names = folded("".join([*titles, *HOSPITALS]))
    text = folded(body)
    theirs = {text[i : i + 12] for i in range(len(text) - 11)}
    copied = []
    for path in [*PAIRS, *CORPUS.glob("audit/*.json")]:
        for piece in re.split("《[^》]*》|\n", path.read_text("utf-8")):
            runs = [folded(piece)[i : i + 12] for i in range(len(folded(piece)) - 11)]
            copied += [run for run in runs if run in theirs and run not in own_names and len(HAN.findall(run)) >= 6]
    assert copied == []


@needs_original
def test_the_review_is_restated_with_every_reference_and_figure():
    original = re.split("参考资料", Path(ORIGINAL).read_text("utf-8"))[0]
    ours = "\n".join(path.read_text("utf-8") for path in sorted(CORPUS.glob("review/*.zh.md")))
    assert {n for m in MARKS.findall(original) for n in cited_numbers(m)} == {n for m in MARKS.findall(ours) for n in cited_numbers(m)}
    body = re.sub(r"\(截至\d+月\)|相关阅读.*", "", original)
    missing = {f for f in figures(MARKS.sub("", body)) - figures(MARKS.sub("", ours)) if len(f) > 1}
    assert missing == set()


@needs_original
def test_every_figure_of_a_digest_stands_in_its_evidence():
    evidence = Path(ORIGINAL).parents[1] / "evidence"
    if not evidence.is_dir():
        pytest.skip("the evidence files do not stand beside the original review")
    for number in range(1, 21):
        known = figures((evidence / f"{number:02d}.json").read_text("utf-8")) | {"1", "2"}
        for language in ("zh", "en"):
            for line in sentence_lines(CORPUS / f"studies/{number:02d}.{language}.md"):
                assert figures(bare(line)) <= known, line
