"""Escalation 升级 (5.3.4, 5.2.2): a signature that is awaited for longer than its working hours is shown to a
named role. Computed when a queue is read, never stored.

It gives no right to sign: the named role sees whom to call. Where that role itself must sign, there is nobody
above it, and the task is only late.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from itertools import chain
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, false, func, or_, select, tuple_

from cs.extensions import db
from cs.models.holidays import work_calendar
from cs.procedure.authority import Permission, permissions_of, roles_with
from cs.procedure.rulebook import Escalation, Rulebook
from cs.queries.approvals import TO_SIGN
from cs.queries.my_work import waits_for
from cs.records.departments import Membership
from cs.records.procedure import rulebook
from cs.records.record import KINDS
from cs.records.tasks import Task
from cs.records.users import User
from cs.records.workflowed import Workflowed

HOUR = timedelta(hours=1)
MAX_LINES_SHOWN = 5  # escalated tasks below a queue; the others are a click away


def check_rules(book: Rulebook) -> None:
    """Raise ProcedureError for a row of [escalation] that can never apply: nothing is signed under its name,
    or there is no due time to count from."""
    workflowed = [(kind, cls.workflow) for kind, cls in KINDS.items() if issubclass(cls, Workflowed)]
    steps = [(kind, step) for kind, workflow in workflowed for step in workflow.steps]
    signed = {f"{kind}.{step.task}": step for kind, step in steps if step.task and step.signed}
    rules = {f"{kind}.{task}": rule for kind, rows in book.escalation.items() for task, rule in rows.items()}
    for name, rule in rules.items():
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
    """How an awaited signature exceeds its hours: the role to which it is shown (None: nobody is above),
    since when, and for how many working hours."""

    to: str | None
    since: datetime
    hours: int


class Escalations:
    """The rules of escalation at one moment. Each limit is computed once: the moment that lies so many
    working hours back bounds a whole list."""

    def __init__(self, on: datetime) -> None:
        self.on = on
        self._rules = {
            (kind, task): rule for kind, rows in rulebook().escalation.items() for task, rule in rows.items()
        }
        hours_of_rules = {rule.hours for rule in self._rules.values()}
        self._limits = {hours: work_calendar().working_hours_before(on, hours) for hours in hours_of_rules}

    def escalation_of(self, task: Any) -> EscalatedTask | None:
        """Return how a task, or a row with its columns, exceeds its hours; None within them."""
        rule = self._rules.get((task.kind, task.name))
        if rule is None:
            return None
        since = task.since if rule.counted_from == "asked" else task.due_at
        if since is None or since > self._limits[rule.hours]:
            return None
        waited = work_calendar().working_hours_between(since, self.on)
        to = None if self._must_sign_itself(rule.to, task) else rule.to
        return EscalatedTask(to, since, waited // HOUR)

    def _must_sign_itself(self, role: str, task: Any) -> bool:
        if task.user_id:
            return role in self._holders.get(task.user_id, ())
        return task.permission in permissions_of([role])

    @cached_property
    def _holders(self) -> dict[int, set[str]]:
        """Return {person: those of their roles to which something is escalated}."""
        held: dict[int, set[str]] = {}
        query = select(Membership.user_id, Membership.role).where(
            Membership.role.in_({rule.to for rule in self._rules.values()})
        )
        for person, role in db.session.execute(query):
            held.setdefault(person, set()).add(role)
        return held

    def is_escalated(self) -> ColumnElement[bool]:
        """Return the condition of tasks that exceed their hours, whoever must sign."""
        return or_(false(), *(condition for _rule, condition in self._conditions()))

    def may_concern(self, person: User) -> bool:
        """Return whether anything can be escalated to this person."""
        return any(rule.to in person.roles for rule in self._rules.values())

    def shown_to(self, person: User) -> ColumnElement[bool]:
        """Return the condition of tasks that others must sign and that are escalated to a role of this
        person; what they must sign themselves is in their own queue."""
        first_of_record = (
            select(func.min(Task.id))
            .where(self._waits_for_others(person))
            .group_by(Task.kind, Task.name, Task.record_id)
        )
        return Task.id.in_(first_of_record)  # one line for a record, whoever could sign it

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
        """Return {(kind, task): number of lines shown to this person}."""
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
        """Return the lines shown to this person, the longest waiting first."""
        query = TO_SIGN.where(self.shown_to(person)).order_by(Task.since, Task.id).limit(max_lines)
        return list(db.session.execute(query)) if self.may_concern(person) else []

    def whom_to_call(self, person: User, rows: Iterable[Row[Any]]) -> dict[int, list[str]]:
        """Return {line shown to this person: the names of those who can sign it}."""
        rows = list(rows)
        names = self._named_signers(person, [row for row in rows if row.user_id is not None])
        by_permission = _people_by_permission({row.permission for row in rows if row.signer is None})
        for row in rows:
            if row.user_id is None:
                names[row.id] = [row.signer] if row.signer else by_permission[row.permission]
        return names

    def _named_signers(self, person: User, rows: list[Row[Any]]) -> dict[int, list[str]]:
        """Return {line: the people by name whose signature its record awaits}."""
        if not rows:
            return {}
        lines = {(row.kind, row.name, row.record_id): row.id for row in rows}
        query = (
            select(Task.kind, Task.name, Task.record_id, User.name.label("signer"))
            .join(User, User.id == Task.user_id)
            .where(
                tuple_(Task.kind, Task.name, Task.record_id).in_(list(lines)), self._waits_for_others(person)
            )
            .order_by(User.sort_name, User.id)
        )
        names: dict[int, list[str]] = {}
        for kind, task, record_id, signer in db.session.execute(query):
            names.setdefault(lines[kind, task, record_id], []).append(signer)
        return names

    def counts_by_clause(self) -> dict[str, int]:
        """Return {clause of the step: number of its signatures that exceed their hours}."""
        query = (
            select(Task.kind, Task.name, func.count())
            .where(self.is_escalated())
            .group_by(Task.kind, Task.name)
        )
        counts: Counter[str] = Counter()
        for kind, task, count in db.session.execute(query):
            counts[_clause_of(kind, task)] += count
        return dict(counts)


def _clause_of(kind: str, task: str) -> str:
    steps = KINDS[kind].workflow.steps  # type: ignore[union-attr]  # check_rules: the kind has steps
    return next(step.clause for step in steps if step.task == task)


def _people_by_permission(permissions: Collection[str]) -> dict[str, list[str]]:
    """Return {permission: the names of the active people who hold a role with it}."""
    if not permissions:
        return {}
    roles = {permission: roles_with(Permission(permission)) for permission in permissions}
    query = (
        select(User.name, Membership.role)
        .join(Membership)
        .where(User.active, Membership.role.in_(set(chain.from_iterable(roles.values()))))
        .order_by(User.sort_name, User.id)
    )
    holders = db.session.execute(query).all()
    names: dict[str, list[str]] = {}
    for permission in permissions:
        matching = [name for name, role in holders if role in roles[permission]]
        names[permission] = list(dict.fromkeys(matching))
    return names


def _is_above(role: str) -> ColumnElement[bool]:
    """Return the condition of tasks that the role itself need not sign, neither by the name of one of its
    people nor by a permission that it holds."""
    held = [permission.value for permission in permissions_of([role])]
    holders = select(Membership.user_id).where(Membership.role == role)
    return case((Task.user_id.is_(None), Task.permission.not_in(held)), else_=Task.user_id.not_in(holders))
