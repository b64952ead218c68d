"""Records with a workflow, and `advancing()`, the only writer of a state.

A change happens inside `with record.changing(...)` or `with record.advancing(...)`: on leaving it, in the
same transaction, the event with old and new values, the search index and the tasks are written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import Any, ClassVar, Protocol

from sqlalchemy import ColumnElement, true
from sqlalchemy.orm import Mapped, mapped_column

from cs.extensions import db
from cs.procedure.authority import Actor, Permission, permissions_of, role_for
from cs.procedure.workflow import NotAllowed, NothingChanged, NotOpen, Step, Workflow
from cs.records.record import Record
from cs.records.tasks import sync_tasks


class AdvancingRecord(Protocol):
    """What a module of steps needs of the record that it takes: the record names the module's functions
    among its verbs, so that the module cannot import it. Each module adds what its own steps need."""

    kind: ClassVar[str]
    id: int
    state: str

    def advancing(
        self, name: str, by: Actor, on: datetime, *, note: str | None = None, **details: Any
    ) -> AbstractContextManager[Step]: ...


class Workflowed(Record):
    """A record that goes through the states of a workflow."""

    __abstract__ = True
    workflow: ClassVar[Workflow]
    deputised: ClassVar[frozenset[Permission]] = frozenset()  # what a deputy may do in a holder's place
    # what the procedure file has others do in the place of all holders; such tasks name the person
    in_place: ClassVar[frozenset[Permission]] = frozenset()
    state: Mapped[str] = mapped_column(index=True)

    @property
    def subject(self) -> str:
        """Return what the record is about, in one line, for My work."""
        return self.title

    @classmethod
    def names_people(cls) -> ColumnElement[bool]:
        """Return SQL for whether open work may be assigned to single people; kinds with many records
        narrow it."""
        return true()

    def holds(self, question: str, on: datetime) -> bool:
        """Return the answer to a condition of the workflow."""
        return bool(getattr(self, question)(on))

    @classmethod
    def answers(cls, question: str) -> bool:
        """Return whether records of this kind can answer a word that a step asks for."""
        return hasattr(cls, question)

    def open_steps(self, on: datetime) -> tuple[Step, ...]:
        return self.workflow.open_from(self.state, lambda question: self.holds(question, on))

    def steps_for(self, by: Actor, on: datetime) -> tuple[Step, ...]:
        """Return the steps that this person may take now: the buttons of the page."""
        allowed = permissions_of(by.roles)
        return tuple(
            step
            for step in self.open_steps(on)
            if (step.permission in allowed or self.stands_in(step, by, on)) and self.relates(step, by, on)
        )

    def stands_in(self, step: Step, by: Actor, on: datetime) -> bool:
        """Return whether the person, without the step's permission, acts today as deputy of a holder, or in
        the place of all of them."""
        return False

    def relates(self, step: Step, by: Actor, on: datetime) -> bool:
        """Return whether the person has the relation to the record that the step asks for."""
        return step.relation is None or bool(getattr(self, step.relation)(by))

    def role_under(self, step: Step, by: Actor, on: datetime) -> str | None:
        """Return the role under which the person takes the step."""
        return role_for(by.roles, step.permission)

    def clause_of(self, step: Step) -> str:
        """Return the clause that asks for the step on the route that this record takes."""
        return step.clause_on(getattr(self, "route", None))

    def check(self, name: str, by: Actor, on: datetime) -> Step:
        """Return the step. Raise NotAllowed, then NotOpen."""
        step = self.workflow.step(name)
        if not (by.may(step.permission) or self.stands_in(step, by, on)) or not (
            step.creates or self.relates(step, by, on)
        ):
            raise NotAllowed(name)
        if not step.creates and step not in self.open_steps(on):
            raise NotOpen(name)
        return step

    @contextmanager
    def advancing(
        self, name: str, by: Actor, on: datetime, *, note: str | None = None, **details: Any
    ) -> Iterator[Step]:
        """Take a step: check it, let the verb set its fields, move the state, write the event (with
        `details`) and the tasks. Raise NothingChanged where a step that amends alters nothing."""
        step = self.check(name, by, on)
        before = self.content() if step.amends else None
        signed: dict[str, Any] = (
            {"signed": step.signed} if step.signed else {}
        )  # in the event, so that a signature cannot vanish or change its meaning
        if (
            signed and by.password_at is not None
        ):  # the password was not asked again: an auditor must see that
            signed["password_at"] = by.password_at
        with self.changing(
            name,
            by,
            on,
            clause=self.clause_of(step),
            role=self.role_under(step, by, on),
            note=note,
            **signed,
            **details,
        ):
            yield step
            if step.amends and self.content() == before:
                raise NothingChanged(name)
            if step.target is not None:
                self.state = step.target
        for record in self.affected():
            sync_tasks(record, on)
            db.session.flush()

    def affected(self) -> Iterable[Workflowed]:
        """Return the records that wait for this one, whose tasks a step of it may change."""
        return ()

    def follow_people(self, on: datetime) -> None:
        """Update what is awaited now that other people are here or hold the roles."""
        sync_tasks(self, on)

    def changed(self, on: datetime, *, new: bool) -> None:
        sync_tasks(self, on, new=new)
