"""The administrator's first page: what is here, and what needs to be seen to."""
from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from cs.access import requires
from cs.blueprints.admin.common import blueprint
from cs.models.reporting import house_state
from cs.pages import show
from cs.procedure.authority import Permission
from cs.words import today

SOON = timedelta(days=60)  # so long before its end the calendar's end is worth a warning


@blueprint.route("/")
@requires(Permission.ADMINISTER)
def index() -> Any:
    """Counts and warnings."""
    state = house_state(datetime.now(UTC))
    return show("admin/index.html", state=state, calendar_soon=state.calendar_known_until < today() + SOON)
