"""How the columns of a printed sheet are laid out: none so narrow that a date or a word breaks while another
has room. Pure.

A text is what a sheet holds: a string, {zh, en} where it is in both languages, or a list of parts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import zip_longest
from math import ceil
from typing import Any

POINT = 0.3528  # millimetres
SECOND_LANGUAGE_SCALE = 0.82  # the size of the second language, of the first (common.typ)
MARGINS = 1.8  # millimetres within a cell, left and right together
MAX_NEEDED_WIDTH = (
    14.0  # letters of Chinese: a longer word may break, rather than take the line from the others
)
MAX_WHOLE_TITLE = 6  # letters of a Chinese title that stand in one line
MAX_PLAIN_WORD = 20  # letters of a word that breaks with a hyphen; what is longer is no word of English
SOFT_HYPHEN, ZERO_WIDTH_SPACE = "\u00ad", "\u200b"
ROUNDING = 1e-6  # a column made as wide as its widest word holds it
WORD = re.compile(r"[!-~\u00a0-\u024f]+")  # letters and digits that nothing breaks by itself


def word_width(word: str) -> float:
    """Estimate the width of a word in Latin letters, in letters of Chinese: rather too wide than too
    narrow."""
    return sum(_letter_width(letter) for letter in word)


def _letter_width(letter: str) -> float:
    if letter.isdigit():
        return 0.56
    if letter in "mwMW@%":
        return 0.9
    if letter.isupper():
        return 0.63
    return 0.37 if letter in "-.,:;()/|iljt'" else 0.57


def needed_width(text: Any, scale: float = 1.0) -> float:
    """Return the width of a text's widest word, in letters of Chinese."""
    if isinstance(text, dict):
        return max(needed_width(text["zh"], scale), needed_width(text["en"], scale * SECOND_LANGUAGE_SCALE))
    if isinstance(text, list):
        return max((needed_width(part, scale) for part in text), default=0.0)
    return scale * max((word_width(word) for word in WORD.findall(text)), default=1.0)


def title_width(title: Any) -> float:
    """Return the width that a column's title needs to be read, in letters of Chinese: a short title in
    Chinese, which may break anywhere, stays whole, and a longer one breaks once."""
    if isinstance(title, list):
        return max((title_width(part) for part in title), default=0.0)
    if isinstance(title, dict):
        return title_width(title["zh"])
    letters = len(WORD.sub("", title).replace(" ", ""))
    return float(letters if letters <= MAX_WHOLE_TITLE else ceil(letters / 2))


def column_widths(
    weights: Sequence[float],
    cells: Sequence[Iterable[Any]],
    room: float,
    size: float,
    at_least: Sequence[float] = (),
) -> list[float]:
    """Return the widths of columns in millimetres, `room` in all: by their weights, but none below what its
    texts need while others have more, nor below `at_least` letters of Chinese.

    Where there is not room for all needs, the widest give way.
    """
    widest = [max(map(needed_width, texts), default=0.0) for texts in cells]
    widest = [max(pair) for pair in zip_longest(widest, at_least, fillvalue=0.0)]
    needs = [min(MAX_NEEDED_WIDTH, letters) * size * POINT + MARGINS for letters in widest]
    if sum(needs) >= room:
        return _shared_widths(needs, room)
    widths, free = [0.0] * len(weights), set(range(len(weights)))
    while free:
        left = room - sum(widths)
        share = left / sum(weights[column] for column in free)
        tight = {column for column in free if weights[column] * share < needs[column]}
        for column in tight or free:
            widths[column] = needs[column] if tight else weights[column] * share
        free -= tight or free
    return widths


def _shared_widths(needs: Sequence[float], room: float) -> list[float]:
    """Return the needs, of which the largest are cut to what the others leave them, all of these alike."""
    widths = [0.0] * len(needs)
    by_need = sorted(range(len(needs)), key=lambda column: needs[column])
    for done, column in enumerate(by_need):
        widths[column] = min(needs[column], (room - sum(widths)) / (len(needs) - done))
    return widths


def with_break_points(text: Any, width: float, size: float) -> Any:
    """Return the text for a cell of that width, with places where a word too long for it may break."""
    return _with_break_points(text, (width - MARGINS) / (size * POINT))


def cells_with_break_points(cells: Sequence[Any], widths: Sequence[float], size: float) -> list[Any]:
    return [with_break_points(cell, width, size) for cell, width in zip(cells, widths, strict=True)]


def _with_break_points(text: Any, room: float) -> Any:
    if isinstance(text, dict):
        return {
            "zh": _with_break_points(text["zh"], room),
            "en": _with_break_points(text["en"], room / SECOND_LANGUAGE_SCALE),
        }
    if isinstance(text, list):
        return [_with_break_points(part, room) for part in text]
    return WORD.sub(lambda word: _broken_word(word[0], room), text)


def _broken_word(word: str, room: float) -> str:
    if word_width(word) <= room + ROUNDING:
        return word
    is_plain = word.isascii() and word.isalpha() and len(word) <= MAX_PLAIN_WORD
    mark = "-" if is_plain else ""
    pieces = [""]
    for letter in word:
        if pieces[-1] and word_width(pieces[-1] + letter + mark) > room:
            pieces.append("")
        pieces[-1] += letter
    return (SOFT_HYPHEN if is_plain else ZERO_WIDTH_SPACE).join(pieces)
