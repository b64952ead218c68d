"""The list pattern: filter, search, sort, and pages by key. The URL always holds all criteria.

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
from sqlalchemy import ColumnElement, Date, Row, Select, false, func, literal, select, tuple_
from werkzeug.datastructures import MultiDict

from cs.extensions import db
from cs.records.procedure import zone
from cs.records.record import MAX_ID, Record
from cs.records.search import MAX_SEARCH_LENGTH, search_conditions
from cs.records.typed_values import read_day
from cs.wording.formats import format_day
from cs.wording.labels import term

MAX_COUNTED = 10_000  # beyond so many rows a list says "more than"
MAX_CURSOR = 2000
MAX_ECHOED = 80  # characters of an address that a message repeats
# Bounds beyond these bound nothing, and their moments may not exist.
EARLIEST, LATEST = date(1900, 1, 1), date(9000, 1, 1)


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

    def options_for(self, value: str) -> list[tuple[str, str]]:
        """Return the options, with the one that the URL asks for."""
        options = self.options()
        if self.named is None or not value or value in dict(options):
            return options
        label = self.named(value)
        return [*options, (value, label)] if label else options


@dataclass(frozen=True)
class Sort:
    """An order of a list. The column must never be NULL (coalesce it), so that pages by key lose no row."""

    label: Callable[[], str]
    column: Any
    descending: bool = False


@dataclass(frozen=True)
class Listing:
    """One list: its rows, and the ways to narrow and order them. The first sort is the default; `id` breaks
    ties.

    Where a record has more than one row, `tie` is a whole number that is never NULL and differs in each.
    """

    model: type[Record]
    columns: Select[*tuple[Any, ...]]
    sorts: Mapping[str, Sort]
    filters: tuple[Filter, ...] = ()
    search_label: Callable[[], str] | None = None
    # The column that `from` and `to` of the URL bound: days of the factory's zone, both included.
    period: Any = None
    # Other columns that they may bound: {value of `by`: (its label, its column)}.
    dates: Mapping[str, tuple[Callable[[], str], Any]] = field(default_factory=dict)
    tie: Any = None

    @property
    def row_id(self) -> Any:
        return self.model.id if self.tie is None else self.tie

    def page(self, args: MultiDict[str, str], address: str) -> Page:
        return Page(self, args, address)

    def filtered_query(self, args: MultiDict[str, str]) -> Select[*tuple[Any, ...]]:
        """Return the rows that the URL asks for, unordered. A value that is no option is ignored."""
        query = self.columns
        for choice in self.filters:
            value = args.get(choice.name, "")
            if value and value in dict(choice.options_for(value)):
                query = query.where(choice.condition(value))
        if self.period is not None:
            _label, column = self.dates.get(args.get("by", ""), (None, self.period))
            query = query.where(*Period.from_arguments(args).conditions(column))
        words = args.get("q", "")[:MAX_SEARCH_LENGTH].replace("\x00", "")
        return query.where(*search_conditions(self.model, words)) if words and self.search_label else query

    def count_rows(self, args: MultiDict[str, str], max_rows: int | None = None) -> int:
        """Count the rows that the URL asks for, up to `max_rows`."""
        rows = self.filtered_query(args).select_from(self.model).with_only_columns(self.model.id)
        counted = select(func.count()).select_from(rows.limit(max_rows).subquery())
        return int(db.session.execute(counted).scalar_one())

    def criteria(self, args: MultiDict[str, str]) -> dict[str, str]:
        """Return the arguments that narrow or order this list, always in one order, without the position in
        it and without what means nothing here."""
        names = [choice.name for choice in self.filters]
        if self.period is not None:
            names += ["from", "to"]
            names += ["by"] if self.dates else []
        if self.search_label:
            names.append("q")
        return {name: args[name][:MAX_SEARCH_LENGTH] for name in [*names, "sort"] if args.get(name)}

    def criteria_in_words(self, args: MultiDict[str, str]) -> list[tuple[str, str]]:
        """Return the criteria as (label, value), for the head of a print or a file."""
        period = Period.from_arguments(args)
        words = []
        if self.period is not None and (period.first or period.last):
            label, _column = self.dates.get(args.get("by", ""), (lambda: term("period"), None))
            first, last = (format_day(bound) or "…" for bound in (period.first, period.last))
            words.append((label(), f"{first} – {last}"))
        for choice in self.filters:
            value = args.get(choice.name, "")
            name = dict(choice.options_for(value)).get(value) if value else None
            if name:
                words.append((choice.label(), name))
        if self.search_label and args.get("q"):
            words.append((term("search"), args["q"][:MAX_SEARCH_LENGTH]))
        return [*words, (gettext("Sort"), self.chosen_sort(args)[1].label())]

    def criteria_faults(self, args: MultiDict[str, str]) -> list[str]:
        """Return in words what of the URL cannot be answered: a file must not hold other rows than were asked
        for."""
        period_fault = Period.from_arguments(args).fault if self.period is not None else None
        unknown = []
        for choice in self.filters:
            value = args.get(choice.name)
            if value and value not in dict(choice.options_for(value)):
                unknown.append(f"{choice.label()}: {value}")
        if args.get("sort") and args["sort"] not in self.sorts:
            unknown.append(f"{gettext('Sort')}: {args['sort']}")
        if self.dates and args.get("by") and args["by"] not in self.dates:
            unknown.append(f"{term('period')}: {args['by']}")
        faults = [period_fault] if period_fault else []
        return faults + [
            gettext("There is no such choice: %(choice)s.", choice=name[:MAX_ECHOED]) for name in unknown
        ]

    def chosen_sort(self, args: MultiDict[str, str]) -> tuple[str, Sort]:
        key = args.get("sort", "")
        return (key, self.sorts[key]) if key in self.sorts else next(iter(self.sorts.items()))

    def ordered_query(self, args: MultiDict[str, str]) -> Select[*tuple[Any, ...]]:
        """Return the rows that the URL asks for, in its order."""
        _key, sort = self.chosen_sort(args)
        order = (
            (sort.column.desc(), self.row_id.desc())
            if sort.descending
            else (sort.column.asc(), self.row_id.asc())
        )
        return self.filtered_query(args).order_by(*order)


@dataclass(frozen=True)
class Period:
    """The days from which and up to which a list reads; `fault` says in words what is wrong with them."""

    first: date | None
    last: date | None
    fault: str | None = None

    @classmethod
    def from_arguments(cls, args: MultiDict[str, str]) -> Period:
        first, last = (read_day(args.get(name, "")) for name in ("from", "to"))
        if any(args.get(name) and day is None for name, day in (("from", first), ("to", last))):
            return cls(None, None, gettext("This is not a date. Please write it as 2026-01-31."))
        if first and last and first > last:
            return cls(first, last, gettext("The period ends before it begins."))
        return cls(first, last)

    def conditions(self, column: Any) -> list[ColumnElement[bool]]:
        if self.fault:
            return [false()]
        if isinstance(column.type, Date):
            days = (column >= self.first if self.first else None, column <= self.last if self.last else None)
            return [bound for bound in days if bound is not None]
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
        self.sort, sort = listing.chosen_sort(args)
        self.sort_options = [(key, option.label()) for key, option in listing.sorts.items()]
        self.filters = [
            {
                "name": choice.name,
                "label": choice.label(),
                "options": choice.options_for(args.get(choice.name, "")),
                "value": args.get(choice.name, ""),
            }
            for choice in listing.filters
            if args.get(choice.name) or not choice.quiet
        ]
        self.dates = (
            [(name, label()) for name, (label, _column) in listing.dates.items()]
            if args.get("by") in listing.dates
            else []
        )
        self.period = Period.from_arguments(args) if listing.period is not None else None
        narrowed = listing.filtered_query(args)
        self.total = listing.count_rows(args, MAX_COUNTED + 1)
        self.rows, self._before, self._after = self._read(narrowed, sort)

    def _read(
        self, narrowed: Select[*tuple[Any, ...]], sort: Sort
    ) -> tuple[list[Row[*tuple[Any, ...]]], str | None, str | None]:
        size = current_app.config["CS_PAGE_ROWS"]
        backwards, key = _read_cursor(self.args, sort.column)
        descending = sort.descending != backwards
        row_id = self._listing.row_id
        order = (sort.column.desc(), row_id.desc()) if descending else (sort.column.asc(), row_id.asc())
        query = (
            narrowed.add_columns(sort.column.label("sort_value"), row_id.label("sort_id"))
            .order_by(*order)
            .limit(size + 1)
        )
        if key is not None:
            position = tuple_(sort.column, row_id)  # compared as one, so that the index is used
            last = tuple_(literal(key[0], sort.column.type), literal(key[1]))
            query = query.where(position < last if descending else position > last)
        rows = list(db.session.execute(query))
        more, rows = len(rows) > size, rows[:size]
        if backwards:
            rows.reverse()
        if not rows:
            return [], None, None
        has_previous = more if backwards else key is not None
        has_next = backwards or more
        before = _encode_cursor(rows[0]) if has_previous else None
        after = _encode_cursor(rows[-1]) if has_next else None
        return rows, before, after

    def _url(self, **changes: str | None) -> str:
        args = self.url_arguments | {name: value for name, value in changes.items() if value}
        return f"{self._address}?{urlencode(args)}" if args else self._address

    @property
    def previous_url(self) -> str | None:
        return self._url(before=self._before) if self._before else None

    @property
    def next_url(self) -> str | None:
        return self._url(after=self._after) if self._after else None

    @property
    def narrowed(self) -> bool:
        """Return whether a search or filter is set: an empty list then says so."""
        dated = self.period is not None and (self.period.first or self.period.last or self.period.fault)
        return bool(self.query or dated) or any(choice["value"] for choice in self.filters)

    @property
    def count_text(self) -> str:
        if self.total > MAX_COUNTED:
            return str(gettext("more than %(count)s", count=MAX_COUNTED))
        return str(gettext("%(count)s in total", count=self.total))

    @property
    def url_arguments(self) -> dict[str, str]:
        """Return the arguments of the URL, without the position in the list."""
        return {name: value for name, value in self.args.items() if value and name not in ("before", "after")}


def _encode_cursor(row: Row[*tuple[Any, ...]]) -> str:
    value = row.sort_value
    text = value.isoformat() if isinstance(value, date | datetime) else value
    return base64.urlsafe_b64encode(json.dumps([text, row.sort_id]).encode()).decode().rstrip("=")


def _read_cursor(args: MultiDict[str, str], column: Any) -> tuple[bool, tuple[Any, int] | None]:
    """Return whether to read backwards, and from which row; a forged cursor is ignored."""
    backwards = bool(args.get("before"))
    text = args.get("before") or args.get("after") or ""
    if not text or len(text) > MAX_CURSOR:
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
    """Return a value of the sort's column as the database takes it; ValueError, TypeError or OverflowError
    for one that the column cannot hold."""
    if wanted is datetime:
        value = datetime.fromisoformat(value).astimezone(UTC)
    elif wanted is date:
        value = date.fromisoformat(value)
    if type(value) is not wanted:
        raise ValueError
    if isinstance(value, str):
        if "\x00" in value:
            raise ValueError
        value.encode()
    if isinstance(value, int) and abs(value) > MAX_ID:
        raise ValueError
    return value
