"""Question -> ranked statements or documents."""
