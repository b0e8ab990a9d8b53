"""`qa studies` and `qa audit`: exports that other programs read back, a table that fits, and honest counts."""

import csv
import io
import json
import warnings
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from conftest import ToyEncoder

from qa.corpus.folder import read_corpus
from qa.errors import CorpusError
from qa.settings import shipped_corpus
from qa.studies.audit import audit_counts
from qa.studies.bibliography import CSL_FIELDS, bibtex, csl, ris
from qa.studies.columns import clipped, table, width, wrapped
from qa.studies.table import _table, audit_rows, audit_text, studies_text, study_rows

PLAIN: dict[str, Any] = {
    "id": "1",
    "type": "article-journal",
    "title": "Umbilical cells: a trial",
    "author": [{"family": "Alpha", "given": "A"}, {"family": "Able", "given": "BC"}],
    "container-title": "Journal of Trials",
    "issued": {"date-parts": [[2019, 3, 20]]},
    "volume": "3",
    "issue": "2",
    "page": "11-20",
    "DOI": "10.1000/alpha_1",
    "PMID": "10000001",
    "URL": "https://doi.org/10.1000/alpha_1",
}
NASTY: dict[str, Any] = {
    "id": "2",
    "type": "article-journal",
    "title": "100% of {cells} & 5_mg of #2: a \\ or ~ ^ $\n 白蛋白}",
    "title-zh": "中文题目",
    "author": [
        {"family": "Rock and Roll", "given": "D"},
        {"literal": "Cells and Trials, Inc."},
        {"family": "王", "given": "菁"},
        {"literal": "\u7b49"},
    ],
    "container-title": "Stem Cells & Co",
    "issued": {"date-parts": [[2020]]},
    "page": "e007700",
    "DOI": "10.1002/(SICI)1<1::AID-X>3.0.CO;2-{",
}
UNESCAPED = {
    "{\\textbackslash}": "\\",
    "{\\textbraceleft}": "{",
    "{\\textbraceright}": "}",
    "{\\textasciitilde}": "~",
    "{\\textasciicircum}": "^",
    **{f"\\{c}": c for c in "&%$#_"},
}


