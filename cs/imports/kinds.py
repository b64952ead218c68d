"""A kind of table: which columns it may have, and how a line of it becomes values.

What each kind holds stands in `cs.imports.customers`, `master_data`, `history` and `people`. `Known` are the
records that lines refer to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from cs.extensions import db
from cs.imports.cells import Column, Problem, Remark, comparable
from cs.imports.layouts import Guide, Layout
from cs.imports.tables import Line, Table
from cs.imports.titles import title_key
from cs.imports.words import OTHER_WORDS
from cs.models.customers import Customer, Product
from cs.procedure.authority import Permission, roles_with
from cs.records.departments import Membership
from cs.records.procedure import local_day, rulebook
from cs.records.texts import lookalike_key
from cs.records.users import User

MAX_PIECES = 999_999_999


class Dropped(Remark):
    """Why a value of a line is not taken, though the line is."""

    value_dropped = True


class Known:
    """Customers, models and people by the names that a table may use; read once for all lines."""

    def __init__(self, columns: Mapping[str, Column], titles: Mapping[str, str], on: datetime) -> None:
        self.today: date = local_day(on)
        self.found = titles
        self.titles = {column.name: column.titles[0] for column in columns.values()} | dict(titles)
        self.columns = columns
        self._customers: dict[str, set[int]] = {}
        self.names: dict[int, str] = {}
        self._lookalikes: dict[str | None, str] = {}
        self._earlier: dict[str, tuple[str, str]] = {}
        query = select(
            Customer.id,
            Customer.number,
            Customer.short_name,
            Customer.full_name,
            Customer.lookalike_key,
            Customer.state,
        )
        for row in db.session.execute(query.order_by(Customer.id)):
            self.names[row.id] = row.short_name
            if row.state == "active":
                self._lookalikes.setdefault(row.lookalike_key, row.full_name)
                for word in (row.number, row.short_name, row.full_name):
                    self._customers.setdefault(comparable(word), set()).add(row.id)
        models = db.session.execute(
            select(Product.id, Product.model, Product.state).order_by(Product.state.desc(), Product.id)
        ).all()
        self.all_models = {
            comparable(row.model): row.id for row in models
        }  # those made no more too; what is made stands before them
        self._models = {comparable(row.model): row.id for row in models if row.state == "active"}
        self._people: dict[str, set[int]] = {}
        people = (
            select(User.id, User.name)
            .join(Membership)
            .where(User.active, Membership.role.in_(roles_with(Permission.EDIT_CUSTOMER)))
        )
        for row in db.session.execute(people):
            self._people.setdefault(comparable(row.name), set()).add(row.id)

    def customer(self, line: Line, columns: Iterable[str], problems: list[Problem]) -> int | None:
        """Return the customer that the cells of these columns name: by code, short or full name; None when
        they are empty or wrong."""
        customer_ids: dict[str, int] = {}
        for name in columns:
            word = line.values.get(name)
            if not word:
                continue
            ids = self._customers.get(comparable(str(word)), set())
            if len(ids) == 1:
                customer_ids[name] = next(iter(ids))
            else:
                problems.append(
                    Problem(name, "ambiguous_customer" if ids else "unknown_customer", {"value": word})
                )
        names = [self.names[customer_id] for customer_id in dict.fromkeys(customer_ids.values())]
        if len(names) > 1:
            problems.append(Problem(None, "different_customers", {"names": "、".join(names)}))
        return next(iter(customer_ids.values()), None)

    def remark_on_lookalike(self, line: Line, column: str) -> Remark | None:
        """Return the remark that people take the name of a customer for that of another, who is on record or
        in an earlier line."""
        name = str(line.values[column] or "")
        key = lookalike_key(name)
        if not key:
            return None
        if key in self._lookalikes:
            return Remark(column, "lookalike_on_record", {"name": self._lookalikes[key]})
        earlier, place = self._earlier.setdefault(key, (name, line.place))
        if place == line.place:
            return None
        return Remark(column, "lookalike_in_file", {"row": place, "name": earlier})

    def code(self, column: str, word: Any) -> str | None:
        """Return the code of a word in a cell, in a column that takes other words as text too."""
        return self.columns[column].codes.get(comparable(str(word))) if word else None

    def model(self, word: Any, problems: list[Problem]) -> int | None:
        product_id = self._models.get(comparable(str(word)))
        if product_id is None:
            problems.append(Problem("model", "unknown_model", {"value": word}))
        return product_id

    def person(self, column: str, word: Any, problems: list[Problem]) -> int | None:
        if not word:
            return None
        ids = self._people.get(comparable(str(word)), set())
        if len(ids) != 1:
            problems.append(Problem(column, "ambiguous_person" if ids else "unknown_person", {"value": word}))
            return None
        return next(iter(ids))


@dataclass(frozen=True)
class Kind:
    """One kind of table. `columns` are (term or name, kind of cell, further titles, options); `read` turns a
    line into values."""

    section: str
    model: type[Any]
    permission: Permission
    specs: tuple[tuple[Any, ...], ...]
    read: Callable[[Line, Known, list[Problem]], dict[str, Any]]
    key: Callable[[dict[str, Any]], str]
    examples: tuple[dict[str, Any], ...]
    merge: Callable[[dict[str, Any], dict[str, Any]], bool] = lambda _first, _again: False
    any_of: Mapping[str, tuple[str, ...]] = field(
        default_factory=dict
    )  # columns of which one must be there, by the fault's code
    own_number: tuple[
        Any, ...
        # the column of a number that the factory gave itself, what its record is called, and columns that may
        # hold it too
    ] = ()
    worked_out: tuple[
        str, ...
    ] = ()  # terms and titles of columns that are left out because they follow from the others
    called: str = ""  # the term by which the page calls the table; without it the section's
    index: str = ""  # the endpoint of its list; without it the section's
    known_keys: Callable[[list[str]], dict[str, str]] | None = (
        None  # which of these keys are in the database, with their states, where the model itself has no key
    )
    known_by_number: Callable[[list[dict[str, Any]]], dict[str, str]] | None = (
        None  # {natural key: state} of lines that name a record of ours by our own number: own exports do
    )
    void_code: str = ""  # the problem of a line that its file calls void: none where it names a record here
    explained: tuple[str, ...] = ()  # what the page tells of how a line is read
    shown_by: Mapping[str, str] = field(
        default_factory=lambda: {"sort": "newest"}
    )  # how the list shows what came in
    notes: str | None = None  # the column of notes, for what has no column of its own
    noted: tuple[str, ...] = ()  # titles without a column of their own that go into the notes by themselves
    others: Mapping[str, str] = field(
        default_factory=dict
    )  # {title: the column that it means where another title has taken its own}
    decisive: tuple[str, ...] = ()  # columns that may be empty, but of which a bad cell refuses the line
    optional: tuple[str, ...] = ()  # columns of which a value that cannot be right is dropped, not the line

    @property
    def list_endpoint(self) -> str:
        return self.index or f"{self.section}.index"

    @property
    def title_term(self) -> str:
        return self.called or self.section

    def columns(self, language: str) -> tuple[Column, ...]:
        """Return the columns to look for, each by its titles in both languages and the names that factories
        give it."""
        taken: set[str] = set()
        return tuple(_import_column(language, taken, *spec[:3], **spec[3]) for spec in self.specs)

    @property
    def names(self) -> list[str]:
        return [spec[0] for spec in self.specs]

    @property
    def groups(self) -> dict[str, str]:
        """Return {column: list of choices of the procedure file}."""
        return {spec[0]: spec[3]["group"] for spec in self.specs if "group" in spec[3]}

    def guide(self, layout: Layout, remembered: Mapping[str, Mapping[str, str]]) -> Guide:
        """Return what helps to read a file of this kind."""
        return Guide(layout, remembered, self.others, self.notes, self.noted)

    def may_be_dropped(self, problem: Problem, column: Column | None, *, unreadable: bool) -> bool:
        """Return whether a problem costs the value of its cell alone: the line can do without it."""
        if column is None or column.required or problem.column == self.notes:
            return False
        if problem.code == "formula_without_value":
            return False  # there is no text that the notes could keep
        return problem.column not in self.decisive if unreadable else problem.column in self.optional

    @property
    def one_of(self) -> set[str]:
        """Return the columns of which any one is enough."""
        return {name for names in self.any_of.values() for name in names}

    def faults(self, table: Table, columns: tuple[Column, ...]) -> list[Problem]:
        """Return the faults of the table as a whole, so that no line of it can be taken."""
        problems = list(table.problems)
        for code, names in self.any_of.items():
            if not set(names) & table.columns_found.keys():
                titles = "、".join(column.titles[0] for column in columns if column.name in names)
                problems.append(Problem(None, code, {"titles": titles}))
        return problems

    def left_out(self, table: Table) -> tuple[list[str], list[str]]:
        """Return the titles of the columns that are not imported: (those that nobody knows, those that are
        worked out here)."""
        terms = rulebook().terms
        words = [
            word
            for key in self.worked_out
            for word in ((terms[key].zh, terms[key].en) if key in terms else (key,))
        ]
        follows = {title_key(word) for word in words}
        unknown = [title for title in table.unknown_titles if title_key(title) not in follows]
        return unknown, [title for title in table.unknown_titles if title not in unknown]


def _import_column(
    language: str,
    taken: set[str],
    name: str,
    kind: str,
    titles: tuple[str, ...],
    *,
    label: str | None = None,
    group: str | None = None,
    words: Callable[[str], dict[str, str]] | None = None,
    **options: Any,
) -> Column:
    word = rulebook().terms[label or name]
    own = (word.zh, word.en) if language == "zh" else (word.en, word.zh)
    own_titles = []
    for title in (*own, *titles):
        if title_key(title) not in taken:
            taken.add(title_key(title))
            own_titles.append(title)
    choices = words(language) if words else None
    if group is not None:
        names = rulebook().choices[group]
        choices = {choice_name.in_(language): code for code, choice_name in names.items()}
        choices |= {
            choice_name.in_("en" if language == "zh" else "zh"): code for code, choice_name in names.items()
        }
        choices |= {word: code for word, code in OTHER_WORDS.get(group, {}).items() if code in names}
    return Column(name, tuple(own_titles) or (name,), kind, choices=choices, **options)  # type: ignore[arg-type]
