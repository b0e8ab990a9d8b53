"""A sentence -> a statement: concepts, changes, figures and names that can be compared."""
