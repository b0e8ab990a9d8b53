"""Raised figures: a citation becomes a mark `[7]`, a power or charge keeps its raised form (10\u2077, CD34\u207a).

Flattening them changes facts: 10 raised to 7, read as 107, is another dose.
"""

import re

from qa.text.preparation import HAN

NUMBERS = re.compile(r"\d{1,3}(?:\s?[-\u2013,\uff0c\u3001]\s?\d{1,3})*")
FORMS = str.maketrans(
    "0123456789+-\u2212()n",
    "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079\u207a\u207b\u207b\u207d\u207e\u207f",
)
WORD_BEFORE = re.compile(r"[A-Za-z]{3,}$")  # shorter ones are units: m, cm, mm
STOPS = '\u3002\uff0c\uff1b\u3001\uff01\uff1f.,;:!?)\uff09\u300b\u201d"'


def raised_text(raised: str, before: str, linked: bool = False) -> str:
    """Return what a raised text stands for after the text `before`; `linked`: it links into the reference list."""
    raised = raised.strip()
    if not NUMBERS.fullmatch(raised):
        return raised.translate(FORMS) if len(raised) <= 3 and "[" not in raised else raised
    last = before.rstrip()[-1:]
    if last.isdigit() and not linked:
        return raised.translate(FORMS)
    if linked or (last and last in STOPS) or HAN.match(last) or WORD_BEFORE.search(before):
        return f"[{raised}]"
    return raised.translate(FORMS)
