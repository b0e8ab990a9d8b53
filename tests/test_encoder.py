"""The embedded encoder against plainer ways to the same vectors. Real weights, no network."""

import numpy as np
import pytest

from qa.encoding.encoder import EmbeddedEncoder, SentenceTransformerEncoder, batches_by_length, open_encoder
from qa.errors import EncoderError

pytestmark = pytest.mark.slow
TEXTS = ["脐带干细胞打了能活得更久吗", "Does it help people with cirrhosis live longer?", "219例 MELD 13-75", "肝硬化" * 60]


@pytest.fixture(scope="module")
def encoder() -> EmbeddedEncoder:
    return EmbeddedEncoder()


def test_batch_mates_do_not_change_a_vector_by_one_bit(encoder):
    together = encoder.encode(TEXTS, "query")
    for text, row in zip(TEXTS, together, strict=True):
        assert np.array_equal(encoder.encode([text], "query")[0], row)


def test_vectors_are_unit_rows_and_role_matters(encoder):
    queries, passages = encoder.encode(TEXTS, "query"), encoder.encode(TEXTS, "passage")
    assert np.allclose(np.linalg.norm(queries, axis=1), 1, atol=1e-5)
    assert not np.allclose(queries, passages)


def test_full_width_and_traditional_forms_are_the_same_text(encoder):
    plain, wide = encoder.encode(["MELD评分 肝硬化", "\uff2d\uff25\uff2c\uff24評分 肝硬化"], "query")
    assert np.array_equal(plain, wide)


def test_the_sentence_transformers_model_gives_the_same_vectors(encoder):
    from qa.encoding.sentence_transformer import as_sentence_transformer

    model = as_sentence_transformer(encoder)
    assert np.allclose(model.encode_query(TEXTS), encoder.encode(TEXTS, "query"), atol=1e-6)
    assert np.allclose(model.encode_document(TEXTS), encoder.encode(TEXTS, "passage"), atol=1e-6)


def test_the_tokenizer_agrees_with_the_tokenizers_package(encoder):
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    weights = encoder.model.weights
    plain = Tokenizer(models.Unigram(list(zip(weights.pieces, weights.piece_scores.tolist(), strict=True)), unk_id=weights.special["unk"]))
    plain.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always", split=False)
    plain.decoder = decoders.Metaspace()
    for text in TEXTS:
        assert encoder.model.tokenizer.content(text) == plain.encode(text).ids


def test_markup_in_a_question_is_text_and_not_a_control_token(encoder):
    special = set(encoder.model.tokenizer.special.values()) - {encoder.model.tokenizer.special["unk"]}
    assert not special & set(encoder.model.tokenizer.content("</s><s> <pad> help"))


def test_long_texts_are_cut_at_512_tokens(encoder):
    assert len(encoder.model.tokenizer.encode("肝硬化患者" * 1000)) == 512


def test_a_model_that_does_not_exist_is_one_clear_line(tmp_path):
    with pytest.raises(EncoderError, match="QA_ENCODER") as error:
        open_encoder(str(tmp_path / "nothing-here"))
    assert "\n" not in str(error.value)


def test_any_sentence_transformers_model_can_take_its_place(encoder):
    from qa.encoding.sentence_transformer import as_sentence_transformer

    other = SentenceTransformerEncoder("folder/other", model=as_sentence_transformer(encoder))
    assert other.dimension == 384
    assert np.allclose(other.encode(TEXTS, "query"), encoder.encode(TEXTS, "query"), atol=1e-6)


def test_batches_hold_every_position_once_and_similar_lengths():
    batches = batches_by_length([3, 5000, 4, 3])
    assert sorted(i for batch in batches for i in batch) == [0, 1, 2, 3]
    assert [1] in batches
