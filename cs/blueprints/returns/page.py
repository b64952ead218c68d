"""What the page of a return shows, beside the record itself."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_login import current_user

from cs.blueprints.returns.scanning import steps_of
from cs.blueprints.returns.step_forms import FORMS
from cs.models.returns.customer_return import Return
from cs.procedure import returns as procedure
from cs.web.record_page import files, flow, next_action, other_steps, signatures, timeline


def page_of_return(record: Return, on: datetime) -> dict[str, Any]:
    steps = record.steps_for(current_user, on)
    counted = any(line.counted_qty is not None for line in record.lines)
    return {
        "flow": flow(record),
        "next": next_action(record, steps, "returns", on),
        "others": other_steps(record, steps, "returns"),
        "timeline": timeline(record),
        "files": files(record),
        "signatures": signatures(record),
        "counted": counted,
        "ways": steps_of(record, FORMS, steps),
        "instructed": [(line, record.later_cases(line)) for line in record.lines if line.instruction],
        "waiting": record.state in procedure.UNFINISHED,
    }
