"""Claims: what agrees with a sentence, what differs, what stays open; and the study that a claim is about."""

import json
from collections import Counter
from math import log
from pathlib import Path

import pytest

from qa.claims.comparison.weighing import weigh
from qa.claims.evidence import Source
from qa.claims.judgement.judging import compare, judge
from qa.corpus.folder import Corpus, read_corpus
from qa.records import Hit
from qa.settings import shipped_corpus
from qa.statements.statement import read_statement
from qa.text.preparation import prepared, terms

CLAIMS = Path(__file__).parent / "questions" / "claims_dev.jsonl"
ARMS = "219 patients took part, 111 controls and 108 given umbilical cord cells."


def differing(claim: str, sentence: str) -> list[tuple[str, str, str]]:
    return [(d.kind, d.claimed, d.source) for d in compare(claim, sentence).differences]


def kinds(claim: str, sentence: str) -> set[str]:
    return {d.kind for d in compare(claim, sentence).differences}


@pytest.mark.parametrize(
    ("claim", "sentence", "kind"),
    [
        ("The trial had 82 patients.", "The trial had 72 patients.", "number"),
        ("白蛋白升高,胆红素升高。", "白蛋白升高,胆红素下降。", "direction"),
        ("MELD improved at 6 months.", "MELD did not improve at 6 months.", "negation"),
        ("出现了严重不良事件。", "未见严重不良事件。", "negation"),
        ("用的是CD133+细胞。", "用的是间充质干细胞。", "cell type"),
        ("The cells came from umbilical cord.", "The cells came from bone marrow.", "cell source"),
        ("输注自体细胞。", "Allogeneic cells were infused.", "cell source"),
        ("The cells went in through the portal vein.", "经肝动脉输注细胞。", "route"),
        ("乙肝肝硬化患者", "Patients had alcoholic cirrhosis.", "disease"),
        ("代偿期肝硬化", "失代偿期肝硬化", "stage"),
        ("a double-blind trial", "an open-label trial", "design"),
        ("研究在日本开展。", "The study was done in Seoul.", "place"),
        ("It was published in Gut.", "It was published in Hepatology.", "journal"),
        ("2018年发表。", "Published in 2021.", "year"),
        ("随访36个月。", "随访13-75个月。", "follow-up"),
    ],
)
def test_a_difference_is_named_by_its_kind_within_and_across_languages(claim: str, sentence: str, kind: str) -> None:
    assert kind in kinds(claim, sentence)


def test_a_number_differs_with_both_values_and_the_unit() -> None:
    (first, *_) = compare("随访36个月,生存率更高。", "随访13-75个月,生存率更高。").differences
    assert (first.kind, first.claimed, first.source, first.unit) == ("number", "36", "13-75", "month")


def test_the_same_sentence_differs_in_nothing_from_itself() -> None:
    comparison = compare(ARMS, ARMS)
    assert comparison.of("differs") == ()
    assert [f.claimed for f in comparison.of("agrees") if f.kind == "number"] == ["219", "111", "108"]


def test_swapped_arms_are_caught_though_every_number_is_there() -> None:
    claim = "219 patients took part, 108 controls and 111 given umbilical cord cells."
    assert ("arm", "108", "111") in differing(claim, ARMS)


def test_a_comparison_turned_round_differs_in_its_arms() -> None:
    assert kinds("对照组的生存率高于细胞组。", "细胞组的生存率高于对照组。") == {"arm"}


def test_a_direction_belongs_to_its_own_measure() -> None:
    assert differing("Albumin rose but bilirubin fell.", "Albumin rose and bilirubin fell.") == []
    assert kinds("Albumin fell but bilirubin fell.", "Albumin rose and bilirubin fell.") == {"direction"}


def test_what_a_sentence_does_not_mention_is_undecided_not_different() -> None:
    comparison = compare("The 72 patients were 57 years old.", "The trial had 72 patients.")
    assert comparison.of("differs") == ()
    assert [f.claimed for f in comparison.of("undecided") if f.kind == "number"] == ["57"]


def test_a_sentence_that_says_something_is_not_stated_never_confirms_it() -> None:
    comparison = compare("细胞经肝动脉输注。", "摘要没有说明细胞是否经肝动脉输注。")
    assert [f.status for f in comparison.findings if f.kind == "route"] == ["undecided"]


def test_traditional_characters_and_full_width_figures_are_read() -> None:
    assert differing("臍帶間充質幹細胞組共１０８例", "脐带间充质干细胞组共108例") == []


def test_both_sides_can_be_marked_in_their_own_words() -> None:
    claim, sentence = "剂量為5×10⁷個細胞", "剂量为2×10⁸个细胞"
    (finding,) = [f for f in compare(claim, sentence).of("differs") if f.kind == "number"]
    assert claim[slice(*finding.claim_span)] == "5×10⁷個細胞"
    assert finding.source_span is not None
    assert sentence[slice(*finding.source_span)] == "2×10⁸个细胞"


