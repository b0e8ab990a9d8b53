"""The tokeniser of multilingual-e5-small, from the vocabulary in its weights file."""

from qa.encoding.weights import Weights

SPACE_MARK = "\u2581"  # SentencePiece's visible space
UNKNOWN_PENALTY = 10.0  # SentencePiece: an unknown character scores this far below the rarest piece


class Tokenizer:
    """SentencePiece unigram segmentation of XLM-RoBERTa, by dynamic programming over the vocabulary.

    Plain Python: it loads in a fifth of the time of the `tokenizers` package, and segments a sentence in a fraction
    of the time that encoding it takes. A test compares both, and the wheel's own engine, on values.
    """

    def __init__(self, weights: Weights) -> None:
        self.max_tokens = weights.sizes["max_tokens"]
        self.special = weights.special
        self._ids = {piece: i for i, piece in enumerate(weights.pieces)}
        for piece in ("<s>", "<pad>", "</s>", "<unk>", "<mask>"):
            self._ids.pop(piece, None)  # markup typed by a user is text, not a control token
        self._scores = weights.piece_scores.tolist()
        self._longest = max(map(len, self._ids))
        self._unknown = float(weights.piece_scores.min()) - UNKNOWN_PENALTY
        self._table = str.maketrans(weights.normalisation)

    def content(self, text: str) -> list[int]:
        """Return the token ids of a text, without the start and end tokens and without a limit."""
        plain = text.translate(self._table)
        plain = SPACE_MARK + SPACE_MARK.join(part for part in plain.split(" ") if part)
        best = [0.0] + [-1e30] * len(plain)
        origin = [0] * (len(plain) + 1)
        chosen = [0] * (len(plain) + 1)
        for start in range(len(plain)):
            base = best[start]
            for end in range(start + 1, min(len(plain), start + self._longest) + 1):
                piece = self._ids.get(plain[start:end])
                if piece is not None and base + self._scores[piece] > best[end]:
                    best[end], origin[end], chosen[end] = base + self._scores[piece], start, piece
            if base + self._unknown > best[start + 1]:
                best[start + 1], origin[start + 1] = base + self._unknown, start
                chosen[start + 1] = self.special["unk"]
        ids, at = [], len(plain)
        while at > 0:
            ids.append(chosen[at])
            at = origin[at]
        return ids[::-1]

    def encode(self, text: str) -> list[int]:
        """Return at most 512 token ids with start and end tokens; what is longer is cut at the end."""
        return [self.special["bos"], *self.content(text)[: self.max_tokens - 2], self.special["eos"]]
