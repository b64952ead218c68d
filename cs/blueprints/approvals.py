"""Approvals 签核 (5.2.2, 5.3.4): one queue of all that needs a signature, signed or refused where it stands."""
from __future__ import annotations

from typing import Any

from flask import Blueprint, request, url_for
from flask_babel import gettext
from flask_login import current_user
from sqlalchemy import false

from cs.access import requires
from cs.lists import Filter, Listing, Sort
from cs.models.approvals import TO_SIGN, open_of_customers, signed_tasks
from cs.models.base import KINDS, Task
from cs.models.reporting import waits_for
from cs.pages import show
from cs.procedure.authority import Permission, roles_with
from cs.references import SECTION_OF, address_of
from cs.words import step_name, term

blueprint = Blueprint("approvals", __name__, url_prefix="/approvals")


def _whose() -> list[tuple[str, str]]:
    return [("", gettext("Mine")), ("all", gettext("Everybody's"))]


def _listing() -> Listing:
    """Mine, unless the address asks for everybody's."""
    condition = signed_tasks()
    if request.args.get("whose") != "all":
        condition &= waits_for(current_user)
    return Listing(
        Task, TO_SIGN.where(condition),
        {"since": Sort(lambda: term("waiting_since"), Task.since), "newest": Sort(lambda: gettext("Newest first"), Task.since, descending=True)},
        (Filter("whose", lambda: gettext("Whose"), _whose, lambda _value: ~false()),
         Filter("what", lambda: term("step"), _awaited, lambda value: Task.kind + "." + Task.name == value)))


def _awaited() -> list[tuple[str, str]]:
    found = {}
    for kind, cls in KINDS.items():
        for step in getattr(cls.workflow, "steps", ()):
            if step.task and step.signed:
                found[f"{kind}.{step.task}"] = step_name(kind, step.task)
    return list(found.items())


def _steps(row: Any) -> list[dict[str, Any]]:
    """The buttons of a line that waits for this person: the signed alternatives of its task."""
    permission = Permission(row.permission)
    if not current_user.may(permission) or row.user_id not in (None, current_user.id) or is_stuck(row):
        return []
    return [{"label": step_name(row.kind, step.name), "primary": step.primary,
             "url": url_for(f"{SECTION_OF[row.kind]}.step", record_id=row.record_id, step=step.name, then="approvals")}
            for step in KINDS[row.kind].workflow.steps if step.task == row.name and step.signed]  # type: ignore[union-attr]


def is_stuck(row: Any) -> bool:
    """A gate that nobody can pass: a signature that only certain people may give, and none of them is there."""
    return row.user_id is None and bool(KINDS[row.kind].workflow.step(row.step).persons)  # type: ignore[union-attr]


def _clause(row: Any) -> str:
    return KINDS[row.kind].workflow.step(row.step).clause  # type: ignore[union-attr]


@blueprint.route("/")
@requires(Permission.READ)
def index() -> Any:
    """What waits for a signature: of mine, or of everybody's."""
    page = _listing().page(request.args, url_for("approvals.index"))
    open_ = open_of_customers({row.customer_id for row in page.rows if row.customer_id})
    return show("approvals/index.html", "approvals/_rows.html", page=page, open_of=open_, steps_of=_steps, address_of=address_of, is_stuck=is_stuck,
                clause_of=_clause, roles_of=lambda row: roles_with(Permission(row.permission)), section_of=SECTION_OF)
