"""What the page of a complaint shows, beside the record itself."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import gettext
from flask_login import current_user

from cs.blueprints.complaints.blocked_steps import with_blocked_step
from cs.models.capa.capa import Capa
from cs.models.capa.queries import capas_of_complaint
from cs.models.complaints.complaint import Complaint
from cs.models.holidays import work_calendar
from cs.models.replenishments.queries import replenishments_of_complaint
from cs.models.returns.queries import returns_of_complaint
from cs.procedure import capa
from cs.procedure import complaints as procedure
from cs.procedure.workflow import Step
from cs.records.procedure import local_day
from cs.web.effects import with_effect_notice
from cs.web.measures import evidence_of_measures
from cs.web.record_page import NextAction, usual_parts
from cs.wording.formats import format_day, list_in_words
from cs.wording.labels import choice, department_name, term


def page_of_complaint(record: Complaint, on: datetime) -> dict[str, Any]:
    """Return the blocks of the paper in their order; finished blocks fold."""
    due_day = local_day(record.reply_due_at)
    capas = capas_of_complaint(record)
    same, others = (
        record.like_cases(record.product_id, record.defect_code, record.defect_category)
        if record.analysed_at
        else ([], [])
    )
    parts = usual_parts(record, on)
    return {
        **parts,
        "next": _next_action(parts["next"], record, on),
        "calendar_known": work_calendar().is_known(due_day),
        "ended_early": procedure.ENDED_EARLY,
        "has_analysis": any(
            (
                record.quality_received_at,
                record.analysed_at,
                record.defect_category,
                record.severity,
                record.nature,
                record.liability,
                record.finding,
                record.resp_dept,
            )
        ),
        "waits_for_reply": record.state in procedure.UNANSWERED,
        "unfolded": _unfolded(record, capas, on),
        "analysis_fault": record.sent_back_reason if record.state in procedure.UNFINISHED else None,
        "same": same,
        "elsewhere": others,
        "in_the_way": in_the_way(record, on) if record.state == procedure.BEFORE_THE_CLOSE else [],
        "samples": _samples_in_brief(record),
        "today": local_day(on),
        "capas": capas,
        "evidence": evidence_of_measures(record, record.measures),
        "end_of": work_calendar().end_of,
        "returns": returns_of_complaint(record),
        "replenishments": replenishments_of_complaint(record),
        "asks_for_capa": Capa.asked_for_by(record, current_user),
    }


def _next_action(action: NextAction | None, record: Complaint, on: datetime) -> NextAction | None:
    """Return the card of the next action, which also says what a step waits for."""
    unchecked = record.measure_book.unchecked and record.state in procedure.REPLIED
    effective_from = record.measure_book.effective_from if unchecked else None
    return with_effect_notice(with_blocked_step(action, record, on), effective_from, on)


def _samples_in_brief(record: Complaint) -> str:
    """Return where the samples are, for the folded block A."""
    places = [
        one.location if one.is_here else gettext("still awaited")
        for one in record.samples
        if one.ended_on is None
    ]
    return f"{term('samples')}: {list_in_words(place or '/' for place in places)}" if places else ""


def _unfolded(record: Complaint, capas: list[Capa], on: datetime) -> set[str]:
    """Return the blocks that still stand open: those not finished, and the last of the finished ones."""
    causes = {"D"} if not capas or any(each.state in capa.UNFINISHED for each in capas) else set()
    if record.state in procedure.ENDED_EARLY or not (
        record.analysed_at or record.replied_at or record.closed_at
    ):
        return {"A", "B"} | causes
    of_the_meeting = record.open_ends(on).keys() - {"capa_wanted"}
    if record.meetings and (of_the_meeting or record.reply is None or record.reply.replied_at is None):
        return {"C", "F"} | causes if record.reply else {"C"} | causes
    return {"F", "G"} | causes if record.reply else {"B"} | causes


def obstacles_of(record: Complaint, step: Step, on: datetime) -> list[str]:
    """Return what must be done first, for a step that waits until nothing is open."""
    return in_the_way(record, on) if "nothing_open" in step.when else []


def in_the_way(record: Complaint, on: datetime) -> list[str]:
    """Return what still stands in the way of closing, in words (Q12)."""
    ends = record.open_ends(on)
    said = [
        gettext("A CAPA report must be issued and verified as effective.")
        for _ in ends.get("capa_wanted", ())
    ]
    said += [gettext("CAPA %(number)s is not verified.", number=one.number) for one in ends.get("capas", ())]
    said += [
        gettext("Return %(number)s is not closed.", number=one.number) for one in ends.get("returns", ())
    ]
    said += [
        gettext("Replenishment %(number)s is not shipped.", number=one.number)
        for one in ends.get("replenishments", ())
    ]
    said += [
        gettext(
            "%(place)s, %(decision)s %(quantity)s: to be done by %(name)s, due on %(day)s.",
            place=choice("place", one.place),
            decision=choice("disposition", one.disposition),
            quantity=one.quantity,
            name=one.owner.name,
            day=format_day(one.planned_on),
        )
        for one in ends.get("dispositions", ())
    ]
    if awaited := ends.get("countersigners"):
        names = list_in_words(f"{one.user.name} ({department_name(one.department)})" for one in awaited)
        said.append(gettext("Countersignature awaited: %(names)s.", names=names))
    if ends.get("clock"):
        said.append(gettext("A change of the reply time awaits consent."))
    if ends.get("plan"):
        said.append(
            gettext(
                "%(plan)s is awaited from %(department)s.", plan=term("plan"), department=term("planning")
            )
        )
    said += [
        gettext(
            "Measure “%(content)s”: to be carried out by %(name)s, due on %(day)s.",
            content=row.content,
            name=row.owner.name,
            day=format_day(row.planned_on),
        )
        for row in ends.get("measures", ())
    ]
    if ends.get("effect"):
        said.append(gettext("The effect of the measures is not checked yet."))
    return said
