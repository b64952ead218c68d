"""What the page of a replenishment shows, beside the record itself."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from cs.models.replenishments.application import Replenishment
from cs.procedure import replenishments as procedure
from cs.web.record_page import usual_parts


def page_of_replenishment(record: Replenishment, on: datetime) -> dict[str, Any]:
    voided = [
        approval
        for approval in record.approvals
        if approval.chain != record.chain and approval.user_id is not None
    ]
    return {
        # The chain of signatures stands in the record itself.
        **usual_parts(record, on, with_signatures=False),
        "voided": voided,
        "due_counts": record.state not in procedure.NOT_COUNTED,
    }
