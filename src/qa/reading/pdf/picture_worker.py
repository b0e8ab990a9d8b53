"""The side of showing a PDF page that runs in a process of its own: a hostile file can only take that process down.

Run as a script by `qa.reading.pdf.picture`; knows nothing of the project. Prints one JSON object: `{"error": code}`, or
`{"pages": n, "width", "height", "image": base64, "media_type", "characters": {page: [[text, left, top, right, bottom], ...]}}`.
Places are shares of the page's width and height as it is shown, from its upper left corner; characters are in the
order of the file.
"""

import base64
import contextlib
import ctypes
import io
import json
import math
import sys
from typing import Any

WIDTH, LONGEST = 1200, 2400  # pixels: a column of small print stays readable, a poster does not fill the memory
LARGEST_PNG = 1_000_000  # bytes; a scan in colour becomes a JPEG beyond it
MOST_CHARACTERS = 60_000


def limit(memory: int, seconds: int) -> None:
    """Bound this process; where the system has no such limits (Windows), the parent's time limit remains."""
    try:
        import resource
    except ImportError:
        return
    for kind, value in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, seconds)):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (value, value))


def shown(path: str, number: int) -> dict[str, Any]:
    """Return the picture of a page (from 1), and the characters of it and of the page after it."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        return {"error": "encrypted" if "password" in str(error).lower() else "damaged"}
    count = len(document)
    if not 1 <= number <= count:
        return {"error": "no page"}
    page = document[number - 1]
    width, height = page.get_size()  # points, turned as the page says
    if not (math.isfinite(width) and math.isfinite(height) and width > 0 and height > 0):
        return {"error": "damaged"}
    scale = min(WIDTH / width, LONGEST / max(width, height))
    size = math.ceil(width * scale), math.ceil(height * scale)
    image, media_type = picture(page.render(scale=scale).to_pil())
    last = min(number + 1, count)
    return {
        "pages": count,
        "width": size[0],
        "height": size[1],
        "image": base64.b64encode(image).decode("ascii"),
        "media_type": media_type,
        "characters": {str(n): characters(document[n - 1]) for n in range(number, last + 1)},
    }


def picture(image: Any) -> tuple[bytes, str]:
    """Return a Pillow image as bytes, with their media type: PNG, or JPEG where that would be large."""
    out = io.BytesIO()
    image.convert("RGB").save(out, "PNG", compress_level=3)
    if out.tell() <= LARGEST_PNG:
        return out.getvalue(), "image/png"
    out = io.BytesIO()
    image.convert("RGB").save(out, "JPEG", quality=80)
    return out.getvalue(), "image/jpeg"


def characters(page: Any) -> list[list[Any]]:
    """Return the characters of a page with their boxes; those that take no room, such as line ends, are left out."""
    import pypdfium2.raw as pdfium

    text = page.get_textpage()
    found: list[list[Any]] = []
    for i in range(min(text.count_chars(), MOST_CHARACTERS)):
        code = pdfium.FPDFText_GetUnicode(text, i)
        left, bottom, right, top = text.get_charbox(i, loose=True)
        if code == 0 or right <= left or top <= bottom:
            continue
        corners = [placed(page, left, top), placed(page, right, bottom)]
        (x0, x1), (y0, y1) = sorted(c[0] for c in corners), sorted(c[1] for c in corners)
        found.append([chr(code), round(x0, 5), round(y0, 5), round(x1, 5), round(y1, 5)])
    return found


def placed(page: Any, x: float, y: float) -> tuple[float, float]:
    """Return a place in points as shares of the page as it is shown: turned and cropped as the page says."""
    import pypdfium2.raw as pdfium

    across, down, fine = ctypes.c_int(), ctypes.c_int(), 1_000_000
    pdfium.FPDF_PageToDevice(page, 0, 0, fine, fine, 0, x, y, ctypes.byref(across), ctypes.byref(down))
    return across.value / fine, down.value / fine


def main(arguments: list[str]) -> int:
    """Show one page and print what was found; the arguments are path, page, bytes of memory, seconds."""
    path, number, memory, seconds = arguments[0], *(int(a) for a in arguments[1:4])
    limit(memory, seconds)
    try:
        found = shown(path, number)
        json.dump(found, sys.stdout, ensure_ascii=True)
    except (MemoryError, RecursionError):
        json.dump({"error": "memory"}, sys.stdout)
    except Exception as error:  # whatever a hostile file provokes is one line for the parent
        json.dump({"error": "damaged", "detail": type(error).__name__}, sys.stdout)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