def test_two_arms_side_by_side_take_their_figures_in_order() -> None:
    sentence = "研究组与对照组的前白蛋白为241与197 mg/L。"
    assert differing("前白蛋白在研究组为241 mg/L,对照组为197 mg/L。", sentence) == []
    assert kinds("前白蛋白在研究组为197 mg/L,对照组为241 mg/L。", sentence) == {"arm"}


def test_an_interval_belongs_only_to_the_time_beside_it() -> None:
    sentence = "Cells were given every 4 weeks for 8 weeks."
    assert differing("Cells were given every four weeks over eight weeks.", sentence) == []
    assert [f.status for f in compare("Cells were given over eight weeks.", sentence).findings if f.kind == "number"] == ["agrees"]


def test_the_year_of_a_study_is_not_the_time_of_its_follow_up() -> None:
    statuses = [f.status for f in compare("2022年的研究随访了一年。", "这项2022年发表的研究随访1年。").findings if f.kind in ("year", "number")]
    assert statuses == ["agrees", "agrees"]


def test_more_than_the_others_is_said_of_one_arm_only() -> None:
    sentence = "细胞组的腹水比另外两组多见。"
    assert differing("细胞组的腹水比其他两组多见。", sentence) == []
    assert kinds("对照组的腹水比另外两组多见。", sentence) == {"arm"}


def test_an_up_or_down_after_its_object_is_a_direction() -> None:
    assert kinds("The cells pushed serum albumin down.", "Albumin rose.") == {"direction"}


def test_an_improvement_that_is_not_significant_is_none() -> None:
    assert kinds("造血的改善没有统计学意义。", "造血显著改善。") == {"negation"}


def test_a_hospital_is_known_by_its_number_in_a_longer_name() -> None:
    assert differing("the Third Hospital of Sun Yat-sen", "the Sun Yat-sen University Third Affiliated Hospital") == []


@pytest.mark.parametrize("claim", ["My notes say MELD improved.", "The authors note that MELD improved."])
def test_notes_are_no_negation(claim: str) -> None:
    assert kinds(claim, "MELD improved.") == set()


@pytest.fixture
def small(tmp_path: Path) -> Corpus:
    """A review of two trials: one in Korea with 72 patients, one in Iran with 27."""
    text = (
        "Cell therapy of cirrhosis\n\nStudies\n\n"
        "A trial in Korea gave bone marrow mesenchymal stem cells to 72 patients with alcoholic cirrhosis. [1] "
        "Fibrosis improved and the Child-Pugh score fell.\n\n"
        "Other studies\n\n"
        "A double-blind trial in Iran randomised 27 patients to CD133+ cells or placebo. [2] "
        "The MELD score did not improve compared with placebo.\n\n"
        "References\n\n[1] Suk KT. A trial. Hepatology. 2016;64(6):2185-2197.\n[2] Mohamadnejad M. Another trial. Gut. 2016;5(1):87-94.\n"
    )
    (tmp_path / "review.txt").write_text(text, "utf-8")
    return read_corpus(tmp_path)


def test_a_claim_may_join_two_sentences_of_one_study(small: Corpus) -> None:
    judgement = judge("In Korea 72 patients were treated and fibrosis improved.", [], small)
    assert (judgement.verdict, judgement.study) == ("supported", 1)
    assert len(judgement.hits) == 2


def test_facts_of_two_studies_do_not_support_one_claim(small: Corpus) -> None:
    judgement = judge("In Iran 72 patients received CD133+ cells.", [], small)
    assert (judgement.verdict, judgement.study) == ("differs", 2)
    assert ("number", "72", "27") in [(d.kind, d.claimed, d.source) for d in judgement.differences]


def test_every_sentence_of_a_claim_is_checked(small: Corpus) -> None:
    claim = "The Iranian trial had 27 patients. Its MELD score improved compared with placebo."
    judgement = judge(claim, [], small)
    assert judgement.verdict == "differs"
    ((start, end),) = set(judgement.claim_marks)
    assert "MELD" in claim[start:end]


@pytest.mark.parametrize("claim", ["The Iranian trial was written by Smith and colleagues.", "The Iranian trial, whose authors are Smith and Miller, had 27 patients."])
def test_another_author_than_those_of_the_reference_differs(small: Corpus, claim: str) -> None:
    judgement = judge(claim, [], small)
    assert ("author", "Smith", "Mohamadnejad") in [(d.kind, d.claimed, d.source) for d in judgement.differences]


def test_the_author_of_the_reference_does_not_differ(small: Corpus) -> None:
    assert judge("The Iranian trial was written by Mohamadnejad and colleagues.", [], small).differences == ()


