"""The public services that publish abstracts, one a module."""
