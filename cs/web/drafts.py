"""What a person typed into a form: as sent, else as saved in their draft."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from flask import request
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from cs.extensions import db
from cs.records.attachments import Draft
from cs.records.users import User
from cs.web.fields import requested_id

MAX_DRAFT_LENGTH = 1024 * 1024  # characters
MAX_DRAFTS = 100  # of a person; the oldest go
MAX_DRAFTS_LENGTH = 2 * MAX_DRAFT_LENGTH  # of all drafts of a person together
NEVER_DRAFTED = (  # nor are passwords
    "csrf_token",
    "request_id",
    "version",
    "opened",
    "seen",
    "files",
)


def form_url() -> str:
    """Return the URL under which the draft of this form is stored: one for each line of a record."""
    line = requested_id("line")
    return f"{request.path}?line={line}" if line else request.path


def sent_or_drafted_fields(path: str) -> MultiDict[str, Any] | None:
    """Return what the form is filled with: what was sent, else the person's draft, else nothing."""
    if request.method == "POST":
        return _sent_fields() if request.form or request.files else None
    draft = db.session.get(Draft, (current_user.id, path))
    return MultiDict(_typed_fields(draft.fields)) if draft is not None else None


def _typed_fields(text: str) -> dict[str, list[str]]:
    """Return what a draft holds of fields and their texts; whatever else stands in it is left out."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    fields = {}
    for name, values in content.items() if isinstance(content, dict) else ():
        texts = [value for value in values if isinstance(value, str)] if isinstance(values, list) else []
        if texts and name not in NEVER_DRAFTED:
            fields[name] = [_storable(value) for value in texts]
    return fields


def _storable(text: str) -> str:
    """Return the text as it can be shown: half of a surrogate pair cannot."""
    return text.encode("utf-8", "replace").decode()


def _sent_fields() -> MultiDict[str, Any]:
    sent: MultiDict[str, Any] = MultiDict(request.form)
    for key, files in request.files.lists():
        sent.setlist(key, files)
    return sent


def save_draft(user: User, path: str, fields: MultiDict[str, Any], on: datetime) -> bool:
    """Save what a person typed into a form until it is sent or discarded; False where it is too long."""
    typed = {
        key: values
        for key, values in fields.lists()
        if key not in NEVER_DRAFTED and "password" not in key and any(values)
    }
    text = json.dumps(typed, ensure_ascii=False)
    if len(text) > MAX_DRAFT_LENGTH:
        return False
    draft = db.session.get(Draft, (user.id, path)) or Draft(user_id=user.id, form=path)
    draft.fields, draft.at = text, on
    db.session.add(draft)
    Draft.tidy(user, on, max_count=MAX_DRAFTS, max_length=MAX_DRAFTS_LENGTH)
    return True
