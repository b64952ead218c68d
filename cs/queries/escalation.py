"""Escalation 升级 (5.3.4, 5.2.2): what waits for a signature beyond its working hours is shown to a named
role. Counted when a queue is read, never stored.

It gives no right to sign: the named role sees whom to call. Where the role itself is asked there is nobody
above, and the line is late only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, false, func, or_, select, tuple_

from cs.extensions import db
from cs.models.holidays import work_calendar
from cs.procedure.authority import Permission, permissions_of, roles_with
from cs.procedure.rulebook import Escalation, Rulebook
from cs.queries.approvals import TO_SIGN
from cs.queries.my_work import waits_for
from cs.records.procedure import rulebook
from cs.records.record import KINDS, Task, Workflowed
from cs.records.users import Membership, User

HOUR = timedelta(hours=1)
MAX_LINES_SHOWN = 5  # of what is escalated stand below a queue; the others are a click away


def check_rules(book: Rulebook) -> None:
    """ProcedureError for a row of [escalation] that could never come true: nothing is signed under its name,
    or it has no day to be counted from."""
    signed = {
        f"{kind}.{step.task}": step
        for kind, cls in KINDS.items()
        for step in (cls.workflow.steps if issubclass(cls, Workflowed) else ())
        if step.task and step.signed
    }
    for name, rule in (
        (f"{kind}.{task}", rule) for kind, rows in book.escalation.items() for task, rule in rows.items()
    ):
        if name not in signed:
            raise book.fault(
                f"escalation.{name}",
                f"is no signature that anybody waits for: name one of {', '.join(signed)}",
            )
        if rule.counted_from == "due" and signed[name].due is None:
            raise book.fault(
                f"escalation.{name}.counted_from", 'has no day by which it is due: count from "asked"'
            )


@dataclass(frozen=True)
class EscalatedTask:
    """How a line stands that waits beyond its hours: to whom it is shown (None: nobody is above), since when,
    how many working hours."""

    to: str | None
    since: datetime
    hours: int


class Escalations:
    """The rules at one moment. Of each limit the calendar is asked once: the moment that lies so many working
    hours back bounds a whole list."""

    def __init__(self, on: datetime) -> None:
        self.on = on
        self._rules = {
            (kind, task): rule for kind, rows in rulebook().escalation.items() for task, rule in rows.items()
        }
        self._limits = {
            hours: work_calendar().working_hours_before(on, hours)
            for hours in {rule.hours for rule in self._rules.values()}
        }

    def escalation_of(self, task: Any) -> EscalatedTask | None:
        """How a task, or a row of a list with its columns, stands beyond its hours; None within them."""
        rule = self._rules.get((task.kind, task.name))
        since = None if rule is None else task.since if rule.counted_from == "asked" else task.due_at
        if rule is None or since is None or since > self._limits[rule.hours]:
            return None
        waited = work_calendar().working_hours_between(since, self.on)
        asked = (
            rule.to in self._holders.get(task.user_id, ())
            if task.user_id
            else task.permission in permissions_of([rule.to])
        )
        return EscalatedTask(None if asked else rule.to, since, waited // HOUR)

    @cached_property
    def _holders(self) -> dict[int, set[str]]:
        """{person: those roles of theirs to which something is escalated}."""
        held: dict[int, set[str]] = {}
        query = select(Membership.user_id, Membership.role).where(
            Membership.role.in_({rule.to for rule in self._rules.values()})
        )
        for person, role in db.session.execute(query):
            held.setdefault(person, set()).add(role)
        return held

    def is_escalated(self) -> ColumnElement[bool]:
        """SQL: the tasks that wait beyond their hours, of whomever."""
        return or_(false(), *(condition for _rule, condition in self._conditions()))

    def may_concern(self, person: User) -> bool:
        """Whether anything at all is ever escalated to this person."""
        return any(rule.to in person.roles for rule in self._rules.values())

    def shown_to(self, person: User) -> ColumnElement[bool]:
        """SQL: what waits beyond its hours for others and is shown to this person by their role; what waits
        for themselves stands in their own queue."""
        each = (
            select(func.min(Task.id))
            .where(self._waits_for_others(person))
            .group_by(Task.kind, Task.name, Task.record_id)
        )
        return Task.id.in_(each)  # one line for a record, whoever could sign it

    def _waits_for_others(self, person: User) -> ColumnElement[bool]:
        mine = [
            condition & _is_above(rule.to)
            for rule, condition in self._conditions()
            if rule.to in person.roles
        ]
        return or_(false(), *mine) & ~func.coalesce(waits_for(person, self.on), False)

    def _conditions(self) -> Iterator[tuple[Escalation, ColumnElement[bool]]]:
        for (kind, task), rule in self._rules.items():
            column = Task.since if rule.counted_from == "asked" else Task.due_at
            yield rule, and_(Task.kind == kind, Task.name == task, column <= self._limits[rule.hours])

    def counts_shown_to(self, person: User) -> dict[tuple[str, str], int]:
        """{(kind, what is awaited): how many lines are shown to this person}."""
        if not self.may_concern(person):
            return {}
        query = (
            select(Task.kind, Task.name, func.count())
            .where(self.shown_to(person))
            .group_by(Task.kind, Task.name)
            .order_by(Task.kind, Task.name)
        )
        return {(kind, task): count for kind, task, count in db.session.execute(query)}

    def first_shown_to(self, person: User, max_lines: int = MAX_LINES_SHOWN) -> list[Row[Any]]:
        """The lines that are shown to this person, those that have waited longest first."""
        query = TO_SIGN.where(self.shown_to(person)).order_by(Task.since, Task.id).limit(max_lines)
        return list(db.session.execute(query)) if self.may_concern(person) else []

    def whom_to_call(self, person: User, rows: Iterable[Row[Any]]) -> dict[int, list[str]]:
        """{line that is shown to this person: the names of those for whom it waits}: by name, or whoever may
        do it."""
        rows = list(rows)
        asked = {row.permission: roles_with(Permission(row.permission)) for row in rows if row.signer is None}
        query = (
            select(User.name, Membership.role)
            .join(Membership)
            .where(User.active, Membership.role.in_({role for roles in asked.values() for role in roles}))
        )
        held = db.session.execute(query.order_by(User.sort_name, User.id)).all() if asked else []
        named = {(row.kind, row.name, row.record_id): row.id for row in rows if row.user_id is not None}
        signers = (
            select(Task.kind, Task.name, Task.record_id, User.name.label("signer"))
            .join(User, User.id == Task.user_id)
            .where(
                tuple_(Task.kind, Task.name, Task.record_id).in_(list(named)), self._waits_for_others(person)
            )
            .order_by(User.sort_name, User.id)
        )
        found = {
            row.id: [row.signer]
            if row.signer
            else list(dict.fromkeys(name for name, role in held if role in asked[row.permission]))
            for row in rows
            if row.user_id is None
        }
        for kind, task, record_id, signer in db.session.execute(signers) if named else ():
            found.setdefault(named[kind, task, record_id], []).append(signer)
        return found

    def counts_by_clause(self) -> dict[str, int]:
        """{clause of the step: how many of its signatures wait beyond their hours}."""
        clauses = {
            (kind, task): next(step.clause for step in KINDS[kind].workflow.steps if step.task == task)  # type: ignore[union-attr]
            for kind, task in self._rules
        }
        found: dict[str, int] = {}
        query = (
            select(Task.kind, Task.name, func.count())
            .where(self.is_escalated())
            .group_by(Task.kind, Task.name)
        )
        for kind, task, count in db.session.execute(query):
            found[clauses[kind, task]] = found.get(clauses[kind, task], 0) + count
        return found


def _is_above(role: str) -> ColumnElement[bool]:
    """SQL: the role is not asked itself: by the name of one of its people, or by a permission that it
    holds."""
    held = [permission.value for permission in permissions_of([role])]
    holders = select(Membership.user_id).where(Membership.role == role)
    return case((Task.user_id.is_(None), Task.permission.not_in(held)), else_=Task.user_id.not_in(holders))
