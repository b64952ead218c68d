"""What a register is: its form, its rows, and its columns as rows of a table."""
from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row
from werkzeug.datastructures import MultiDict

from cs.extensions import db
from cs.lists import Listing
from cs.words import choice, day, moment, money, term

EMPTY = "/"  # an empty box of a paper form is struck through (FORMS section 1)
BATCH = 500
IN_WORDS: dict[str, Callable[[Any], str]] = {
    "day": day, "moment": moment, "money": money, "percent": lambda value: f"{value:.2f}%",
    "yes_no": lambda value: choice("yes_no", "yes" if value else "no")}  # how a value of a kind is said; other kinds as they are


@dataclass(frozen=True)
class Column:
    """One column. `kind` says how the value is written: text, whole, percent, quantity, money, day, moment, yes_no. Width in characters."""

    term: str
    value: Callable[[Row[Any]], Any]
    width: int = 12
    kind: str = "text"

    @property
    def title(self) -> str:
        return term(self.term)

    def in_words(self, row: Row[Any]) -> str:
        """The value as a page and a CSV file show it."""
        value = self.value(row)
        if value is None or value == "":
            return EMPTY
        return IN_WORDS.get(self.kind, str)(value)


@dataclass(frozen=True)
class Register:
    """A register: the form that it is, the list it is a view of, and its columns. Numbered lines come first by themselves."""

    name: str
    form: str
    kind: str
    listing: Listing
    columns: tuple[Column, ...]
    address: Callable[[Row[Any]], str] | None = None

    def rows(self, args: MultiDict[str, str]) -> Iterator[Row[Any]]:
        """All rows that the address asks for, in its order, read in batches."""
        query = self.listing.ordered(args).execution_options(yield_per=BATCH)
        yield from db.session.execute(query)
