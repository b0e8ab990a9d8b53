"""PDF -> text and blocks: glyphs, lines in reading order, running heads left out, paragraphs."""