def parsed_bibtex(text: str) -> list[dict[str, str]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the parser's own, about the parser beneath it
        import bibtexparser
        from bibtexparser.bparser import BibTexParser

        return bibtexparser.loads(text, BibTexParser(common_strings=True)).entries  # type: ignore[no-any-return]


def as_read(value: str) -> str:
    for escaped, plain in UNESCAPED.items():
        value = value.replace(escaped, plain)
    return value


def index_of(folder: Path) -> Any:
    corpus = read_corpus(folder)
    return SimpleNamespace(
        references=corpus.references,
        studies=corpus.studies,
        audit=corpus.audit,
        documents=corpus.documents,
        manifest={"corpus": {"folder": str(folder)}},
    )


@pytest.fixture(scope="module")
def shipped() -> Any:
    return index_of(shipped_corpus())


def test_bibtex_is_read_back_as_it_was() -> None:
    (entry,) = parsed_bibtex(bibtex({1: PLAIN}))
    assert entry == {
        "ENTRYTYPE": "article",
        "ID": "Alpha2019_1",
        "title": "{Umbilical cells: a trial}",
        "author": "Alpha, A and Able, BC",
        "journal": "Journal of Trials",
        "year": "2019",
        "month": "March",
        "volume": "3",
        "number": "2",
        "pages": "11--20",
        "doi": "10.1000/alpha_1",
        "pmid": "10000001",
        "url": "https://doi.org/10.1000/alpha_1",
    }


def test_bibtex_keeps_signs_that_mean_something_to_latex() -> None:
    first, second = parsed_bibtex(bibtex({1: PLAIN, 2: NASTY}))
    assert first["ID"] == "Alpha2019_1"
    assert as_read(second["title"][1:-1]) == "100% of {cells} & 5_mg of #2: a \\ or ~ ^ $ 白蛋白}"
    assert as_read(second["journal"]) == "Stem Cells & Co"
    assert second["author"] == "{Rock and Roll}, D and {Cells and Trials, Inc.} and 王, 菁 and others"
    assert second["doi"] == "10.1002/(SICI)1<1::AID-X>3.0.CO;2-%7B"


def test_ris_is_read_back_as_it_was() -> None:
    import rispy

    first, second = rispy.loads(ris({1: PLAIN, 2: NASTY}))
    assert first["type_of_reference"] == "JOUR"
    assert first["authors"] == ["Alpha, A", "Able, BC"]
    assert (first["title"], first["secondary_title"]) == ("Umbilical cells: a trial", "Journal of Trials")
    assert (first["year"], first["date"]) == ("2019", "2019/03/20")
    assert (first["volume"], first["number"], first["start_page"], first["end_page"]) == ("3", "2", "11", "20")
    assert (first["doi"], first["accession_number"]) == ("10.1000/alpha_1", "10000001")
    assert second["authors"] == ["Rock and Roll, D", "Cells and Trials, Inc.", "王, 菁"]
    assert second["title"] == "100% of {cells} & 5_mg of #2: a \\ or ~ ^ $ 白蛋白}"
    assert second["start_page"] == "e007700"
    assert "end_page" not in second


def test_csl_has_only_fields_that_csl_knows() -> None:
    first, second = json.loads(csl({1: PLAIN, 2: NASTY}))
    assert first == PLAIN
    assert second["custom"] == {"title-zh": "中文题目", "authors-incomplete": True}
    assert second["author"][-1] == {"family": "王", "given": "菁"}
    assert set(second) <= CSL_FIELDS


@pytest.mark.parametrize("format", ["bibtex", "ris", "csl"])
def test_all_shipped_references_are_read_back(shipped: Any, format: Any) -> None:
    import rispy

    text = studies_text(shipped, format, "zh")
    read = {"bibtex": parsed_bibtex, "ris": rispy.loads, "csl": json.loads}[format](text)
    assert len(read) == 20
    dois = {str(entry.get("doi") or entry.get("DOI")) for entry in read}
    assert {item["DOI"] for item in shipped.references.values() if "DOI" in item} <= dois
    if format == "csl":
        for item in read:
            assert set(item) <= CSL_FIELDS
            assert isinstance(item["id"], str)
            assert all(isinstance(part, int) for part in item["issued"]["date-parts"][0])
            assert all({"family", "given", "literal"} >= set(person) for person in item.get("author", []))


def test_csv_has_every_fact_of_every_study(shipped: Any) -> None:
    rows = list(csv.DictReader(io.StringIO(studies_text(shipped, "csv", "en"))))
    assert [int(row["number"]) for row in rows] == list(range(1, 21))
    for row in rows:
        facts = shipped.studies[int(row["number"])]
        for name, value in facts.items():
            if not isinstance(value, list) and value is not None and name not in ("doi", "pmid", "pmcid"):
                assert row[name] == str(value), (row["number"], name)
        for arm in facts["arms"]:
            assert arm["name_zh"] in row["arms_zh"]
        for outcome in facts["outcomes"]:
            assert outcome["result_en"] in row["outcomes_en"]


def test_csv_never_starts_a_cell_as_a_formula() -> None:
    item = {**PLAIN, "title": '=HYPERLINK("http://example.org")'}
    index: Any = SimpleNamespace(references={1: item}, studies={}, audit={}, manifest={})
    (row,) = csv.DictReader(io.StringIO(studies_text(index, "csv", "en")))
    assert row["title"] == '\'=HYPERLINK("http://example.org")'


def test_json_gives_facts_reference_and_audit_of_each_study(shipped: Any) -> None:
    rows = json.loads(studies_text(shipped, "json", "zh"))
    twelfth = rows[11]
    assert (twelfth["number"], twelfth["n_total"], twelfth["reference"]["DOI"]) == (
        12,
        219,
        "10.1007/s12072-021-10199-2",
    )
    assert sum(sum(row["audit"].values()) for row in rows) == sum(len(claims) for claims in shipped.audit.values())


@pytest.mark.parametrize("places", [60, 80, 120, 200])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_table_fits_the_terminal(shipped: Any, places: int, language: Any) -> None:
    lines = _table(shipped, language, places).split("\n\n")[0].split("\n")
    assert max(width(line) for line in lines) <= places
    rule = next(i for i, line in enumerate(lines) if line.startswith("----"))
    starts = [line.split()[0] for line in lines[rule + 1 :] if line[0] != " "]
    assert [int(start.rstrip("*")) for start in starts] == list(range(1, 21))


def test_the_table_marks_studies_of_which_the_review_says_what_its_source_does_not(shipped: Any) -> None:
    starts = [line.split()[0] for line in _table(shipped, "en", 120).split("\n\n")[0].split("\n") if line[0] != " "]
    marked = {int(start[:-1]) for start in starts if start.endswith("*")}
    bad = ("contradicted", "not in the source found")
    assert marked == {n for n, claims in shipped.audit.items() if any(c["verdict"] in bad for c in claims)}


def test_a_corpus_without_facts_has_a_table_of_its_references(corpus: Path) -> None:
    lines = studies_text(index_of(corpus), "table", "en").splitlines()
    assert lines[0].split() == ["No.", "Study", "Year"]
    assert lines[2].startswith("1     Umbilical cells")


def test_a_corpus_without_references_says_so() -> None:
    index: Any = SimpleNamespace(references={}, studies={}, audit={}, manifest={})
    assert "neither" in studies_text(index, "table", "en")
    assert studies_text(index, "json", "en") == "[]\n"
    assert audit_text(audit_rows(index), "zh").startswith("这里没有核对记录")


def test_a_retraction_that_was_fetched_stands_before_the_study(corpus: Path) -> None:
    row = {"file": "abstract-02.md", "citation": 2, "kind": "abstract", "status": "retracted"}
    (corpus / "local").mkdir()
    (corpus / "local/originals.json").write_text(json.dumps([row]), "utf-8")
    index = index_of(corpus)
    assert [row["status"] for row in study_rows(index)] == [None, "retracted"]
    assert "[RETRACTED]" in " ".join(studies_text(index, "table", "en").split())


def test_words_and_characters_wrap_at_their_width() -> None:
    assert wrapped("脐带cells治疗", 6) == ["脐带", "cells", "治疗"]  # 4 + 5 places are more than 6
    assert wrapped("liver function", 9) == ["liver", "function"]
    assert wrapped("mesenchymal", 5) == ["mesen", "chyma", "l"]
    assert wrapped("白蛋白升高\u3002", 10) == ["白蛋白升", "高\u3002"]  # a full stop never begins a line
    assert wrapped("", 5) == [""]
    assert clipped("one two three", 5, 2) == ["one", "two\u2026"]


def test_columns_stand_below_each_other() -> None:
    assert table([["a", "b"], ["细胞", "x y"]], [4, 1]).split("\n") == ["a     b", "----  -", "细胞  x", "      y"]


def test_audit_counts_stand_on_top(shipped: Any) -> None:
    rows = audit_rows(shipped)
    total = audit_counts(rows)
    first, second = audit_text(rows, "en").splitlines()[:2]
    assert first == f"Audit of the review: {len(rows)} statements about 20 studies"
    assert second.startswith(
        f"{total['supported']} supported by the source, {total['partly supported']} partly supported"
    )
    assert sum(total.values()) == len(rows)


def test_an_audited_claim_has_verdict_reason_and_source(shipped: Any) -> None:
    rows = audit_rows(shipped, 12)
    assert {row["citation"] for row in rows} == {12}
    assert rows[0]["links"][0] == "https://doi.org/10.1007/s12072-021-10199-2"
    for language in ("zh", "en"):
        text = audit_text(rows, language)
        for row in rows:
            assert row[f"claim_{language}"] in text
            assert row[f"why_{language}"] in text


def test_a_study_of_which_only_the_record_was_found_is_said_to_be_unverified(shipped: Any) -> None:
    for number, facts in shipped.studies.items():
        said = "not verified, not wrong" in audit_text(audit_rows(shipped, number), "en")
        assert said == (facts["source_kind"] == "bibliographic only"), number


def test_a_reference_that_does_not_exist_is_named(shipped: Any) -> None:
    with pytest.raises(CorpusError, match=r"no reference \[21\]; they are 1 to 20"):
        audit_rows(shipped, 21)


def test_the_commands_print_them(
    corpus: Path, tmp_path: Path, toy_encoder: ToyEncoder, quick_build: None, capsys: pytest.CaptureFixture[str]
) -> None:
    from qa.cli import main
    from qa.indexing.build import build_index

    claim = {
        "claim_zh": "甲",
        "claim_en": "Albumin rose",
        "verdict": "contradicted",
        "why_zh": "乙",
        "why_en": "It fell",
    }
    for folder, content in (
        ("facts", {"number": 1, "label_zh": "甲试验", "label_en": "Alpha trial"}),
        ("audit", [claim]),
    ):
        (corpus / folder).mkdir()
        (corpus / folder / "01.json").write_text(json.dumps(content), "utf-8")
    build_index(corpus, tmp_path / "index", toy_encoder)
    at = ["--index", str(tmp_path / "index"), "--corpus", str(corpus)]
    assert main(["studies", "--format", "csl", *at]) == 0
    assert [item["id"] for item in json.loads(capsys.readouterr().out)] == ["1", "2"]
    assert main(["audit", "--json", *at]) == 0
    assert json.loads(capsys.readouterr().out)[0]["verdict"] == "contradicted"
    assert main(["audit", "--citation", "1", "--lang", "en", *at]) == 0
    assert "[contradicted by the source] The review says: Albumin rose" in capsys.readouterr().out
    assert main(["audit", "--citation", "7", *at]) == 1
    assert "no reference [7]" in capsys.readouterr().err
