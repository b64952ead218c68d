"""What the page of a CAR shows, beside the record itself."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from cs.models.capa.capa import Capa
from cs.models.holidays import work_calendar
from cs.procedure import capa as procedure
from cs.web.effects import with_effect_notice
from cs.web.measures import evidence_of_measures
from cs.web.record_page import usual_parts


def page_of_car(record: Capa, on: datetime) -> dict[str, Any]:
    rounds = [record.of_round(number) for number in range(record.round, 0, -1)]
    parts = usual_parts(record, on)
    effective_from = record.effective_from if record.state in procedure.TO_VERIFY else None
    return {
        **parts,
        "next": with_effect_notice(parts["next"], effective_from, on),
        "rounds": rounds,
        "evidence": evidence_of_measures(record, record.actions),
        "end_of": work_calendar().end_of,
        "why_kinds": procedure.WHYS,
        "awaits_answer": record.state in procedure.UNANSWERED,
        "unfolded": _unfolded(record, rounds[0]),
    }


def _unfolded(record: Capa, current_round: dict[str, Any]) -> set[str]:
    """Return the blocks to show open: those being worked on, or the last that was finished."""
    if current_round["verification"]:
        return {"G"}
    if record.state not in procedure.UNANSWERED and current_round["actions"]:
        return {"E"}
    return {"A", "D"} if record.sent_back_reason or not current_round["occurrence_cause"] else {"D"}
