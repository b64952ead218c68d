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

from cs.printing.fonts import Typeface
from cs.printing.letters import SOFT_HYPHEN, ZERO_WIDTH_SPACE

POINT = 0.3528  # millimetres
SECOND_LANGUAGE_SCALE = 0.82  # the size of the second language, of the first (common.typ)
MARGINS = 1.8  # millimetres within a cell, left and right together
MAX_NEEDED_WIDTH = (
    14.0  # letters of Chinese: a longer word may break, rather than take the line from the others
)
MAX_WHOLE_TITLE = 6  # letters of a Chinese title that stand in one line
MAX_PLAIN_WORD = 20  # letters of a word that breaks with a hyphen; what is longer is no word of English
MIN_LAST_PIECE = 4  # letters of such a word after its last hyphen: -ment, -tion
ROUNDING = 1e-6  # a column made as wide as its widest word holds it
# A line ends at a blank or beside a letter of Chinese, Japanese or Korean, but neither after an opening mark
# nor before a closing one.
BREAKS = (
    r" \n\u00ad\u1100-\u11ff\u1680\u2000-\u2006\u2008-\u200b\u205f\u2e80-\ud7ff\uf900-\ufaff\ufe30-\ufe6f"
    r"\uff00-\uff60\uffe0-\uffe6\U00020000-\U0003ffff"
)
OPENING, CLOSING = "〈《「『【〔（［｛", "、。〉》」』】〕！），．：；？］｝"
WORD = re.compile(f"[{OPENING}]*[^{BREAKS}]+[{CLOSING}]*")  # letters that nothing breaks by itself


def title_width(title: Any) -> float:
    """Return the width that a column's title needs to be read, in letters of Chinese: a short title in
    Chinese, which may break anywhere, stays whole, and a longer one breaks once."""
    if isinstance(title, list):
        return max((title_width(part) for part in title), default=0.0)
    if isinstance(title, dict):
        return title_width(title["zh"])
    letters = len(WORD.sub("", title).replace(" ", ""))
    return float(letters if letters <= MAX_WHOLE_TITLE else ceil(letters / 2))


def _shared_widths(needs: Sequence[float], room: float) -> list[float]:
    """Return the needs, of which the largest are cut to what the others leave them, all of these alike."""
    widths = [0.0] * len(needs)
    by_need = sorted(range(len(needs)), key=lambda column: needs[column])
    for done, column in enumerate(by_need):
        widths[column] = min(needs[column], (room - sum(widths)) / (len(needs) - done))
    return widths


class Fitting:
    """Fits texts into columns by the widths of the letters in their fonts."""

    def __init__(self, typeface: Typeface) -> None:
        self.typeface = typeface

    def word_width(self, word: str) -> float:
        """Return the width of a word, in letters of Chinese."""
        return sum(map(self.typeface.advance, word))

    def needed_width(self, text: Any, scale: float = 1.0) -> float:
        """Return the width of a text's widest word, in letters of Chinese."""
        if isinstance(text, dict):
            second = self.needed_width(text["en"], scale * SECOND_LANGUAGE_SCALE)
            return max(self.needed_width(text["zh"], scale), second)
        if isinstance(text, list):
            return max((self.needed_width(part, scale) for part in text), default=0.0)
        return scale * max((self.word_width(word) for word in WORD.findall(text)), default=1.0)

    def column_widths(
        self,
        weights: Sequence[float],
        cells: Sequence[Iterable[Any]],
        room: float,
        size: float,
        at_least: Sequence[float] = (),
    ) -> list[float]:
        """Return the widths of columns in millimetres, `room` in all: by their weights, but none below what
        its texts need while others have more, nor below `at_least` letters of Chinese.

        Where there is not room for all needs, the widest give way.
        """
        widest = [max(map(self.needed_width, texts), default=0.0) for texts in cells]
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

    def with_break_points(self, text: Any, width: float, size: float) -> Any:
        """Return the text for a cell of that width, with places where a word too long for it may break."""
        return self._with_break_points(text, (width - MARGINS) / (size * POINT))

    def cells_with_break_points(
        self, cells: Sequence[Any], widths: Sequence[float], size: float
    ) -> list[Any]:
        return [self.with_break_points(cell, width, size) for cell, width in zip(cells, widths, strict=True)]

    def _with_break_points(self, text: Any, room: float) -> Any:
        if isinstance(text, dict):
            return {
                "zh": self._with_break_points(text["zh"], room),
                "en": self._with_break_points(text["en"], room / SECOND_LANGUAGE_SCALE),
            }
        if isinstance(text, list):
            return [self._with_break_points(part, room) for part in text]
        return WORD.sub(lambda word: self._broken_word(word[0], room), text)

    def _broken_word(self, word: str, room: float) -> str:
        if self.word_width(word) <= room + ROUNDING:
            return word
        is_plain = word.isascii() and word.isalpha() and len(word) <= MAX_PLAIN_WORD
        mark = "-" if is_plain else ""
        pieces = [""]
        for letter in word:
            if pieces[-1] and self.word_width(pieces[-1] + letter + mark) > room:
                pieces.append("")
            pieces[-1] += letter
        if is_plain and len(pieces) > 1 and len("".join(pieces[-2:])) >= 2 * MIN_LAST_PIECE:
            both = "".join(pieces[-2:])
            cut = min(len(pieces[-2]), len(both) - MIN_LAST_PIECE)
            pieces[-2:] = [both[:cut], both[cut:]]
        return (SOFT_HYPHEN if is_plain else ZERO_WIDTH_SPACE).join(pieces)
