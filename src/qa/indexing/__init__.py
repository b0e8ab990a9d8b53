"""Corpus -> index folder -> opened index."""
