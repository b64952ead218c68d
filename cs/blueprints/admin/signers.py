"""Who can sign what today (5.3.4, 5.2.2): a gate that nobody can pass is seen here before an applicant finds
it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from cs.access import requires
from cs.blueprints.admin.common import blueprint
from cs.models.signers import signers_today
from cs.pages import show
from cs.procedure.authority import Permission


@blueprint.route("/signers/")
@requires(Permission.ADMINISTER)
def signers() -> Any:
    """Each gate with its people and deputies of today; no record's contents."""
    return show("admin/signers.html", found=signers_today(datetime.now(UTC)))
