"""The rows of the complaint report: causes, measures, meetings and the goods decided on."""

from __future__ import annotations

from typing import Any, NamedTuple

from flask_babel import gettext

from cs.models.capa.capa import Capa
from cs.models.capa.parts import Action
from cs.models.capa.queries import capas_of_complaint
from cs.models.complaints.complaint import Complaint
from cs.models.complaints.measures import ComplaintMeasure
from cs.models.complaints.reply import Reply
from cs.models.replenishments.queries import replacement_cost
from cs.procedure.figures import total_cost
from cs.records.procedure import local_day
from cs.registers.car_sheet import fishbone_of
from cs.wording.formats import format_money, list_in_words
from cs.wording.labels import choice, term

# Of a part of the complaint, the complaint: its meetings and replies know it only by its rows.
Of = tuple[Complaint, Any]
# Of causes, measures and the close: the complaint with all its CAPAs, which it does not know itself.
WithCapas = tuple[Complaint, list[Capa]]


class Cause(NamedTuple):
    """A cause as stated: by a CAR in its running round, or with a reply where no CAR was issued."""

    where: str
    department: str | None
    occurrence: str | None
    escape: str | None
    system: str | None
    cause_class: str | None


class Proof(NamedTuple):
    """How the effect was verified, over which period and with which result."""

    where: str
    method: str | None
    period_from: Any
    period_to: Any
    data: str | None
    effect: str | None
    verified_by: str | None


class Measure(NamedTuple):
    where: str
    kind: str | None
    content: str
    against: str | None
    owner: str | None
    planned_on: Any
    done_on: Any
    done_note: str | None


def with_capas(record: Complaint) -> list[WithCapas]:
    return [(record, capas_of_complaint(record))]


def with_causes(record: Complaint) -> list[WithCapas]:
    """Return the complaint with its CAPAs, whose 5-why and fishbone are read at once for all of them."""
    return [(record, capas_of_complaint(record, with_causes=True))]


def valid_capas(of: WithCapas) -> list[Capa]:
    _complaint, capas = of
    return [capa for capa in capas if not capa.void_reason]


def causes_of(of: WithCapas) -> list[Cause]:
    complaint, _capas = of
    stated = [
        Cause(
            capa.number,
            capa.department,
            capa.occurrence_cause,
            capa.escape_cause,
            capa.system_cause,
            capa.cause_class,
        )
        for capa in valid_capas(of)
    ]
    return stated + [
        Cause(name_of_reply(reply), None, reply.cause, reply.escape_cause, None, None)
        for reply in complaint.replies
        if reply.cause and (reply.escape_cause or not stated)
    ]


def measures_of(of: WithCapas) -> list[Measure]:
    complaint, _capas = of
    stated = [_measure(capa.number, action) for capa in valid_capas(of) for action in capa.actions]
    for reply in complaint.replies:
        rows = complaint.measure_book.of_reply(reply.number)
        if rows:
            stated += [_measure(name_of_reply(reply), row) for row in rows]
        elif reply.actions and not valid_capas(of):
            stated.append(Measure(name_of_reply(reply), None, reply.actions, None, None, None, None, None))
    return stated


def _measure(where: str, row: Action | ComplaintMeasure) -> Measure:
    return Measure(
        where,
        row.action_kind,
        row.content,
        row.cause_kind,
        row.owner.name,
        row.planned_on,
        row.done_on,
        row.done_note,
    )


def proofs_of(of: WithCapas) -> list[Proof]:
    """Return how the effect was verified: of each round of a CAR, and in short form of a reply's measures."""
    complaint, _capas = of
    proofs = [
        Proof(
            capa.number,
            row.verification_method,
            row.period_from,
            row.period_to,
            row.verification_data,
            row.effect,
            row.verified_by.name,
        )
        for capa in valid_capas(of)
        for row in capa.verifications
    ]
    return proofs + [_short_proof(complaint, reply) for reply in complaint.replies if reply.verified_at]


def _short_proof(complaint: Complaint, reply: Reply) -> Proof:
    days = [row.done_on for row in complaint.measure_book.of_reply(reply.number) if row.done_on]
    return Proof(
        name_of_reply(reply),
        reply.verification_method,
        max(days),
        local_day(reply.verified_at) if reply.verified_at else None,
        reply.verification_data,
        reply.effect,
        reply.verified_by.name if reply.verified_by else None,
    )


def whys_of(of: WithCapas) -> list[tuple[Capa, Any]]:
    """Return (CAR, why) of the round that runs of each CAR (7.4-43)."""
    whys = [(capa, why) for capa in valid_capas(of) for why in capa.whys]
    return [(capa, why) for capa, why in whys if why.round == capa.round]


def documents_of(capa: Capa) -> str:
    """Return the documents that its measures changed, in words (7.4-49)."""
    return list_in_words(choice("document", code) for code in capa.documents_changed)


COSTS = ("cost_rework", "cost_scrap", "cost_freight", "cost_deduction")


def cost_named(name: str) -> Any:
    return lambda of: format_money(getattr(of[0], name))


def cost_of(of: WithCapas) -> tuple[Any, ...] | None:
    """Return what the complaint cost in all (7.4-62), with the worth of the goods replaced; None where
    nothing is recorded."""
    complaint, _capas = of
    replaced = replacement_cost(complaint)
    total = total_cost([*(getattr(complaint, name) for name in COSTS), replaced])
    if total is None:
        return None
    with_goods = ((term("cost_replacement"), format_money(replaced)),) if replaced is not None else ()
    return (format_money(total), *with_goods)


def fishbone_of_capa(capa: Capa) -> str | None:
    """Return the fishbone of the round that runs (7.4-44)."""
    return fishbone_of(capa, {"bones": [bone for bone in capa.bones if bone.round == capa.round]})


def name_of_reply(reply: Reply) -> str:
    return str(gettext("Reply no. %(number)s", number=reply.number))


def content_of(row: Measure) -> str:
    return "\n".join(text for text in (row.content, row.done_note) if text)


def meetings_of(record: Complaint) -> list[Of]:
    return [(record, meeting) for meeting in record.meetings]


def meeting_title(of: Of | None) -> str:
    return (
        gettext("Meeting no. %(number)s", number=of[1].round)
        if of and len(of[0].meetings) > 1
        else term("meeting")
    )


def in_meeting(rows: str) -> Any:
    return lambda of: getattr(of[1], rows)


def goods_of(of: Of) -> list[tuple[Any, Any]]:
    """Return (place, one of its dispositions); a place with nothing has none."""
    _complaint, meeting = of
    return [
        (place, row) for place in meeting.places for row in meeting.dispositions_at(place.place) or [None]
    ]


def of_goods(name: str, kind: Any = str) -> Any:
    return lambda pair: (
        kind(getattr(pair[1], name)) if pair[1] is not None and getattr(pair[1], name) is not None else None
    )


def of_meeting(name: str) -> Any:
    return lambda of: getattr(of[1], name)
