"""How every form of the administrator's is answered: the order of checks of cs/steps.py, for records without a workflow."""
from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, abort, request, url_for
from flask_login import current_user
from sqlalchemy import delete
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from cs.extensions import begin_write, db
from cs.forms import StepForm
from cs.models.attachments import Draft
from cs.models.base import Receipt, Record, find
from cs.models.users import User
from cs.pages import go, show

blueprint = Blueprint("admin", __name__, url_prefix="/admin")


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
    """Finds a record anew each time it is asked for (404); 409 when it does not stand as this page needs it."""

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


def answer(form: Any, template: str, find_record: Callable[[bool], Any], act: Callable[[Any, datetime], Response | str], **context: Any) -> Any:
    """Shows a form, or takes it, in the order of cs/steps.py. `act` gives the address that follows, or the answer itself."""
    on, status = datetime.now(UTC), 200
    person_id = current_user.id
    record = find_record(False)
    if request.method == "POST" and not request.form.get("more"):
        begin_write()
        request_id = (form.request_id.data or "")[:64]
        receipt = db.session.get(Receipt, (person_id, request_id)) if request_id else None
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
            if request_id:
                db.session.add(Receipt(user_id=person_id, request_id=request_id, at=on, address=result if isinstance(result, str) else url_for("admin.index")))
            db.session.execute(delete(Draft).where(Draft.user_id == person_id, Draft.form == request.path))
            db.session.commit()
            return go(result) if isinstance(result, str) else result
        db.session.rollback()
    else:
        form.offer(record, on)
        if request.method == "GET" and form.draft is None:
            form.fill(record, on)
        form.grow(bool(request.form.get("more")))
    if status == 409 or not form.version.data:
        form.version.data = str(record.version) if record else "0"
    return show(template, status=status, form=form, record=record, stale=status == 409, drafted=getattr(form, "draft", None), **context)
