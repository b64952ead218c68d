"""The files sent with a form, recorded before the form itself is accepted."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from flask_login import current_user

from cs.extensions import begin_write, db
from cs.records.attachments import PendingUpload


def keep_pending(files: list[Any], on: datetime) -> list[str]:
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
    db.session.commit()
    return [upload.token for upload in uploads]
