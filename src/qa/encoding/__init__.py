"""Texts -> unit vectors: the embedded encoder, and any sentence-transformers model."""
