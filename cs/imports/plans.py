"""What a table would bring in: what is new, what is already there, what is wrong.

`plan_import` reads and changes nothing; `apply_plan` writes what a plan calls new, in one go; a long table is
written in portions, each planned again. What makes a line the same thing as a record is the record's natural
key.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select

from cs.extensions import db
from cs.imports.cells import Problem, comparable
from cs.imports.kinds import Dropped, Kind, Known, Remark
from cs.imports.tables import Line, Table, with_notes
from cs.models.customers import Customer, Product
from cs.records.users import User

KEYS_AT_ONCE = 500  # keys asked for in one query
PORTION = 60  # lines written in one transaction, so that nobody waits for half a second


@dataclass(frozen=True)
class Fresh:
    """A line that is new: what its record will be filled with, and what is said of it."""

    line: Line
    values: dict[str, Any]
    remarks: list[Problem] = field(default_factory=list)
    merged: list[Line] = field(default_factory=list)  # further lines of the same thing


@dataclass
class Plan:
    """What would come in, and why the rest would not. `again`: lines whose thing stands in an earlier row of
    the same file."""

    fresh: list[Fresh] = field(default_factory=list)
    known: list[tuple[Line, str]] = field(default_factory=list)
    again: list[tuple[Line, Line]] = field(default_factory=list)
    bad: list[tuple[Line, list[Problem]]] = field(default_factory=list)

    @property
    def skipped(self) -> int:
        return len(self.known) + len(self.again) + len(self.bad)

    @property
    def remarks(self) -> list[tuple[Problem, list[str]]]:
        """Return the remarks on the new lines, each once with its rows."""
        by_content: dict[str, tuple[Problem, list[str]]] = {}
        for fresh in self.fresh:
            for remark in fresh.remarks:
                by_content.setdefault(repr(remark), (remark, []))[1].append(fresh.line.place)
        return list(by_content.values())

    @property
    def states(self) -> Counter[str]:
        """Count the new records by the state that they will have, where the line decides it."""
        return Counter(fresh.values["state"] for fresh in self.fresh if "state" in fresh.values)


def plan_import(kind: Kind, table: Table, on: datetime) -> Plan:
    """Sort the lines of the table into new, existing, repeated and wrong. A void record counts as existing:
    somebody took it out."""
    columns = {column.name: column for column in kind.columns("zh")}
    known, made = Known(columns, table.columns_found, on), Plan()
    keyed: list[tuple[str, Fresh]] = []
    for original in table.lines:
        line, values, findings = _read_line(kind, original, known)
        problems = _problems_of(findings)
        if any(problem.code != kind.void_code for problem in problems):
            made.bad.append((line, problems))
        else:
            keyed.append((kind.key(values), Fresh(line, values, findings)))
    keys = [key for key, _ in keyed]
    known_states = kind.known_keys(keys) if kind.known_keys else _states_of_known_keys(kind.model, keys)
    if kind.known_by_number:
        rows = [fresh.values for key, fresh in keyed if key not in known_states]
        known_states |= kind.known_by_number(rows)
    first: dict[str, Fresh] = {}
    taken = _own_numbers_in_use(kind)
    numbers: dict[str, str] = {}
    for key, fresh in keyed:
        if key in known_states:
            made.known.append((fresh.line, known_states[key]))
        elif problems := _problems_of(fresh.remarks):
            made.bad.append((fresh.line, problems))
        elif key in first:
            if kind.merge(first[key].values, fresh.values):
                first[key].merged.append(fresh.line)
            else:
                made.again.append((fresh.line, first[key].line))
        elif problem := _number_problem(kind, fresh, taken, numbers):
            made.bad.append((fresh.line, [problem]))
        else:
            first[key] = fresh
            made.fresh.append(fresh)
    sheets = list(dict.fromkeys(line.sheet for line in table.lines))
    made.bad.sort(key=lambda entry: (sheets.index(entry[0].sheet), entry[0].number))
    return made


def _problems_of(findings: list[Problem]) -> list[Problem]:
    """Return why a line cannot be taken."""
    return [problem for problem in findings if not isinstance(problem, Remark)]


def _read_line(kind: Kind, line: Line, known: Known) -> tuple[Line, dict[str, Any], list[Problem]]:
    """Return a line with its values and what is said of it. A bad value that it can do without is dropped:
    the old text goes into the notes, and the line is read without it."""
    bad = [problem for problem in line.problems if _may_be_dropped(kind, problem, known, unreadable=True)]
    before = [problem for problem in line.problems if problem not in bad]
    while True:
        if bad:
            line, remarks = _without_values(kind, line, known, bad)
            before += remarks
        findings = list(before)
        values = kind.read(line, known, findings)
        bad = [
            problem
            for problem in findings[len(before) :]
            if _may_be_dropped(kind, problem, known, unreadable=False)
        ]
        if not bad:
            return line, values, findings


def _may_be_dropped(kind: Kind, problem: Problem, known: Known, *, unreadable: bool) -> bool:
    column = known.columns.get(problem.column or "")
    return not isinstance(problem, Remark) and kind.may_be_dropped(problem, column, unreadable=unreadable)


def _without_values(kind: Kind, line: Line, known: Known, bad: list[Problem]) -> tuple[Line, list[Problem]]:
    """Return the line with these cells empty, and what is said of it."""
    names = list(dict.fromkeys(str(problem.column) for problem in bad))
    texts = [(known.titles[name], line.rejected.get(name) or str(line.values[name])) for name in names]
    values: dict[str, object] = line.values | dict.fromkeys(names)
    remarks: list[Problem] = [Dropped(problem.column, problem.code, problem.params) for problem in bad]
    if kind.notes is not None:
        values[kind.notes], problem = with_notes(known.columns[kind.notes], values[kind.notes], texts)
        remarks += [problem] if problem else []
    problems = [problem for problem in line.problems if problem not in bad]
    return replace(line, values=values, problems=problems), remarks


def portions_of(made: Plan) -> list[list[Line]]:
    """Return the lines of what is new in portions, each with all lines of its records."""
    portions: list[list[Line]] = []
    for number, fresh in enumerate(made.fresh):
        if number % PORTION == 0:
            portions.append([])
        portions[-1] += [fresh.line, *fresh.merged]
    return portions


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
    kind: Kind, fresh: Fresh, taken: Mapping[str, str], numbers: dict[str, str]
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
    numbers[comparable(number)] = fresh.line.place
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
