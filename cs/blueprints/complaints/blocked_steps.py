"""Which main step of a complaint comes next but is not open yet, and what is in its way."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from flask_babel import gettext
from flask_login import current_user

from cs.models.complaints.complaint import Complaint
from cs.procedure.workflow import Step
from cs.web.record_page import NextAction
from cs.wording.conditions import condition_in_words
from cs.wording.formats import list_in_words
from cs.wording.labels import step_name

# what holds once an earlier step is taken
AWAITED_CONDITIONS = ("route_confirmed", "called", "met", "disposed", "answer_ready")


def with_blocked_step(action: NextAction | None, record: Complaint, on: datetime) -> NextAction | None:
    """Return the card of the next action, which also says what a later main step waits for."""
    blocked = blocked_step(record, on)
    if action is None or blocked is None:
        return action
    return replace(action, text=" · ".join(filter(None, (action.text, blocked))))


def blocked_step(record: Complaint, on: datetime) -> str | None:
    """Return in words the first main step that only waits for an earlier one: one of this person's own
    before others."""
    blocked = [
        (step, missing)
        for step in record.workflow.steps
        if step.primary
        and record.state in step.sources
        and (missing := _missing_conditions(record, step, on))
    ]
    if not blocked:
        return None
    step, missing = min(blocked, key=lambda candidate: not current_user.may(candidate[0].permission))
    conditions = list_in_words(map(condition_in_words, missing))
    name = step_name(record.kind, step.name)
    return str(gettext("%(step)s: not open until %(conditions)s", step=name, conditions=conditions))


def _missing_conditions(record: Complaint, step: Step, on: datetime) -> list[str]:
    """Return what the step waits for; nothing where it is open or belongs to another route."""
    missing = [condition for condition in step.when if not record.holds(condition, on)]
    return missing if set(missing) <= set(AWAITED_CONDITIONS) else []
