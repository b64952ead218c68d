"""Whether a person can sign in: first passwords, sessions, leaving the company and coming back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import abort, url_for
from flask_babel import gettext
from flask_login import current_user

from cs.blueprints.admin.common import (
    AdminForm,
    Result,
    blueprint,
    existing_record,
    form_with_input,
    handle_form,
    signed_in_user,
)
from cs.blueprints.admin.slips import issue_slips
from cs.procedure.authority import Permission
from cs.records.record import find
from cs.records.sessions import LoginSession
from cs.records.users import User
from cs.web.access import requires
from cs.web.fields import LongText
from cs.web.responses import say
from cs.web.submission import Outcome, press


class ComeBackForm(AdminForm):
    reason = LongText("reason", most=500)


class LeaveForm(ComeBackForm):
    def check(self, record: Any, on: datetime) -> None:
        if record.is_last_administrator:
            self.fault(
                "reason",
                gettext(
                    "This is the last administrator and must stay. Give the role to somebody else first."
                ),
            )


@blueprint.route("/people/<int:record_id>/leave", methods=["GET", "POST"])
@requires(Permission.ADMINISTER)
def leave(record_id: int) -> Any:
    """Deactivate the account of somebody who left the company."""
    form = form_with_input(LeaveForm)

    def act(record: User, on: datetime) -> str:
        record.leave(reason=form.reason.data, by=signed_in_user(), on=on)
        say(gettext("%(name)s cannot sign in any more; all sessions have ended.", name=record.name))
        return url_for("admin.person", record_id=record.id)

    return handle_form(
        form,
        "admin/leave.html",
        existing_record(User, record_id, active=True),
        act,
        back=url_for("admin.person", record_id=record_id),
    )


@blueprint.route("/people/<int:record_id>/come-back", methods=["GET", "POST"])
@requires(Permission.ADMINISTER)
def come_back(record_id: int) -> Any:
    """Reactivate the account of somebody who works here again."""
    form = form_with_input(ComeBackForm)

    def act(record: User, on: datetime) -> str:
        record.come_back(reason=form.reason.data, by=signed_in_user(), on=on)
        say(gettext("%(name)s can sign in again.", name=record.name))
        return url_for("admin.person", record_id=record.id)

    return handle_form(
        form,
        "admin/leave.html",
        existing_record(User, record_id, active=False),
        act,
        back=url_for("admin.person", record_id=record_id),
    )


class ResetForm(AdminForm):
    def check(self, record: Any, on: datetime) -> None:
        if record.id == current_user.id:
            self.refuse(gettext("Change your own password under My account."))


@blueprint.route("/people/<int:record_id>/password", methods=["GET", "POST"])
@requires(Permission.ADMINISTER)
def reset_password(record_id: int) -> Any:
    """Replace a password by a link, shown once, by which the person chooses another; every session of the
    person ends."""
    form = form_with_input(ResetForm)

    def act(record: User, on: datetime) -> Result:
        by = signed_in_user()
        record.remove_password(by=by, on=on)
        return url_for("admin.person", record_id=record.id), issue_slips([record], by, on).response()

    return handle_form(
        form,
        "admin/reset.html",
        existing_record(User, record_id, active=True),
        act,
        back=url_for("admin.person", record_id=record_id),
    )


@blueprint.route("/people/<int:record_id>/sessions", methods=["POST"])
@requires(Permission.ADMINISTER)
def end_sessions(record_id: int) -> Any:
    """Sign the person out on every device."""

    def act() -> Outcome:
        record = find(User, record_id, lock=True) or abort(404)
        if LoginSession.any_open(record):
            record.end_sessions(by=signed_in_user(), on=datetime.now(UTC))
        say(gettext("%(name)s is signed out everywhere.", name=record.name))
        return Outcome(url_for("admin.person", record_id=record_id))

    return press(act)
