"""The forms of administration: records without a workflow, in the order of cs.web.submission."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_login import current_user
from werkzeug.wrappers import Response

from cs.extensions import db
from cs.records.attachments import Draft
from cs.records.record import Record, find
from cs.records.users import User
from cs.web.drafts import sent_or_drafted_fields
from cs.web.fields import StepForm
from cs.web.responses import show
from cs.web.submission import Outcome, Submission
from cs.wording.formats import format_duration
from cs.wording.labels import department_name, role_name

Result = str | tuple[str, Response]

blueprint = Blueprint("admin", __name__, url_prefix="/admin")
blueprint.add_app_template_filter(role_name)
blueprint.add_app_template_filter(department_name)
blueprint.add_app_template_filter(format_duration, "length_of_time")


@blueprint.app_template_filter()
def weekday(day: date) -> str:
    """Return the short name of a day of the week: 周六, Sat."""
    return format_date(day, "EEE")


class AdminForm(StepForm):
    """A form of administration."""

    draft: Draft | None = None

    def grow(self, more: bool) -> None:
        """Add empty rows to a form that has rows; with `more`, the person asked for another."""

    def refuse(self, message: str) -> None:
        """Add a message that belongs to no field."""
        self.form_errors.append(message)


def signed_in_user() -> User:
    by: User = current_user._get_current_object()
    return by


@dataclass(frozen=True)
class Subject:
    """The record of a form, and the values that its attributes must have for that form."""

    find: Callable[[bool], Any]
    standing: dict[str, bool] = field(default_factory=dict)

    def is_open(self, record: Any) -> bool:
        return all(getattr(record, name) == value for name, value in self.standing.items())


def existing_record(cls: type[Record], record_id: int, **standing: bool) -> Subject:
    """Return the record with this id, to be loaded when needed: 404 without one, 409 in another standing."""
    return Subject(lambda lock: find(cls, record_id, lock=lock) or abort(404), standing)


no_record = Subject(lambda _lock: None)  # for a form that creates a record


def form_with_input(form_class: type[StepForm]) -> Any:
    """Return the form with what was sent, else with the person's draft."""
    form = form_class(formdata=sent_or_drafted_fields(request.path))
    if request.method == "GET":
        form.draft = db.session.get(Draft, (current_user.id, request.path))
    return form


def handle_form(
    form: Any,
    template: str,
    subject: Subject,
    act: Callable[[Any, datetime], Result],
    **context: Any,
) -> ResponseReturnValue:
    """Show a form, or accept it.

    `act` returns the URL that follows, and a page to show instead where something is shown only once.
    """
    submission = _AdminSubmission(form, template, subject, act, context)
    more = bool(request.form.get("more"))
    return submission.take() if request.method == "POST" and not more else submission.ask(more)


class _AdminSubmission(Submission):
    """A form of administration, as one request sends or asks for it."""

    def __init__(
        self,
        form: Any,
        template: str,
        subject: Subject,
        change: Callable[[Any, datetime], Result],
        context: dict[str, Any],
    ) -> None:
        super().__init__(form, datetime.now(UTC))
        self.template, self.subject, self.change, self.context = template, subject, change, context

    def ask(self, more: bool) -> ResponseReturnValue:
        """Show the form for the first time, or with more rows."""
        record = self.load(lock=False)
        self._refuse_another_standing(record)
        self.form.offer(record, self.on)
        if request.method == "GET" and self.form.draft is None:
            self.form.fill(record, self.on)
        self.form.grow(more)
        return self._page(record, 200)

    def load(self, *, lock: bool) -> Any:
        return self.subject.find(lock)

    def is_outdated(self, record: Any) -> bool:
        self._refuse_another_standing(record)
        return record is not None and bool(self.form.is_stale(record))

    def act(self, record: Any) -> Outcome:
        result = self.change(record, self.on)
        if not isinstance(result, tuple):
            return Outcome(result)
        address, page = result
        return Outcome(address, lambda: page)

    def show(self, record: Any, status: int) -> ResponseReturnValue:
        self.form.offer(record, self.on)
        return self._page(record, status)

    def _refuse_another_standing(self, record: Any) -> None:
        if not self.subject.is_open(record):
            db.session.rollback()
            abort(409)

    def _page(self, record: Any, status: int) -> ResponseReturnValue:
        stale = status == 409 and record is not None and self.form.is_stale(record)
        if status == 409 or not self.form.version.data:
            self.form.stamp(record)
        return show(self.template, status=status, form=self.form, record=record, stale=stale, **self.context)
