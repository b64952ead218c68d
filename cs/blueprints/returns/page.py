"""What the page of a return shows, beside the record itself."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_login import current_user

from cs.blueprints.returns.in_the_way import obstacles_of
from cs.blueprints.returns.scanning import step_links_by_line
from cs.blueprints.returns.step_forms import FORMS
from cs.models.replenishments.queries import replenishments_of_return
from cs.models.returns.customer_return import Return
from cs.procedure import returns as procedure
from cs.web.effects import with_effect_notice
from cs.web.record_page import usual_parts


def page_of_return(record: Return, on: datetime) -> dict[str, Any]:
    steps = record.steps_for(current_user, on)
    counted = any(line.counted_qty is not None for line in record.lines)
    parts = usual_parts(record, on)
    effective_from = record.effective_from if record.effect_awaited(on) else None
    return {
        **parts,
        "next": with_effect_notice(parts["next"], effective_from, on),
        "obstacles": obstacles_of(record, on),
        "counted": counted,
        "ways": step_links_by_line(record, FORMS, steps),
        "instructed": [(line, record.later_cases(line)) for line in record.lines if line.instruction],
        "replenishments": replenishments_of_return(record) if record.complaint_id else [],
        "waiting": record.state in procedure.UNFINISHED,
    }
