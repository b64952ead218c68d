"""The codes on labels: a record's number, or the number and a line of it (RMA-202611-001/2). As a picture,
and as a scanner types it."""

from __future__ import annotations

import re
import unicodedata

import segno

MAX_CODE_LENGTH = 60  # characters
# What keyboards in Chinese make of the two signs of a code, beside what NFKC makes half width again.
SIGNS = str.maketrans({**dict.fromkeys("、÷\\", "/"), **dict.fromkeys("‐‑‒–—―−ー_·", "-")})
_WITH_LINE = re.compile(r"(.+)/(\d{1,3})")


def qr_code_image(code: str) -> str:
    """Return the address of the QR code's picture, an SVG, with the empty margin that readers need. Never
    Micro QR, which most scanners do not read."""
    return segno.make_qr(code, error="m").svg_data_uri(border=4, omitsize=True)


def as_written(typed: str) -> str:
    """Return what was typed, without invisible marks only: a factory's own number may hold any signs."""
    return "".join(letter for letter in typed[:MAX_CODE_LENGTH] if letter.isprintable()).strip()


def read_code(typed: str) -> tuple[str, int | None]:
    """Return (number, line or None) of what a scanner typed: whatever its letters' case and width, and
    whatever it sends before, between and after.

    ("", None) where nothing is left of it.
    """
    half = unicodedata.normalize("NFKC", typed[:MAX_CODE_LENGTH]).translate(SIGNS)
    number = "".join(letter for letter in half if letter.isprintable() and not letter.isspace()).upper()
    match = _WITH_LINE.fullmatch(number)
    return (match.group(1), int(match.group(2))) if match else (number, None)
