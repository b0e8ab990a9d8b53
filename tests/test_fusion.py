"""Fusion on arrays small enough to work out by hand."""

import numpy as np
import pytest

from qa.indexing.lexical import Lexical
from qa.search.fusion import POOL, language_groups, late_scores, lexical_scores, max_sim, names_and_figures, ranked

ZH, EN = "zh", "en"


@pytest.mark.parametrize(
    "question, words",
    [
        ("Did the REALISTIC trial treat 81 people?", "REALISTIC 81"),  # "Did" is capital only because it stands first
        ("why were cells given into the artery", ""),
        ("UC-MSC\u7684\u5242\u91cf\u662f\u591a\u5c11\uff0c36\u4e2a\u6708", "UC-MSC 36"),  # what is the dose of UC-MSC, 36 months
        ("meld\u8bc4\u5206", "meld"),  # in a Chinese question every Latin word is a name
        ("\uff33\uff35\uff2b \uff12\uff10\uff11\uff16", "SUK 2016"),  # full-width forms
    ],
)
def test_names_and_figures_are_what_means_the_same_in_any_language(question, words):
    assert names_and_figures(question) == words


def test_bm25_across_languages_counts_names_and_figures_only():
    texts = ["the liver of the patients", "REALISTIC \u8bd5\u9a8c the 81", "\u809d\u786c\u5316"]
    languages = np.array([EN, ZH, ZH])
    scores = lexical_scores(Lexical.build(texts), "Was the liver better in REALISTIC", languages)
    assert scores[0] > 0  # same language: every word counts
    only_name = Lexical.build(texts).scores("REALISTIC")[1]
    assert scores[1] == pytest.approx(only_name)  # "the", which it has as well, adds nothing
    assert scores[2] == 0


def test_max_sim_takes_each_question_tokens_best_match():
    query = np.array([[1, 0], [0, 1]], np.float32)
    passages = [np.array([[1, 0], [0.6, 0.8]], np.float32), np.array([[0, 1]], np.float32), np.zeros((0, 2), np.float32)]
    # passage 0: token 0 meets (1, 0) -> 1, token 1 meets (.6, .8) -> .8; passage 1: 0 and 1; passage 2 has no token
    assert max_sim(query, passages) == pytest.approx(np.array([[1, 0, 0], [0.8, 1, 0]]))


def test_a_question_token_that_every_passage_has_counts_nothing():
    query = np.array([[1, 0, 0], [0, 1, 0]], np.float32)
    both = [np.array([[1, 0, 0], [0, 1, 0]], np.float32), np.array([[1, 0, 0], [0, 0, 1]], np.float32)]
    # token 0 is 1 in both passages: weight 1 - 1 = 0. Token 1 is 1 and 0: weight 1 - .5. So the scores are token 1's.
    assert late_scores(query, both) == pytest.approx([1.0, 0.0])


def test_a_single_passage_gets_the_mean_over_the_tokens():
    query = np.array([[1, 0], [0, 1]], np.float32)
    assert late_scores(query, [np.array([[1, 0]], np.float32)]) == pytest.approx([0.5])
    assert late_scores(np.zeros((0, 2), np.float32), [np.array([[1, 0]], np.float32)]) == pytest.approx([0.0])


def test_late_interaction_reorders_the_pool_and_nothing_passes_the_pool():
    base = np.array([0.5, 0.9, 0.8, 0.85])
    order, scores = ranked(base, [np.arange(4)], late=lambda at: (at == 2).astype(float), pool=3, weight=0.2)
    # pool: 1 (.9), 3 (.85), 2 (.8 + .2 = 1.0); position 0 is outside
    assert order.tolist() == [2, 1, 3, 0]
    assert scores[:3] == pytest.approx([1.0, 0.9, 0.85])
    assert scores[3] <= scores[2]


def test_each_language_is_ranked_by_itself_and_compared_by_how_far_a_passage_stands_out():
    base = np.array([0.90, 0.89, 0.88, 0.80, 0.70, 0.72])  # the first three are in the language of the question
    order, scores = ranked(base, [np.array([0, 1, 2]), np.array([3, 4, 5])], pool=3)
    # means .89 and .74: passage 3 stands out by .06, passage 0 by .01
    assert order[0] == 3
    assert scores[0] == pytest.approx(0.06)
    assert ranked(base, [np.arange(6)], pool=3)[0][0] == 0


def test_ties_go_by_position():
    order, _ = ranked(np.array([0.5, 0.7, 0.7, 0.5]), [np.arange(4)], pool=2)
    assert order.tolist() == [1, 2, 0, 3]


def test_a_few_stray_passages_of_a_language_are_not_ranked_by_themselves():
    mixed = np.array([ZH] * POOL + [EN] * (POOL - 1))
    assert len(language_groups(mixed)) == 1
    assert [len(group) for group in language_groups(np.array([ZH] * POOL + [EN] * POOL))] == [POOL, POOL]
    assert len(language_groups(np.array([ZH] * 50))) == 1


@pytest.mark.parametrize("seed", range(5))
def test_ranked_returns_every_position_once_by_falling_score(seed):
    random = np.random.default_rng(seed)
    base, split = random.random(40), random.integers(1, 39)
    groups = [np.arange(split), np.arange(split, 40)]
    order, scores = ranked(base, groups, late=lambda at: random.random(len(at)), pool=7)
    assert sorted(order.tolist()) == list(range(40))
    assert np.all(np.diff(scores) <= 0)
