"""Steps and workflows as rows. One Step guards an action, draws its button, fills the queue of who must act
and names the event."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cs.procedure.authority import Permission


class Refused(Exception):
    """A step that is not taken, and why."""


class NotAllowed(Refused):
    """The person may not take this step (403)."""


class NotOpen(Refused):
    """The step is not open from where the record stands now (409)."""


class NothingChanged(Refused):
    """The step amends a record, and what was sent is what is on record already (422)."""


@dataclass(frozen=True)
class State:
    """`main`: part of the main flow that the flow picture shows; `final`: nothing is awaited any more."""

    code: str
    main: bool = True
    final: bool = False


@dataclass(frozen=True)
class Step:
    """One row of the procedure. No `sources`: it makes the record. No `target`: the state stays.

    `when` and `relation` name questions that the record answers (`record.holds(question)`,
    `record.relates(person)`). `task` names what is awaited in My work while the step is open; steps that
    share a task are its alternatives. `department` and `persons` name the record's attribute with the
    responsible department, and its method with the responsible people; `queued`: where that method names
    nobody, all who may are responsible. `due` names the record's moment by which it is due. `signed` says
    what a signature under it means.

    Only a step that `reopens` leaves a final state. A step that `amends` is taken only where it alters
    something.

    `route_clauses` are the clauses that ask for the step on certain routes, {route: clause} as pairs; on any
    other it is `clause`.

    `makes` names the kind of record whose making takes the step: it has a task and a button like every other,
    and leads to the form of that record. It needs neither a form nor a verb of its own.
    """

    name: str
    clause: str
    sources: tuple[str, ...]
    target: str | None
    permission: Permission
    when: tuple[str, ...] = ()
    relation: str | None = None
    task: str | None = None
    due: str | None = None
    department: str | None = None
    persons: str | None = None
    queued: bool = False
    signed: str | None = None
    primary: bool = False
    reopens: bool = False
    amends: bool = False
    makes: str | None = None
    route_clauses: tuple[tuple[str, str], ...] = ()

    @property
    def creates(self) -> bool:
        return not self.sources

    def clause_on(self, route: str | None) -> str:
        """Return the clause that asks for the step on a route."""
        return dict(self.route_clauses).get(route or "", self.clause)


@dataclass(frozen=True)
class Workflow:
    """The states and steps of one kind of record. A wrong table stops the program at start (ValueError)."""

    kind: str
    states: tuple[State, ...]
    steps: tuple[Step, ...]

    def __post_init__(self) -> None:
        codes = [state.code for state in self.states]
        names = [step.name for step in self.steps]
        for what, items in (("state", codes), ("step", names)):
            twice = {item for item in items if items.count(item) > 1}
            if twice:
                raise ValueError(f"{self.kind}: {what} given twice: {sorted(twice)}")
        for step in self.steps:
            self._check_step(step, set(codes))
        for state in self.states:
            self._check_state(state)

    def _check_step(self, step: Step, codes: set[str]) -> None:
        unknown = {code for code in (*step.sources, step.target) if code is not None} - codes
        if unknown:
            raise ValueError(f"{self.kind}.{step.name}: unknown state {sorted(unknown)}")
        if step.creates and step.target is None:
            raise ValueError(f"{self.kind}.{step.name}: makes a record but leads to no state")
        if step.reopens and not all(self.state(code).final for code in step.sources):
            raise ValueError(f"{self.kind}.{step.name}: reopens what has not ended")
        if step.makes and (step.creates or step.target is not None or step.signed):
            raise ValueError(f"{self.kind}.{step.name}: taken by another record, so it changes nothing")

    def _check_state(self, state: State) -> None:
        leaves = any(
            state.code in step.sources and step.target not in (None, state.code) and not step.reopens
            for step in self.steps
        )
        if leaves == state.final:
            raise ValueError(
                f"{self.kind}.{state.code}: "
                f"{'final, but left by a step' if leaves else 'never left, but not final'}"
            )
        if not any(step.target == state.code for step in self.steps):
            raise ValueError(f"{self.kind}.{state.code}: no step leads there")

    def step(self, name: str) -> Step:
        """Return the row of that name; KeyError when there is none."""
        for step in self.steps:
            if step.name == name:
                return step
        raise KeyError(name)

    def state(self, code: str) -> State:
        return next(state for state in self.states if state.code == code)

    @property
    def awaiting_states(self) -> tuple[str, ...]:
        """Return the states in which something may be awaited; of what has ended, seldom anything is."""
        steps = [step for step in self.steps if step.task]
        sources = {code for step in steps for code in step.sources}
        return tuple(state.code for state in self.states if state.code in sources)

    def takes_files(self, state: str) -> bool:
        """Return whether files may be added (5.6): photographs and documents are added while something is
        still awaited of the record; what is closed or void stands as it is."""
        return not self.state(state).final

    @property
    def voiding(self) -> Permission:
        """Return the permission (5.6) to void a record of this kind, and with it a wrong file on it, at any
        time. KeyError where none is ever void."""
        return self.step("void").permission

    def creating(self) -> tuple[Step, ...]:
        return tuple(step for step in self.steps if step.creates)

    def open_from(self, state: str, holds: Callable[[str], bool]) -> tuple[Step, ...]:
        """Return the steps that are open from a state, in the order of the rows; `holds` answers their
        conditions."""
        from_state = (step for step in self.steps if state in step.sources)
        return tuple(step for step in from_state if all(map(holds, step.when)))

    def routes(self, conditions: tuple[str, ...]) -> tuple[str, ...]:
        """Return those of the conditions that some step asks for: a choice that leads nowhere is not
        offered."""
        questions = {question for step in self.steps for question in step.when}
        return tuple(condition for condition in conditions if condition in questions)
