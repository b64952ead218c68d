"""The one order in which a form that changes something is taken, the same for all of them:

login and role (403, by the view) → load (404) → request id: a receipt answers → relation (403) → what of
the form needs no lock: files, password, fields (422) → what is too long for one transaction, in portions →
lock → receipt again → version and state (409) → what needs the lock (422) → one verb → receipt, end of the
draft → one commit → the answer.

A request id that was taken already answers with the first result when form and content are the same.
Otherwise the person is told (409): the form comes back as it was typed, with a new request id and the way to
what the first sending made.

An amendment that alters nothing is known only once its verb has run: it is rolled back (422).

Buttons without a form have a shorter one, that of `press`: login and role → lock → load (404) → relation
(403) → one verb → one commit → the answer. They leave no receipt: a verb that is repeated changes nothing
more. The drafts that the script saves must leave none, because they carry the request id of a form not yet
sent.

The forms of cs.blueprints.auth take the shorter order too: who logs in or sets the program up is nobody yet,
so a receipt would belong to no person, and the fields of one's own password are never compared.
"""

from __future__ import annotations

import json
import secrets
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, TypeVar

from flask import request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import delete
from werkzeug.datastructures import FileStorage

from cs.extensions import begin_write, db
from cs.procedure.workflow import NothingChanged
from cs.records.attachments import Draft
from cs.records.receipts import Receipt
from cs.web.drafts import form_url
from cs.web.fields import StepForm
from cs.web.responses import go

NOT_COMPARED = {"csrf_token", "request_id"}  # beside passwords, which are kept nowhere
CHUNK = 1024 * 1024
Result = TypeVar("Result")


def new_request_id() -> str:
    return secrets.token_urlsafe(16)


@dataclass(frozen=True)
class Outcome:
    """The result of a form: its URL, and the response where that is no redirect to it."""

    address: str
    answer: Callable[[], ResponseReturnValue] | None = None

    def response(self) -> ResponseReturnValue:
        return self.answer() if self.answer else go(self.address)


def write_at_once(act: Callable[[], Result]) -> Result:
    """Change something in a transaction of its own. Nothing is saved when `act` raises or aborts."""
    begin_write()
    try:
        result = act()
    except Exception:
        db.session.rollback()
        raise
    db.session.commit()
    return result


def press(act: Callable[[], Outcome]) -> ResponseReturnValue:
    """Take a button without a form, in the order of this module.

    `act` loads, checks and changes under the lock.
    """
    return write_at_once(act).response()


class Submission(ABC):
    """One form as it was sent; subclasses add what is special to theirs, `take` has the order."""

    def __init__(self, form: StepForm, on: datetime) -> None:
        self.form, self.on = form, on

    def load(self, *, lock: bool) -> Any:
        """Return the record of the form, None for a new one; 404 where there is none."""
        return None

    def check_relation(self, record: Any) -> None:
        """Refuse with 403 a person without the relation to the record that the form requires."""

    def stage_files(self) -> None:
        """Put the files that came into the store, so that a refused form does not lose them."""

    def prepare(self, record: Any) -> None:
        """Do what is slow and needs no lock."""

    def is_refused_without_lock(self, record: Any) -> bool:
        """Return whether the fields alone refuse the form; all messages are then beside them."""
        self.form.offer(record, self.on)
        valid = self.form.validate() and not getattr(self.form, "file_faults", ())
        return not valid and not self.accepts(record)

    def is_outdated(self, record: Any) -> bool:
        """Return whether the record has changed since the person saw it."""
        return False

    def accepts(self, record: Any) -> bool:
        """Check the whole form; False leaves the messages beside the fields."""
        self.form.offer(record, self.on)
        return self.form.accepts(record, self.on)

    def act_ahead(self, record: Any) -> None:
        """Do by `write_at_once` what is too long for one transaction. A repeat must find it done."""

    @abstractmethod
    def act(self, record: Any) -> Outcome:
        """Make the change by one verb, without a commit."""

    @abstractmethod
    def show(self, record: Any, status: int) -> ResponseReturnValue:
        """Return the page of the form with what was typed: 422, or 409 for a record that has moved on or a
        request id that was taken."""

    def take(self) -> ResponseReturnValue:
        """Take the form, in the order of this module."""
        sent = _SentForm.read(self.form)
        record = self.load(lock=False)
        receipt = sent.receipt()
        if receipt is not None:
            return self._answer_by(receipt, sent)
        self.check_relation(record)
        self.stage_files()
        self.prepare(record)
        if not self.is_outdated(record):
            if self.is_refused_without_lock(record):
                return self.show(record, 422)
            self.act_ahead(record)
        begin_write()
        receipt = sent.receipt()
        if receipt is not None:
            return self._answer_by(receipt, sent)
        record = self.load(lock=True)
        self.check_relation(record)
        outdated = self.is_outdated(record)
        if outdated or not self.accepts(record):
            db.session.rollback()
            return self.show(record, 409 if outdated else 422)
        try:
            outcome = self.act(record)
        except NothingChanged:
            db.session.rollback()
            self.form.refuse_unchanged()
            return self.show(record, 422)
        sent.leave_receipt(outcome.address, self.on)
        db.session.commit()
        return outcome.response()

    def _answer_by(self, receipt: Receipt, sent: _SentForm) -> ResponseReturnValue:
        """Answer a repeat with the first result; tell the person about other content."""
        address = receipt.address
        if sent.is_repeat_of(receipt):
            return go(address)
        db.session.rollback()
        record = self.load(lock=False)
        self.check_relation(record)
        self.stage_files()
        self.form.sent_already = address
        self.form.request_id.data = new_request_id()
        return self.show(record, 409)


@dataclass(frozen=True)
class _SentForm:
    """What identifies a sent form: person, request id, form and content."""

    user_id: int
    request_id: str
    form: str
    content: str

    @classmethod
    def read(cls, form: StepForm) -> _SentForm:
        request_id = (form.request_id.data or new_request_id())[:64]
        return cls(current_user.id, request_id, form_url(), _content_hash())

    def receipt(self) -> Receipt | None:
        return db.session.get(Receipt, (self.user_id, self.request_id))

    def is_repeat_of(self, receipt: Receipt) -> bool:
        """Return whether form and content are the same; old receipts hold no content and match any."""
        return receipt.content is None or (receipt.form, receipt.content) == (self.form, self.content)

    def leave_receipt(self, address: str, on: datetime) -> None:
        """Record the request with its result, and delete the draft of the form."""
        receipt = Receipt(
            user_id=self.user_id,
            request_id=self.request_id,
            address=address,
            form=self.form,
            content=self.content,
            at=on,
        )
        db.session.add(receipt)
        db.session.execute(delete(Draft).where(Draft.user_id == self.user_id, Draft.form == self.form))


def _content_hash() -> str:
    """Return a hash of what was sent; the order of fields and the kind of line ends do not matter."""
    return sha256(json.dumps(sorted(_sent_fields())).encode()).hexdigest()


def _sent_fields() -> Iterator[tuple[str, list[str]]]:
    for name, values in request.form.lists():
        if name not in NOT_COMPARED and "password" not in name:
            yield name, [value.replace("\r\n", "\n") for value in values]
    for name, uploads in request.files.lists():
        hashes = [_file_hash(upload) for upload in uploads if upload.filename]
        if hashes:
            yield name, hashes


def _file_hash(upload: FileStorage) -> str:
    digest = sha256()
    while chunk := upload.stream.read(CHUNK):
        digest.update(chunk)
    upload.stream.seek(0)
    return digest.hexdigest()
