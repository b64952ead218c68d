"""The files sent with a form, recorded before the form itself is accepted."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from flask import current_app
from flask_babel import gettext
from flask_login import current_user

from cs.extensions import begin_write, db
from cs.files.store import FILE_MESSAGES, FileRefused, FileStore, StoredFile
from cs.records.attachments import PendingUpload

MEGABYTE = 1024 * 1024
MAX_WAITING_FILES = 100  # of refused forms of a person; the oldest go


def file_store() -> FileStore:
    store: FileStore = current_app.extensions["files"]
    return store


def store_files(form: Any) -> list[StoredFile]:
    """Put the files of a form into the store, before any transaction.

    A refused file leaves a message beside the field.
    """
    stored, faults = [], []
    uploads = [upload for upload in form.files.data or [] if upload and upload.filename]
    max_files = current_app.config["CS_FILES_AT_ONCE"]
    if len(uploads) > max_files:
        faults.append(gettext("At most %(most)s files at once.", most=max_files))
        uploads = uploads[:max_files]
    for upload in uploads:
        try:
            stored.append(file_store().accept(upload.stream, upload.filename))
        except FileRefused as refused:
            faults.append(file_message(refused))
    form.file_faults, form.staged = faults, stored
    return stored


def file_message(refused: FileRefused) -> str:
    return str(gettext(FILE_MESSAGES[refused.code], **refused.params))


def record_pending_files(files: list[StoredFile], on: datetime) -> list[str]:
    """Record the files so that a refused form does not lose them, and return their tokens."""
    if not files:
        return []
    begin_write()
    uploads = [
        PendingUpload(
            token=secrets.token_urlsafe(16),
            user_id=current_user.id,
            at=on,
            sha256=file.sha256,
            name=file.name,
            mime=file.mime,
            size=file.size,
            is_image=file.is_image,
        )
        for file in files
    ]
    db.session.add_all(uploads)
    max_bytes = current_app.config["CS_FILE_MB"] * current_app.config["CS_FILES_AT_ONCE"] * MEGABYTE
    PendingUpload.tidy(current_user, on, max_count=MAX_WAITING_FILES, max_bytes=max_bytes)
    db.session.commit()
    return [upload.token for upload in uploads]
