"""The administrator's first page: what is here, and what needs to be seen to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from cs.blueprints.admin.common import blueprint
from cs.procedure.authority import Permission
from cs.queries.signers import signers_today
from cs.queries.site_health import read_site_health
from cs.web.access import requires
from cs.web.responses import show
from cs.wording.formats import local_today

SOON = timedelta(days=60)  # so long before its end the calendar's end is worth a warning


@blueprint.route("/")
@requires(Permission.ADMINISTER)
def index() -> Any:
    """Counts and warnings."""
    on = datetime.now(UTC)
    state = read_site_health(on)
    return show(
        "admin/index.html",
        state=state,
        found=signers_today(on),
        calendar_soon=state.calendar_known_until < local_today() + SOON,
    )
