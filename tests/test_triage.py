"""Triage: what is an emergency, despair or a personal request, and what only looks like one."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from qa.corpus.folder import read_corpus
from qa.errors import CorpusError, IndexMismatchError
from qa.evaluation.triage_check import Rate, rates, unseen
from qa.indexing.build import read_negatives
from qa.indexing.memory import Memory
from qa.safety.matching import find
from qa.safety.rules import FILES, Rules, read_rules
from qa.safety.training import fit, others_of, read_examples, train_triage
from qa.safety.triage import CLASSES, FEATURES, TriageModel, pieces, probabilities, triage
from qa.settings import default_index
from qa.text.preparation import prepared, simplified

CORPUS = Path(__file__).parents[1] / "corpus"
SAFETY = CORPUS / "safety"


@pytest.fixture(scope="module")
def rules() -> Rules:
    return read_rules(SAFETY)


def label(question: str, rules: Rules) -> str | None:
    """The label by patterns alone."""
    return triage(question, None, None, rules).label


@pytest.mark.parametrize(
    "question",
    [
        "我爸刚吐了一大口血",
        "老公拉的大便黑得像柏油",
        "奶奶神志不清，叫不醒",
        "肝腹水的老人高烧39度还打寒战",
        "他喘不上气，嘴唇发紫",
        "我妈晕倒了",
        "一整天没有尿",
        "My father is vomiting blood",
        "her stool is black and sticky",
        "he is confused and can't wake up",
        "no urine since yesterday",
        "she can't breathe",
    ],
)
def test_a_red_flag_said_of_someone_now_is_an_emergency(question: str, rules: Rules) -> None:
    assert label(question, rules) == "emergency"


@pytest.mark.parametrize(
    "question",
    ["我爸吐雪了", "我媽剛剛吐血了", "他婚迷不醒，叫不行", "俺娘屙血了", "my dad is vomitting blod", "he is unconcious", "I VOMITED BLOOD", "我爸吐 血 了"],
)
def test_typing_errors_traditional_characters_and_dialect_are_read_as_what_was_meant(question: str, rules: Rules) -> None:
    assert label(question, rules) == "emergency"


@pytest.mark.parametrize(
    "question",
    [
        "没有吐血",
        "我爸没有发烧、吐血、黑便",
        "no fever or black stools",
        "she has not vomited blood",
        "去年吐过血，现在好了",
        "he vomited blood two years ago and is fine now",
        "试验里有人吐血吗",
        "did any patient vomit blood in the trial",
        "什么是肝性脑病",
        "what is hepatic encephalopathy",
        "肝硬化为什么会吐血",
        "气得吐血",
        "the price is killing me",
        "血小板和吐血的关系是什么意思",
        "死亡率是多少",
        "能活多久",
        "我想知道脐带干细胞能不能延长生存",
        "我不想死",
        "累死我了",
        "干细胞在体内活不下去吗",
        "我妈肝硬化腹水, 有没有研究做过这种病人?",
        "失代偿期的病人做过这种试验吗",
        "what dose did the trial use",
        "does it work in hepatitis B cirrhosis",
        "多少钱一针",
        "can I ask what MELD means",
    ],
)
def test_denials_history_studies_idioms_and_survival_give_no_card(question: str, rules: Rules) -> None:
    assert label(question, rules) is None


@pytest.mark.parametrize(
    "question", ["我不想活了", "我媽說她不想活了", "死了算了", "生不如死", "I want to die", "my father says he will kill himself", "i not want live"]
)
def test_not_wanting_to_live_is_despair_in_oneself_or_another(question: str, rules: Rules) -> None:
    found = triage(question, None, None, rules)
    assert (found.label, found.cards) == ("despair", ("crisis",))


@pytest.mark.parametrize(
    "question",
    [
        "我爸肝硬化能做干细胞吗",
        "要不要给我妈打干细胞",
        "帮我看看这个化验单",
        "去哪家医院做好",
        "乳果糖一天喝多少",
        "我爸还能活多久",
        "should I stop lactulose",
        "which hospital should I go to",
        "is my dad going to die",
    ],
)
def test_asking_for_a_decision_about_a_person_is_personal_advice(question: str, rules: Rules) -> None:
    found = triage(question, None, None, rules)
    assert (found.label, found.cards) == ("personal_advice", ("personal",))


def test_what_is_denied_does_not_hide_what_is_there(rules: Rules) -> None:
    found = triage("没有发烧，但是今天拉黑便", None, None, rules)
    assert (found.label, found.reasons) == ("emergency", ("black-or-bloody-stool",))


def test_what_was_over_counts_again_when_it_has_come_back(rules: Rules) -> None:
    assert label("去年吐过血好了，今天又吐血了", rules) == "emergency"


def test_a_red_flag_in_a_story_comes_before_its_study_question(rules: Rules) -> None:
    story = "我爸肝硬化三年了，一直吃药。今天早上他吐血了。请问219人的试验里生存率是多少？"
    found = triage(story, None, None, rules)
    (start, end) = found.spans[0]
    assert (found.label, prepared(story)[start:end]) == ("emergency", "吐血")


def test_signs_that_can_wait_hours_but_not_days_get_the_urgent_card(rules: Rules) -> None:
    assert triage("我爸发高烧，打寒战", None, None, rules).cards == ("urgent",)


def test_despair_and_a_red_flag_together_show_both_cards_the_more_pressing_first(rules: Rules) -> None:
    found = triage("我吐血了，我不想活了", None, None, rules)
    assert (found.label, found.cards) == ("emergency", ("emergency", "crisis"))


def test_the_end_of_a_pasted_document_beyond_8000_characters_is_not_read(rules: Rules) -> None:
    assert find("文" * 8000 + "。吐血了", rules).matches == ()


@pytest.mark.parametrize("question", ["", " ", "。。。", "\x00", "<img onerror=x>"])
def test_a_text_without_words_gives_nothing(question: str, rules: Rules) -> None:
    assert triage(question, None, None, rules).label is None


# A folder of one sign and one context, to see how forms work.


def folder_of(tmp_path: Path, sign: dict[str, object], context: dict[str, object] | None = None) -> Path:
    contexts = [{"id": "denied", "reason": "denied", "where": "before", "reach": 1, "zh": ["没"], **(context or {})}]
    for name in FILES:
        (tmp_path / name).write_text(json.dumps({"entries": []}), "utf-8")
    flags = {"label": "emergency", "card": "emergency", "unless": ["denied"], "entries": [{"id": "sign", "reason": "a sign", **sign}]}
    (tmp_path / "red_flags.json").write_text(json.dumps(flags), "utf-8")
    (tmp_path / "not_now.json").write_text(json.dumps({"entries": contexts}), "utf-8")
    (tmp_path / "typos.json").write_text(json.dumps({"sounds_like": {}, "read_as": {}, "mend_to": [], "real_words": []}), "utf-8")
    limits = {"danger": 0.5, "personal_advice": 0.5, "piece": 0.7, "overrule": 0.1}
    (tmp_path / "thresholds.json").write_text(json.dumps({"thresholds": limits}), "utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("form", "text", "there"),
    [
        ("(吐|呕)血", "呕血", True),
        ("吐(了|)血", "吐血", True),
        ("吐(了|)血", "吐了血", True),
        ("吐..血", "吐一大口血", True),  # 3 characters between
        ("吐..血", "吐了一大口血", False),  # 4
        ("吐...血", "吐了一大口血", True),
        ("吐...血", "吐，血", False),  # another clause
        ("black..stool", "a black and sticky stool", True),  # 2 words between
        ("black..stool", "a black and very sticky stool", False),  # 3
        ("black stool", "blackish stool", False),  # whole words only
        ("vomit* blood", "vomiting blood", True),
        ("can't wake", "cant wake", True),
        ("tar like", "tar-like", True),
    ],
)
def test_a_form_finds_what_its_signs_say(tmp_path: Path, form: str, text: str, there: bool) -> None:
    small = read_rules(folder_of(tmp_path, {"zh": [form]} if re.search("[一-龥]", form) else {"en": [form]}))
    assert bool(find(text, small).matches) is there


def test_a_not_form_hides_a_match_that_it_overlaps(tmp_path: Path) -> None:
    small = read_rules(folder_of(tmp_path, {"zh": ["吐..血"], "not": ["血压"]}))
    assert [bool(find(text, small).matches) for text in ("吐了血", "吐了血压低")] == [True, False]


def test_a_context_before_a_sign_cancels_within_its_reach_only(tmp_path: Path) -> None:
    small = read_rules(folder_of(tmp_path, {"zh": ["吐血"]}))
    cancelled = [find(text, small).matches[0].cancelled_by for text in ("没再吐血", "没吃饱吐血", "没，吐血")]
    assert cancelled == [("denied",), (), ()]  # one character between; two; another clause


def test_a_restored_sign_counts_after_all(tmp_path: Path) -> None:
    small = read_rules(folder_of(tmp_path, {"zh": ["吐血"]}, {"where": "clause", "restored_by": [["denied"]]}))
    assert find("没再吐血", small).matches[0].live


@pytest.mark.parametrize(
    ("sign", "context", "message"),
    [
        ({"zh": ["(了|)血"]}, {}, 'red_flags.json, entry "sign": the form "\\(了\\|\\)血" must begin'),
        ({"zh": ["血"], "needs": ["nobody"]}, {}, 'entry "sign": no context is called "nobody"'),
        ({"zh": ["血"]}, {"where": "somewhere"}, 'not_now.json, entry "denied": "where" must be one of before, after'),
    ],
)
def test_a_mistake_in_a_rule_is_named_with_its_file_and_entry(tmp_path: Path, sign: dict[str, object], context: dict[str, object], message: str) -> None:
    with pytest.raises(CorpusError, match=message):
        read_rules(folder_of(tmp_path, sign, context))


def test_a_missing_or_broken_file_is_named(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, {"zh": ["血"]})
    (folder / "despair.json").write_text("{", "utf-8")
    with pytest.raises(CorpusError, match=r"despair\.json can't be read as JSON"):
        read_rules(folder)


# The semantic layer, on vectors of two axes.

EMERGENCY, NONE = CLASSES.index("emergency"), CLASSES.index("none")


def leaning(emergency: float, none: float = 0.0) -> TriageModel:
    """A model that hears only the vector's first axis: emergency's score is `emergency` times it."""
    weights = np.zeros((len(CLASSES), 2 + FEATURES), np.float32)
    weights[EMERGENCY, 0], weights[NONE, 0] = emergency, none
    return TriageModel(weights, np.array([0, -9, -9, 0], np.float32), np.zeros(2, np.float32))


ALARMING = np.array([1, 0], np.float32)


def test_a_wording_nobody_listed_is_caught_by_its_vector(rules: Rules) -> None:
    found = triage("zzz", ALARMING, leaning(1.0), rules)  # score 12 (the spread) against 0
    assert (found.label, found.cards, found.reasons) == ("emergency", ("emergency",), ("semantic",))
    assert found.certainty == pytest.approx(1 / (1 + np.exp(-12)), abs=1e-3)


def test_a_pattern_is_overruled_only_by_near_certainty(rules: Rules) -> None:
    kept, dropped = leaning(0.0), leaning(0.0, none=1.0)  # emergency's share: about 1/2; e^-12
    assert triage("吐血了", ALARMING, kept, rules).label == "emergency"
    assert triage("吐血了", ALARMING, dropped, rules).label is None


def test_one_alarming_sentence_makes_a_long_story_an_emergency(rules: Rules) -> None:
    story = "Aaa bbb ccc ddd eee fff ggg hhh iii jjj. Kkk lll mmm nnn ooo ppp."
    texts = pieces(story)
    assert texts == [story, "Aaa bbb ccc ddd eee fff ggg hhh iii jjj.", "Kkk lll mmm nnn ooo ppp."]
    calm = np.array([-1, 0], np.float32)
    assert triage(story, np.stack([calm, calm, ALARMING]), leaning(1.0), rules).label == "emergency"
    assert triage(story, np.stack([calm, calm, calm]), leaning(1.0), rules).label is None


def test_a_short_question_is_judged_as_a_whole() -> None:
    assert pieces("吐血了。怎么办？") == ["吐血了。怎么办？"]


def test_vectors_that_are_not_those_of_the_pieces_are_refused(rules: Rules) -> None:
    with pytest.raises(ValueError, match="2 vectors for 1 pieces"):
        triage("吐血了", np.stack([ALARMING, ALARMING]), leaning(1.0), rules)


def test_training_separates_what_lies_apart_and_is_repeatable() -> None:
    vectors = np.array([[1, 0], [0.9, 0.1], [0, 1], [0.1, 0.9]], np.float32)
    features, classes = np.zeros((4, FEATURES), np.float32), np.array([EMERGENCY, EMERGENCY, NONE, NONE])
    first, second = fit(vectors, features, classes), fit(vectors, features, classes)
    shares = probabilities(vectors, features, first)
    assert shares.argmax(axis=1).tolist() == classes.tolist()
    assert shares.sum(axis=1) == pytest.approx(1)
    assert first.weights.tobytes() == second.weights.tobytes()


def test_a_model_survives_its_arrays_and_refuses_others() -> None:
    arrays = leaning(1.0).to_arrays()
    assert TriageModel.from_arrays(arrays).weights.tolist() == arrays["triage_weights"].tolist()
    with pytest.raises(IndexMismatchError, match="qa index"):
        TriageModel.from_arrays({**arrays, "triage_mean": np.zeros(5, np.float32)})
    with pytest.raises(IndexMismatchError, match="no array 'triage_bias'"):
        TriageModel.from_arrays({key: value for key, value in arrays.items() if key != "triage_bias"})


def test_bad_example_lines_are_reported_together(tmp_path: Path) -> None:
    path = tmp_path / "examples.jsonl"
    good = '{"text": "吐血了", "label": "emergency", "language": "zh"}'
    path.write_text(f'{good}\n{{}}\n{good}\n{{"text": "x", "label": "odd", "language": "en"}}\n', "utf-8")
    with pytest.raises(CorpusError, match="line 2, 4: each line needs"):
        read_examples(path)


def test_a_rate_carries_the_wilson_interval() -> None:
    low, high = Rate(5, 10).interval  # (0.5 + 0.192 -+ 1.96 * sqrt(0.025 + 0.0096)) / 1.384
    assert (low, high) == (pytest.approx(0.2366, abs=1e-3), pytest.approx(0.7634, abs=1e-3))
    assert Rate(0, 0).interval == (0.0, 1.0)


def test_a_crisis_card_for_an_emergency_line_counts_as_caught() -> None:
    examples = read_examples(SAFETY / "unseen.jsonl")[:2]
    table = rates(examples, ["card", "none"])
    assert (table["zh", "emergency caught"].count, table["zh", "emergency caught"].total) == (1, 2)


# The shipped data.


def test_every_rule_says_why_and_every_form_is_in_the_letters_that_are_matched() -> None:
    for name in FILES:
        for entry in json.loads((SAFETY / name).read_text("utf-8"))["entries"]:
            assert entry["reason"].strip(), entry["id"]
            for form in [*entry.get("zh", []), *entry.get("not", [])]:
                assert simplified(form) == form, (entry["id"], form)


def test_examples_are_many_in_both_languages_and_none_is_measured_on() -> None:
    examples, measured = read_examples(SAFETY / "examples.jsonl"), read_examples(SAFETY / "unseen.jsonl")
    counts = {(e.language, e.label): 0 for e in examples}
    for example in examples:
        counts[example.language, example.label] += 1
    assert len(examples) >= 900
    assert all(counts[language, name] >= 80 for language in ("zh", "en") for name in CLASSES)
    assert not {prepared(e.text) for e in examples} & {prepared(e.text) for e in measured}


def test_cards_name_whom_to_call_and_no_text_is_blank() -> None:
    notices = json.loads((CORPUS / "wording" / "notices.json").read_text("utf-8"))
    for language in ("zh", "en"):
        assert "{emergency}" in notices["emergency"][language]
        assert "{crisis}" in notices["crisis"][language]
        for name in ("urgent", "personal", "not_covered", "disclaimer"):
            assert notices[name][language].strip()
    assert notices["numbers"]["emergency"]["zh"] == "120"
    assert "12356" in notices["numbers"]["crisis"]["zh"]


def grade(text: str) -> float:
    """The Flesch-Kincaid grade of an English text; syllables are runs of vowels, a final e not counted."""
    words = re.findall(r"[A-Za-z']+", text)
    syllables = sum(max(1, len(re.findall(r"[aeiouy]+", re.sub(r"e$", "", word.lower())))) for word in words)
    return 0.39 * len(words) / len(re.findall(r"[.!?;](?:\s|$)", text)) + 11.8 * syllables / len(words) - 15.59


@pytest.mark.parametrize("name", ["emergency", "urgent", "crisis", "personal", "not_covered", "disclaimer"])
def test_english_cards_read_at_grade_eight_or_below(name: str) -> None:
    notices = json.loads((CORPUS / "wording" / "notices.json").read_text("utf-8"))
    assert grade(notices[name]["en"].replace("{emergency}", "112").replace("{crisis}", "a crisis line")) <= 8


@pytest.mark.parametrize(
    ("question", "label_now"),
    [
        ("\u6253\u5b8c\u6d51\u8eab\u6eda\u70eb", "emergency"),  # burning hot all over after the shot
        ("\u6253\u5b8c\u6eda\u70eb\u4e0d\u6eda\u70eb", "emergency"),  # no listed way of asking: rather one card too many
        ("\u6253\u5b8c\u4f1a\u4e0d\u4f1a\u6eda\u70eb", None),
        ("\u8f93\u5b8c\u9ad8\u70e7\uff0c\u4e25\u4e0d\u4e25\u91cd", "emergency"),  # a fever that is there
        ("\u6253\u5b8c\u9ad8\u70e7\u4e25\u4e0d\u4e25\u91cd", None),
    ],
)
def test_whether_something_hurts_or_burns_after_an_infusion_is_asked_in_general(question: str, label_now: str | None, rules: Rules) -> None:
    assert label(question, rules) == label_now


@pytest.mark.parametrize("question", ["\u6253\u5b8c\u70eb\u4e0d\u70eb", "\u8f93\u5b8c\u75bc\u4e0d\u75bc", "\u62bd\u5b8c\u9aa8\u9ad3\u75db\u4e0d\u75db"])
def test_the_chinese_way_of_asking_whether_is_heard(question: str, rules: Rules) -> None:
    assert "supposed" in find(question, rules).contexts
    assert "supposed" not in find(question[2:], rules).contexts  # without the treatment it may be about someone now


@pytest.mark.slow
def test_unseen_lines_are_caught_and_study_questions_are_left_alone() -> None:
    from qa.encoding.encoder import EmbeddedEncoder

    encoder = Memory.of_index(EmbeddedEncoder(), default_index(), None)
    bank = [question.text for question in read_corpus(CORPUS).bank]
    table = unseen(encoder, SAFETY, others_of(read_negatives(), bank))
    for language in ("zh", "en"):
        emergency, despair = table[language, "emergency caught"], table[language, "despair caught"]
        assert (emergency.count + despair.count) / (emergency.total + despair.total) >= 0.92
        assert table[language, "study question given a card"].count <= 5  # of 55, of which 40 are look-alikes
        assert table[language, "study question called personal"].count <= 3


@pytest.mark.slow
def test_the_trained_model_tells_the_briefs_look_alikes_apart(rules: Rules) -> None:
    from qa.encoding.encoder import EmbeddedEncoder

    encoder = EmbeddedEncoder()
    model = train_triage(encoder, SAFETY)
    wanted = {
        "我妈肝硬化腹水, 有没有研究做过这种病人?": None,
        "试验里有人吐血吗": None,
        "死亡率": None,
        "能活多久": None,
        "我想知道脐带干细胞能不能延长生存": None,
        "我爸肝硬化能做干细胞吗": "personal_advice",
        "should I stop lactulose": "personal_advice",
        "爸爸今天说话颠三倒四的": "emergency",
        "my dad keeps talking to people who are not there since this morning": "emergency",
        "不想再醒过来了": "despair",
        "打完烫不烫": None,
        "does it hurt when the cells go in": None,
    }
    assert {q: triage(q, encoder.encode([q], "query")[0], model, rules).label for q in wanted} == wanted
