"""Whether a person can sign in: first passwords, sessions, leaving the company and coming back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import abort, current_app, url_for
from flask_babel import gettext

from cs.blueprints.admin.common import (
    AdminForm,
    Result,
    blueprint,
    existing_record,
    form_with_input,
    handle_form,
    signed_in_user,
)
from cs.procedure.authority import Permission
from cs.records.passwords import normal_username, one_time_password
from cs.records.record import find
from cs.records.sessions import LoginSession
from cs.records.users import User
from cs.web.access import requires
from cs.web.addresses import site_address
from cs.web.fields import FirstPassword, LongText
from cs.web.responses import say, show
from cs.web.submission import Outcome, press


def check_first_password(form: Any, field: str, username: str | None) -> None:
    typed, least = form[field].data, current_app.config["CS_PASSWORD_LENGTH"]
    if typed and len(typed) < least:
        form.fault(field, gettext("Use at least %(least)s characters.", least=least))
    elif typed and username and normal_username(typed) == normal_username(username):
        form.fault(field, gettext("Not the user name, please."))


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
    initial_password = FirstPassword("initial_password")

    def check(self, record: Any, on: datetime) -> None:
        check_first_password(self, "initial_password", record.username)


@blueprint.route("/people/<int:record_id>/password", methods=["GET", "POST"])
@requires(Permission.ADMINISTER)
def reset_password(record_id: int) -> Any:
    """Set a new first password, shown once; every session of the person ends."""
    form = form_with_input(ResetForm)

    def act(record: User, on: datetime) -> Result:
        password = form.initial_password.data or one_time_password()
        record.set_password(password, must_change=True, by=signed_in_user(), on=on)
        return url_for("admin.person", record_id=record.id), show(
            "admin/password.html", person=record, password=password, new=False, address=site_address()
        )

    return handle_form(
        form,
        "admin/reset.html",
        existing_record(User, record_id),
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
