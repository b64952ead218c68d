"""What every record page shows: the flow picture, what is next and for whom, the timeline, the signatures,
the files."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import request, url_for
from flask_babel import gettext
from flask_login import current_user
from sqlalchemy import select

from cs.extensions import db
from cs.procedure.authority import Permission, roles_with
from cs.queries.escalation import Escalations
from cs.records.attachments import Attachment
from cs.records.events import Event
from cs.records.record import Record
from cs.records.sections import sections
from cs.records.tasks import Task
from cs.records.users import User
from cs.records.workflowed import Workflowed
from cs.wording.formats import format_moment, list_in_words
from cs.wording.history import REFERENCES, field_name, value_in_words
from cs.wording.labels import department_name, role_name, state_name, step_name, term

# Of what any record can go through; a section has those of its own steps.
ICONS = {
    "create": "plus-circle",
    "attach": "paperclip",
    "detach": "x-circle",
    "void": "x-octagon",
    "amend": "pencil",
    "edit": "pencil",
    "import": "box-arrow-in-down",
    "limit_reached": "arrow-up-circle",
}
TIMELINE_MOST = 100  # events that a page shows unless all are asked for
LONGEST_CHANGE = 120  # characters of a value in the timeline; the record itself shows the whole
UNSPOKEN = frozenset(
    {
        "number",
        "state",
        "version",
        "created_at",
        "created_by_id",
        "registered_at",
        "first_due_at",
        "sort_name",
    }
)


def flow(record: Workflowed) -> list[dict[str, Any]]:
    """The straight way of the record: what is done, where it stands, what comes.

    A side state stands where the record is: before the way when it can still lead onto it, else after what
    was reached of it.
    """
    main = [state.code for state in record.workflow.states if state.main]
    entered = _entered(record)
    aside = record.state not in main
    ended = record.workflow.state(record.state).final
    here = (
        max((main.index(code) for code in entered if code in main), default=-1)
        if aside
        else main.index(record.state)
    )
    steps: list[dict[str, Any]] = []
    for place, code in enumerate(main):
        status = (
            "done"
            if place < here or (place == here and (ended or aside))
            else "now"
            if place == here
            else "next"
        )
        steps.append(
            {
                "label": state_name(record.kind, code),
                "hint": format_moment(entered.get(code)) if place <= here else None,
                "status": status,
            }
        )
    if not aside:
        return steps
    side = {
        "label": state_name(record.kind, record.state),
        "status": "side" if ended else "now",
        "hint": format_moment(entered.get(record.state)),
    }
    return [*(step for step in steps if step["status"] == "done"), side] if ended else [side, *steps]


def _entered(record: Workflowed) -> dict[str | None, datetime]:
    """When each state was entered, the last time; what happens within a state does not count."""
    entered: dict[str | None, datetime] = {}
    before = None
    query = (
        select(Event.state, Event.at)
        .where(Event.kind == record.kind, Event.record_id == record.id)
        .order_by(Event.seq)
    )
    for state, at in db.session.execute(query):
        if state != before:
            entered[state] = at
        before = state
    return entered


def next_action(
    record: Workflowed, steps: tuple[Any, ...], section: str, on: datetime
) -> dict[str, Any] | None:
    """The card at the top of the page: what is awaited, of whom, by when, and the buttons of who may act;
    what else waits stands below."""
    tasks = list(
        db.session.execute(
            select(Task).where(Task.kind == record.kind, Task.record_id == record.id).order_by(Task.id)
        ).scalars()
    )
    if not tasks:
        return None
    names = {step.task for step in steps if step.task}
    chief = {step.task for step in record.workflow.steps if step.primary}
    mine = [task for task in tasks if task.name in names and task.user_id in (None, current_user.id)]
    task = min(mine or tasks, key=lambda one: (one.name not in chief, one.id))
    return {
        "title": step_name(record.kind, task.name),
        "due": task.due_at,
        "late": task.due_at is not None and on > task.due_at,
        "waiting_for": _awaited_of(task),
        "beyond": Escalations(on).escalation_of(task),
        "text": gettext(
            "Also awaited: %(others)s", others=_also(record, [one for one in tasks if one is not task])
        )
        if len(tasks) > 1
        else None,
        "buttons": [
            {
                "label": step_name(record.kind, step.name),
                "primary": step.primary and step.task == task.name,
                "url": url_for(f"{section}.step", record_id=record.id, step=step.name),
            }
            for step in steps
            if step.task
        ],
    }


def _also(record: Workflowed, tasks: list[Task]) -> str:
    """What else is awaited and of whom; people of whom the same is awaited stand together."""
    of: dict[str, list[str]] = {}
    for task in tasks:
        of.setdefault(task.name, []).append(_awaited_of(task))
    return list_in_words(
        f"{step_name(record.kind, name)} ({list_in_words(whom)})" for name, whom in of.items()
    )


def _awaited_of(task: Task) -> str:
    """The person who took it or of whom alone it is awaited; else the roles, in their department."""
    person = task.taken_by_id or task.user_id
    if person:
        return db.session.get_one(User, person).name
    if task.department:
        return department_name(task.department)
    return list_in_words(role_name(role) for role in roles_with(Permission(task.permission)))


def other_steps(record: Workflowed, steps: tuple[Any, ...], section: str) -> list[dict[str, Any]]:
    """The steps that nobody waits for but this person may take: amend, void."""
    return [
        {
            "label": step_name(record.kind, step.name),
            "name": step.name,
            "url": url_for(f"{section}.step", record_id=record.id, step=step.name),
        }
        for step in steps
        if not step.task
    ]


def timeline(record: Record) -> list[dict[str, Any]]:
    """What happened, newest first, in the reader's words. Of a long history the newest part, with the way to
    all of it."""
    events = record.latest_events(None if request.args.get("history") == "all" else TIMELINE_MOST)
    entries = [_entry(record, event) for event in events]
    older = record.version - len(events)
    return [*entries, {"older": older, "url": "?history=all"}] if older else entries


def changes_since(record: Record, version: int) -> list[dict[str, Any]]:
    """What happened after that version, newest first, as the timeline says it."""
    return [_entry(record, event) for event in record.latest_events(TIMELINE_MOST) if event.seq > version]


def _entry(record: Record, event: Event) -> dict[str, Any]:
    facts = event.facts
    changes, own = [], f"{record.kind}_id"
    if event.seq > 1:
        for field, (old, new) in facts.get("changes", {}).items():
            if (
                field not in UNSPOKEN
                and new != facts.get("note")
                and (field in REFERENCES or not field.endswith("_id"))
            ):
                label = field_name(field)
                before = _short(value_in_words(field, old, own)) if old not in (None, []) else None
                changes.append((label, before, _short(value_in_words(field, new, own))))
    files = list_in_words(name for name, _hash in facts.get("files", []))
    if files and "row" in facts:
        files = gettext("%(file)s, row %(row)s", file=files, row=facts["row"])
    typed = facts.get("password_at")
    return {
        "event": event,
        "at": event.at,
        "password_at": datetime.fromisoformat(typed) if typed else None,
        "who": event.by.name if event.by else gettext("the system"),
        "role": role_name(event.role),
        "label": step_name(record.kind, event.name),
        "clause": event.clause,
        "note": facts.get("note") or files or None,
        "changes": changes,
        "icon": sections().step_icons.get((record.kind, event.name)) or ICONS.get(event.name, "dot"),
    }


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_CHANGE else f"{text[:LONGEST_CHANGE]}…"


def files(record: Workflowed) -> list[dict[str, Any]]:
    """The files on a record, voided ones marked."""
    shown = []
    for file in Attachment.of(record):
        size = (
            f"{file.size / 1024 / 1024:.1f} MB"
            if file.size >= 1024 * 1024
            else f"{max(1, file.size // 1024)} KB"
        )
        shown.append(
            {
                "name": file.name,
                "url": url_for("files.get", file_id=file.id),
                "size": size,
                "who": file.added_by.name,
                "at": file.at,
                "thumb": url_for("files.thumbnail", file_id=file.id) if file.is_image else None,
                "note": file.void_reason,
                "void": file.void_reason is not None,
                "void_url": url_for("files.void", file_id=file.id) if _may_void(record, file) else None,
            }
        )
    return shown


def _may_void(record: Workflowed, file: Attachment) -> bool:
    return file.may_be_voided(record, current_user) and file.voiding_is_open(record, current_user)


def signatures(record: Record) -> list[dict[str, Any]]:
    """The signatures under the record, and whether it still says what was signed at each."""
    return [
        {
            "meaning": term(f"signed_{one.meaning}"),
            "who": one.user.name,
            "role": role_name(one.role),
            "at": one.at,
            "version": one.version,
            "hash": one.content_hash[:12],
            "password_at": one.password_at,
        }
        for one in record.signatures
    ]
