"""Account slips: a paper for each person without a password, with the link by which they choose one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select

from cs.blueprints.admin.common import blueprint, signed_in_user
from cs.drawing.codes import qr_code_image
from cs.extensions import db
from cs.procedure.authority import Permission
from cs.records.record import find
from cs.records.setup_links import DAYS_VALID, AccountLink
from cs.records.users import User
from cs.web.access import requires
from cs.web.addresses import is_reachable_by_others, site_address
from cs.web.responses import say, show
from cs.web.submission import Outcome, press
from cs.wording.formats import list_in_words
from cs.wording.labels import department_name, role_name


@dataclass(frozen=True)
class Slip:
    """What stands on one person's slip."""

    name: str
    username: str
    work: str
    link: str
    code: str  # the address of the picture of the link as a QR code


def issue_slips(people: Sequence[User], by: User, on: datetime) -> Outcome:
    """Make a link for each of these people, who have no password yet, and show all slips at once."""
    address, slips = site_address(), []
    for person in people:
        link = address.rstrip("/") + url_for("auth.welcome", token=AccountLink.make(person, by=by, on=on))
        slips.append(Slip(person.name, person.username, _work_of(person), link, qr_code_image(link)))
    return Outcome(url_for("admin.people"), lambda: _slips_page(slips, address, on))


def _slips_page(slips: list[Slip], address: str, on: datetime) -> ResponseReturnValue:
    return show(
        "admin/slips.html",
        slips=slips,
        address=address.rstrip("/") + request.script_root + "/",
        valid_until=on + timedelta(days=DAYS_VALID),
        reachable=is_reachable_by_others(address),
    )


def _work_of(person: User) -> str:
    rows = [
        " · ".join(filter(None, (department_name(row.department), role_name(row.role))))
        for row in person.memberships
    ]
    return list_in_words(dict.fromkeys(rows))


def people_without_password() -> Any:
    return select(User).where(User.active, User.password_hash == "").order_by(User.sort_name, User.id)


@blueprint.route("/slips", methods=["POST"])
@requires(Permission.ADMINISTER)
def slips() -> ResponseReturnValue:
    """Print the slips of everybody who has no password yet; earlier slips of theirs stop working."""

    def act() -> Outcome:
        people = list(db.session.execute(people_without_password()).scalars())
        if not people:
            say(gettext("Everybody has a password already."), "info")
            return Outcome(url_for("admin.people"))
        return issue_slips(people, signed_in_user(), datetime.now(UTC))

    return press(act)


@blueprint.route("/people/<int:record_id>/slip", methods=["POST"])
@requires(Permission.ADMINISTER)
def slip(record_id: int) -> ResponseReturnValue:
    """Print the slip of one person again, such as for one that was lost."""

    def act() -> Outcome:
        record = find(User, record_id, lock=True) or abort(404)
        if record.has_password or not record.active:
            abort(409)
        return issue_slips([record], signed_in_user(), datetime.now(UTC))

    return press(act)
