"""Ranked statements -> quotes with their citations and notices, or an honest refusal."""
