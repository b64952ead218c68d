"""My work `/`: what is awaited from a person and their department, soonest due first."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user
from sqlalchemy import Row, case, func

from cs.extensions import db
from cs.procedure.authority import Permission, roles_with
from cs.procedure.workflow import NotOpen
from cs.queries.escalation import Escalations
from cs.queries.first_steps import are_first_steps_shown
from cs.queries.listing import Filter, Listing, Sort
from cs.queries.my_work import WORK, is_mine, waits_for, work_counts
from cs.records.record import KINDS
from cs.records.sections import Section, sections
from cs.records.tasks import Task
from cs.records.workflowed import Workflowed
from cs.web.access import signed_in
from cs.web.options import address_of
from cs.web.responses import go, is_htmx, say, show
from cs.web.submission import Outcome, press
from cs.wording.labels import step_name, term

blueprint = Blueprint("desk", __name__)

NO_DUE_DATE = datetime(2999, 1, 1, tzinfo=UTC)


def _task_listing() -> Listing:
    person = current_user
    free = Task.taken_by_id.is_(None) & ~func.coalesce(Task.user_id == person.id, False)
    conditions = {
        "mine": is_mine(person),
        "open": free,
        "colleagues": Task.taken_by_id.is_not(None) & (Task.taken_by_id != person.id),
        "late": Task.due_at < datetime.now(UTC),
    }
    return Listing(
        Task,
        WORK.where(waits_for(person, datetime.now(UTC))),
        {
            "due": Sort(
                lambda: term("due_at"), func.coalesce(Task.due_at, NO_DUE_DATE, type_=Task.due_at.type)
            ),
            "since": Sort(lambda: term("waiting_since"), Task.since),
        },
        (
            Filter(
                "whose",
                lambda: term("status"),
                lambda: [
                    ("mine", gettext("Taken by me")),
                    ("open", gettext("Not taken")),
                    ("colleagues", gettext("Taken by colleagues")),
                    ("late", gettext("Overdue")),
                ],
                lambda value: conditions[value],
            ),
            Filter(
                "what",
                lambda: term("step"),
                _task_options,
                lambda value: case((Task.kind + "." + Task.name == value, True), else_=False),
            ),
        ),
    )


def _task_options() -> list[tuple[str, str]]:
    """Return the tasks that can be awaited from this person's roles."""
    options = {}
    for kind, cls in KINDS.items():
        for step in cls.workflow.steps if issubclass(cls, Workflowed) else ():
            if step.task and current_user.may(step.permission):
                options[f"{kind}.{step.task}"] = step_name(kind, step.task)
    return list(options.items())


@blueprint.route("/")
@signed_in
def index() -> ResponseReturnValue:
    if not current_user.may(Permission.READ) and current_user.may(Permission.ADMINISTER):
        shown = are_first_steps_shown(datetime.now(UTC))
        return redirect(url_for("admin.first_steps" if shown else "admin.index"))
    return show("desk/index.html", "desk/_rows.html", **_queue_context())


def _queue_context() -> dict[str, Any]:
    on = datetime.now(UTC)
    page, escalations = _task_listing().page(request.args, url_for("desk.index")), Escalations(on)
    narrowed = page.narrowed or page.previous_url
    escalated = [] if narrowed else escalations.first_shown_to(current_user)
    return {
        "page": page,
        "counts": work_counts(current_user, on),
        "on": on,
        "url_of": _url_of,
        "creates": _creating_buttons(),
        "beyond_of": escalations.escalation_of,
        "escalated": escalated,
        "escalated_counts": escalations.counts_shown_to(current_user) if escalated else {},
        "whom": escalations.whom_to_call(current_user, escalated),
        "roles_of": lambda row: roles_with(Permission(row.permission)),
    }


def _url_of(task: Row[Any]) -> str:
    return address_of(task.kind, task.record_id)


def _creating_buttons() -> list[dict[str, str]]:
    """Return a button for each kind of record that this person may begin from My work.

    What is somebody's first business, such as receiving goods, comes before the rest.
    """
    starting = [section for section in sections().with_records() if section.starts_from_my_work]
    steps = [(section, section.creating_step(current_user)) for section in starting]
    offered = [(section, step) for section, step in steps if step is not None]
    return [
        {"label": step_name(section.kind, step.name), "url": url_for(f"{section.name}.new")}
        for section, step in sorted(offered, key=lambda pair: not pair[1].primary)
    ]


@blueprint.route("/tasks/<int:task_id>/take", methods=["POST"])
@signed_in
def take(task_id: int) -> ResponseReturnValue:
    """Assign the task to this person."""
    return _change_task(task_id, lambda task: task.take(current_user, datetime.now(UTC)))


@blueprint.route("/tasks/<int:task_id>/give-back", methods=["POST"])
@signed_in
def give_back(task_id: int) -> ResponseReturnValue:
    """Return the task to the queue of its department."""
    return _change_task(task_id, lambda task: task.give_back(current_user))


def _change_task(task_id: int, change: Any) -> ResponseReturnValue:
    def act() -> Outcome:
        task = db.session.get(Task, task_id, with_for_update=True) if task_id < 2**31 else None
        if task is None:
            return Outcome(url_for("desk.index"), _answer_already_done)
        change(task)
        return Outcome(url_for("desk.index"), lambda: _answer_with_queue(200))

    try:
        return press(act)
    except NotOpen:
        say(gettext("A colleague has just taken this task."), "warning")
        return _answer_with_queue(409)


def _answer_already_done() -> ResponseReturnValue:
    say(gettext("This has already been done."), "info")
    return _answer_with_queue(404)


def _answer_with_queue(status: int) -> ResponseReturnValue:
    if is_htmx() or status == 409:
        return show(
            "desk/index.html", "desk/_rows.html", status=409 if status == 409 else 200, **_queue_context()
        )
    if status == 404:
        abort(404)
    return go(url_for("desk.index", **request.args.to_dict()))


SECTION = Section(blueprint, lambda: gettext("My work"), "inbox")