def test_a_sentence_that_names_no_study_is_about_that_of_the_sentence_before(small: Corpus) -> None:
    judgement = judge("The Iranian trial had 27 patients. They had bone marrow mesenchymal stem cells.", [], small)
    assert (judgement.verdict, judgement.study) == ("differs", 2)  # those were the Korean trial's


def test_numbers_alone_confirm_nothing(small: Corpus) -> None:
    assert judge("Parking there costs 27 yuan, and half goes to the city.", [], small).verdict == "not_found"


@pytest.mark.parametrize("claim", ["Smoking causes lung cancer.", "The Korean patients enjoyed gardening.", "韩国患者的视力变好了。"])
def test_what_no_sentence_says_is_not_found(small: Corpus, claim: str) -> None:
    assert judge(claim, [], small).verdict == "not_found"


def test_the_same_claim_gives_the_same_judgement(small: Corpus) -> None:
    claim = "The Iranian trial was open-label."
    assert judge(claim, [], small) == judge(claim, [], small)


@pytest.mark.parametrize(
    "claim",
    ["Albumin did not change.", "Albumin didn't budge.", "Albumin was unchanged.", "Albumin stayed put.", "白蛋白没有变。", "白蛋白拉不开差距。", "白蛋白没怎么动。"],
)
def test_no_change_is_read_whatever_its_verb(claim: str) -> None:
    assert kinds(claim, "Albumin rose significantly.") == {"negation"}
    assert kinds(claim, "Albumin did not change.") == set()


@pytest.mark.parametrize(("claim", "kind"), [("Alb drifted downward.", "direction"), ("TBil crept up.", "direction"), ("白蛋白往下掉。", "direction"), ("TBil走高。", "direction")])
def test_laboratory_shorthand_and_everyday_verbs_are_read(claim: str, kind: str) -> None:
    assert kinds(claim, "Albumin rose and bilirubin fell.") == {kind}


def test_parts_add_up_to_the_whole_that_a_sentence_does_not_print() -> None:
    sentence = "The study had 64 patients with liver failure and 59 patients with cirrhosis."
    statuses = [[f.status for f in compare(f"It covered {n} patients.", sentence).findings if f.kind == "number"] for n in (123, 124)]
    assert statuses == [["agrees"], ["undecided"]]


def test_a_dose_times_its_number_is_the_total() -> None:
    sentence = "He was given 120 million cells twice."
    assert [f.status for f in compare("He got 240 million cells in total.", sentence).findings if f.kind == "number"] == ["agrees"]
    assert [f.status for f in compare("He got 360 million cells in total.", sentence).findings if f.kind == "number"] == ["undecided"]


def test_a_citation_is_compared_part_by_part() -> None:
    record = "Published in volume 23, issue 8, page 681-683."
    assert differing("It is cited as 2018;23(8):681-683.", record) == []
    assert ("number", "24", "23") in differing("It is cited as 2018;24(8):681-683.", record)


def test_a_label_before_a_note_names_no_study() -> None:
    assert compare("PRESS RELEASE: MELD fell.", "MELD fell.").of("undecided") == ()


@pytest.mark.parametrize(("claim", "kind"), [("医患都蒙在鼓里。", "design"), ("The trial was blinded.", "design")])
def test_a_blinded_trial_is_no_open_one(claim: str, kind: str) -> None:
    assert kinds(claim, "It was an open-label trial.") == {kind}
    assert kinds(claim, "It was a double-blind trial.") == set()


def test_an_endpoint_met_is_not_an_endpoint_missed() -> None:
    assert kinds("The trial hit its primary endpoint.", "The primary outcome measures of the trial were not met.") != set()
    assert kinds("The trial missed its primary endpoint.", "The primary outcome measures of the trial were not met.") == set()


def test_a_figure_of_another_measure_arm_or_time_contradicts_nothing() -> None:
    albumin = "The mean difference in albumin was 2.47 with cells."
    assert kinds("The mean difference in bilirubin was 3.61 with cells.", albumin) == set()
    assert kinds("The mean difference in albumin was 3.61 with cells.", albumin) == {"number"}
    assert kinds("白蛋白在研究组是31.4 g/L。", "白蛋白在对照组是28.9 g/L。") == set()
    assert kinds("白蛋白在研究组是31.4 g/L。", "白蛋白在研究组是28.9 g/L。") == {"number"}


def test_a_state_before_treatment_contradicts_no_outcome() -> None:
    assert kinds("Before treatment the groups showed no difference in liver function.", "Liver function was better in the cell group than in the control group.") == set()


