"""What a person has typed into a form: as it was sent, else as it was kept as a draft."""

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
from cs.web.fields import asked_id

MOST_DRAFT = 1024 * 1024  # characters
KEPT_OUT = (
    "csrf_token",
    "request_id",
    "version",
    "seen",
    "files",
)  # what a draft never holds, beside passwords


def form_address() -> str:
    """The address of a form, by which its draft is kept: of a form about a line of a record each line has its
    own."""
    line = asked_id("line")
    return f"{request.path}?line={line}" if line else request.path


def posted(path: str) -> Any:
    """What the form is filled with: what was sent, else the person's draft, else nothing."""
    if request.method == "POST":
        return None if not request.form and not request.files else _sent()
    draft = db.session.get(Draft, (current_user.id, path))
    return MultiDict(json.loads(draft.fields)) if draft is not None else None


def _sent() -> MultiDict[str, Any]:
    sent: MultiDict[str, Any] = MultiDict(request.form)
    for key, files in request.files.lists():
        sent.setlist(key, files)
    return sent


def save_draft(user: User, path: str, fields: MultiDict[str, Any], on: datetime) -> bool:
    """Keeps what a person typed into the form at an address, until it is sent or thrown away; False for what
    nobody types."""
    kept = {
        key: values
        for key, values in fields.lists()
        if key not in KEPT_OUT and "password" not in key and any(values)
    }
    text = json.dumps(kept, ensure_ascii=False)
    if len(text) > MOST_DRAFT:
        return False
    draft = db.session.get(Draft, (user.id, path)) or Draft(user_id=user.id, form=path)
    draft.fields, draft.at = text, on
    db.session.add(draft)
    return True
