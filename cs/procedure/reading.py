"""Reading a table of TOML into frozen dataclasses, strictly: what is missing, unknown or of the wrong kind is
named.

A dataclass describes its table: a field is a key, its type says what may stand there, its metadata the rest:
`low` and `high` of a number, `blank` for a text that may be empty, `code` for the row's own key in the table
above, `here` for a dataclass whose keys stand in the row itself.
"""

from __future__ import annotations

import re
import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, time
from decimal import Decimal
from functools import cache
from typing import Any, Literal, get_args, get_origin, get_type_hints

CODE = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")

# What a value must be, in words for the person who edits the file.
PLAIN = {
    str: 'text in quotes, such as "A/0"',
    int: "a whole number, such as 2",
    bool: "true or false",
    Decimal: "an amount with its decimals, such as 1000.00",
    date: "a date without quotes, such as 2026-11-02",
    time: "a time without quotes, such as 08:00:00",
}


class ProcedureError(Exception):
    """A fault of the procedure's files: `place` in dotted form (departments.sales.zh), `reason` with what to
    do, `file` that holds the place, or blank where the place is a file itself."""

    def __init__(self, place: str, reason: str, file: str = "") -> None:
        super().__init__(f"{file} {place}: {reason}".lstrip())
        self.place = place
        self.reason = reason
        self.file = file


def table_of(place: str) -> str:
    """Return the table of a place: 'departments' of 'departments.sales.zh', 'clauses' of 'clauses[2].id'."""
    return place.partition(".")[0].partition("[")[0]


def read(kind: Any, table: Mapping[str, Any], place: str = "", given: Mapping[str, Any] | None = None) -> Any:
    """Read a `kind` (dataclass) from a table. Fields in `given` are known already; no key may be left over.

    ProcedureError at the first fault.
    """
    hints, left, values = _types_of(kind), dict(table), dict(given or {})
    for field in fields(kind):
        if field.name in values:
            continue
        if field.metadata.get("here"):
            inner = hints[field.name]
            own = {key.name: left.pop(key.name) for key in fields(inner) if key.name in left}
            values[field.name] = read(inner, own, place)
        elif field.name in left:
            value = left.pop(field.name)
            values[field.name] = _value(hints[field.name], value, _join(place, field.name), field.metadata)
        elif field.default is MISSING and field.default_factory is MISSING:
            raise ProcedureError(_join(place, field.name), "is missing: add it")
    for key in left:
        raise ProcedureError(_join(place, key), "is not a key that the program knows: correct or remove it")
    return kind(**values)


@cache
def _types_of(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


def _value(kind: Any, value: Any, place: str, limits: Mapping[str, Any]) -> Any:
    origin, inner = get_origin(kind), get_args(kind)
    if is_dataclass(kind):
        return read(kind, _table(value, place), place)
    if origin is types.UnionType:  # X | None: TOML has no null, so what stands there is an X
        return _value(inner[0], value, place, limits)
    if origin is Literal:
        if value not in inner:
            raise ProcedureError(place, f"is {value!r}: write one of {', '.join(inner)}")
        return value
    if origin is dict:
        return {
            code: _coded(inner[1], code, row, _join(place, code))
            for code, row in _table(value, place).items()
        }
    if origin is tuple:
        return _list(inner, value, place, limits)
    return _plain(kind, value, place, limits)


def _plain(kind: Any, value: Any, place: str, limits: Mapping[str, Any]) -> Any:
    if type(value) is not kind:  # not isinstance: to Python true is an int and a moment is a date
        raise ProcedureError(
            place, f"is {value if type(value) is Decimal else repr(value)}: write {PLAIN[kind]}"
        )
    if kind is str and not value.strip() and not limits.get("blank"):
        raise ProcedureError(place, "is blank: write a text")
    if kind in (int, Decimal) and not limits["low"] <= value <= limits["high"]:
        raise ProcedureError(place, f"is {value}: write a number from {limits['low']} to {limits['high']}")
    return value


def _table(value: Any, place: str) -> dict[str, Any]:
    if type(value) is not dict:
        raise ProcedureError(place, f'is {value!r}: write a table, such as {{ zh = "…", en = "…" }}')
    return value


def _list(inner: tuple[Any, ...], value: Any, place: str, limits: Mapping[str, Any]) -> tuple[Any, ...]:
    """Read tuple[X, ...] or tuple[X, Y] from a list; its entries are counted from 1."""
    if type(value) is not list:
        raise ProcedureError(place, f"is {value!r}: write a list in square brackets")
    kinds = inner[:1] * len(value) if inner[-1] is Ellipsis else inner
    if len(value) != len(kinds):
        raise ProcedureError(place, f"holds {len(value)} values: write {len(kinds)}")
    places = (f"{place}[{n}]" for n in range(1, len(value) + 1))
    entries = zip(kinds, value, places, strict=True)
    return tuple(_value(*entry, limits) for entry in entries)


def _coded(kind: Any, code: str, row: Any, place: str) -> Any:
    """Read a row of a table of codes; a row that holds its own code receives it."""
    if not CODE.fullmatch(code):
        raise ProcedureError(place, "a code is an English letter, then letters, digits or _, at most 40")
    own = [key.name for key in fields(kind) if key.metadata.get("code")] if is_dataclass(kind) else []
    return (
        read(kind, _table(row, place), place, dict.fromkeys(own, code))
        if own
        else _value(kind, row, place, {})
    )


def _join(place: str, key: str) -> str:
    return f"{place}.{key}" if place else key
