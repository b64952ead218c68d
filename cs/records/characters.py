"""Traditional characters as simplified ones, for comparing: 客戶名稱 is 客户名称."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


def in_simplified_characters(text: str) -> str:
    """Return a text with each traditional character replaced by its simplified one. For comparing only: a
    single character does not always tell which word was meant."""
    return text if text.isascii() else text.translate(_simplified_characters())


@cache
def _simplified_characters() -> dict[int, str]:
    """Return OpenCC's table of single characters; where one has more than one simplified form, the first."""
    table = files("opencc").joinpath("dictionary", "TSCharacters.txt").read_text("utf-8")
    pairs = (line.split() for line in table.splitlines())
    return {ord(pair[0]): pair[1] for pair in pairs if len(pair) > 1}
