"""Lists and comparisons: one statement of each study that answers."""


import pytest
from conftest import ToyEncoder

from qa.answering.several import asks_for_a_list, of_several
from qa.indexing.build import build_index
from qa.indexing.index import open_index
from qa.search.retrieval import Retriever

LINES = [
    "In the first trial, in Korea, the cells went through the hepatic artery.[1]",
    "In the first trial, in Korea, albumin rose after the hepatic artery infusion.[1]",
    "In the second trial, in Iran, the cells went into the portal vein.[2]",
    "In the third trial, in Egypt, the cells went through the hepatic artery.[3]",
    "In the fourth trial, in Japan, albumin did not improve.[4]",
]


@pytest.fixture(scope="module")
def retriever(tmp_path_factory: pytest.TempPathFactory) -> Retriever:
    folder = tmp_path_factory.mktemp("several")
    references = "\n".join(f"[{n}] Author {n}. Title {n}. Journal. 2020;1:{n}." for n in range(1, 5))
    (folder / "corpus").mkdir()
    (folder / "corpus" / "review.txt").write_text("\n".join(["A review", "", *LINES, "", "References", references]), "utf-8")
    encoder = ToyEncoder()
    build_index(folder / "corpus", folder / "index", encoder)
    return Retriever(open_index(folder / "index", encoder), encoder)


def studies(retriever: Retriever, question: str) -> list[int]:
    return [hit.passage.citations[0] for hit in of_several(retriever, retriever.scores(question), question, "en")]


@pytest.mark.parametrize("question", ["which studies gave cells by the hepatic artery", "哪几项研究是走肝动脉的", "所有做过随机的试验"])
def test_which_studies_asks_for_a_list(question: str) -> None:
    assert asks_for_a_list(question)


@pytest.mark.parametrize("question", ["which study used ultrasound", "did albumin rise", "哪种细胞最多", "有哪些副作用"])
def test_a_question_about_one_study_does_not(question: str) -> None:
    assert not asks_for_a_list(question)


def test_a_list_has_one_statement_of_each_study_that_names_what_was_asked(retriever: Retriever) -> None:
    assert sorted(studies(retriever, "Which studies gave the cells through the hepatic artery?")) == [1, 3]


def test_what_a_question_excludes_is_not_looked_for(retriever: Retriever) -> None:
    assert studies(retriever, "Which studies did not use the hepatic artery?") == []


def test_a_list_of_one_is_none(retriever: Retriever) -> None:
    assert studies(retriever, "Which studies went into the portal vein?") == []


def test_a_comparison_has_the_best_statement_of_each_place(retriever: Retriever) -> None:
    assert sorted(studies(retriever, "How did the cells go in in Iran, and how in Korea?")) == [1, 2]
