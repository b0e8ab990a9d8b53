"""A user's own originals and fetched abstracts: into the corpus, out of it, and the index that follows."""
