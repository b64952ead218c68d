"""Drafts: what a person typed and has not sent. Nobody else sees them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, abort, request
from flask_login import current_user
from sqlalchemy import delete

from cs.extensions import begin_write, db
from cs.records.attachments import Draft
from cs.records.sections import Section
from cs.web.access import signed_in
from cs.web.drafts import save_draft
from cs.web.responses import go

blueprint = Blueprint("drafts", __name__, url_prefix="/drafts")


def _form_address() -> str:
    address = request.args.get("form", "")
    if (
        not address.startswith("/")
        or address.startswith("//")
        or "\\" in address
        or not address.isprintable()
        or len(address) > 200
    ):
        abort(400)
    return address


@blueprint.route("/save", methods=["POST"])
@signed_in
def save() -> Any:
    """Keeps what is in the form at an address of this site; the form's script sends it while a person
    types."""
    person = current_user._get_current_object()
    begin_write()
    if not save_draft(person, _form_address(), request.form, datetime.now(UTC)):
        abort(413)
    db.session.commit()
    return "", 204


@blueprint.route("/discard", methods=["POST"])
@signed_in
def discard() -> Any:
    """Throws the draft away and shows the form anew."""
    person_id = current_user.id
    begin_write()
    db.session.execute(delete(Draft).where(Draft.user_id == person_id, Draft.form == _form_address()))
    db.session.commit()
    return go(_form_address())


SECTION = Section(blueprint)
