"""A corpus folder: its documents, passages, references, study facts, audit and question bank."""
