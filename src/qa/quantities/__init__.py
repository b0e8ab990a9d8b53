"""Numbers, dates and quantities in Chinese and English text, as values that can be compared."""
