"""`qa fetch` asks three services politely, keeps what it got, and never replaces what a person wrote."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from conftest import ToyEncoder
from fake_services import FakeServices, pubmed_article

from qa.corpus.folder import originals, read_corpus
from qa.errors import CorpusError, FetchError
from qa.originals.fetch import fetch_abstracts
from qa.originals.polite import PoliteClient
from qa.originals.services.article import Identifiers, is_same

ALPHA = {
    "id": "10000001",
    "source": "MED",
    "pmid": "10000001",
    "doi": "10.1000/alpha.1",
    "title": "Umbilical cells for cirrhosis: a randomized trial.",
    "abstractText": "<h4>Methods</h4>Forty people got 2 x 10<sup>7</sup> umbilical cells. <h4>Results</h4>Albumin rose (p &lt; 0.05).",
    "license": "cc by",
    "pubTypeList": {"pubType": ["Journal Article"]},
}
BETA = pubmed_article(
    "20000002",
    "10.1000/beta.2",
    "Marrow cells in twelve women with cirrhosis",
    '<AbstractText Label="METHODS">Twelve women got CD34<sup>+</sup> cells.</AbstractText>'
    '<AbstractText Label="RESULTS">Nobody had <i>fever</i>.</AbstractText>'
    "<CopyrightInformation>\u00a9 2018 The Authors.</CopyrightInformation>",
)


@pytest.fixture
def services(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeServices]:
    server = FakeServices()
    server.europe_pmc.append(ALPHA)
    server.pubmed["20000002"] = BETA
    for name, path in (("QA_EUROPEPMC", "europepmc"), ("QA_PUBMED", "pubmed"), ("QA_CROSSREF", "crossref")):
        monkeypatch.setenv(name, f"{server.url}/{path}")
    yield server
    server.close()


class Fetch:
    """Runs `qa fetch` on the corpus with delays that are noted and not waited for."""

    def __init__(self, corpus: Path, index: Path) -> None:
        self.corpus, self.index = corpus, index
        self.delays: list[float] = []

    def __call__(self, citation: int | None = None, **client: Any) -> int:
        polite = PoliteClient(sleep=self.delays.append, **client)
        return fetch_abstracts(citation, self.corpus, self.index, polite)

    @property
    def waits(self) -> list[float]:
        """The delays other than the distance that is kept between requests, which is below half a second."""
        return [delay for delay in self.delays if delay >= 0.5]


@pytest.fixture
def fetch(corpus: Path, tmp_path: Path, toy_encoder: ToyEncoder, quick_build: None) -> Fetch:
    return Fetch(corpus, tmp_path / "index")


def test_an_abstract_becomes_a_document_about_its_reference(services: FakeServices, fetch: Fetch) -> None:
    assert fetch() == 0
    corpus = read_corpus(fetch.corpus)
    document = corpus.documents["local/abstract-01.md"]
    assert (document.kind, document.citation, document.language) == ("abstract", 1, "en")
    own = [p for p in corpus.passages if p.document == document.id]
    assert [(p.section, p.text, p.citations) for p in own] == [
        ("Methods", "Forty people got 2 x 10\u2077 umbilical cells.", (1,)),
        ("Results", "Albumin rose (p < 0.05).", (1,)),
    ]


def test_front_matter_says_where_the_text_is_from(services: FakeServices, fetch: Fetch) -> None:
    fetch(1)
    front = (fetch.corpus / "local/abstract-01.md").read_text("utf-8").split("---\n")[1].splitlines()
    assert front[:6] == [
        "title: Umbilical cells for cirrhosis: a randomized trial",
        "citation: 1",
        "language: en",
        "kind: abstract",
        "source: Europe PMC, https://europepmc.org/article/MED/10000001",
        "licence: cc by",
    ]


def test_pubmed_is_asked_where_europe_pmc_has_nothing(services: FakeServices, fetch: Fetch) -> None:
    fetch(2)
    text = (fetch.corpus / "local/abstract-02.md").read_text("utf-8")
    assert "## Methods\n\nTwelve women got CD34\u207a cells.\n\n## Results\n\nNobody had fever.\n" in text
    row = originals(fetch.corpus)["local/abstract-02.md"]
    assert (row["source"], row["kind"], row["licence"]) == ("PubMed", "abstract", "\u00a9 2018 The Authors.")
    assert [request[0] for request in services.requests] == ["europepmc", "pubmed"]


def test_crossref_is_asked_last(services: FakeServices, fetch: Fetch) -> None:
    services.europe_pmc.clear()
    services.crossref["10.1000/alpha.1"] = {
        "DOI": "10.1000/ALPHA.1",
        "title": ["Umbilical cells for cirrhosis"],
        "abstract": "<jats:title>Abstract</jats:title><jats:p>Survival was better in the umbilical group.</jats:p>",
        "license": [{"URL": "https://creativecommons.org/licenses/by/4.0/", "content-version": "vor"}],
    }
    fetch(1)
    assert [request[:2] for request in services.requests] == [
        ("europepmc", "search"),
        ("pubmed", "esearch.fcgi"),
        ("crossref", "works/10.1000%2Falpha.1"),
    ]
    corpus = read_corpus(fetch.corpus)
    assert [p.text for p in corpus.passages if p.document == "local/abstract-01.md"] == [
        "Survival was better in the umbilical group."
    ]
    assert originals(fetch.corpus)["local/abstract-01.md"]["licence"] == "https://creativecommons.org/licenses/by/4.0/"


def test_every_request_says_who_asks(services: FakeServices, fetch: Fetch) -> None:
    fetch()
    assert all(agent.startswith("liver-stem-cell-qa/") for _, _, _, agent in services.requests)


def test_requests_to_a_service_keep_their_distance(services: FakeServices, fetch: Fetch) -> None:
    fetch()  # Europe PMC is asked twice, PubMed once: one distance of at most 0.2 seconds
    assert len(fetch.delays) == 1
    assert 0 < fetch.delays[0] <= 0.2


def test_a_second_run_asks_nobody_and_changes_nothing(
    services: FakeServices, fetch: Fetch, capsys: pytest.CaptureFixture[str]
) -> None:
    fetch()
    before = {p: p.read_bytes() for p in (fetch.corpus / "local").rglob("*.*") if p.is_file()}
    services.requests.clear()
    capsys.readouterr()
    assert fetch() == 0
    assert services.requests == []
    assert {p: p.read_bytes() for p in (fetch.corpus / "local").rglob("*.*") if p.is_file()} == before
    assert [line.split(":")[0] for line in capsys.readouterr().out.splitlines()] == [
        "[1] already there",
        "[2] already there",
    ]


def test_a_run_that_was_stopped_goes_on_from_what_it_kept(services: FakeServices, fetch: Fetch) -> None:
    fetch()
    text = (fetch.corpus / "local/abstract-01.md").read_bytes()
    (fetch.corpus / "local/abstract-01.md").unlink()
    services.requests.clear()
    fetch()
    assert services.requests == []
    assert (fetch.corpus / "local/abstract-01.md").read_bytes() == text


def test_a_damaged_kept_answer_is_asked_for_again(services: FakeServices, fetch: Fetch) -> None:
    fetch(1)
    (fetch.corpus / "local/fetched/01.json").write_text('{"identifiers": ', "utf-8")
    services.requests.clear()
    fetch(1)
    assert [request[0] for request in services.requests] == ["europepmc"]


def test_what_a_person_edited_or_wrote_stays(
    services: FakeServices, fetch: Fetch, capsys: pytest.CaptureFixture[str]
) -> None:
    fetch(1)
    edited = fetch.corpus / "local/abstract-01.md"
    edited.write_text(edited.read_text("utf-8").replace("Forty", "All forty"), "utf-8")
    written = fetch.corpus / "local/abstract-02.md"
    written.write_text("My own notes on the second study.\n", "utf-8")
    capsys.readouterr()
    assert fetch() == 0
    assert "All forty" in edited.read_text("utf-8")
    assert written.read_text("utf-8") == "My own notes on the second study.\n"
    assert capsys.readouterr().out.count("left as it is") == 2


def test_records_of_other_originals_survive_a_fetch(services: FakeServices, fetch: Fetch) -> None:
    row = {"file": "paper.pdf", "citation": 2, "sha256": "0", "kind": "full text", "title": "A paper", "note": "mine"}
    (fetch.corpus / "local").mkdir()
    (fetch.corpus / "local/originals.json").write_text(json.dumps([row]), "utf-8")
    fetch(1)
    assert json.loads((fetch.corpus / "local/originals.json").read_text("utf-8"))[0] == row


def test_a_server_error_is_asked_again_after_longer_and_longer_waits(services: FakeServices, fetch: Fetch) -> None:
    services.script["europepmc"] = [(500, {}, b"oops"), (503, {}, b""), (502, {}, b"")]
    fetch(1)
    assert fetch.waits == [1.0, 2.0, 4.0]
    assert (fetch.corpus / "local/abstract-01.md").exists()


def test_a_busy_service_is_given_the_time_it_asks_for(services: FakeServices, fetch: Fetch) -> None:
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    services.script["europepmc"] = [(429, {"Retry-After": "7"}, b""), (429, {"Retry-After": soon}, b"")]
    fetch(1)
    assert fetch.waits[0] == 7.0
    assert 25 < fetch.waits[1] <= 30


def test_a_service_that_asks_for_too_long_is_left_alone(services: FakeServices, fetch: Fetch) -> None:
    services.script["europepmc"] = [(429, {"Retry-After": "3600"}, b"")]
    with pytest.raises(
        FetchError, match=r"^\[1\] not fetched: Europe PMC refused \(HTTP 429\) and asks to wait 3600 sec"
    ):
        fetch()
    assert fetch.waits == []
    assert [request[0] for request in services.requests].count("europepmc") == 1
    assert (fetch.corpus / "local/abstract-02.md").exists()  # PubMed had the other one


@pytest.mark.parametrize(
    "broken", [b"", b"<html>log in</html>", b'{"resultList": ', b"[]", b'{"resultList": {"result": "x"}}', b"[" * 9000]
)
def test_a_broken_answer_is_asked_again(services: FakeServices, fetch: Fetch, broken: bytes) -> None:
    services.script["europepmc"] = [(200, {}, broken)]
    fetch(1)
    assert fetch.waits == [1.0]
    assert originals(fetch.corpus)["local/abstract-01.md"]["source"] == "Europe PMC"


def test_broken_xml_is_no_abstract(services: FakeServices, fetch: Fetch) -> None:
    services.script["pubmed"] = [(200, {}, b"<PubmedArticleSet><PubmedArticle>")] * 4
    with pytest.raises(FetchError, match="PubMed gave an answer that can't be read"):
        fetch(2)
    assert not (fetch.corpus / "local/abstract-02.md").exists()


@pytest.mark.parametrize("how", ["slow", "drip"])
def test_a_slow_service_is_not_waited_for(services: FakeServices, fetch: Fetch, how: str) -> None:
    services.script["europepmc"] = [how, how]
    with pytest.raises(FetchError, match="Europe PMC is too slow"):
        fetch(1, timeout=0.25, deadline=0.4)


def test_an_answer_that_breaks_off_is_asked_again(services: FakeServices, fetch: Fetch) -> None:
    services.script["europepmc"] = ["cut"]
    assert fetch(1) == 0
    assert fetch.waits == [1.0]


def test_a_refusal_is_one_line_and_nothing_changes(services: FakeServices, fetch: Fetch) -> None:
    for played in services.script.values():
        played += [(403, {}, b"no")] * 4
    with pytest.raises(FetchError) as caught:
        fetch(1)
    assert str(caught.value).splitlines() == [
        "[1] not fetched: Europe PMC refused (HTTP 403); PubMed refused (HTTP 403); Crossref refused (HTTP 403). "
        "What was fetched is kept; run again later: qa fetch"
    ]
    assert len(services.requests) == 3  # a refusal is not asked again
    assert not fetch.index.exists()


def test_without_a_network_there_is_one_line_and_exit_code_1(
    services: FakeServices, fetch: Fetch, monkeypatch: pytest.MonkeyPatch
) -> None:
    services.close()  # its port now refuses
    with pytest.raises(FetchError) as caught:
        fetch()
    assert str(caught.value).startswith("[1]-[2] not fetched: Europe PMC can't be reached (")
    assert len(str(caught.value).splitlines()) == 1
    assert fetch.waits == [1.0, 1.0, 1.0]  # each service is tried twice, once for the whole run
    monkeypatch.setattr("qa.originals.polite.BACK_OFF", (0.0,))
    from qa.cli import main

    assert main(["fetch", "--corpus", str(fetch.corpus), "--index", str(fetch.index)]) == 1


def test_an_empty_answer_everywhere_is_no_abstract_and_no_error(
    services: FakeServices, fetch: Fetch, capsys: pytest.CaptureFixture[str]
) -> None:
    services.europe_pmc.clear()
    assert fetch(1) == 0
    assert capsys.readouterr().out == "[1] no abstract at Europe PMC, PubMed, Crossref\n"
    assert not (fetch.corpus / "local/abstract-01.md").exists()


def test_a_record_of_another_article_is_not_used(
    services: FakeServices, fetch: Fetch, capsys: pytest.CaptureFixture[str]
) -> None:
    services.europe_pmc[0] = {**ALPHA, "title": "Migration of geese over the northern sea"}
    fetch(1)
    assert 'not used: Europe PMC calls it "Migration of geese over the northern sea"' in capsys.readouterr().out
    assert not (fetch.corpus / "local/abstract-01.md").exists()


def test_an_answer_must_have_the_identifier_that_was_asked_for() -> None:
    wanted = Identifiers(doi="10.1000/alpha.1", pmid="1")
    assert is_same(Identifiers(doi="10.1000/ALPHA.1"), wanted)
    assert not is_same(Identifiers(doi="10.1000/alpha.1", pmid="2"), wanted)
    assert not is_same(Identifiers(pmcid="PMC1"), wanted)


@pytest.mark.parametrize(
    ("note", "status"),
    [
        ({"type": "Retraction in", "reference": "J Trials. 2022;6:1"}, "retracted"),
        ({"type": "Erratum in", "reference": "J Trials. 2020;4:9"}, "corrected"),
        ({"type": "Expression of concern in", "reference": "J Trials. 2021;5:3"}, "expression of concern"),
        ({"type": "Comment in", "reference": "J Trials. 2021;5:3"}, None),
    ],
)
def test_a_retraction_or_correction_is_recorded(
    services: FakeServices, fetch: Fetch, note: dict[str, str], status: str | None
) -> None:
    services.europe_pmc[0] = {**ALPHA, "commentCorrectionList": {"commentCorrection": [note]}}
    fetch(1)
    row = originals(fetch.corpus)["local/abstract-01.md"]
    assert row["status"] == status
    assert row["notices"] == ([f"{status}: {note['reference']}"] if status else [])


def test_pubmed_and_crossref_tell_of_retractions_too(services: FakeServices, fetch: Fetch) -> None:
    note = '<CommentsCorrections RefType="RetractionIn"><RefSource>J Trials. 2022</RefSource></CommentsCorrections>'
    services.pubmed["20000002"] = BETA.replace(
        "</Article>", f"</Article><CommentsCorrectionsList>{note}</CommentsCorrectionsList>"
    )
    services.europe_pmc.clear()
    services.crossref["10.1000/alpha.1"] = {
        "DOI": "10.1000/alpha.1",
        "title": ["Umbilical cells for cirrhosis"],
        "updated-by": [{"type": "correction", "DOI": "10.1000/alpha.9"}],
    }
    fetch()
    rows = originals(fetch.corpus)
    assert rows["local/abstract-02.md"]["status"] == "retracted"
    # no text for it anywhere, but its status is kept
    assert (rows["local/fetched/01.json"]["status"], rows["local/fetched/01.json"]["citation"]) == ("corrected", 1)


def test_a_reference_that_does_not_exist_is_named(services: FakeServices, fetch: Fetch) -> None:
    with pytest.raises(CorpusError, match=r"no reference \[9\]; its references are 1 to 2"):
        fetch(9)
    assert services.requests == []


def test_a_reference_without_identifiers_is_said_so(
    services: FakeServices, fetch: Fetch, capsys: pytest.CaptureFixture[str]
) -> None:
    review = fetch.corpus / "review.txt"
    review.write_text(review.read_text("utf-8").replace(" PMID: 20000002", ""), "utf-8")
    assert fetch(2) == 0
    assert "no PMID, PMCID or DOI" in capsys.readouterr().out
    assert services.requests == []


def test_removing_a_fetched_abstract_lets_it_be_asked_for_again(services: FakeServices, fetch: Fetch) -> None:
    from qa.originals.adding import remove_originals

    fetch(1)
    assert remove_originals(["abstract-01.md"], fetch.corpus, fetch.index) == 0
    assert not (fetch.corpus / "local/fetched/01.json").exists()
    assert originals(fetch.corpus) == {}
    services.requests.clear()
    fetch(1)
    assert [request[0] for request in services.requests] == ["europepmc"]


def test_xml_that_expands_without_end_is_no_answer_of_pubmed() -> None:
    from qa.originals.services.pubmed import _pubmed_xml

    names = "abcdefghij"  # each ten times the one before: 10^10 characters of 500
    entities = '<!ENTITY a "aaaaaaaaaa">' + "".join(f'<!ENTITY {b} "{10 * f"&{a};"}">' for a, b in zip(names, names[1:], strict=False))
    with pytest.raises(ValueError, match="not XML"):
        _pubmed_xml(f'<?xml version="1.0"?><!DOCTYPE x [{entities}]><PubmedArticleSet>&j;</PubmedArticleSet>'.encode())
    outside = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/hostname">]><PubmedArticleSet>&f;</PubmedArticleSet>'
    with pytest.raises(ValueError, match="not XML"):
        _pubmed_xml(outside.encode())
