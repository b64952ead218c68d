"""The first page of administration: counts, and what needs attention."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from cs.blueprints.admin.common import blueprint, signed_in_user
from cs.procedure.authority import Permission
from cs.queries.first_steps import calendar_reaches_far_enough, read_first_steps
from cs.queries.signers import signers_today
from cs.queries.site_health import read_site_health
from cs.records.company import CompanySettings
from cs.web.access import requires
from cs.web.addresses import detected_address, is_of_this_server, is_reachable_by_others
from cs.web.responses import say, show
from cs.web.submission import Outcome, press


@blueprint.route("/")
@requires(Permission.ADMINISTER)
def index() -> ResponseReturnValue:
    on = datetime.now(UTC)
    state = read_site_health(on)
    return show(
        "admin/index.html",
        state=state,
        found=signers_today(on),
        calendar_soon=not calendar_reaches_far_enough(state, on),
    )


@blueprint.route("/first-steps")
@requires(Permission.ADMINISTER)
def first_steps() -> ResponseReturnValue:
    """Show what a new site needs, step by step, done or open."""
    address = detected_address()
    return show(
        "admin/first_steps.html",
        steps=read_first_steps(datetime.now(UTC)),
        detected=address if is_reachable_by_others(address) else None,
    )


@blueprint.route("/first-steps/use-address", methods=["POST"])
@requires(Permission.ADMINISTER)
def use_address() -> ResponseReturnValue:
    """Set the address that the program found as the one for tablets."""
    address = detected_address()

    is_own = is_of_this_server(address)  # asks for names, so before the lock

    def act() -> Outcome:
        if not is_own:
            say(
                gettext(
                    "%(address)s is not known to lead to this server. Enter the address under “Company”.",
                    address=address,
                ),
                "warning",
            )
        elif is_reachable_by_others(address):
            CompanySettings.set(web_address=address, by=signed_in_user(), on=datetime.now(UTC))
            say(gettext("Tablets use %(address)s.", address=address))
        return Outcome(url_for("admin.first_steps"))

    return press(act)


@blueprint.route("/first-steps/hide", methods=["POST"])
@requires(Permission.ADMINISTER)
def hide_first_steps() -> ResponseReturnValue:
    """Put the first steps away: the administrator begins with the overview from now on."""

    def act() -> Outcome:
        CompanySettings.set(first_steps_hidden=True, by=signed_in_user(), on=datetime.now(UTC))
        return Outcome(url_for("admin.index"))

    return press(act)
