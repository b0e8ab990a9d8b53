"""Trains the token maps on the question bank: `python -m qa.evaluation.token_training`. Writes `corpus/token_maps.npz`.

A development tool, not used when answering. Each question is shown its own sentence among the sentences that the other
parts of the ranking take for it, in a random one of their languages, and an answer "nothing here" with a learned score;
for a question that nothing answers, that is the right one. The dev and test questions are not part of it.
"""

import math
import sys
from typing import Any

import numpy as np

from qa.encoding.encoder import EmbeddedEncoder
from qa.indexing.build import read_negatives
from qa.indexing.index import Index, embedded_text, open_index
from qa.indexing.token_maps import FILE, GATE_SCALE, TokenMaps, write_token_maps
from qa.progress import Progress
from qa.settings import default_index, shipped_corpus

WIDTH = 128  # dimensions of a mapped token
EPOCHS, BATCH, RATE = 3, 48, 1e-3
SCALE = 25.0  # of the scores in the softmax
SHOWN = 7  # sentences that a question is shown, its own among them
HARD = 12  # nearest wrong sentences that they are drawn from
NOTHING_WEIGHT = 2.0  # of a question that nothing answers, against one that is answered
LONGEST_QUESTION, LONGEST_SENTENCE = 48, 130  # tokens
SEED = 20251222


def train(index: Index, encoder: EmbeddedEncoder) -> TokenMaps:
    """Return token maps trained on the bank of an index. Same bank and thread count, same maps."""
    import torch

    torch.manual_seed(SEED)
    random = np.random.default_rng(SEED)
    questions = [q.text for q in index.bank] + [text for text, _ in read_negatives()]
    vectors, tokens = _tokens(encoder, questions, "query", LONGEST_QUESTION)
    _, sentences = _tokens(encoder, [embedded_text(p) for p in index.passages], "passage", LONGEST_SENTENCE)
    answers = np.concatenate([index.unit_of_question, np.full(len(questions) - len(index.bank), -1)])
    hard = _nearest_wrong(index, vectors, answers)
    lines = [np.flatnonzero(index.unit_of_row == unit) for unit in range(len(index.units))]
    start = torch.linalg.qr(torch.randn(encoder.dimension, encoder.dimension))[0][:, :WIDTH]
    values = [start.clone(), start.clone(), torch.zeros(encoder.dimension), torch.zeros(1), torch.tensor(0.6)]
    query, passage, gate, offset, nothing = (torch.nn.Parameter(value) for value in values)
    optimiser = torch.optim.AdamW([query, passage, gate, offset, nothing], RATE, weight_decay=0.0)
    batches = -(-len(questions) // BATCH)
    progress = Progress()
    step = 0
    for _ in range(EPOCHS):
        for part in np.array_split(random.permutation(len(questions)), batches):
            for group in optimiser.param_groups:
                group["lr"] = RATE * 0.5 * (1 + math.cos(math.pi * step / (EPOCHS * batches)))
            shown = _shown(part, answers, hard, random)
            chosen = [int(random.choice(lines[unit])) for unit in shown.ravel()]
            x, held = _padded([tokens[i] for i in part])
            y, kept = _padded([sentences[row] for row in chosen])
            weights = torch.nn.functional.softplus(GATE_SCALE * (x @ gate) + offset) * held
            weights = weights / weights.sum(1, keepdim=True).clamp(min=1e-6)
            q = torch.nn.functional.normalize(x @ query, dim=-1)
            p = torch.nn.functional.normalize(y @ passage, dim=-1).view(len(part), -1, WIDTH)
            products = torch.bmm(q, p.transpose(1, 2)).view(len(part), q.shape[1], SHOWN, -1)
            best = products.masked_fill(~kept.view(len(part), 1, SHOWN, -1), -1.0).amax(-1)
            scores = torch.cat([(best * weights[:, :, None]).sum(1), nothing.expand(len(part), 1)], 1) * SCALE
            own = torch.from_numpy(answers[part])
            right = torch.cat([own[:, None] == torch.from_numpy(shown), (own < 0)[:, None]], 1)
            losses = torch.logsumexp(scores, 1) - torch.logsumexp(scores.masked_fill(~right, -1e4), 1)
            importance = torch.where(own < 0, NOTHING_WEIGHT, 1.0)
            optimiser.zero_grad()
            ((losses * importance).sum() / importance.sum()).backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            step += 1
            progress("training", step, EPOCHS * batches)
    matrices = [value.detach().numpy().astype(np.float32) for value in (query, passage, gate)]
    return TokenMaps(matrices[0], matrices[1], matrices[2], float(offset), encoder.digest)


def _tokens(encoder: EmbeddedEncoder, texts: list[str], role: Any, longest: int) -> tuple[np.ndarray, list[np.ndarray]]:
    """Return vectors and token vectors (float16, at most `longest` tokens), a thousand texts at a time to bound memory."""
    vectors, tokens = [], []
    progress = Progress()
    for start in range(0, len(texts), 1000):
        some, rows = encoder.encode_both(texts[start : start + 1000], role)
        vectors.append(some)
        tokens += [row[:longest].astype(np.float16) for row in rows]
        progress(f"{role} tokens", len(tokens), len(texts))
    return np.concatenate(vectors), tokens


def _nearest_wrong(index: Index, vectors: np.ndarray, answers: np.ndarray) -> np.ndarray:
    """Return for each question the HARD units, (n, HARD), that the trained maps put nearest to it, its own left out."""
    similar = index.maps.queries(vectors) @ index.vectors.T
    order = np.argsort(index.unit_of_row, kind="stable")
    starts = np.searchsorted(index.unit_of_row[order], np.arange(len(index.units)))
    by_unit = np.maximum.reduceat(similar[:, order], starts, axis=1)
    answered = np.flatnonzero(answers >= 0)
    by_unit[answered, answers[answered]] = -2.0
    return np.argsort(-by_unit, axis=1, kind="stable")[:, :HARD]


def _shown(part: np.ndarray, answers: np.ndarray, hard: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Return the units that each question of a batch is shown, (batch, SHOWN): its own first, if it has one."""
    shown = np.stack([random.permutation(hard[i])[:SHOWN] for i in part])
    own = answers[part]
    shown[own >= 0, 0] = own[own >= 0]
    return shown


def _padded(rows: list[np.ndarray]) -> tuple[Any, Any]:
    import torch

    longest = max(1, max(map(len, rows)))
    values = np.zeros((len(rows), longest, rows[0].shape[1]), dtype=np.float32)
    held = np.zeros((len(rows), longest), dtype=bool)
    for i, row in enumerate(rows):
        values[i, : len(row)], held[i, : len(row)] = row, True
    return torch.from_numpy(values), torch.from_numpy(held)


def main() -> int:
    """Train on the default index and write the shipped file."""
    encoder = EmbeddedEncoder()
    maps = train(open_index(default_index(), encoder), encoder)
    write_token_maps(shipped_corpus() / FILE, maps)
    print(f"{FILE}: {maps.query.shape[1]} dimensions a token, {maps.digest[:12]}; now run: qa index, then the calibration")
    return 0


if __name__ == "__main__":
    sys.exit(main())
