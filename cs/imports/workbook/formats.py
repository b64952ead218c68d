"""Number formats: what a number in a cell is, and the text that people see of it."""

import re
from calendar import day_name, month_name
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

GENERAL = "General"
# The formats that a workbook names only by their number, as a Chinese Excel shows them.
BUILT_IN = {
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    14: "yyyy/m/d",
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM",
    20: "h:mm",
    21: "h:mm:ss",
    22: "yyyy/m/d h:mm",
    30: "m/d/yy",
    31: 'yyyy"年"m"月"d"日"',
    32: 'h"时"mm"分"',
    33: 'h"时"mm"分"ss"秒"',
    37: "#,##0;-#,##0",
    38: "#,##0;-#,##0",
    39: "#,##0.00;-#,##0.00",
    40: "#,##0.00;-#,##0.00",
    45: "mm:ss",
    46: "[h]:mm:ss",
    **dict.fromkeys((27, 36, 50, 52, 57), 'yyyy"年"m"月"'),
    **dict.fromkeys((28, 29, 51, 53, 54, 58), 'm"月"d"日"'),
    **dict.fromkeys((34, 55), '上午/下午h"时"mm"分"'),
    **dict.fromkeys((35, 56), '上午/下午h"时"mm"分"ss"秒"'),
}
REMEMBERED = 10_000  # days and numbers stand many times in a column
LAST_DAY = 2_958_465  # 31 December 9999, counted from 1900
DAYS_TO_1904 = 1_462
MAX_SHOWN = 10**15  # beyond it Excel keeps no digits
MAX_DECIMALS = 8
SECONDS_A_DAY = 86_400

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|[_*].|\[(?P<bracket>[^\]]*)\]|(?P<half>AM/PM|A/P|上午/下午)'
    r"|(?P<general>General|G/通用格式)|(?P<exponent>E[+-])|(?P<time>y+|m+|d+|h+|s+|a{3,4})|(?P<digit>[0#?])"
    r"|(?P<mark>[.,%/@;])|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
Token = tuple[str, str]
Formatter = Callable[[float], object]


def formatter(code: str, *, since_1904: bool) -> Formatter:
    """Return what makes of a number the cell that is answered, for one number format."""
    sections = _sections(code)
    if any(kind in ("time", "half") for kind, _ in sections[0]):
        return _day_formatter(sections[0], since_1904=since_1904)
    plain_day = _counts_days_since_1904 if since_1904 else _no_day
    shows = _number_shower(sections)

    @lru_cache(REMEMBERED)
    def format_number(value: float) -> object:
        plain = format(value, ".15g")
        shown, day = shows(value) or plain, plain_day(value)
        cell: dict[str, object] = {"n": value, "s": shown}
        if day:
            return {**cell, "d": day}
        return value if shown == plain else cell

    return format_number


def _sections(code: str) -> list[list[Token]]:
    """Return the tokens of each part of a format: of positive numbers, negative ones, zero, texts."""
    sections: list[list[Token]] = [[]]
    for match in _TOKEN.finditer(code):
        kind = match.lastgroup or "space"
        text = match[kind] if match.lastgroup else ""
        if kind == "bracket" and re.fullmatch("h+|m+|s+", text, re.IGNORECASE):
            kind = "time"
            text = f"[{text}]"
        if (kind, text) == ("mark", ";"):
            sections.append([])
        else:
            sections[-1].append((kind, text))
    return sections


def _no_day(_value: float) -> str:
    return ""


def _counts_days_since_1904(value: float) -> str:
    return _moment(value, since_1904=True).date().isoformat() if 10_000 <= value < 100_000 else ""


# Days


def _moment(value: float, *, since_1904: bool) -> datetime:
    # Excel counts a 29 February 1900 that never was.
    start = datetime(1904, 1, 1) if since_1904 else datetime(1899, 12, 30 + (value < 60))  # noqa: DTZ001
    return start + timedelta(seconds=round(value * SECONDS_A_DAY))


def _day_formatter(section: Sequence[Token], *, since_1904: bool) -> Formatter:
    tokens = list(_with_minutes(section))
    has_day = any(kind == "time" and text[0] in "ymda" for kind, text in tokens)
    has_half = any(kind == "half" for kind, _ in section)
    last_day = LAST_DAY - DAYS_TO_1904 * since_1904

    @lru_cache(REMEMBERED)
    def format_day(value: float) -> object:
        if not 0 <= value < last_day:
            return value
        moment = _moment(value, since_1904=since_1904)
        shown = "".join(_time_text(kind, text, moment, value, has_half) for kind, text in tokens).strip()
        if not has_day:
            return {"n": value, "s": shown}
        midnight = moment.time() == datetime.min.time()
        return {"d": moment.date().isoformat() if midnight else moment.isoformat(), "s": shown}

    return format_day


def _with_minutes(section: Sequence[Token]) -> list[Token]:
    """Return the tokens with minutes told from months: they stand behind hours or before seconds."""
    tokens = [(kind, text.lower() if kind == "time" else text) for kind, text in section]
    times = [place for place, (kind, _) in enumerate(tokens) if kind == "time"]
    for before, place, after in zip([None, *times], times, [*times[1:], None], strict=False):
        text = tokens[place][1]
        follows_hours = before is not None and tokens[before][1].strip("[]")[0] == "h"
        before_seconds = after is not None and tokens[after][1].strip("[]")[0] == "s"
        if text in ("m", "mm") and (follows_hours or before_seconds):
            tokens[place] = "minute", text
    return tokens


