"""Days and numbers as people write them."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from decimal import Decimal

from cs.records.texts import cleaned

_DAY = re.compile(
    r"([0-9]{4})\s*[-/.\\年]\s*([0-9]{1,2})\s*[-/.\\月]\s*([0-9]{1,2})\s*[日号]?|([0-9]{4})([0-9]{2})([0-9]{2})"
)
# A comma separates thousands and nothing else: in 1,5 it may be a decimal point.
_MARKS = str.maketrans("，．－＋−", ",.-+-", " ")
_NUMBER = re.compile(r"[+-]?([0-9]{1,3}(,[0-9]{3})+|[0-9]+)?(\.[0-9]*)?")


def read_day(text: str) -> date | None:
    """Return the day of 2026-03-05, 2026/3/5, 2026.3.5, 2026年3月5日 or 20260305; None for anything else."""
    match = _DAY.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if match is None:
        return None
    try:
        return date(*(int(part) for part in match.groups() if part))
    except ValueError:
        return None


def read_number(text: str) -> Decimal | None:
    """Return the number of 1234, 1,234 or 1 234.5, of full width too; None for anything else, 1,5 among
    it."""
    digits = cleaned(text).translate(_MARKS)
    if not _NUMBER.fullmatch(digits) or not any(digit.isdecimal() for digit in digits):
        return None
    return Decimal(digits.replace(",", ""))
