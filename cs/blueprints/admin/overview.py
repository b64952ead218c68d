"""The first page of administration: counts, and what needs attention."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask.typing import ResponseReturnValue

from cs.blueprints.admin.common import blueprint
from cs.procedure.authority import Permission
from cs.queries.signers import signers_today
from cs.queries.site_health import read_site_health
from cs.web.access import requires
from cs.web.responses import show
from cs.wording.formats import local_today

CALENDAR_WARNING = timedelta(days=60)  # before the public calendar ends


@blueprint.route("/")
@requires(Permission.ADMINISTER)
def index() -> ResponseReturnValue:
    on = datetime.now(UTC)
    state = read_site_health(on)
    return show(
        "admin/index.html",
        state=state,
        found=signers_today(on),
        calendar_soon=state.calendar_known_until < local_today() + CALENDAR_WARNING,
    )
