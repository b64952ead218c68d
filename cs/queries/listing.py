"""The list pattern: filter, search, sort, and pages by key. The address always holds the whole question.

A list reads rows of columns, not objects. A page is found by the last row's sort value and id, so the
thousandth page costs as much as the first.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from flask import current_app
from flask_babel import gettext
from sqlalchemy import ColumnElement, Row, Select, false, func, literal, select, tuple_
from werkzeug.datastructures import MultiDict

from cs.extensions import db
from cs.records.procedure import zone
from cs.records.record import MAX_ID, Record
from cs.records.search import MAX_SEARCH_LENGTH, matching
from cs.wording.words import day, term

COUNTED = 10_000  # beyond so many rows a list says "more than"
LONGEST_CURSOR = 2000
MOST_ECHOED = 80  # characters of an address that a message repeats
EARLIEST, LATEST = (
    date(1900, 1, 1),
    date(9000, 1, 1),
)  # bounds beyond them bound nothing, and their moments may not exist


@dataclass(frozen=True)
class Filter:
    """A choice above a list. `options` gives (value, label); `condition` turns a chosen value into SQL.

    `named` gives the label of a value that the options leave out, None if it is no value. `quiet`: shown only
    once the address sets it.
    """

    name: str
    label: Callable[[], str]
    options: Callable[[], list[tuple[str, str]]]
    condition: Callable[[str], ColumnElement[bool]]
    named: Callable[[str], str | None] | None = None
    quiet: bool = False

    def offered(self, value: str) -> list[tuple[str, str]]:
        """The options, with the one that is asked for."""
        options = self.options()
        label = self.named(value) if self.named and value and value not in dict(options) else None
        return [*options, (value, label)] if label else options


@dataclass(frozen=True)
class Sort:
    """An order of a list. The column must never be NULL (coalesce it), so that pages by key lose no row."""

    label: Callable[[], str]
    column: Any
    descending: bool = False


@dataclass(frozen=True)
class Listing:
    """One list: its rows, the ways to narrow and order them. `id` breaks ties; the first sort is the usual
    one.

    Where a record has more than one row, `tie` is a whole number that differs between any two rows and is
    never NULL.
    """

    model: type[Record]
    columns: Select[Any]
    sorts: Mapping[str, Sort]
    filters: tuple[Filter, ...] = ()
    search_label: Callable[[], str] | None = None
    # the column that `from` and `to` of the address bound: days of the factory's zone, both included
    period: Any = None
    dates: Mapping[str, tuple[Callable[[], str], Any]] = field(
        default_factory=dict
    )  # others that they may bound: what `by` asks for, its label, its column
    tie: Any = None

    @property
    def row_id(self) -> Any:
        return self.model.id if self.tie is None else self.tie

    def page(self, args: MultiDict[str, str], address: str) -> Page:
        return Page(self, args, address)

    def narrowed(self, args: MultiDict[str, str]) -> Select[Any]:
        """The rows that the address asks for, unordered. A value that is no option is as if it were not
        there."""
        query = self.columns
        for one in self.filters:
            value = args.get(one.name, "")
            if value and value in dict(one.offered(value)):
                query = query.where(one.condition(value))
        if self.period is not None:
            _label, column = self.dates.get(args.get("by", ""), (None, self.period))
            query = query.where(*Period.of(args).conditions(column))
        typed = args.get("q", "")[:MAX_SEARCH_LENGTH].replace("\x00", "")
        return query.where(*matching(self.model, typed)) if typed and self.search_label else query

    def count(self, args: MultiDict[str, str], most: int | None = None) -> int:
        """How many rows the address asks for; with `most`, counted no further."""
        counted = self.narrowed(args).select_from(self.model).with_only_columns(self.model.id).limit(most)
        return int(db.session.execute(select(func.count()).select_from(counted.subquery())).scalar_one())

    def asked(self, args: MultiDict[str, str]) -> dict[str, str]:
        """What of the address narrows or orders this list, always in one order: without the place in it, and
        without what means nothing here."""
        names = [
            *(one.name for one in self.filters),
            *(("from", "to", *(["by"] if self.dates else [])) if self.period is not None else ()),
            *(("q",) if self.search_label else ()),
            "sort",
        ]
        return {name: args[name][:MAX_SEARCH_LENGTH] for name in names if args.get(name)}

    def said(self, args: MultiDict[str, str]) -> list[tuple[str, str]]:
        """What the address asks for, in words, (label, value): for the head of a print or a file."""
        period = Period.of(args)
        words = []
        if self.period is not None and (period.first or period.last):
            label, _column = self.dates.get(args.get("by", ""), (lambda: term("period"), None))
            words.append((label(), f"{day(period.first) or '…'} – {day(period.last) or '…'}"))
        chosen = (
            (one.label(), dict(one.offered(value)).get(value))
            for one in self.filters
            if (value := args.get(one.name, ""))
        )
        words += [(label, value) for label, value in chosen if value]
        if self.search_label and (typed := args.get("q", "")[:MAX_SEARCH_LENGTH]):
            words.append((term("search"), typed))
        return [*words, (gettext("Sort"), self.sort(args)[1].label())]

    def faults(self, args: MultiDict[str, str]) -> list[str]:
        """What of the address cannot be answered, in words: a file must not hold other rows than were asked
        for."""
        said = [fault] if self.period is not None and (fault := Period.of(args).fault) else []
        unknown = [
            f"{one.label()}: {value}"
            for one in self.filters
            if (value := args.get(one.name)) and value not in dict(one.offered(value))
        ]
        if args.get("sort") and args["sort"] not in self.sorts:
            unknown.append(f"{gettext('Sort')}: {args['sort']}")
        if self.dates and args.get("by") and args["by"] not in self.dates:
            unknown.append(f"{term('period')}: {args['by']}")
        return said + [
            gettext("There is no such choice: %(choice)s.", choice=one[:MOST_ECHOED]) for one in unknown
        ]

    def sort(self, args: MultiDict[str, str]) -> tuple[str, Sort]:
        key = args.get("sort", "")
        return (key, self.sorts[key]) if key in self.sorts else next(iter(self.sorts.items()))

    def ordered(self, args: MultiDict[str, str]) -> Select[Any]:
        """All the rows that the address asks for, in its order."""
        _key, sort = self.sort(args)
        order = (
            (sort.column.desc(), self.row_id.desc())
            if sort.descending
            else (sort.column.asc(), self.row_id.asc())
        )
        return self.narrowed(args).order_by(*order)


@dataclass(frozen=True)
class Period:
    """The days from which and up to which a list reads; `fault` says in words what is wrong with them."""

    first: date | None
    last: date | None
    fault: str | None = None

    @classmethod
    def of(cls, args: MultiDict[str, str]) -> Period:
        try:
            first, last = (
                date.fromisoformat(args[name]) if args.get(name) else None for name in ("from", "to")
            )
        except ValueError:
            return cls(None, None, gettext("This is not a date. Please write it as 2026-01-31."))
        if first and last and first > last:
            return cls(first, last, gettext("The period ends before it begins."))
        return cls(first, last)

    def conditions(self, column: Any) -> list[ColumnElement[bool]]:
        if self.fault:
            return [false()]
        bounds = []
        if self.first and self.first > EARLIEST:
            bounds.append(column >= datetime.combine(self.first, time(), zone()))
        if self.last and self.last < LATEST:
            bounds.append(column < datetime.combine(self.last + timedelta(days=1), time(), zone()))
        return bounds


class Page:
    """One page of a list, as its template shows it."""

    def __init__(self, listing: Listing, args: MultiDict[str, str], address: str) -> None:
        self._listing, self.args, self._address = listing, args, address
        self.query = args.get("q", "")[:MAX_SEARCH_LENGTH]
        self.search_label = listing.search_label() if listing.search_label else None
        self.sort, sort = listing.sort(args)
        self.sort_options = [(key, one.label()) for key, one in listing.sorts.items()]
        self.filters = [
            {
                "name": one.name,
                "label": one.label(),
                "options": one.offered(args.get(one.name, "")),
                "value": args.get(one.name, ""),
            }
            for one in listing.filters
            if args.get(one.name) or not one.quiet
        ]
        self.dates = (
            [(name, label()) for name, (label, _column) in listing.dates.items()]
            if args.get("by") in listing.dates
            else []
        )
        self.period = Period.of(args) if listing.period is not None else None
        narrowed = listing.narrowed(args)
        self.total = listing.count(args, COUNTED + 1)
        self.rows, self._before, self._after = self._read(narrowed, sort)

    def _read(self, narrowed: Select[Any], sort: Sort) -> tuple[list[Row[Any]], str | None, str | None]:
        size = current_app.config["CS_PAGE_ROWS"]
        backwards, key = _cursor(self.args, sort.column)
        descending = sort.descending != backwards
        row_id = self._listing.row_id
        order = (sort.column.desc(), row_id.desc()) if descending else (sort.column.asc(), row_id.asc())
        query = (
            narrowed.add_columns(sort.column.label("sort_value"), row_id.label("sort_id"))
            .order_by(*order)
            .limit(size + 1)
        )
        if key is not None:
            place = tuple_(sort.column, row_id)  # compared as one: the database then goes to it in the index
            last = tuple_(literal(key[0], sort.column.type), literal(key[1]))
            query = query.where(place < last if descending else place > last)
        rows = list(db.session.execute(query))
        more, rows = len(rows) > size, rows[:size]
        if backwards:
            rows.reverse()
        if not rows:
            return [], None, None
        before = _encode(rows[0]) if (more if backwards else key is not None) else None
        after = _encode(rows[-1]) if (True if backwards else more) else None
        return rows, before, after

    def _url(self, **changes: str | None) -> str:
        asked = self.asked | {name: value for name, value in changes.items() if value}
        return f"{self._address}?{urlencode(asked)}" if asked else self._address

    @property
    def previous_url(self) -> str | None:
        return self._url(before=self._before) if self._before else None

    @property
    def next_url(self) -> str | None:
        return self._url(after=self._after) if self._after else None

    @property
    def narrowed(self) -> bool:
        """Whether a search or filter is set: an empty list then says so."""
        dated = self.period is not None and (self.period.first or self.period.last or self.period.fault)
        return bool(self.query or dated) or any(one["value"] for one in self.filters)

    @property
    def count_text(self) -> str:
        if self.total > COUNTED:
            return gettext("more than %(count)s", count=COUNTED)
        return gettext("%(count)s in total", count=self.total)

    @property
    def asked(self) -> dict[str, str]:
        """What the address asks for, without the place in the list."""
        return {name: value for name, value in self.args.items() if value and name not in ("before", "after")}


def _encode(row: Row[Any]) -> str:
    value = row.sort_value
    text = value.isoformat() if isinstance(value, date | datetime) else value
    return base64.urlsafe_b64encode(json.dumps([text, row.sort_id]).encode()).decode().rstrip("=")


def _cursor(args: MultiDict[str, str], column: Any) -> tuple[bool, tuple[Any, int] | None]:
    """Which way and from which row on; a cursor that nobody gave out is as if it were not there."""
    backwards = bool(args.get("before"))
    text = args.get("before") or args.get("after") or ""
    if not text or len(text) > LONGEST_CURSOR:
        return False, None
    try:
        value, row_id = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        value = _sort_value(value, column.type.python_type)
        if type(row_id) is not int or abs(row_id) > MAX_ID:
            return False, None
    except (ValueError, TypeError, OverflowError, RecursionError, binascii.Error):
        return False, None
    return backwards, (value, row_id)


def _sort_value(value: Any, wanted: type) -> Any:
    """A value of the sort's column as the database takes it; ValueError, TypeError or OverflowError for one
    that cannot stand in it."""
    if wanted is datetime:
        value = datetime.fromisoformat(value).astimezone(UTC)
    elif wanted is date:
        value = date.fromisoformat(value)
    if (
        type(value) is not wanted
        or (wanted is str and "\x00" in value)
        or (wanted is int and abs(value) > MAX_ID)
    ):
        raise ValueError
    if wanted is str:
        value.encode()
    return value
