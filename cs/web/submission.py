"""The one order in which a form that changes something is taken, the same for all of them:

login and role (403, by the view) → request id: a receipt answers → load (404) → relation (403) → what of
the form needs no lock: files, password, fields (422) → lock → receipt again → version and state (409) → what
needs the lock (422) → one verb → receipt, end of the draft → one commit → the answer.

Apart from this order stand the forms of cs.blueprints.auth: who logs in or sets the program up is nobody
yet, so a receipt would belong to no person, and the fields of one's own password are never compared. So do
buttons without a form, which carry no request id and whose verbs may be repeated: logging out, the language,
taking a task, ending sessions, withdrawing a deputy, exports, drafts.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_login import current_user
from sqlalchemy import delete

from cs.extensions import begin_write, db
from cs.records.attachments import Draft
from cs.records.receipts import Receipt
from cs.web.drafts import form_address
from cs.web.fields import StepForm
from cs.web.responses import go


def new_request_id() -> str:
    return secrets.token_urlsafe(16)


@dataclass(frozen=True)
class Outcome:
    """What a form led to: the address of its result, and the answer where that is not the way to it."""

    address: str
    answer: Callable[[], Any] | None = None


class Submission:
    """One form as it was sent. Its subclasses say what is their own; `take` has the order."""

    def __init__(self, form: StepForm, on: datetime) -> None:
        self.form, self.on = form, on

    def load(self, *, lock: bool) -> Any:
        """Return the record of the form, None for a new one; 404 where there is none."""
        return None

    def check_relation(self, record: Any) -> None:
        """Refuse with 403 a person to whom the record does not relate as the form needs it."""

    def stage_files(self) -> None:
        """Put the files that came into the store, so that no refusal loses them."""

    def prepare(self, record: Any) -> None:
        """Do what is slow and needs no lock."""

    def is_refused_without_lock(self, record: Any) -> bool:
        """Return whether the fields alone refuse the form; then all messages stand beside them."""
        self.form.offer(record, self.on)
        valid = self.form.validate() and not getattr(self.form, "file_faults", ())
        return not valid and not self.accepts(record)

    def is_outdated(self, record: Any) -> bool:
        """Return whether the record stands differently by now from what the person saw."""
        return False

    def accepts(self, record: Any) -> bool:
        """Check the whole form; False leaves the messages beside the fields."""
        self.form.offer(record, self.on)
        return self.form.accepts(record, self.on)

    def act(self, record: Any) -> Outcome:
        """Change what the form is for, by one verb, without a commit."""
        raise NotImplementedError

    def show(self, record: Any, status: int) -> Any:
        """Return the page of the form with what was typed: 422, or 409 for a record that has moved on."""
        raise NotImplementedError

    def take(self) -> Any:
        """Take the form, in the order of this module."""
        sent = _SentForm.read(self.form)
        receipt = sent.receipt()
        if receipt is not None:
            return go(receipt.address)
        record = self.load(lock=False)
        self.check_relation(record)
        self.stage_files()
        self.prepare(record)
        if not self.is_outdated(record) and self.is_refused_without_lock(record):
            return self.show(record, 422)
        begin_write()
        receipt = sent.receipt()
        if receipt is not None:
            return go(receipt.address)
        record = self.load(lock=True)
        self.check_relation(record)
        status = 409 if self.is_outdated(record) else 200 if self.accepts(record) else 422
        if status != 200:
            db.session.rollback()
            return self.show(record, status)
        outcome = self.act(record)
        sent.leave_receipt(outcome.address, self.on)
        db.session.commit()
        return outcome.answer() if outcome.answer else go(outcome.address)


@dataclass(frozen=True)
class _SentForm:
    """What tells one sending from another: its person, its request id and its form."""

    user_id: int
    request_id: str
    form: str

    @classmethod
    def read(cls, form: StepForm) -> _SentForm:
        request_id = (form.request_id.data or new_request_id())[:64]
        return cls(current_user.id, request_id, form_address())

    def receipt(self) -> Receipt | None:
        return db.session.get(Receipt, (self.user_id, self.request_id))

    def leave_receipt(self, address: str, on: datetime) -> None:
        """Remember the request with its result; what was drafted for it is sent."""
        receipt = Receipt(
            user_id=self.user_id,
            request_id=self.request_id,
            address=address,
            at=on,
        )
        db.session.add(receipt)
        db.session.execute(delete(Draft).where(Draft.user_id == self.user_id, Draft.form == self.form))