def _time_text(kind: str, text: str, moment: datetime, value: float, has_half: bool) -> str:
    if kind == "half":
        morning, evening = text.split("/")
        return morning if moment.hour < 12 else evening
    if kind == "minute":
        return str(moment.minute).zfill(len(text))
    if kind == "time":
        return _time_part(text, moment, value, has_half)
    return text if kind in ("quoted", "escaped", "mark", "other", "digit") else ""


def _time_part(text: str, moment: datetime, value: float, has_half: bool) -> str:
    seconds = round(value * SECONDS_A_DAY)
    hour = (moment.hour - 1) % 12 + 1 if has_half else moment.hour
    if text in ("mmm", "mmmm", "mmmmm"):
        return month_name[moment.month][: {3: 3, 4: None, 5: 1}[len(text)]]
    if text in ("ddd", "dddd"):
        return day_name[moment.weekday()][: 3 if text == "ddd" else None]
    if text[0] == "a":
        return ("星期" if text == "aaaa" else "") + "一二三四五六日"[moment.weekday()]
    if text.startswith("["):
        return str(seconds // {"h": 3600, "m": 60, "s": 1}[text[1]])
    if text[0] == "y":
        return str(moment.year) if len(text) > 2 else f"{moment.year % 100:02}"
    number = {"m": moment.month, "d": moment.day, "h": hour, "s": moment.second}.get(text[0])
    return str(number).zfill(len(text)) if number is not None else ""


# Numbers


def _number_shower(sections: Sequence[Sequence[Token]]) -> Callable[[float], str | None]:
    """Return what shows a number; None where the format is one that is not followed here."""
    plans = [_digit_plan(section) for section in sections[:3]]

    def show(value: float) -> str | None:
        if not abs(value) < MAX_SHOWN:
            return None
        if value < 0 and len(plans) > 1:
            plan, sign = plans[1], ""
        elif value == 0 and len(plans) > 2:
            plan, sign = plans[2], ""
        else:
            plan, sign = plans[0], "-" if value < 0 else ""
        return (sign + _fill(plan, abs(value))).strip() or None if plan else None

    return show


class _DigitPlan:
    """Where the digits of a number stand among the other characters of a format."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        point = next((place for place, token in enumerate(tokens) if token == ("mark", ".")), len(tokens))
        self.before, self.after = tokens[:point], tokens[point:]
        self.grouped = ("mark", ",") in self.before
        self.decimals = sum(kind == "digit" for kind, _ in self.after)
        self.scale = 100 ** sum(token == ("mark", "%") for token in tokens)


def _digit_plan(section: Sequence[Token]) -> _DigitPlan | None:
    tokens = [_as_literal(token) for token in section]
    kinds = [kind for kind, _ in tokens]
    if "digit" not in kinds or not {"general", "exponent", "unknown"}.isdisjoint(kinds):
        return None
    last = max(place for place, kind in enumerate(kinds) if kind == "digit")
    if ("mark", "/") in tokens or tokens[last + 1 : last + 2] == [("mark", ",")]:
        return None  # a fraction, or thousands
    plan = _DigitPlan(tokens)
    return plan if plan.decimals <= MAX_DECIMALS and plan.scale <= 100 else None


def _as_literal(token: Token) -> Token:
    kind, text = token
    if kind == "bracket":
        if text.startswith("$"):
            return "literal", text[1:].rpartition("-")[0] or text[1:]
        return ("unknown", text) if re.match(r"[<>=]|dbnum", text, re.IGNORECASE) else ("space", "")
    return token if kind in ("digit", "mark", "general", "exponent", "space") else ("literal", text)


def _fill(plan: _DigitPlan, value: float) -> str:
    exact = Decimal(format(value, ".15g")) * plan.scale
    rounded = exact.quantize(Decimal(1).scaleb(-plan.decimals), ROUND_HALF_UP)
    whole, _, decimals = format(rounded, "f").partition(".")
    return _whole_text(plan, whole.lstrip("0")) + _decimal_text(plan, decimals)


def _whole_text(plan: _DigitPlan, digits: str) -> str:
    """Fill the places before the point from the right; the first place takes all digits that are left."""
    places = sum(kind == "digit" for kind, _ in plan.before)
    needed = sum(token == ("digit", "0") for token in plan.before)
    left = list(digits.rjust(needed, "0"))
    shown, taken = "", 0
    for kind, text in reversed(plan.before):
        if kind != "digit":
            shown = shown if text == "," else text + shown
            continue
        places -= 1
        for _ in range(len(left) if places == 0 else min(len(left), 1)):
            separator = "," if plan.grouped and taken and taken % 3 == 0 else ""
            shown = left.pop() + separator + shown
            taken += 1
    return shown


def _decimal_text(plan: _DigitPlan, decimals: str) -> str:
    needed = len(decimals.rstrip("0"))
    shown, at = "", 0
    for kind, text in plan.after:
        if kind == "digit":
            shown += decimals[at] if text == "0" or at < needed else ""
            at += 1
        elif text == ".":
            shown += "." if plan.decimals else ""
        else:
            shown += text
    return shown
