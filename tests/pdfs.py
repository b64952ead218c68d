"""PDFs read back by another program than the one that made them: Debian's poppler-utils."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from html import unescape

import pytest

from tests.support import Browser

BREAK_POINTS = re.compile("[\u00ad\u200b]")  # where a long word may break; the first shows as a hyphen


def pdf(browser: Browser, address: str) -> bytes:
    """The bytes of the PDF at an address."""
    browser.get(address)
    assert (browser.status, browser.response.mimetype) == (200, "application/pdf"), (
        browser.status,
        browser.text[:300],
    )
    return bytes(browser.response.data)


def has(browser: Browser, address: str, *words: str) -> list[str]:
    """What of these words is missing on the paper."""
    text = words_of(pdf(browser, address))
    return [word for word in words if "".join(word.split()) not in text]


def _poppler(data: bytes, *command: str) -> str:
    """What a tool of poppler says of the PDF."""
    return _run(data, *command).decode()


def _run(data: bytes, *command: str) -> bytes:
    """What a tool of poppler makes of the PDF; without it the test is skipped, and fails where nothing may be
    skipped."""
    if shutil.which(command[0]) is None:
        missing = f"no {command[0]} on this machine: apt install poppler-utils"
        pytest.fail(missing) if os.environ.get("CS_BROWSER_REQUIRED") else pytest.skip(missing)
    return subprocess.run(command, input=data, capture_output=True, check=True, timeout=60).stdout


def text_of(data: bytes) -> str:
    """All its text as it lies on the pages, without the places where a long word may break."""
    return BREAK_POINTS.sub("", _poppler(data, "pdftotext", "-layout", "-", "-"))


def lines_of(data: bytes) -> list[str]:
    """Its lines, each with single blanks between its words."""
    return [" ".join(line.split()) for line in text_of(data).splitlines() if line.strip()]


def words_of(data: bytes) -> str:
    """All its text without white space: where lines end says nothing."""
    return re.sub(r"\s", "", BREAK_POINTS.sub("", _poppler(data, "pdftotext", "-", "-")))


def fonts_of(data: bytes) -> dict[str, bool]:
    """{font: whether it is embedded}."""
    lines = [line.split() for line in _poppler(data, "pdffonts", "-").splitlines()[2:]]
    return {line[0].partition("+")[2] or line[0]: line[-5] == "yes" for line in lines}


def pages_of(data: bytes) -> int:
    return int(re.findall(r"Pages:\s+(\d+)", _poppler(data, "pdfinfo", "-"))[0])


def size_of(data: bytes) -> tuple[int, int]:
    """Width and height of the first page in points."""
    width, height = re.findall(r"Page size:\s+([\d.]+) x ([\d.]+)", _poppler(data, "pdfinfo", "-"))[0]
    return round(float(width)), round(float(height))


def pictures_of(data: bytes) -> int:
    """How many photographs are in it."""
    return sum(" image " in line for line in _poppler(data, "pdfimages", "-list", "-").splitlines())


def drawn(data: bytes, dots: int) -> list[bytes]:
    """Each page as a printer of so many dots per inch draws it, as PNG."""
    return [
        _run(data, "pdftoppm", "-r", str(dots), "-f", str(page), "-singlefile", "-png", "-")
        for page in range(1, pages_of(data) + 1)
    ]


def widths_of(data: bytes) -> dict[str, float]:
    """How wide each word is drawn, in points."""
    return {word: end - start for word, start, end in _placed_words(data)}


def places_beyond(data: bytes, left: float, right: float) -> list[tuple[str, float, float]]:
    """The words that reach out of these margins, with their beginning and end."""
    return [(word, start, end) for word, start, end in _placed_words(data) if start < left or end > right]


def _placed_words(data: bytes) -> list[tuple[str, float, float]]:
    words = re.findall(
        r'xMin="([\d.-]+)" yMin="[\d.-]+" xMax="([\d.-]+)" yMax="[\d.-]+">([^<]*)<',
        _poppler(data, "pdftotext", "-bbox", "-", "-"),
    )
    return [(unescape(word), float(start), float(end)) for start, end, word in words]
