"""The parts that record pages share: flow, next action, other steps, timeline, files, signatures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext
from flask_login import current_user
from sqlalchemy import select

from cs.extensions import db
from cs.procedure.authority import Permission, roles_with
from cs.procedure.workflow import Step
from cs.queries.escalation import EscalatedTask, Escalations
from cs.records.attachments import Attachment
from cs.records.events import Event
from cs.records.record import Record
from cs.records.tasks import Task
from cs.records.users import User
from cs.records.workflowed import Workflowed
from cs.web.options import form_address, section_of
from cs.web.timeline import timeline
from cs.wording.formats import format_moment, list_in_words
from cs.wording.labels import department_name, role_name, state_name, step_name, term


def usual_parts(record: Workflowed, on: datetime, *, with_signatures: bool = True) -> dict[str, Any]:
    """Return what the page of every record with a flow shows beside the record.

    `with_signatures=False` is for a page that shows its signatures in a way of its own.
    """
    section = section_of(record.kind)
    steps = record.steps_for(current_user, on)
    return {
        "flow": _flow(record),
        "next": _next_action(record, steps, section, on),
        "signatures": _signatures(record) if with_signatures else [],
        **_common_parts(record, steps, section),
    }


def common_parts(record: Workflowed, on: datetime) -> dict[str, Any]:
    """Return what the page of every record shows, with a flow or without."""
    return _common_parts(record, record.steps_for(current_user, on), section_of(record.kind))


def _common_parts(record: Workflowed, steps: tuple[Step, ...], section: str) -> dict[str, Any]:
    return {
        "others": _other_steps(record, steps, section),
        "timeline": timeline(record),
        "files": _files(record),
    }


@dataclass(frozen=True)
class FlowState:
    """A state in the flow picture: its status is done, now, next, or side for an end off the main flow."""

    label: str
    status: str
    hint: str | None


def _flow(record: Workflowed) -> list[FlowState]:
    """Return the main flow of the record, and where the record stands in it.

    A side state comes before the flow while it can still lead into it, else after the states reached.
    """
    entered_at = _last_entered_at(record)
    main_states = [state.code for state in record.workflow.states if state.main]
    if record.state in main_states:
        return _main_flow(record, main_states, entered_at, main_states.index(record.state))
    reached = [index for index, code in enumerate(main_states) if code in entered_at]
    states = _main_flow(record, main_states, entered_at, max(reached, default=-1))
    ended = record.workflow.state(record.state).final
    side = FlowState(
        state_name(record.kind, record.state),
        "side" if ended else "now",
        format_moment(entered_at.get(record.state)),
    )
    return [*(state for state in states if state.status == "done"), side] if ended else [side, *states]


def _main_flow(
    record: Workflowed, codes: list[str], entered_at: dict[str | None, datetime], reached: int
) -> list[FlowState]:
    stands_there = not record.workflow.state(record.state).final and record.state in codes
    states = []
    for index, code in enumerate(codes):
        status = "done" if index <= reached else "next"
        if index == reached and stands_there:
            status = "now"
        hint = format_moment(entered_at.get(code)) if index <= reached else None
        states.append(FlowState(state_name(record.kind, code), status, hint))
    return states


def _last_entered_at(record: Workflowed) -> dict[str | None, datetime]:
    """Return when each state was last entered; events within a state do not count."""
    entered_at: dict[str | None, datetime] = {}
    previous_state = None
    query = (
        select(Event.state, Event.at)
        .where(Event.kind == record.kind, Event.record_id == record.id)
        .order_by(Event.seq)
    )
    for state, at in db.session.execute(query):
        if state != previous_state:
            entered_at[state] = at
        previous_state = state
    return entered_at


@dataclass(frozen=True)
class StepButton:
    name: str
    label: str
    url: str
    primary: bool = False
    in_place: bool = True  # the form opens within the record's page


@dataclass(frozen=True)
class NextAction:
    """The card at the top of a record page."""

    title: str
    due: datetime | None
    late: bool
    waiting_for: str
    beyond: EscalatedTask | None
    text: str | None
    buttons: list[StepButton]


def _next_action(
    record: Workflowed, steps: tuple[Step, ...], section: str, on: datetime
) -> NextAction | None:
    """Return what is awaited, of whom and by when, with buttons for the steps that this person may take.

    A task of this person's comes first, then one of a primary step, then the oldest.
    """
    query = select(Task).where(Task.kind == record.kind, Task.record_id == record.id).order_by(Task.id)
    tasks = list(db.session.execute(query).scalars())
    if not tasks:
        return None
    open_names = {step.task for step in steps if step.task}
    primary_names = {step.task for step in record.workflow.steps if step.primary}
    own_tasks = [
        task for task in tasks if task.name in open_names and task.user_id in (None, current_user.id)
    ]
    task = min(own_tasks or tasks, key=lambda candidate: (candidate.name not in primary_names, candidate.id))
    primary_step = _primary_step(steps, task.name)
    other_tasks = [other for other in tasks if other is not task]
    return NextAction(
        title=step_name(record.kind, task.name),
        due=task.due_at,
        late=task.due_at is not None and on > task.due_at,
        waiting_for=_awaited_from(task),
        beyond=Escalations(on).escalation_of(task),
        text=gettext("Also awaited: %(others)s", others=_tasks_in_words(record, other_tasks))
        if other_tasks
        else None,
        buttons=[
            _step_button(record, step, section, primary=step is primary_step or _is_primary(step, task.name))
            for step in steps
            if step.task
        ],
    )


def _is_primary(step: Step, task: str) -> bool:
    return step.primary and step.task == task


def _primary_step(steps: tuple[Step, ...], task: str) -> Step | None:
    """Return the step that the card asks for first where its table names none: the only one of its task,
    taken by making a record."""
    of_task = [step for step in steps if step.task == task]
    return of_task[0] if len(of_task) == 1 and of_task[0].makes else None


def _tasks_in_words(record: Workflowed, tasks: list[Task]) -> str:
    """Return each task with everyone from whom it is awaited."""
    awaited_from: dict[str, list[str]] = {}
    for task in tasks:
        awaited_from.setdefault(task.name, []).append(_awaited_from(task))
    return list_in_words(
        f"{step_name(record.kind, name)} ({list_in_words(names)})" for name, names in awaited_from.items()
    )


def _awaited_from(task: Task) -> str:
    """Return the person who took the task or is alone asked for it, else the department, else the roles."""
    person_id = task.taken_by_id or task.user_id
    if person_id:
        return db.session.get_one(User, person_id).name
    if task.department:
        return department_name(task.department)
    return list_in_words(role_name(role) for role in roles_with(Permission(task.permission)))


def _other_steps(record: Workflowed, steps: tuple[Step, ...], section: str) -> list[StepButton]:
    """Return buttons for the steps that are awaited from nobody but open to this person: amend, void."""
    return [_step_button(record, step, section) for step in steps if not step.task]


def _step_button(record: Workflowed, step: Step, section: str, *, primary: bool = False) -> StepButton:
    url = (
        form_address(step.makes, record)
        if step.makes
        else url_for(f"{section}.step", record_id=record.id, step=step.name)
    )
    label = step_name(record.kind, step.name)
    return StepButton(step.name, label, url, primary, in_place=not step.makes)


@dataclass(frozen=True)
class FileRow:
    name: str
    url: str
    size: str
    who: str
    at: datetime
    thumb: str | None
    note: str | None
    void: bool
    void_url: str | None  # None where this person may not void the file


def _files(record: Workflowed) -> list[FileRow]:
    """Return the files of a record, void ones included."""
    return [
        FileRow(
            name=file.name,
            url=url_for("files.get", file_id=file.id),
            size=_size_in_words(file.size),
            who=file.added_by.name,
            at=file.at,
            thumb=url_for("files.thumbnail", file_id=file.id) if file.is_image else None,
            note=file.void_reason,
            void=file.void_reason is not None,
            void_url=url_for("files.void", file_id=file.id) if _may_void(record, file) else None,
        )
        for file in Attachment.of(record)
    ]


def _size_in_words(size: int) -> str:
    if size >= 1024 * 1024:
        return f"{size / 1024 / 1024:.1f} MB"
    return f"{max(1, size // 1024)} KB"


def _may_void(record: Workflowed, file: Attachment) -> bool:
    return file.may_be_voided(record, current_user) and file.voiding_is_open(record, current_user)


@dataclass(frozen=True)
class SignatureRow:
    meaning: str
    who: str
    role: str
    at: datetime
    version: int
    hash: str  # the first characters of the hash of what was signed
    password_at: datetime | None


def _signatures(record: Record) -> list[SignatureRow]:
    return [
        SignatureRow(
            meaning=term(f"signed_{signature.meaning}"),
            who=signature.user.name,
            role=role_name(signature.role),
            at=signature.at,
            version=signature.version,
            hash=signature.content_hash[:12],
            password_at=signature.password_at,
        )
        for signature in record.signatures
    ]
