"""The hint of a language model beside a verdict. The model is made here: a BERT of three labels that always says one of them."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import ToyEncoder

from qa.answering.assistant import Assistant
from qa.answering.wording import read_wording
from qa.claims.hint import Hint, nli_hint
from qa.cli import main
from qa.errors import EncoderError

CLAIM = "The Alpha trial gave umbilical cells to 40 people."
ORDERS = [("contradiction", "entailment", "neutral"), ("ENTAILMENT", "NEUTRAL", "CONTRADICTION")]  # models differ in it


def save_model(folder: Path, labels: tuple[str, ...], says: int) -> Path:
    """Save a model whose logit is ln 8 for the label `says` and 0 for the others, whatever it reads."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

    vocabulary = {word: i for i, word in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "alpha", "cells"])}
    words = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    words.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    special = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    PreTrainedTokenizerFast(tokenizer_object=words, model_max_length=64, **special).save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(vocabulary), hidden_size=8, num_hidden_layers=1, num_attention_heads=1, intermediate_size=8,
        max_position_embeddings=64, id2label=dict(enumerate(labels)), label2id={label: i for i, label in enumerate(labels)},
    )  # fmt: skip
    model = BertForSequenceClassification(config)
    with torch.no_grad():
        model.classifier.weight.zero_()
        model.classifier.bias.zero_()
        model.classifier.bias[says] = torch.log(torch.tensor(8.0))
    model.save_pretrained(folder)
    return folder


@pytest.fixture
def assistant(toy_index: Path, toy_encoder: ToyEncoder) -> Assistant:
    return Assistant.open(toy_index, encoder=toy_encoder)


@pytest.mark.slow
@pytest.mark.parametrize("labels", ORDERS)
@pytest.mark.parametrize("relation", ["entailment", "contradiction", "neutral"])
def test_the_order_of_the_labels_is_the_models_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, labels: tuple[str, ...], relation: str) -> None:
    says = [label.lower() for label in labels].index(relation)
    monkeypatch.setenv("QA_NLI", str(save_model(tmp_path / "tiny", labels, says)))
    hint = nli_hint(CLAIM, "Nobody had fever.")
    assert hint == Hint("tiny", relation, pytest.approx(0.8))  # type: ignore[arg-type]  # 8 / (8 + 1 + 1)


@pytest.mark.slow
def test_a_claim_longer_than_the_model_reads_is_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QA_NLI", str(save_model(tmp_path / "tiny", ORDERS[0], 2)))
    hint = nli_hint("alpha cells " * 2000, "Nobody had fever.")
    assert hint is not None
    assert hint.relation == "neutral"


@pytest.mark.slow
def test_a_model_that_contradicts_every_claim_changes_no_verdict(
    assistant: Assistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, toy_index: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("QA_NLI", raising=False)
    before = assistant.check(CLAIM)
    monkeypatch.setenv("QA_NLI", str(save_model(tmp_path / "tiny", ORDERS[0], 0)))
    after = assistant.check(CLAIM)
    assert before.verdict == after.verdict == "supported"
    assert after.quotes == before.quotes
    (added,) = set(after.notices) - set(before.notices)
    assert "(tiny)" in added
    assert "speaks against" in added
    assert "0.80" in added
    assert main(["check", CLAIM, "--index", str(toy_index), "--lang", "zh", "--json"]) == 0
    notices = json.loads(capsys.readouterr().out)["notices"]
    assert [n for n in notices if "\u53cd\u9a73" in n and "tiny" in n]


@pytest.mark.slow
def test_a_model_without_the_three_labels_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QA_NLI", str(save_model(tmp_path / "stars", ("1 star", "2 stars", "3 stars"), 0)))
    with pytest.raises(EncoderError, match=r"stars.* has the labels 1 star, 2 stars, 3 stars, not .*unset QA_NLI"):
        nli_hint(CLAIM, "Nobody had fever.")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["nobody/has-this-model", "{folder}"])
def test_a_model_that_is_not_there_is_one_clear_line(
    name: str, toy_index: Path, toy_encoder: ToyEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.setenv("QA_NLI", name.format(folder=tmp_path / "empty"))
    assert main(["check", CLAIM, "--index", str(toy_index)]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith('qa: QA_NLI="')
    assert "unset QA_NLI" in line


def test_the_sentence_is_the_premise_and_the_claim_the_hypothesis(assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, str]] = []

    class Model:
        def predict(self, pairs: list[tuple[str, str]], **options: Any) -> np.ndarray:
            asked.extend(pairs)
            return np.array([[0.7, 0.2, 0.1]])

    monkeypatch.setenv("QA_NLI", "a/model")
    monkeypatch.setattr("qa.claims.hint._opened", lambda name: (Model(), ("neutral", "entailment", "contradiction")))
    claim = "Umbilical cells were given to 40 people in the Alpha trial."
    answer = assistant.check(claim)
    assert asked == [(CLAIM, claim)] == [(answer.quotes[0].text, claim)]
    assert read_wording().hint(Hint("a/model", "neutral", 0.7), "en") in answer.notices


def test_a_claim_that_nothing_here_is_about_asks_no_model(assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QA_NLI", "nobody/has-this-model")
    assert assistant.check("The moon is made of cheese.").verdict == "not_found"
    assert assistant.ask("Were umbilical cells given?").outcome == "answered"


@pytest.mark.parametrize("value", ["", " "])
def test_without_a_model_there_is_no_hint_and_no_words_for_one(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QA_NLI", value)
    assert nli_hint(CLAIM, CLAIM) is None
    assert read_wording().hint(None, "en") == ""


@pytest.mark.parametrize("relation", ["entailment", "contradiction", "neutral"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_hint_in_words_names_the_model_and_leaves_no_gap(relation: Any, language: Any) -> None:
    text = read_wording().hint(Hint("a/model", relation, 0.456), language)
    assert "a/model" in text
    assert "0.46" in text
    assert not set("{}") & set(text)
