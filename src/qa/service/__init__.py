"""One assistant for many visitors: opened in the background, counted, nothing kept of a question."""
