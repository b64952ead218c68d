"""Drafts: what a person typed and has not sent. Nobody else sees them."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import delete

from cs.extensions import db
from cs.records.attachments import Draft
from cs.records.sections import Section
from cs.web.access import signed_in
from cs.web.drafts import save_draft
from cs.web.submission import Outcome, press

blueprint = Blueprint("drafts", __name__, url_prefix="/drafts")
MAX_URL_LENGTH = 200


def _form_url() -> str:
    url = request.args.get("form", "")
    is_local = url.startswith("/") and not url.startswith("//") and "\\" not in url
    if not is_local or not url.isprintable() or len(url) > MAX_URL_LENGTH:
        abort(400)
    return url


@blueprint.route("/save", methods=["POST"])
@signed_in
def save() -> ResponseReturnValue:
    """Save the content of a form, which its script sends while a person types."""

    def act() -> Outcome:
        if not save_draft(current_user._get_current_object(), _form_url(), request.form, datetime.now(UTC)):
            abort(413)
        return Outcome(_form_url(), lambda: ("", 204))

    return press(act)


@blueprint.route("/discard", methods=["POST"])
@signed_in
def discard() -> ResponseReturnValue:
    """Delete the draft and show the empty form."""

    def act() -> Outcome:
        url = _form_url()
        db.session.execute(delete(Draft).where(Draft.user_id == current_user.id, Draft.form == url))
        return Outcome(url)

    return press(act)


SECTION = Section(blueprint)
