"""One cell: from what Excel or a CSV file holds to a value of its column's kind, or the reason why not."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Literal

from cs.files.types import is_control

Kind = Literal["text", "integer", "decimal", "date", "choice"]

EXCEL_DAY_ZERO = date(1899, 12, 30)
YEARS = range(1950, 2101)
# Excel keeps 15 digits of a number and makes the rest zero, so a longer one is no longer what was typed.
EXCEL_DIGITS = 15
# No cell of Excel holds more; a column may allow less.
MAX_CELL_LENGTH = 32_767
SHOWN = 60
STRUCK_THROUGH = ("/", "\\", "-", "--", "—", "——", "n/a")  # an empty box of a form is struck through

_ERRORS = re.compile(r"#(N/A|NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!|SPILL!|CALC!|#+)")
_DIGITS = re.compile(r"[+-]?([0-9]{1,3}(,[0-9]{3})+|[0-9]+)(\.[0-9]*)?")
_SHORTENED = re.compile(r"[0-9](\.[0-9]+)?E\+[0-9]{2,}", re.IGNORECASE)
_DATE = re.compile(
    r"([0-9]{4})\s*[-/.年]\s*([0-9]{1,2})\s*[-/.月]\s*([0-9]{1,2})\s*[日号]?"
    r"([\sT]\s*[0-9]{1,2}[:时][0-9]{1,2}([:分][0-9]{1,2}(\.[0-9]+)?)?[分秒]?)?"
)
_COMPACT_DATE = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_SERIAL = re.compile(r"[0-9]{5}(\.[0-9]+)?")
# Marks that come along with copied text and show nothing: zero-width space, word joiner, BOM, text direction
# marks.
_INVISIBLE = dict.fromkeys(
    [0x200B, 0x200E, 0x200F, 0x2060, 0xFEFF, 0xAD, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
)
# Full-width letters and digits are an input method left switched on; full-width punctuation is good Chinese
# and stays.
_HALF_WIDTH = {
    wide: wide - 0xFEE0
    for span in ((0xFF10, 0xFF19), (0xFF21, 0xFF3A), (0xFF41, 0xFF5A))
    for wide in range(span[0], span[1] + 1)
}
_SPACES = {0xA0: " ", 0x3000: " ", 0x2002: " ", 0x2003: " ", 0x2009: " ", 0x202F: " "}
_CLEAN = {**_INVISIBLE, **_HALF_WIDTH, **_SPACES}


# A value and no code, or None with the code of a problem and its params.
Read = tuple[object, str | None, dict[str, object]]


@dataclass(frozen=True)
class Problem:
    """Why a cell, a line or a table cannot be taken: `column` is a Column's name, or None for the whole
    line."""

    column: str | None
    code: str
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class CellError:
    """A formula that gave an error instead of a value: '#N/A'."""

    text: str


@dataclass(frozen=True)
class Column:
    """A column to look for: its titles (the first is the one shown to users) and what its cells must hold.

    `choices` maps each title a user may write (and, by itself, each code) to the code that is kept; a column
    of texts may have them too: then other words are kept as they stand. `multiline` keeps line breaks inside
    a text; otherwise they become spaces.
    """

    name: str
    titles: tuple[str, ...]
    kind: Kind = "text"
    required: bool = False
    max_length: int | None = None
    choices: Mapping[str, str] | None = None
    multiline: bool = False

    @cached_property
    def codes(self) -> dict[str, str]:
        """Return each code by the comparable form of each title and of the code itself."""
        choices = self.choices or {}
        titles = [*zip(choices.values(), choices.values(), strict=True), *choices.items()]
        return {comparable(title): code for title, code in titles}

    @property
    def possible(self) -> list[str]:
        """Return one title for each code: the first is the one users know."""
        titles: dict[str, str] = {}
        for title, code in (self.choices or {}).items():
            titles.setdefault(code, title)
        return list(titles.values())


def comparable(text: str) -> str:
    """Return a text for comparing: no width, case, spaces or invisible marks."""
    text = unicodedata.normalize("NFKC", text).casefold().translate(_INVISIBLE)
    return "".join(text.split())


def read_cell(column: Column, raw: object) -> tuple[object, Problem | None]:
    """Return the value of a cell and no problem, or None and the problem. An empty cell is None: a problem
    where required."""
    if isinstance(raw, CellError):
        return None, Problem(column.name, "formula_error", {"value": raw.text})
    if isinstance(raw, str):
        raw, code = _cleaned_text(raw, column.multiline)
        if code:
            return None, Problem(column.name, code, {"value": raw_in_message(raw)})
    if raw is None or raw == "" or (isinstance(raw, str) and comparable(raw) in STRUCK_THROUGH):
        return None, Problem(column.name, "required") if column.required else None
    value, code, params = _READERS[column.kind](column, raw)
    if code is None:
        return value, None
    return None, Problem(column.name, code, {"value": raw_in_message(raw), **params})


def raw_in_message(raw: object) -> str:
    """Return a raw cell as a user saw it, cut short, for a message."""
    text = "".join(" " if is_control(c) else c for c in _as_text(raw)[: SHOWN + 1])
    return text if len(text) <= SHOWN else text[:SHOWN] + "…"


def _cleaned_text(text: str, multiline: bool) -> tuple[str, str | None]:
    text = text.translate(_CLEAN).replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    text = text.replace("\x85", "\n").replace("\u2028", "\n").replace("\v", "\n")
    if not multiline:
        text = text.replace("\n", " ")
    text = text.strip()
    if _ERRORS.fullmatch(text):
        return text, "formula_error"
    # A lone surrogate or a noncharacter cannot be stored or printed.
    if any(is_control(c) or 0xD800 <= ord(c) <= 0xDFFF or ord(c) & 0xFFFE == 0xFFFE for c in text):
        return text, "control_characters"
    return text, None


def _as_text(raw: object) -> str:
    if isinstance(raw, bool):
        return "TRUE" if raw else "FALSE"
    if isinstance(raw, float):
        # 13800138000.0 is a telephone number that Excel took for a number.
        return format(_exact_decimal(raw), "f")
    if isinstance(raw, datetime):
        return raw.strftime("%Y-%m-%d" if raw.time() == datetime.min.time() else "%Y-%m-%d %H:%M")
    return str(raw)


def _exact_decimal(number: float) -> Decimal:
    """Return the number as Excel shows it: 15 digits, so that 0.1 + 0.2 is 0.3."""
    value = Decimal(format(number, f".{EXCEL_DIGITS}g"))
    return value.quantize(Decimal(1)) if value == value.to_integral_value() and abs(value) < 10**20 else value


def _too_precise(raw: object) -> bool:
    return isinstance(raw, int | float) and not isinstance(raw, bool) and abs(raw) >= 10**EXCEL_DIGITS


def _read_text(column: Column, raw: object) -> Read:
    text = _as_text(raw)
    # 1.38001E+10 is what Excel writes into a CSV for a long number: its digits are gone.
    if _too_precise(raw) or (isinstance(raw, str) and _SHORTENED.fullmatch(text)):
        return None, "shortened_number", {}
    limit = column.max_length or MAX_CELL_LENGTH
    if len(text) > limit:
        return None, "too_long", {"max": limit, "length": len(text)}
    return text, None, {}


def _read_number(column: Column, raw: object) -> Read:
    value = _value_of(raw)
    if value is None:
        return None, "not_a_number", {}
    if value.adjusted() >= EXCEL_DIGITS or len(value.as_tuple().digits) > 2 * EXCEL_DIGITS:
        return None, "number_too_long", {"digits": EXCEL_DIGITS}
    if column.kind == "decimal":
        return value, None, {}
    if value != value.to_integral_value():
        return None, "not_whole", {}
    return int(value), None, {}


def _value_of(raw: object) -> Decimal | None:
    if isinstance(raw, str):
        text = unicodedata.normalize("NFKC", raw).replace(" ", "").replace("−", "-").removeprefix("¥")
        return Decimal(text.replace(",", "")) if _DIGITS.fullmatch(text) else None
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        return None
    value = _exact_decimal(float(raw))
    return value if value.is_finite() else None


def _read_date(_column: Column, raw: object) -> Read:
    day = None
    if isinstance(raw, datetime):
        day = raw.date()
    elif isinstance(raw, date):
        day = raw
    elif not isinstance(raw, bool):
        day = _date_of(unicodedata.normalize("NFKC", _as_text(raw)))
    if day is None:
        return None, "not_a_date", {}
    if day.year not in YEARS:
        return None, "date_range", {"first": YEARS[0], "last": YEARS[-1]}
    return day, None, {}


def _date_of(text: str) -> date | None:
    match = _DATE.fullmatch(text) or _COMPACT_DATE.fullmatch(text)
    if match:
        try:
            return date(int(match[1]), int(match[2]), int(match[3]))
        except ValueError:
            return None
    # Five digits are days since 1900 in every year that a factory can mean; two-digit years are not guessed.
    return EXCEL_DAY_ZERO + timedelta(days=int(float(text))) if _SERIAL.fullmatch(text) else None


def _read_choice(column: Column, raw: object) -> Read:
    code = column.codes.get(comparable(_as_text(raw)))
    if code is None:
        return None, "unknown_choice", {"choices": "、".join(column.possible)}
    return code, None, {}


_READERS = {
    "text": _read_text,
    "integer": _read_number,
    "decimal": _read_number,
    "date": _read_date,
    "choice": _read_choice,
}
