"""The codes on labels: a record's number, or the number and a line of it (RMA-202611-001/2). As a picture, and as a scanner types it."""
from __future__ import annotations

import re
import unicodedata

import segno
from markupsafe import Markup

LONGEST_CODE = 60  # characters
# What keyboards in Chinese make of the two signs of a code, beside what NFKC makes half width again.
SIGNS = str.maketrans({**dict.fromkeys("、÷\\", "/"), **dict.fromkeys("‐‑‒–—―−ー_·", "-")})
_WITH_LINE = re.compile(r"(.+)/(\d{1,3})")


def picture(code: str) -> Markup:
    """The QR code as an SVG without styles, with the empty margin that readers need. Never Micro QR, which most scanners do not read."""
    return Markup(segno.make_qr(code, error="m").svg_inline(border=4, omitsize=True, svgclass=None, lineclass=None))  # noqa: S704: drawn here, holds no text


def read(typed: str) -> tuple[str, int | None]:
    """(number, line or None) of what a scanner typed: whatever its letters' case and width, and whatever it sends before, between and after.

    ("", None) where nothing is left of it.
    """
    half = unicodedata.normalize("NFKC", typed[:LONGEST_CODE]).translate(SIGNS)
    number = "".join(letter for letter in half if letter.isprintable() and not letter.isspace()).upper()
    found = _WITH_LINE.fullmatch(number)
    return (found.group(1), int(found.group(2))) if found else (number, None)
