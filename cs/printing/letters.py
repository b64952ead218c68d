"""What a printed sheet makes of letters that no font of it has: none is left out in silence. Each stands in
the text by its number, [U+1F44D], and the sheet names them at its end. Pure.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from cs.printing.fonts import Typeface

LINE_END, SOFT_HYPHEN, ZERO_WIDTH_SPACE = "\n", "\u00ad", "\u200b"
WITHOUT_SHAPE = frozenset((LINE_END, SOFT_HYPHEN, ZERO_WIDTH_SPACE))  # what the typesetter itself reads
SHAPE_MARKS = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))  # each chooses a shape of the letter before it
MAX_NAMED = 60  # letters that a sheet names at its end


def letters_of(sheet: Mapping[str, Any]) -> set[str]:
    """Return every letter of a sheet that is to be drawn."""
    return set().union(*_texts(sheet)) - WITHOUT_SHAPE


def printable(sheet: Mapping[str, Any], typeface: Typeface) -> dict[str, Any]:
    """Return the sheet with nothing in it that cannot be drawn. `unprintable`: the letters that are named.

    Marks that turn the direction of reading or choose a shape are left out, other line ends become line
    ends, and blanks that no font has become blanks.
    """
    letters = letters_of(sheet)
    marks = {letter for letter in letters if _is_mark(letter)}
    replaced = {letter: _in_print(letter, typeface) for letter in letters - marks}
    table = {ord(letter): text for letter, text in replaced.items() if text != letter}
    named = {letter for letter, text in replaced.items() if text == _number(letter)}
    marked = re.compile(f"(.?)([{''.join(map(re.escape, sorted(marks)))}]+)", re.DOTALL) if marks else None

    def with_mark(match: re.Match[str]) -> str:
        whole = unicodedata.normalize("NFC", match[0])
        if typeface.has(whole):
            return whole
        named.update(match[2])
        return match[1] + "".join(map(_number, match[2]))

    def drawn(text: str) -> str:
        text = marked.sub(with_mark, text) if marked else text
        return text.replace("\r\n", LINE_END).translate(table)

    shown: dict[str, Any] = _mapped(sheet, drawn) if marks or table else dict(sheet)
    return shown | {"unprintable": _names(sorted(named))} if named else shown


def _in_print(letter: str, typeface: Typeface) -> str:
    kind = unicodedata.category(letter)
    if kind in ("Zl", "Zp") or letter == "\r":
        return LINE_END
    if kind == "Cf" or any(ord(letter) in marks for marks in SHAPE_MARKS):
        return ""
    if typeface.has(letter):
        return letter
    return " " if letter.isspace() and kind in ("Zs", "Cc") else _number(letter)


def _is_mark(letter: str) -> bool:
    """Return whether the letter stands on the one before it, and must come from the same font."""
    is_shape = any(ord(letter) in marks for marks in SHAPE_MARKS)
    return unicodedata.category(letter).startswith("M") and not is_shape


def _number(letter: str) -> str:
    return f"[U+{ord(letter):04X}]"


def _names(letters: list[str]) -> str:
    names = [f"U+{ord(letter):04X} {unicodedata.name(letter, '')}".strip() for letter in letters[:MAX_NAMED]]
    return ", ".join(names) + (" …" if len(letters) > MAX_NAMED else "")


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _texts(part)


def _mapped(value: Any, change: Callable[[str], str]) -> Any:
    """Return the value with each of its texts changed."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {key: _mapped(part, change) for key, part in value.items()}
    return [_mapped(part, change) for part in value] if isinstance(value, list | tuple) else value
