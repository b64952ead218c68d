"""Texts as people type and copy them: cleaned in one way, compared in one way, wherever they come from."""

from __future__ import annotations

import re
import unicodedata

from cs.records.characters import in_simplified_characters

# Marks that come along with copied text and show nothing: zero-width space, word joiner, BOM, soft hyphen,
# text direction marks.
_INVISIBLE: dict[int, None] = dict.fromkeys(
    [0xAD, 0x180E, 0x200B, 0x200C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF]
)
# Full-width letters and digits are an input method left switched on; full-width punctuation is good Chinese
# and stays.
_HALF_WIDTH = {
    wide: wide - 0xFEE0
    for span in ((0xFF10, 0xFF19), (0xFF21, 0xFF3A), (0xFF41, 0xFF5A))
    for wide in range(span[0], span[1] + 1)
}
_SPACES = dict.fromkeys([0x09, 0xA0, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000], " ")
_LINE_ENDS = dict.fromkeys([0x0B, 0x0D, 0x85, 0x2028, 0x2029], "\n")
_CLEAN: dict[int, int | str | None] = {**_INVISIBLE, **_HALF_WIDTH, **_SPACES, **_LINE_ENDS}
_LEGAL_FORMS = (
    (re.compile(r"有限责任公司$"), "有限公司"),
    (re.compile(r"(companylimited|companyltd|colimited)$"), "coltd"),
)


def cleaned(text: str, *, multiline: bool = False) -> str:
    """Return a text without invisible marks and outer spaces, its letters and digits of half width, its
    spaces plain; line ends become spaces unless it is `multiline`."""
    text = text.replace("\r\n", "\n").translate(_CLEAN)
    return (text if multiline else text.replace("\n", " ")).strip()


def comparable(text: str | None) -> str:
    """Return a name, code or number as it is compared: width, case, spaces and invisible marks make no
    difference."""
    folded = unicodedata.normalize("NFKC", text or "").translate(_INVISIBLE).casefold()
    # Without the spaces, what folding took apart comes together again.
    return unicodedata.normalize("NFKC", "".join(folded.split()))


def without_punctuation(text: str) -> str:
    """Return a text without hyphens, brackets and other marks; letters, digits, symbols and spaces stay."""
    return "".join(c for c in text if not _is_punctuation(c))


def _is_punctuation(character: str) -> bool:
    category = unicodedata.category(character)
    return category.startswith("P") or category == "Sm"


def lookalike_key(name: str) -> str:
    """Return what two names of a company have in common that people take for the same: traditional or
    simplified, with or without brackets, dots and spaces."""
    key = in_simplified_characters(without_punctuation(comparable(name)))
    for pattern, form in _LEGAL_FORMS:
        key = pattern.sub(form, key)
    return key
