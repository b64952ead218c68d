"""What the page of a replenishment shows, beside the record itself."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_login import current_user

from cs.models.replenishments.application import Replenishment
from cs.procedure import replenishments as procedure
from cs.web.record_page import files, flow, next_action, other_steps, timeline


def page_of_replenishment(record: Replenishment, on: datetime) -> dict[str, Any]:
    steps = record.steps_for(current_user, on)
    voided = [one for one in record.approvals if one.chain != record.chain and one.user_id is not None]
    return {
        "flow": flow(record),
        "next": next_action(record, steps, "replenishments", on),
        "others": other_steps(record, steps, "replenishments"),
        "timeline": timeline(record),
        "files": files(record),
        "voided": voided,
        "due_counts": record.state not in procedure.NOT_COUNTED,
    }
