"""Why a step is not open: the states in which it is, or the conditions that do not hold."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext

from cs.procedure.workflow import Step
from cs.records.sections import RecordSection
from cs.records.workflowed import Workflowed
from cs.wording.conditions import condition_in_words
from cs.wording.formats import list_in_words
from cs.wording.labels import state_name


def why_closed(section: RecordSection, record: Workflowed, step: Step, on: datetime) -> list[str]:
    """Return what is in the way of a step, a sentence each; nothing where it is open."""
    if record.state not in step.sources:
        states = list_in_words(state_name(record.kind, code) for code in step.sources)
        return [gettext("It can be taken only in the state: %(states)s.", states=states)]
    missing = [condition for condition in step.when if not record.holds(condition, on)]
    if not missing:
        return []
    conditions = list_in_words(map(condition_in_words, missing))
    reason = gettext("It can be taken only when this holds: %(conditions)s.", conditions=conditions)
    return [reason, *section.obstacles(record, step, on)]
