"""The HTML of answers, cards and tables: everything that is shown is escaped, quotes are shown letter for letter."""

import html
import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from fake_assistant import LINES, NASTY, FakeAssistant

from qa.answering.wording import read_wording
from qa.records import Answer, Difference
from qa.settings import shipped_corpus
from qa.text.preparation import simplified
from qa.web.conversation import saved_questions
from qa.web.interface import LANGUAGES, browser_language, interface
from qa.web.render import check_html, marked, message_html, question_buttons, turn_html
from qa.web.study_card import safe_link, study_card
from qa.web.tables import audit_html, cards_html, evidence_html

VOID = {"img", "br", "input", "hr"}


class Page(HTMLParser):
    """Reads HTML as a browser would: its tags, its attributes, its text; `open` is empty if every tag was closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(str(text))

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data

    def values(self, name):
        return [value for key, value in self.attributes if key == name]


@pytest.fixture
def fake():
    return FakeAssistant()


def shown(fake, question, language="en"):
    return turn_html(fake.ask(question), fake.index, interface(language), "turn-1")


def test_markup_in_a_question_is_shown_as_text(fake):
    page = Page(shown(fake, NASTY))
    assert "img" not in page.tags
    assert NASTY in page.text
    assert not [key for key, _ in page.attributes if key.startswith("on")]


@pytest.mark.parametrize("field", ["text", "translation", "section", "strength", "document"])
def test_markup_in_any_part_of_a_quote_is_shown_as_text(fake, field):
    answer = fake.ask("Did people live longer?")
    quote = replace(answer.quotes[0], **{field: NASTY})
    page = Page(turn_html(replace(answer, quotes=(quote,)), fake.index, interface("en"), "turn-1"))
    assert "img" not in page.tags
    assert page.open == []


@pytest.mark.parametrize("field", ["notices", "suggestions"])
def test_markup_in_notices_and_suggestions_is_shown_as_text(fake, field):
    answer = replace(fake.ask("What is the price?"), **{field: (NASTY, NASTY)})
    page = Page(turn_html(answer, fake.index, interface("en"), "turn-1"))
    assert "img" not in page.tags
    assert NASTY in page.text


def test_markup_in_a_checked_claim_and_its_differences_is_shown_as_text(fake):
    answer = replace(fake.check(NASTY), differences=(Difference(NASTY, "<img", "Follow-up", NASTY),))
    page = Page(check_html(answer, fake.index, interface("zh-Hant")))
    assert "img" not in page.tags
    assert page.open == []


def test_markup_in_references_facts_and_audit_is_shown_as_text(fake):
    fake.index.studies = {1: {**fake.index.studies[1], "design_en": NASTY, "label_en": NASTY}}
    fake.index.audit = {1: [{"claim_en": NASTY, "why_en": NASTY, "verdict": NASTY, "sentences": []}]}
    words = interface("en")
    for text in (evidence_html(fake.index, words), audit_html(fake.index, words), cards_html(fake.index, words)):
        page = Page(text)
        assert "img" not in page.tags
        assert "b" not in page.tags or "<b>bold</b>" not in text
        assert page.open == []


def test_a_reference_with_a_script_address_gets_no_link():
    assert safe_link("javascript:alert(1)", "text", "note") == "text"
    assert 'href="https://doi.org/10.1000/a"' in safe_link("https://doi.org/10.1000/a", "text", "note")


def test_each_quote_shows_its_sentence_citation_and_other_language(fake):
    page = Page(shown(fake, "Did people live longer?"))
    english, chinese = LINES["studies/01.en.md"][1], LINES["studies/01.zh.md"][1]
    assert page.text.index(english) < page.text.index("[1]") < page.text.index(chinese)


def test_a_citation_button_opens_a_card_that_is_there(fake):
    page = Page(shown(fake, "Did people live longer?"))
    assert page.values("data-card") == ["turn-1-1-1", "turn-1-2-1"]
    assert set(page.values("data-card")) <= set(page.values("id"))


def test_a_study_card_gives_the_facts_the_link_the_strength_and_the_audit_mark(fake):
    quote = fake.quote("studies/01.en.md:s2")
    text = Page(study_card(fake.index, 1, interface("en"), "k", quote)).text
    for fact in ("Alpha trial", "2020", "40", "Open-label randomized trial", "10.1000/a", "open-label", "1 contradict"):
        assert fact in text


def test_the_quote_is_marked_once_between_its_neighbours(fake):
    card = study_card(fake.index, 1, interface("en"), "k", fake.quote("studies/01.en.md:s2"))
    lines = LINES["studies/01.en.md"]
    passage = html.unescape(re.search(r'<p class="passage"[^>]*>(.*?)</p>', card, re.S).group(1))
    assert passage == f"{lines[0]}\n<mark>{lines[1]}</mark>\n{lines[2]}\n{lines[3]}"


def test_a_quote_that_is_not_at_its_place_is_not_shown_in_a_wrong_one(fake):
    card = study_card(fake.index, 1, interface("en"), "k", replace(fake.quote("studies/01.en.md:s2"), start=0, end=9))
    assert "<mark>" not in card


def test_the_review_itself_is_cited_in_words(fake):
    answer = replace(fake.ask("What next?"), quotes=(fake.quote("review/outlook.en.md:s1"),))
    page = Page(turn_html(answer, fake.index, interface("en"), "turn-1"))
    assert "[review]" in page.text
    assert "larger trials & longer follow-up" in page.text


def test_an_emergency_comes_first_and_its_quotes_after(fake):
    text = shown(fake, "I vomit blood")
    assert text.index('class="card card-emergency" role="alert"') < text.index("tel:120") < text.index("<blockquote")


@pytest.mark.parametrize(("question", "kind"), [("should I do it", "personal_advice"), ("price", "not_covered")])
def test_a_refusal_is_a_card_without_quotes(fake, question, kind):
    text = shown(fake, question)
    assert f"card-{kind}" in text
    assert "<blockquote" not in text


@pytest.mark.parametrize("kind", ["emergency", "urgent", "crisis", "personal"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_each_card_of_the_notices_has_its_own_heading_wherever_it_stands(fake, kind, language):
    words = interface("zh-Hans" if language == "zh" else "en")
    text = read_wording().card(kind, language)
    answer = replace(fake.ask("Did people live longer?"), language=language, notices=("First.", text, "Last."))
    shown = turn_html(answer, fake.index, words, "turn-1")
    card = re.search(f'<section class="card card-{kind}"[^>]*><h3>(.*?)</h3><p>(.*?)</p>', shown)
    assert card.group(1) == words(kind)
    assert html.unescape(re.sub("<[^>]+>", "", card.group(2))) == text
    assert re.findall(r"<li>(.*?)</li>", shown) == ["First.", "Last."]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("请马上拨打120，或去急诊", ["120"]),
        ("Call 116 123 now (or 988).", ["116123", "988"]),
        ("In 48 hours, room 12 & it's fine", []),
        ("<a href='tel:5'>", []),
    ],
)
def test_numbers_to_call_can_be_touched(fake, text, numbers):
    answer = replace(fake.ask("I vomit blood"), notices=(text,))
    page = Page(turn_html(answer, fake.index, interface("en"), "turn-1"))
    assert [link[4:] for link in page.values("href") if link.startswith("tel:")] == numbers
    assert text in page.text


def test_the_strength_line_begins_with_the_year(fake):
    answer = fake.ask("Did people live longer?")
    answer = replace(answer, quotes=(replace(answer.quotes[0], strength="randomized trial"),))
    assert "2020; randomized trial" in Page(turn_html(answer, fake.index, interface("en"), "turn-1")).text


def test_headings_around_a_quote_are_bold_and_nothing_else_changes(fake):
    document = fake.index.documents["studies/01.en.md"]
    lines = LINES["studies/01.en.md"]
    text = f"{lines[0]}[1]\n\n## Results & more\n{lines[1]}\n"
    start = text.index(lines[1])
    fake.index.documents = {document.id: replace(document, text=text)}
    own = [
        replace(fake.index.passages[4], start=0, end=len(lines[0])),
        replace(fake.index.passages[5], start=start, end=start + len(lines[1])),
    ]
    fake.index.passages = own
    quote = replace(fake.quote("studies/01.en.md:s2"), start=start, end=start + len(lines[1]))
    card = study_card(fake.index, 1, interface("en"), "k", quote)
    assert f"{lines[0]}[1]\n\n<b>Results &amp; more</b>\n<mark>{lines[1]}</mark>" in card


def test_a_suggested_question_can_be_asked_as_it_stands():
    page = Page(question_buttons([NASTY]))
    assert page.values("data-ask") == [NASTY]


def test_every_answer_carries_its_disclaimer(fake):
    for question in ("Did people live longer?", "price", "I vomit blood", "should I do it"):
        assert "Not medical advice." in Page(shown(fake, question)).text


def test_a_traditional_page_converts_our_words_and_adds_a_line_but_leaves_the_quote(fake):
    answer = replace(fake.ask("干细胞有用吗"), notices=("这些资料里没有",))
    page = Page(turn_html(answer, fake.index, interface("zh-Hant"), "turn-1"))
    quote = LINES["studies/01.zh.md"][1]
    assert quote in page.text
    assert "甲試驗的細胞組有30人活過一年" in page.text
    assert "這些資料裡沒有" in page.text


def test_marked_finds_each_part_once_and_escapes_the_rest():
    assert marked("36 < 75 & 36", ["36", "75"], "c") == (
        '<mark class="c">36</mark> &lt; <mark class="c">75</mark> &amp; 36'
    )


def test_marked_leaves_out_what_is_not_there_and_does_not_nest():
    assert marked("1.5 months", ["1.5 months", "5", "", "weeks"], "c") == '<mark class="c">1.5 months</mark>'


def test_marked_looks_for_the_figures_of_a_part_that_is_written_otherwise():
    assert marked("随访13至75个月", ["13-75"], "c") == '随访<mark class="c">13</mark>至<mark class="c">75</mark>个月'


def test_marked_does_not_take_a_figure_out_of_a_longer_one():
    assert marked("In 2013, 1.3 of 135", ["13", "3", "35"], "c") == "In 2013, 1.3 of 135"


def test_a_difference_reported_under_two_names_is_one_row(fake):
    twice = (Difference("number", "36", "12", "month"), Difference("follow-up", "36", "12", "month"))
    page = Page(check_html(replace(fake.check("36"), differences=twice), fake.index, interface("en")))
    assert page.tags.count("tr") == 2  # the head and one difference
    assert "Follow-up" in page.text


def test_a_waiting_line_is_a_status_and_a_failure_keeps_its_command():
    words = interface("en")
    assert 'role="status"' in message_html("q", words("searching"), words, "turn-1", "waiting")
    assert "qa index --corpus &lt;DIR&gt;" in message_html("q", "qa index --corpus <DIR>", words, "turn-1", "failed")


def test_the_evidence_table_has_a_row_for_every_cited_study(fake):
    page = Page(evidence_html(fake.index, interface("en")))
    assert len(page.values("data-number")) == 3
    assert page.values("aria-sort") == ["ascending"]
    assert page.values("data-card") == ["study-1", "study-2", "study-3"]
    assert set(page.values("data-card")) == set(Page(cards_html(fake.index, interface("en"))).values("id"))


def test_the_audit_counts_its_verdicts_and_offers_only_what_it_has(fake):
    page = Page(audit_html(fake.index, interface("en")))
    assert page.values("data-verdict") == ["supported", "contradicted", "supported"]
    assert page.values("value") == ["", "1", "3", "", "supported", "contradicted"]
    assert "3 of 3 shown" in page.text


def test_a_corpus_without_studies_or_audit_says_so(fake):
    fake.index.references, fake.index.studies, fake.index.audit = {}, {}, {}
    assert "no list of studies" in evidence_html(fake.index, interface("en"))
    assert "no audit" in audit_html(fake.index, interface("en"))


def test_every_word_is_there_in_three_languages_with_the_same_places_to_fill():
    read = [json.loads((shipped_corpus() / "wording" / name).read_text("utf-8")) for name in ("ui.json", "ui-staff.json")]
    assert not set(read[0]) & set(read[1])
    for key, row in (read[0] | read[1]).items():
        assert list(row) == list(LANGUAGES), key
        assert all(row.values()), key
        assert len({tuple(sorted(re.findall(r"\{(\w+)\}", text))) for text in row.values()}) == 1, key


def test_the_two_chinese_interfaces_differ_in_script_only_where_they_should():
    simple, traditional = interface("zh-Hans").words, interface("zh-Hant").words
    assert not [k for k, text in simple.items() if k != "traditional" and simplified(text) != text]
    assert sum(simplified(text) != text for text in traditional.values()) > len(traditional) / 2


def test_chinese_words_use_chinese_punctuation():
    found = {
        k: t for k in LANGUAGES[:2] for k, t in interface(k).words.items() if re.search(r"[\u4e00-\u9fff][,;:?!]", t)
    }
    assert found == {}


def test_there_are_as_many_examples_in_each_language():
    assert len({len(interface(name).examples) for name in LANGUAGES}) == 1


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans"),
        ("zh-TW,zh;q=0.9", "zh-Hant"),
        ("zh-HK", "zh-Hant"),
        ("zh-Hant-TW", "zh-Hant"),
        ("fr-FR,fr;q=0.9,zh-TW;q=0.5,en;q=0.4", "zh-Hant"),
        ("en;q=0.3,zh;q=0.9", "zh-Hans"),
        ("de", "en"),
        ("", "en"),
        ("zh;q=broken,en-GB", "en"),
    ],
)
def test_the_page_follows_the_browsers_languages(header, expected):
    assert browser_language(header) == expected


@pytest.mark.parametrize("saved", ["", "{", "7", '{"a": 1}', '[1, null, ""]', json.dumps(["x" * 5000])])
def test_a_damaged_memory_of_the_tab_gives_an_empty_conversation(saved):
    assert saved_questions(saved) == []


def test_the_memory_of_the_tab_is_read_back():
    assert saved_questions(json.dumps([NASTY, "第二个问题"])) == [NASTY, "第二个问题"]


def test_an_answer_of_a_kind_of_difference_without_a_word_shows_its_own_name(fake):
    answer: Answer = replace(fake.check("36"), differences=(Difference("shoe size", "1", "2"),))
    assert "shoe size" in check_html(answer, fake.index, interface("zh-Hans"))


def test_a_difference_shows_its_unit_in_the_language_of_the_page(fake):
    assert "36个月" in check_html(fake.check("36 months"), fake.index, interface("zh-Hans"))
    assert "36 months" in Page(check_html(fake.check("36"), fake.index, interface("en"))).text
