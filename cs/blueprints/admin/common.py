"""How every form of the administrator's is answered: the order of checks of cs/steps.py, for records without
a workflow."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from flask import Blueprint, abort, request
from flask_babel import format_date
from flask_login import current_user
from sqlalchemy import delete
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from cs.extensions import begin_write, db
from cs.records.attachments import Draft
from cs.records.receipts import Receipt
from cs.records.record import Record, find
from cs.records.users import User
from cs.web.fields import StepForm
from cs.web.responses import go, show
from cs.wording.formats import format_duration
from cs.wording.labels import department_name, role_name

Result = str | tuple[str, Response]

blueprint = Blueprint("admin", __name__, url_prefix="/admin")
blueprint.add_app_template_filter(role_name)
blueprint.add_app_template_filter(department_name)
blueprint.add_app_template_filter(format_duration, "length_of_time")


@blueprint.app_template_filter()
def weekday(day: date) -> str:
    """周六, Sat."""
    return format_date(day, "EEE")


class AdminForm(StepForm):
    """A form of the administrator's."""

    draft: Draft | None = None

    def grow(self, more: bool) -> None:
        """Adds empty rows to a form that has rows; `more`: one was asked for."""

    def refuse(self, message: str) -> None:
        """Adds a message that belongs to no field."""
        self.form_errors.append(message)


def me() -> User:
    """Who does it."""
    by: User = current_user._get_current_object()
    return by


def of(cls: type[Record], record_id: int, **standing: bool) -> Callable[[bool], Any]:
    """Finds a record anew each time it is asked for (404); 409 when it does not stand as this page needs
    it."""

    def find_record(lock: bool) -> Record:
        record = find(cls, record_id, lock=lock) or abort(404)
        if any(getattr(record, name) != value for name, value in standing.items()):
            db.session.rollback()
            abort(409)
        return record

    return find_record


def nothing(_lock: bool) -> None:
    """Of a form that makes something new."""


def filled(form_class: type[StepForm]) -> Any:
    """The form with what was sent, else with the person's draft."""
    if request.method == "POST":
        return form_class()
    draft = db.session.get(Draft, (current_user.id, request.path))
    form = form_class(formdata=MultiDict(json.loads(draft.fields)) if draft is not None else None)
    form.draft = draft
    return form


def answer(
    form: Any,
    template: str,
    find_record: Callable[[bool], Any],
    act: Callable[[Any, datetime], Result],
    **context: Any,
) -> Any:
    """Shows a form, or takes it, in the order of cs/steps.py: request id, record, version (409), checks
    (422), one verb, one commit.

    `act` gives the address that follows, and the page to show in its place where something is shown once.
    """
    on, person_id, status = datetime.now(UTC), current_user.id, 200
    more = bool(request.form.get("more"))
    if request.method == "POST" and not more:
        begin_write()
        request_id = "".join(
            letter for letter in form.request_id.data or "" if letter.isalnum() or letter in "-_"
        )[:64]
        receipt = db.session.get(Receipt, (person_id, request_id))
        if receipt is not None:
            return go(receipt.address)
        record = find_record(True)
        form.offer(record, on)
        if record is not None and form.version.data != str(record.version):
            status = 409
        elif not form.accepts(record, on):
            status = 422
        else:
            result = act(record, on)
            address, page = result if isinstance(result, tuple) else (result, None)
            db.session.add(
                Receipt(
                    user_id=person_id,
                    request_id=request_id or secrets.token_urlsafe(16),
                    address=address,
                    at=on,
                )
            )
            db.session.execute(delete(Draft).where(Draft.user_id == person_id, Draft.form == request.path))
            db.session.commit()
            return page or go(address)
        db.session.rollback()
    else:
        record = find_record(False)
        form.offer(record, on)
        if request.method == "GET" and form.draft is None:
            form.fill(record, on)
        form.grow(more)
    if status == 409 or not form.version.data:
        form.version.data = str(record.version) if record else "0"
    return show(template, status=status, form=form, record=record, stale=status == 409, **context)
