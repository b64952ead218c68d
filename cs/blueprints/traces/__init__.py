"""The access log, and what administrators did to accounts: for those who watch over both."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request, url_for
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import aliased

from cs.extensions import db
from cs.procedure.authority import Permission
from cs.queries.listing import Filter, Listing, Sort
from cs.records.company import CompanySettings
from cs.records.departments import ADMINISTRATOR, Department
from cs.records.events import Event
from cs.records.sections import Section
from cs.records.traces import KINDS, Trace
from cs.records.users import User
from cs.web.access import requires
from cs.web.responses import show
from cs.wording.labels import step_name, term

blueprint = Blueprint("traces", __name__, url_prefix="/traces")
ACCOUNT_KINDS = (User.kind, Department.kind, CompanySettings.kind)


def _kinds() -> list[tuple[str, str]]:
    words = {
        "login": gettext("Signed in"),
        "wrong_password": gettext("Wrong password"),
        "logout": gettext("Signed out"),
        "refused": gettext("No permission (403)"),
        "export": gettext("Export or printed form"),
        "download": gettext("File downloaded"),
    }
    return [(kind, words[kind]) for kind in KINDS]


def _people() -> list[tuple[str, str]]:
    rows = db.session.execute(select(User.id, User.name, User.username).order_by(User.sort_name, User.id))
    return [(str(row.id), f"{row.name} · {row.username}") for row in rows]


def _newest(column: Any) -> dict[str, Sort]:
    return {"newest": Sort(lambda: gettext("Newest first"), column, descending=True)}


TRACES = Listing(
    Trace,  # type: ignore[arg-type]  # has the id that a list needs
    select(Trace.id, Trace.at, Trace.kind, Trace.address, Trace.target, User.name, User.username).outerjoin(
        User, User.id == Trace.user_id
    ),
    _newest(Trace.at),
    (
        Filter("person", lambda: term("person"), _people, lambda value: Trace.user_id == int(value)),
        Filter("kind", lambda: gettext("What"), _kinds, lambda value: Trace.kind == value),
    ),
    period=Trace.at,
)
_Subject = aliased(User)
ACCOUNTS = Listing(
    Event,  # type: ignore[arg-type]  # has the id that a list needs
    select(
        Event.id,
        Event.at,
        Event.kind,
        Event.name,
        Event.record_id,
        User.name.label("by"),
        _Subject.name.label("of"),
    )
    .outerjoin(User, User.id == Event.by_id)
    .outerjoin(_Subject, (_Subject.id == Event.record_id) & (Event.kind == User.kind))
    .where(Event.kind.in_(ACCOUNT_KINDS), Event.role == ADMINISTRATOR),
    _newest(Event.at),
    (Filter("person", lambda: gettext("Account of"), _people, lambda value: _is_of(int(value))),),
    period=Event.at,
)


def _is_of(user_id: int) -> Any:
    return (Event.kind == User.kind) & (Event.record_id == user_id)


@blueprint.route("/")
@requires(Permission.READ_TRACES)
def index() -> Any:
    """Show the access log, newest first."""
    page = TRACES.page(request.args, url_for("traces.index"))
    return show("traces/list.html", "traces/_rows.html", page=page, kinds=dict(_kinds()))


@blueprint.route("/accounts")
@requires(Permission.READ_TRACES)
def accounts() -> Any:
    """Show what administrators did to accounts, departments and the company, newest first."""
    page = ACCOUNTS.page(request.args, url_for("traces.accounts"))
    return show("traces/accounts.html", "traces/_accounts.html", page=page, step_name=step_name)


SECTION = Section(blueprint, lambda: gettext("Access log"), "eye", Permission.READ_TRACES)
