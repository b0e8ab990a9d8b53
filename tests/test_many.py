"""Embedding by many processes gives the vectors of one, bit for bit and in order, and says when a process is lost. Real weights."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from qa.cli import main
from qa.encoding import pool
from qa.encoding.encoder import EmbeddedEncoder, Encoder, SentenceTransformerEncoder
from qa.encoding.many import spread
from qa.errors import EncoderError

pytestmark = pytest.mark.slow
TEXTS = [f"{n} patients with cirrhosis" for n in range(9)] + ["肝硬化" * 200, "", "\ud800"]


@pytest.fixture(scope="module")
def encoder() -> EmbeddedEncoder:
    return EmbeddedEncoder()


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "CHUNK", 4)
    monkeypatch.setattr(pool, "CHUNKS", 1)  # so that twelve texts are three chunks, in two turns


@pytest.fixture(scope="module")
def pooled(encoder: EmbeddedEncoder) -> Iterator[Encoder]:
    with spread(encoder, workers=2) as many:
        yield many


def test_two_processes_give_the_vectors_of_one_bit_for_bit(encoder: EmbeddedEncoder, pooled: Encoder) -> None:
    steps: list[tuple[int, int]] = []
    assert np.array_equal(pooled.encode(TEXTS, "passage", lambda done, total: steps.append((done, total))), encoder.encode(TEXTS, "passage"))
    assert steps == [(8, 12), (12, 12)]
    assert (pooled.name, pooled.dimension, pooled.digest) == (encoder.name, encoder.dimension, encoder.digest)


def test_two_processes_give_the_token_vectors_of_one(encoder: EmbeddedEncoder, pooled: pool.PooledEmbedded) -> None:
    vectors, tokens = pooled.encode_both(TEXTS, "query")
    plain, plain_tokens = encoder.encode_both(TEXTS, "query")
    assert np.array_equal(vectors, plain)
    assert all(np.array_equal(one, other) for one, other in zip(tokens, plain_tokens, strict=True))


def test_any_sentence_transformers_model_can_be_spread(encoder: EmbeddedEncoder) -> None:
    from qa.encoding.sentence_transformer import as_sentence_transformer

    other = SentenceTransformerEncoder("folder/other", model=as_sentence_transformer(encoder, 1))
    with spread(other, workers=2) as many:
        assert np.array_equal(many.encode(TEXTS, "query"), other.encode(TEXTS, "query"))
        assert many.digest == other.digest


def test_a_process_that_is_lost_is_one_clear_line(encoder: EmbeddedEncoder) -> None:
    with spread(encoder, workers=2) as many:
        assert isinstance(many, pool.PooledEmbedded)
        for process in many.pool.processes["processes"]:
            process.kill()
        with pytest.raises(EncoderError, match=r"a process that embeds texts was lost \(.*exit code -9.*use fewer: qa index --workers 1") as raised:
            many.encode(TEXTS, "passage")
        assert "\n" not in str(raised.value)


def test_few_texts_start_no_process(encoder: EmbeddedEncoder) -> None:
    with spread(encoder, workers=2) as many:
        assert isinstance(many, pool.PooledEmbedded)
        assert np.array_equal(many.encode(TEXTS[:3], "query"), encoder.encode(TEXTS[:3], "query"))
        assert "processes" not in many.pool.__dict__


def test_an_index_built_by_two_processes_is_that_of_one(
    corpus: Path, tmp_path: Path, encoder: EmbeddedEncoder, quick_build: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "CHUNK", 2)
    monkeypatch.setattr("qa.commands.workspace.open_encoder", lambda: encoder)
    started = []
    start = pool.Pool.processes.func  # type: ignore[attr-defined]  # what the cached property calls
    monkeypatch.setattr(pool.Pool.processes, "func", lambda self: started.append(self.workers) or start(self))
    for name, options in (("one", []), ("two", ["--workers", "2"])):
        assert main(["index", "--corpus", str(corpus), "--index", str(tmp_path / name), *options]) == 0
    files = [json.loads((tmp_path / name / "manifest.json").read_text("utf-8"))["files"] for name in ("one", "two")]
    assert files[0] == files[1] and "tokens.npy" in files[0]
    assert started == [2]


def test_without_a_cluster_or_workers_it_is_the_encoder_itself(encoder: EmbeddedEncoder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("QA_RAY", raising=False)
    with spread(encoder) as one, spread(encoder, workers=1) as other:
        assert one is encoder is other


def test_a_cluster_that_is_not_there_is_one_clear_line(encoder: EmbeddedEncoder, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("ray", reason="Ray is not installed: pip install 'liver-stem-cell-qa[ray]'")
    monkeypatch.setenv("QA_RAY", "127.0.0.1:9")
    with pytest.raises(EncoderError, match='no Ray cluster at "127.0.0.1:9" .*start one with: ray start --head'), spread(encoder):
        pass


def test_without_ray_the_command_that_installs_it_is_named(encoder: EmbeddedEncoder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(EncoderError, match=r"pip install 'liver-stem-cell-qa\[ray\]'"), spread(encoder, ray="local"):
        pass


@pytest.mark.skipif(sys.platform != "linux", reason="finds the worker that it kills in /proc")
def test_a_ray_cluster_of_two_nodes_gives_the_vectors_of_one_process_and_outlives_a_lost_worker() -> None:
    pytest.importorskip("ray", reason="Ray is not installed: pip install 'liver-stem-cell-qa[ray]'")
    done = subprocess.run([sys.executable, str(Path(__file__).parent / "ray_cluster.py")], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout.splitlines()[-1]) == {
        "workers": 2,
        "the same vectors": True,
        "the same token vectors": True,
        "a worker was lost": True,
        "the same vectors without it": True,
        "refused": 'a machine of the cluster has other weights of the encoder "multilingual-e5-small" than this one; install the same versions on both',
    }
