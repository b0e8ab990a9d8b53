"""A file -> `Document` -> passages: whole sentences, each with the study that it is about."""
