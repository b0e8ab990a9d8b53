"""The names at the beginning of a reference: where they end, and who they are."""

import re

from qa.text.preparation import HAN

INITIALS = re.compile(r"(?:[A-Z][a-z]?\.?[-\s]?){1,4}\.?|[A-Z]{1,4}\.?")
GIVEN_FIRST = re.compile(r"(?:[A-Z]\.[\s-]?){1,4}[A-Z'][^\W\d_]+")
LONGEST_NAME = 60  # characters
NOT_A_TITLE = re.compile(r"[A-Z]\.(?:[\s,-]|$)|&|and\s+[A-Z]\w+,|et al\b|Jr\b|,")


def split_authors(text: str) -> tuple[str, str]:
    """Split at the first full stop that is not an initial's."""
    if quoted := re.search(r'[,.]\s*[“"](.+?)[,.]?[”"]', text):  # IEEE
        return text[: quoted.start()], quoted.group(1) + ". " + text[quoted.end() :].lstrip(" ,.")
    if others := re.match(r"(.{2,2000}?\bet al|.{2,300}?,\s*等)[.,]\s*", text):
        return others.group(1), text[others.end() :]
    if GIVEN_FIRST.match(text):
        return _after_names(text)
    for stop in re.finditer(r"[.。]\s*" if HAN.match(text) else r"\.\s+", text):
        if not NOT_A_TITLE.match(text, stop.end()):
            authors = text[: stop.start()]
            return (authors, text[stop.end() :]) if _are_names(authors) else ("", text)
    return _after_names(text)


def _after_names(text: str) -> tuple[str, str]:
    """Split where the names end: in the forms that have commas between names, title and journal alike."""
    parts = text.split(", ")
    names = next((i for i, part in enumerate(parts) if not _is_name(part)), 0)
    rest = ", ".join(parts[names:])
    if last := re.match(rf"({GIVEN_FIRST.pattern}(?:\s[^\W\d_]+)?)\.\s+", rest):  # the last name ends with a full stop
        return ", ".join([*parts[:names], last.group(1)]), rest[last.end() :]
    return ", ".join(parts[:names]), rest


def _is_name(part: str) -> bool:
    part = re.sub(r"^(?:and|&)\s+", "", part.strip())
    if len(part) > LONGEST_NAME:
        return False
    given_first = re.fullmatch(r"(?:[A-Z]\.[\s-]?){1,4}(?:[A-Za-z'’-]+\s?){1,4}", part)
    return bool(
        given_first or re.fullmatch(r"(?:[^\W\d_'’-]+[\s'’-]?){1,4}\s[A-Z]{1,4}", part) or INITIALS.fullmatch(part)
    )


def _are_names(text: str) -> bool:
    parts = [p for p in re.split(r"[,、;]|\band\b|&", text) if p.strip()]
    return bool(parts) and all(len(p.split()) <= 8 for p in parts) and (len(parts) > 1 or len(parts[0].split()) <= 8)


def parse_authors(text: str) -> list[dict[str, str]]:
    """Return CSL names; `et al.` and 等 stay as a literal, so that a short list does not pass for a whole one."""
    authors: list[dict[str, str]] = []
    text = re.sub(r",?\s*\bet al\b\.?\s*$", ", et al.", text)
    for part in re.split(r"\s*(?:[,、;]|\band\b|&)\s*", text.strip()):
        part = part.strip(" *")
        if not part:
            continue
        if re.fullmatch(r"等|et al\.?", part):
            authors.append({"literal": part if part == "等" else "et al."})
        elif INITIALS.fullmatch(part) and authors and set(authors[-1]) == {"literal"}:
            authors[-1] = {"family": authors[-1]["literal"], "given": part}
        elif re.fullmatch(r"[\u3400-\u9fff]{2,3}", part):
            authors.append({"family": part[0], "given": part[1:]})
        elif name := re.fullmatch(r"((?:[A-Z]\.[\s-]?){1,4})\s*([^.]+)", part):
            authors.append({"family": name.group(2).strip(), "given": name.group(1).strip()})
        elif name := re.fullmatch(
            r"(.+?)\s+((?:[A-Z]{1,4}|[A-Z]-[A-Z]|(?:[A-Z]\.?[\s-]?)+)\.?)(?:\s+(?:Jr|Sr|III?)\.?)?", part
        ):
            authors.append({"family": name.group(1), "given": name.group(2).strip()})
        else:
            authors.append({"literal": part})
    return authors
