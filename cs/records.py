"""What every record page shows: the flow picture, what is next and for whom, the timeline, the signatures, the files."""
from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext
from flask_login import current_user
from sqlalchemy import select

from cs.extensions import db
from cs.models.attachments import Attachment
from cs.models.base import Record, Task, Workflowed
from cs.models.chain import Event
from cs.models.procedure import rulebook
from cs.models.users import User
from cs.procedure.authority import Permission, roles_with
from cs.words import department_name, listed, moment, role_name, state_name, step_name, term, value_in_words

ICONS = {"log": "plus-circle", "create": "plus-circle", "pass_on": "reply", "attach": "paperclip", "detach": "x-circle", "void": "x-octagon",
         "refuse": "arrow-counterclockwise", "close": "check2-circle", "accept": "check2", "send_reply": "send", "reply_directly": "send"}
LONGEST_CHANGE = 120  # characters of a value in the timeline; the record itself shows the whole
UNSPOKEN = frozenset({"number", "state", "version", "created_at", "created_by_id", "registered_at", "first_due_at", "sort_name"})


def flow(record: Workflowed) -> list[dict[str, Any]]:
    """The straight way of the record: what is done, where it stands, what comes; a side state stands at the end."""
    main = [state.code for state in record.workflow.states if state.main]
    here = main.index(record.state) if record.state in main else -1
    entered = {event.state: event.at for event in record.events}
    steps: list[dict[str, Any]] = []
    for place, code in enumerate(main):
        ended = place == here and record.workflow.state(code).final
        steps.append({"label": state_name(record.kind, code), "hint": moment(entered.get(code)) if place <= here else None,
                      "status": "done" if place < here or ended else "now" if place == here else "next"})
    if here < 0:
        steps.append({"label": state_name(record.kind, record.state), "status": "side", "hint": moment(entered.get(record.state))})
    return steps


def next_action(record: Workflowed, steps: tuple[Any, ...], section: str, on: datetime) -> dict[str, Any] | None:
    """The card at the top of the page: what is awaited, of whom, by when, and the buttons of who may act; what else waits stands below."""
    tasks = list(db.session.execute(select(Task).where(Task.kind == record.kind, Task.record_id == record.id).order_by(Task.id)).scalars())
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
        "text": gettext("Also awaited: %(others)s", others=_also(record, [one for one in tasks if one is not task])) if len(tasks) > 1 else None,
        "buttons": [{"label": step_name(record.kind, step.name), "primary": step.primary and step.task == task.name,
                     "url": url_for(f"{section}.step", record_id=record.id, step=step.name)} for step in steps if step.task],
    }


def _also(record: Workflowed, tasks: list[Task]) -> str:
    """What else is awaited and of whom; people of whom the same is awaited stand together."""
    of: dict[str, list[str]] = {}
    for task in tasks:
        of.setdefault(task.name, []).append(_awaited_of(task))
    return listed(f"{step_name(record.kind, name)} ({listed(whom)})" for name, whom in of.items())


def _awaited_of(task: Task) -> str:
    """The person who took it or of whom alone it is awaited; else the roles, in their department."""
    person = task.taken_by_id or task.user_id
    if person:
        return db.session.get_one(User, person).name
    if task.department:
        return department_name(task.department)
    return listed(role_name(role) for role in roles_with(Permission(task.permission)))


def other_steps(record: Workflowed, steps: tuple[Any, ...], section: str) -> list[dict[str, Any]]:
    """The steps that nobody waits for but this person may take: amend, void."""
    return [{"label": step_name(record.kind, step.name), "name": step.name, "url": url_for(f"{section}.step", record_id=record.id, step=step.name)}
            for step in steps if not step.task]


def timeline(record: Record) -> list[dict[str, Any]]:
    """What happened, newest first, in the reader's words."""
    return [_entry(record, event) for event in reversed(record.events)]


def _entry(record: Record, event: Event) -> dict[str, Any]:
    facts = event.facts
    changes = []
    if event.seq > 1:
        for field, (old, new) in facts.get("changes", {}).items():
            if field not in UNSPOKEN and not field.endswith("_id"):
                label = term(field) if field in rulebook().terms else field
                changes.append((label, _short(value_in_words(field, old)) if old not in (None, []) else None, _short(value_in_words(field, new))))
    files = listed(name for name, _hash in facts.get("files", []))
    return {"at": event.at, "who": event.by.name if event.by else gettext("the system"), "role": role_name(event.role),
            "label": step_name(record.kind, event.name), "clause": event.clause, "note": facts.get("note") or files or None,
            "changes": changes, "icon": ICONS.get(event.name, "dot")}


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_CHANGE else f"{text[:LONGEST_CHANGE]}…"


def files(record: Record) -> list[dict[str, Any]]:
    """The files on a record, voided ones marked."""
    shown = []
    for file in Attachment.of(record):
        size = f"{file.size / 1024 / 1024:.1f} MB" if file.size >= 1024 * 1024 else f"{max(1, file.size // 1024)} KB"
        shown.append({"name": file.name, "url": url_for("files.get", file_id=file.id), "size": size, "who": file.added_by.name, "at": file.at,
                      "thumb": url_for("files.thumbnail", file_id=file.id) if file.is_image else None, "note": file.void_reason,
                      "void": file.void_reason is not None,
                      "void_url": url_for("files.void", file_id=file.id) if current_user.may(Permission.ATTACH_FILE) else None})
    return shown


def signatures(record: Record) -> list[dict[str, Any]]:
    """The signatures under the record, and whether it still says what was signed at each."""
    return [{"meaning": term(f"signed_{one.meaning}"), "who": one.user.name, "role": role_name(one.role), "at": one.at, "version": one.version,
             "hash": one.content_hash[:12]} for one in record.signatures]