def test_a_sentence_with_one_place_changed_is_decided_there() -> None:
    sources = ["Check-ups of the 24 patients in phase Ia came on days 3, 7, 14 and 28.", "It was planned for years, and the abstract was not read by the team."]

    def different(claim: str) -> list[tuple[str, str]]:
        findings = weigh(read_statement(claim), [Source(None, "source", read_statement(text)) for text in sources]).of("differs")
        return [(f.kind, f.claimed) for f in findings if f.kind != "follow-up"]

    assert different(sources[0]) == []
    assert ("number", "3") in different("Check-ups of the 24 patients in phase Ia came on days 3, 7, 3 and 28.")
    assert [kind for kind, _ in different("It was planned for years, and the abstract was read by the team.")] == ["negation"]


def test_a_registration_number_names_no_year_and_a_period_holds_its_ends() -> None:
    assert [f.quantity.text for f in read_statement("It is registered as EudraCT 2009-010335-41.").figures] == []
    assert kinds("从2010年10月开始随访。", "全部患者的随访时间在2010年10月到2017年10月之间。") == set()


def test_an_interval_of_a_fall_may_be_told_without_its_signs() -> None:
    sentence = "ALT was lower, with a difference of -9.16 (interval -16.47 to -1.85)."
    assert kinds("ALT came out 9.16 lower (interval 1.85 to 16.47 lower).", sentence) == set()
    findings = compare("ALT came out 9.16 lower (interval 1.85 to 16.47 lower).", sentence).findings
    assert [f.status for f in findings if f.kind == "number"] == ["agrees", "agrees"]


def test_groups_alike_before_treatment_say_nothing_of_the_outcome() -> None:
    sentence = "Ascites improved significantly."
    assert kinds("It had patients with ascites, two arms that looked alike at baseline.", sentence) == set()


def test_a_time_in_the_place_of_another_is_caught_though_the_study_has_it_elsewhere(small: Corpus) -> None:
    sources = ["Cells were thawed and given on day 30 and on day 60.", "MELD was read from day 0 to day 90."]
    claim = read_statement("Cells were thawed and given on day 30 and on day 90.")
    findings = weigh(claim, [Source(None, "source", read_statement(text)) for text in sources]).findings
    assert [(f.claimed, f.status) for f in findings if f.kind == "number"] == [("30", "agrees"), ("90", "differs")]


def test_other_words_for_the_same_are_allowed_only_to_a_claim_close_to_a_sentence(small: Corpus) -> None:
    claim = "The Iranian trial, gently phrased by eager bystanders, had 27 patients."
    row = next(i for i, p in enumerate(small.passages) if "27 patients" in p.text)
    near, far = (Hit(row, small.passages[row], 1.0, 1, {"late": late}) for late in (0.6, 0.3))
    assert judge(claim, [near], small).verdict == "supported"
    assert judge(claim, [far], small).verdict == "not_found"
    assert judge(claim.replace("27", "72"), [near], small).verdict == "differs"

@pytest.fixture(scope="module")
def shipped() -> Corpus:
    return read_corpus(shipped_corpus())


def test_a_claim_that_only_the_review_backs_is_told_apart(shipped: Corpus) -> None:
    judgement = judge("华西医院2019年的荟萃分析发表在《HEPATOLOGY》,纳入8项试验、467例。", [], shipped)
    assert (judgement.verdict, judgement.review, judgement.source) == ("supported", "supported", "differs")
    assert judgement.notices


def test_claims_written_for_this_are_judged_right(shipped: Corpus) -> None:
    """At least nine of ten right claims are supported, and of ten wrong ones nine are not, of which nine name the kind."""
    rows = [json.loads(line) for line in CLAIMS.read_text("utf-8").splitlines()]
    words = [set(terms(prepared(p.text))) for p in shipped.passages]
    spread = Counter(word for found in words for word in found)

    def candidates(claim: str) -> list[Hit]:  # plain term overlap: the judgement must not hang on the retrieval
        wanted = set(terms(prepared(claim)))
        scored = [(sum(log(1 + len(words) / spread[w]) for w in wanted & found), -row) for row, found in enumerate(words)]
        return [Hit(-row, shipped.passages[-row], score, rank) for rank, (score, row) in enumerate(sorted(scored, reverse=True)[:30], 1)]

    verdicts = {row["id"]: judge(row["claim"], candidates(row["claim"]), shipped) for row in rows}
    right = [verdicts[r["id"]].verdict == "supported" for r in rows if r["verdict"] == "supported"]
    wrong = [r for r in rows if r["altered"]]
    caught = [verdicts[r["id"]].verdict != "supported" for r in wrong]
    named = [r["altered"] in {d.kind for d in verdicts[r["id"]].differences} for r in wrong]
    assert (len(right), len(wrong)) == (50, 50)
    assert sum(right) >= 45
    assert sum(caught) >= 45
    assert sum(named) >= 45
