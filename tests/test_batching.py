"""Questions that wait at the same moment are encoded together, and nobody's answer changes because of it."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from conftest import ToyEncoder

from qa.service.batching import LARGEST, BatchingEncoder

WORDS = ("survival", "albumin", "fever", "umbilical", "marrow", "women")


class SlowEncoder(ToyEncoder):
    """Takes a while, remembers its batches, and can't encode "broken"."""

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[list[str]] = []
        self.free = threading.Event()

    def encode(self, texts, role, progress=None):
        self.batches.append(list(texts))
        self.free.wait(5)
        if "broken" in texts:
            raise ValueError("broken")
        return super().encode(texts, role, progress)


def all_at_once(encoder, texts, role="query"):
    """Start one thread a text, the first of which is being encoded when the others come; return their rows."""
    with ThreadPoolExecutor(len(texts)) as pool:
        waiting = [pool.submit(encoder.encode, [texts[0]], role)]
        while not encoder.encoder.batches:
            time.sleep(0.001)
        waiting += [pool.submit(encoder.encode, [text], role) for text in texts[1:]]
        while len(encoder._waiting) < len(texts) - 1:
            time.sleep(0.001)
        encoder.encoder.free.set()
        return waiting


def test_what_arrives_during_one_batch_is_the_next():
    encoder = BatchingEncoder(SlowEncoder())
    rows = [waiting.result(5) for waiting in all_at_once(encoder, WORDS)]
    assert [len(batch) for batch in encoder.encoder.batches] == [1, 5]
    for word, row in zip(WORDS, rows, strict=True):
        np.testing.assert_array_equal(row, ToyEncoder().encode([word], "query"))
    assert (encoder.batches, encoder.texts, encoder.largest) == (2, 6, 5)


def test_a_lone_question_waits_for_nobody():
    encoder = BatchingEncoder(ToyEncoder())
    started = time.perf_counter()
    encoder.encode(["fever"], "query")
    assert encoder.spent() <= time.perf_counter() - started
    assert encoder.spent() == 0.0
    assert encoder.largest == 1


def test_a_text_that_cannot_be_encoded_fails_alone():
    encoder = BatchingEncoder(SlowEncoder())
    first, good, broken, other = all_at_once(encoder, ("fever", "women", "broken", "marrow"))
    with pytest.raises(ValueError, match="broken"):
        broken.result(5)
    for waiting in (first, good, other):
        assert waiting.result(5).shape == (1, encoder.dimension)


def test_queries_and_passages_are_never_in_one_batch_and_none_is_too_large():
    encoder = BatchingEncoder(SlowEncoder())
    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(encoder.encode, ["fever"], "query")
        while not encoder.encoder.batches:
            time.sleep(0.001)
        others = []
        for texts, role in ((["a"] * (LARGEST - 1), "query"), (["b"] * 2, "query"), (["c"], "passage")):
            others.append(threading.Thread(target=encoder.encode, args=(texts, role)))
            others[-1].start()
            while len(encoder._waiting) < len(others):
                time.sleep(0.001)
        encoder.encoder.free.set()
        first.result(5)
        for thread in others:
            thread.join(5)
    assert [len(batch) for batch in encoder.encoder.batches] == [1, LARGEST - 1, 2, 1]


@pytest.mark.slow
def test_thirty_two_clients_at_once_get_the_bytes_that_one_at_a_time_gets(real_assistant):
    import json

    from qa.answering.answer import to_json
    from qa.answering.assistant import Assistant

    asked = [("Did stem cells help people live longer?", ()), ("脐带干细胞打了能活得更久吗", ()), ("那副作用呢", ("脐带干细胞打了能活得更久吗",))]
    asked += [(f"How many people were in the trial of {year}?", ()) for year in range(2012, 2024)] + [("我吐血了，而且拉黑便。", ())]
    alone = [json.dumps(to_json(real_assistant.ask(q, h))) for q, h in asked]
    together = Assistant(real_assistant.index, BatchingEncoder(real_assistant.encoder))
    with ThreadPoolExecutor(32) as pool:
        given = list(pool.map(lambda pair: json.dumps(to_json(together.ask(*pair))), asked * 3))
    assert given == alone * 3
    assert together.encoder.largest > 1
