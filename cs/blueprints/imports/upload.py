"""The upload of a table. The file waits as a pending upload of its person until it is confirmed."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user
from flask_wtf.file import FileField

from cs.blueprints.imports.reading import layout_as_kept, read_file, reason_in_words
from cs.extensions import db
from cs.files.store import FileRefused
from cs.imports import TABLE_NAMES, TableRefused
from cs.imports.kinds import Kind
from cs.imports.layouts import Layout
from cs.records.attachments import PendingUpload
from cs.web.fields import StepForm
from cs.web.pending_files import file_message, file_store
from cs.web.responses import show
from cs.web.submission import Outcome, Submission
from cs.wording.labels import choice, label
from cs.wording.language import current_language


class UploadForm(StepForm):
    table = FileField(label("import_file"), render_kw={"accept": ",".join(TABLE_NAMES.split())})


class Upload(Submission):
    """The form that uploads a table."""

    form: UploadForm

    def __init__(self, form: UploadForm, on: datetime, kind: Kind) -> None:
        super().__init__(form, on)
        self.kind = kind
        self.table_fault: str | None = None
        self.stored: Any = None  # the file in the store, once the table was readable

    def prepare(self, record: None) -> None:
        """Read the table and store its file."""
        sent = self.form.table.data
        if not sent or not sent.filename:
            self.table_fault = gettext("Please choose a file.")
            return
        try:
            if not read_file(self.kind, sent.stream, sent.filename, Layout()).table.lines:
                raise TableRefused("no_lines")
            sent.stream.seek(0)
            self.stored = file_store().accept(sent.stream, sent.filename)
        except TableRefused as refused:
            self.table_fault = reason_in_words(refused)
        except FileRefused as refused:
            self.table_fault = file_message(refused)

    def is_refused_without_lock(self, record: None) -> bool:
        return not self.accepts(record)

    def accepts(self, record: None) -> bool:
        if super().accepts(record) and self.table_fault:
            self.form.fault("table", self.table_fault)
        return not self.form.errors

    def act(self, record: None) -> Outcome:
        stored = self.stored
        waiting = PendingUpload(
            token=secrets.token_urlsafe(16),
            user_id=current_user.id,
            at=self.on,
            sha256=stored.sha256,
            name=stored.name,
            mime=stored.mime,
            size=stored.size,
            is_image=False,
            layout=layout_as_kept(self.kind, Layout()),
        )
        db.session.add(waiting)
        return Outcome(url_for("imports.preview", section=self.kind.section, token=waiting.token))

    def show(self, record: None, status: int) -> ResponseReturnValue:
        return show(
            "imports/upload.html",
            status=status,
            kind=self.kind,
            form=self.form,
            columns=self.kind.columns(current_language()),
            choice=choice,
            endings=TABLE_NAMES,
        )
