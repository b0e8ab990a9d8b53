"""What a language model makes of a claim beside a quoted sentence: a hint for the reader that decides nothing.

`QA_NLI` names a cross-encoder for natural language inference (NLI). Such models overlook changed numbers and negations
that `qa.claims.comparison` finds, so no verdict asks them.
"""

import os
import threading
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from qa.errors import EncoderError

Relation = Literal["entailment", "contradiction", "neutral"]
STEMS: dict[str, Relation] = {"entail": "entailment", "contradict": "contradiction", "neutral": "neutral"}
_turn = threading.Lock()  # one at a time: the tokeniser can't be shared between threads while it truncates


@dataclass(frozen=True)
class Hint:
    """How a sentence stands to a claim in the eyes of a model; `score` is the probability of the relation, 0 to 1."""

    model: str
    relation: Relation
    score: float


def nli_hint(claim: str, sentence: str) -> Hint | None:
    """Return how the model of `QA_NLI` reads a sentence beside a claim; None if it isn't set.

    The model is opened with the first claim, on the CPU, from a folder or from what was downloaded before; what is
    longer than it reads is cut off.

    Raises:
        EncoderError: the model can't be opened, is none for NLI, or fails on these texts.
    """
    name = os.environ.get("QA_NLI", "").strip()
    if not name:
        return None
    with _turn:
        model, relations = _opened(name)
        try:
            (probabilities,) = model.predict([(sentence, claim)], apply_softmax=True, show_progress_bar=False)
        except Exception as error:  # the library raises many kinds: one clear line for all of them
            raise _unusable(name, f"failed on a claim ({_first_line(error)})") from error
    best = int(probabilities.argmax())
    return Hint(Path(name).resolve().name if Path(name).is_dir() else name, relations[best], float(probabilities[best]))


@cache
def _opened(name: str) -> tuple[Any, tuple[Relation, ...]]:
    """Return the model and the relation that each of its outputs stands for."""
    try:
        import torch
        from sentence_transformers import CrossEncoder

        # local_files_only: nobody's claim waits for a download of gigabytes, and answering needs no network
        model = CrossEncoder(name, device="cpu", local_files_only=True, activation_fn=torch.nn.Identity())
        labels = [str(label) for _, label in sorted(model.config.id2label.items())]
    except Exception as error:
        known = "" if Path(name).is_dir() else f", download it first with: hf download {name}"
        raise _unusable(name, f"can't be opened ({_first_line(error)})", known) from error
    relations = tuple(relation for label in labels for stem, relation in STEMS.items() if label.lower().startswith(stem))
    if len(labels) != len(STEMS) or set(relations) != set(STEMS.values()):
        raise _unusable(name, f'has the labels {", ".join(labels)}, not "entailment", "contradiction" and "neutral"')
    return model, relations


def _unusable(name: str, reason: str, instead: str = "") -> EncoderError:
    return EncoderError(f'QA_NLI="{name}" {reason}; name another NLI model{instead}, or unset QA_NLI: no verdict needs it')


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
