"""The fonts of printed sheets: which letters each of them has, and how wide a letter is.

The typesetter does not say that a font lacks a letter: it draws an empty box. So the tables of the font files
are read here first. Pure.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.util import find_spec
from pathlib import Path

import pylopdf_fonts_ko
import pylopdf_fonts_zh_cn

SYMBOLS_PACKAGE, SYMBOLS_FILE = "rinoh_typeface_dejavusans", "DejaVuSans.ttf"
UNICODE_TABLES = ((3, 10), (0, 4), (0, 3), (3, 1))  # (platform, encoding), the one with most letters first
SEGMENTS, GROUPS = 4, 12  # the two formats in which fonts list their letters


class NoFont(ValueError):
    """The file is no font, or one that cannot be read."""


@dataclass(frozen=True)
class Font:
    """A font file. `advances`: the width of each letter that it has, in sizes of the letters."""

    path: Path
    advances: Mapping[str, float]


@dataclass(frozen=True)
class Typeface:
    """The fonts of a sheet: each letter is drawn from the first that has it."""

    fonts: tuple[Font, ...]

    @cached_property
    def advances(self) -> dict[str, float]:
        """Return the width of each letter, in sizes of the letters."""
        return {letter: width for font in reversed(self.fonts) for letter, width in font.advances.items()}

    def has(self, letters: str) -> bool:
        """Return whether one font has all these letters."""
        return any(font.advances.keys() >= set(letters) for font in self.fonts)

    def advance(self, letter: str) -> float:
        """Return the width of a letter, in sizes of the letters; none for one that no font has."""
        return self.advances.get(letter, 0.0)

    def lacking(self, letters: Iterable[str]) -> list[tuple[Path, str]]:
        """Return each font's file, and which of the letters it lacks."""
        return [(font.path, "".join(sorted(set(letters) - font.advances.keys()))) for font in self.fonts]


@cache
def typeface(own: Path | None = None) -> Typeface:
    """Return the packaged fonts, after the site's own where it has one: Chinese, then letters and symbols
    that it lacks, then Korean."""
    packaged = (pylopdf_fonts_zh_cn.sans_path(), _symbols_path(), pylopdf_fonts_ko.sans_path())
    return Typeface(tuple(font_at(path) for path in (own, *packaged) if path))


def _symbols_path() -> Path:
    """Return the font's file. Its package is not imported: that would ask for the program it was made for."""
    spec = find_spec(SYMBOLS_PACKAGE)
    if spec is None or spec.origin is None:
        raise NoFont(SYMBOLS_PACKAGE)
    return Path(spec.origin).with_name(SYMBOLS_FILE)


@cache
def font_at(path: Path) -> Font:
    """Return the font of a file; one without letters where the file is none: the typesetter names it."""
    try:
        return Font(path, _advances(path.read_bytes()))
    except (OSError, NoFont, struct.error, IndexError):
        return Font(path, {})


def _advances(data: bytes) -> dict[str, float]:
    tables = _tables(data)
    (units,) = struct.unpack_from(">H", data, tables["head"] + 18)
    (count,) = struct.unpack_from(">H", data, tables["hhea"] + 34)
    widths = [advance for advance, _side in struct.iter_unpack(">Hh", data[tables["hmtx"] :][: 4 * count])]
    return {
        chr(code): widths[min(glyph, count - 1)] / units
        for code, glyph in _glyphs(data, tables["cmap"])
        if glyph and not 0xD800 <= code < 0xE000
    }


def _tables(data: bytes) -> dict[str, int]:
    """Return where the tables of a font file begin; of a collection, those of its first font."""
    start = struct.unpack_from(">I", data, 12)[0] if data[:4] == b"ttcf" else 0
    (count,) = struct.unpack_from(">H", data, start + 4)
    tables = {}
    for number in range(count):
        name, _sum, offset, _length = struct.unpack_from(">4sIII", data, start + 12 + 16 * number)
        tables[name.decode("latin-1")] = offset
    if not tables.keys() >= {"head", "hhea", "hmtx", "cmap"}:
        raise NoFont("tables are missing")
    return tables


def _glyphs(data: bytes, cmap: int) -> Iterator[tuple[int, int]]:
    """Yield (code of the letter, number of its glyph)."""
    (count,) = struct.unpack_from(">H", data, cmap + 2)
    subtables = {}
    for number in range(count):
        platform, encoding, offset = struct.unpack_from(">HHI", data, cmap + 4 + 8 * number)
        subtables[platform, encoding] = cmap + offset
    start = next((subtables[key] for key in UNICODE_TABLES if key in subtables), None)
    kind = None if start is None else struct.unpack_from(">H", data, start)[0]
    if start is None or kind not in (SEGMENTS, GROUPS):
        raise NoFont("no list of letters")
    yield from _of_groups(data, start) if kind == GROUPS else _of_segments(data, start)


def _of_groups(data: bytes, start: int) -> Iterator[tuple[int, int]]:
    (count,) = struct.unpack_from(">I", data, start + 12)
    for number in range(count):
        first, last, glyph = struct.unpack_from(">III", data, start + 16 + 12 * number)
        yield from ((code, glyph + code - first) for code in range(first, last + 1))


def _of_segments(data: bytes, start: int) -> Iterator[tuple[int, int]]:
    (doubled,) = struct.unpack_from(">H", data, start + 6)
    count, lists = doubled // 2, start + 14
    lasts, firsts, deltas = (
        _numbers(data, lists + skipped, count) for skipped in (0, doubled + 2, 2 * doubled + 2)
    )
    offsets_at = lists + 3 * doubled + 2
    offsets = _numbers(data, offsets_at, count)
    for number, (first, last) in enumerate(zip(firsts, lasts, strict=True)):
        for code in range(first, min(last, 0xFFFE) + 1):
            glyph = code
            if offsets[number]:
                listed = offsets_at + 2 * number + offsets[number] + 2 * (code - first)
                (glyph,) = struct.unpack_from(">H", data, listed)
            yield code, (glyph + deltas[number]) % 0x10000 if glyph or not offsets[number] else 0


def _numbers(data: bytes, start: int, count: int) -> array[int]:
    return array("H", struct.unpack_from(f">{count}H", data, start))
