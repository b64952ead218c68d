"""What a table would bring in: which columns it may have, what is new, what is already there, what is wrong.

`plan` reads and changes nothing; `apply` writes what a plan calls new, in one go. What a kind of table holds
stands in `cs.imports.master_data` and `cs.imports.history`. What makes a line the same thing as a record is
the record's natural key.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from cs.extensions import db
from cs.imports.cells import Column, Problem, Remark, comparable
from cs.imports.tables import Line, Table, title_key
from cs.imports.words import OTHER_WORDS
from cs.models.customers import Customer, Product
from cs.procedure.authority import Permission, roles_with
from cs.records.departments import Membership
from cs.records.procedure import local_day, rulebook
from cs.records.users import User

KEYS_AT_ONCE = 500  # keys asked for in one query


MAX_PIECES = 999_999_999


# What a plan says


@dataclass(frozen=True)
class Fresh:
    """A line that is new: what its record will be filled with, and what is said of it."""

    line: Line
    values: dict[str, Any]
    remarks: list[Problem] = field(default_factory=list)


@dataclass
class Plan:
    """What would come in, and why the rest would not. `again`: lines whose thing stands in an earlier row of
    the same file."""

    fresh: list[Fresh] = field(default_factory=list)
    known: list[tuple[Line, str]] = field(default_factory=list)
    again: list[tuple[Line, int]] = field(default_factory=list)
    bad: list[tuple[Line, list[Problem]]] = field(default_factory=list)

    @property
    def skipped(self) -> int:
        return len(self.known) + len(self.again) + len(self.bad)

    @property
    def remarks(self) -> list[tuple[Problem, list[int]]]:
        """Return the remarks on the new lines, each once with its rows."""
        by_content: dict[str, tuple[Problem, list[int]]] = {}
        for fresh in self.fresh:
            for remark in fresh.remarks:
                by_content.setdefault(repr(remark), (remark, []))[1].append(fresh.line.number)
        return list(by_content.values())

    @property
    def states(self) -> Counter[str]:
        """Count the new records by the state that they will have, where the line decides it."""
        return Counter(fresh.values["state"] for fresh in self.fresh if "state" in fresh.values)


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
    explained: tuple[str, ...] = ()  # what the page tells of how a line is read
    shown_by: Mapping[str, str] = field(
        default_factory=lambda: {"sort": "newest"}
    )  # how the list shows what came in

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
    def groups(self) -> dict[str, str]:
        """Return {column: list of choices of the procedure file}."""
        return {spec[0]: spec[3]["group"] for spec in self.specs if "group" in spec[3]}

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


# What the lines refer to


class Known:
    """Customers, models and people by the names that a table may use; read once for all lines."""

    def __init__(self, kind: Kind, table: Table, on: datetime) -> None:
        self.today: date = local_day(on)
        self.titles = table.columns_found
        self._columns = {column.name: column for column in kind.columns("zh")}
        self._customers: dict[str, set[int]] = {}
        self.names: dict[int, str] = {}
        query = select(Customer.id, Customer.number, Customer.short_name, Customer.full_name, Customer.state)
        for row in db.session.execute(query):
            self.names[row.id] = row.short_name
            if row.state == "active":
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

    def code(self, column: str, word: Any) -> str | None:
        """Return the code of a word in a cell, in a column that takes other words as text too."""
        return self._columns[column].codes.get(comparable(str(word))) if word else None

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


# Plan and apply


def plan_import(kind: Kind, table: Table, on: datetime) -> Plan:
    """Sort the lines of the table into new, existing, repeated and wrong. A void record counts as existing:
    somebody took it out."""
    known, made = Known(kind, table, on), Plan()
    keyed: list[tuple[str, Fresh]] = []
    for line in table.lines:
        findings = list(line.problems)
        values = kind.read(line, known, findings)
        problems = [problem for problem in findings if not isinstance(problem, Remark)]
        if problems:
            made.bad.append((line, problems))
        else:
            keyed.append((kind.key(values), Fresh(line, values, findings)))
    keys = [key for key, _ in keyed]
    known_states = kind.known_keys(keys) if kind.known_keys else _states_of_known_keys(kind.model, keys)
    first: dict[str, Fresh] = {}
    taken, numbers = _own_numbers_in_use(kind), {}
    for key, fresh in keyed:
        if key in known_states:
            made.known.append((fresh.line, known_states[key]))
        elif key in first:
            if not kind.merge(first[key].values, fresh.values):
                made.again.append((fresh.line, first[key].line.number))
        elif problem := _number_problem(kind, fresh, taken, numbers):
            made.bad.append((fresh.line, [problem]))
        else:
            first[key] = fresh
            made.fresh.append(fresh)
    made.bad.sort(key=lambda entry: entry[0].number)
    return made


def _own_numbers_in_use(kind: Kind) -> dict[str, str]:
    """Return the factory's own numbers that records have already, each with what its record is called."""
    if not kind.own_number:
        return {}
    own, name, *also = kind.own_number
    return {
        comparable(row[0]): row[1]
        for column in (own, *also)
        for row in db.session.execute(select(column, name).where(column.is_not(None)))
    }


def _number_problem(
    kind: Kind, fresh: Fresh, taken: Mapping[str, str], numbers: dict[str, int]
) -> Problem | None:
    """Return the problem of a number of the factory's own that another record has."""
    name = kind.own_number[0].key if kind.own_number else ""
    number = fresh.values.get(name)
    if not number:
        return None
    if comparable(number) in taken:
        return Problem(name, f"{name}_taken", {"value": number, "name": taken[comparable(number)]})
    if comparable(number) in numbers:
        return Problem(name, f"{name}_twice", {"value": number, "row": numbers[comparable(number)]})
    numbers[comparable(number)] = fresh.line.number
    return None


def _states_of_known_keys(model: type[Any], keys: list[str]) -> dict[str, str]:
    """Return {key: state} of those that are in the database; valid records before void ones."""
    states: dict[str, str] = {}
    for start in range(0, len(keys), KEYS_AT_ONCE):
        query = (
            select(model.natural_key, model.state)
            .where(model.natural_key.in_(keys[start : start + KEYS_AT_ONCE]))
            .order_by(model.state.desc())
        )
        states |= {row.natural_key: row.state for row in db.session.execute(query)}
    return states


def apply_plan(kind: Kind, made: Plan, source: list[str], *, by: User, on: datetime) -> list[Any]:
    """Write what is new; `source` is the file's [name, hash]. Call inside a writing transaction, with a
    plan made in it."""
    rows = [fresh.values for fresh in made.fresh]
    referred = []  # held while the records are made: the session alone lets them go
    for model, name in ((Customer, "customer_id"), (Product, "product_id")):
        ids = sorted({values[name] for values in rows if values.get(name)})
        for start in range(0, len(ids), KEYS_AT_ONCE):
            referred += list(
                db.session.execute(
                    select(model).where(model.id.in_(ids[start : start + KEYS_AT_ONCE]))
                ).scalars()
            )
    records: list[Any] = kind.model.bring_in(
        rows, lines=[fresh.line.number for fresh in made.fresh], files=[source], by=by, on=on
    )
    referred.clear()
    return records
