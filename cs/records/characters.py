"""Traditional characters as simplified ones, for comparing: 客戶名稱 is 客户名称."""

from __future__ import annotations

from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_name("traditional_characters.txt")


def in_simplified_characters(text: str) -> str:
    """Return a text with each traditional character replaced by its simplified one. For comparing only: a
    single character does not always tell which word was meant."""
    return text if text.isascii() else text.translate(_simplified_characters())


@cache
def _simplified_characters() -> dict[int, str]:
    lines = TABLE.read_text("utf-8").splitlines()
    pairs = " ".join(line for line in lines if not line.startswith("#")).split()
    return {ord(pair[0]): pair[1] for pair in pairs}
