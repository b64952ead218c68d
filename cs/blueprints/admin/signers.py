"""Who can sign what today (5.3.4, 5.2.2), so that a signature nobody can give is noticed before it is due."""

from __future__ import annotations

from datetime import UTC, datetime

from flask.typing import ResponseReturnValue

from cs.blueprints.admin.common import blueprint
from cs.procedure.authority import Permission
from cs.queries.signers import signers_today
from cs.web.access import requires
from cs.web.responses import show


@blueprint.route("/signers/")
@requires(Permission.ADMINISTER)
def signers() -> ResponseReturnValue:
    """Show each signature with the people and deputies who can give it today; no contents of records."""
    return show("admin/signers.html", found=signers_today(datetime.now(UTC)))
