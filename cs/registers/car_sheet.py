"""纠正预防措施报告 CAR (5.2.2.5, 5.4.6): the single sheet behind each line of DC-FM-04, round by round, on
paper and on its page."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext

from cs.drawing.fishbone import draw_fishbone
from cs.models.capa.capa import Capa
from cs.printing.definition import (
    Block,
    Box,
    Boxes,
    Column,
    Drawing,
    Paper,
    Pictures,
    Signing,
    Table,
    reasons_for_ending,
)
from cs.procedure import capa as procedure
from cs.wording.formats import list_in_words
from cs.wording.labels import choice, department_name, term

Of = tuple[Capa, dict[str, Any]]  # the CAR, and what one of its rounds says (Capa.of_round)


def _rounds_of_car(record: Capa) -> list[Of]:
    return [(record, record.of_round(number)) for number in range(1, record.round + 1)]


def _title_with_round(words: Any) -> Any:
    """Return the block's title; with the round where there is more than one."""

    def title(of: Of | None) -> str:
        if of is None or of[0].round == 1:
            return str(words())
        return f"{words()} · {gettext('Round %(number)s', number=of[1]['number'])}"

    return title


def _answer_named(name: str) -> Any:
    return lambda of: of[1][name]


def _verification_named(name: str) -> Any:
    return lambda of: getattr(of[1]["verification"], name) if of[1]["verification"] else None


def fishbone_of(record: Capa, answers: dict[str, Any]) -> str | None:
    """Return the fishbone of a round in the reader's language; None where it has none."""
    if not answers["bones"]:
        return None

    def causes_of(code: str) -> list[tuple[str, bool]]:
        return [(bone.cause, bone.is_root) for bone in answers["bones"] if bone.cause_class == code]

    ribs = [(choice("cause_class", code), causes_of(code)) for code in procedure.SIX_M]
    return draw_fishbone(record.problem, ribs, term("is_root"))


PROBLEM = Boxes(
    "problem",
    (
        Box("capa_no", lambda record: record.number),
        Box("source", lambda record: choice("capa_source", record.source), options="capa_source"),
        Box("source_no", lambda record: record.source_no, 2),
        Box("issued_at", lambda record: record.issued_at, kind="moment"),
        Box("issued_by", lambda record: record.created_by.name if record.created_by else None),
        Box("resp_dept", lambda record: department_name(record.department)),
        Box("due_on", lambda record: record.due_on, kind="day"),
        Box("customer", lambda record: record.customer.short_name if record.customer else None, 2),
        Box("led_by_process", lambda record: record.led_by_process, kind="yes_no", options="yes_no"),
        Box("verify_on", lambda record: record.verify_on, kind="day"),
        Box("problem", lambda record: record.problem, 4),
    ),
)

ENDED = reasons_for_ending("sent_back_reason", "void_reason")

CAUSE = Boxes(
    "cause",
    (
        Box("occurrence_cause", _answer_named("occurrence_cause"), 4),
        Box("escape_cause", _answer_named("escape_cause"), 4),
        Box("system_cause", _answer_named("system_cause"), 4),
        Box("cause_class", lambda of: choice("cause_class", of[1]["cause_class"]), 2, options="cause_class"),
        Box("cause_verified_by", _answer_named("cause_verified_by"), 2),
        Box("cause_verification", _answer_named("cause_verification"), 4),
    ),
)

WHYS = Table(
    "whys",
    (
        Column("cause_kind", lambda why: choice("cause_kind", why.cause_kind), 12),
        Column("why_no", lambda why: why.why_no, 8, "whole"),
        Column("because", lambda why: why.because, 72),
        Column("proven", lambda why: why.proven, 8, "yes_no"),
    ),
    _answer_named("whys"),
    10,
)

FISHBONE = Drawing(
    "bones",
    lambda of: fishbone_of(*of),
    lambda: [choice("cause_class", code) for code in procedure.SIX_M] + [term("is_root")],
)

MEASURES = Table(
    "actions",
    (
        Column("action_kind", lambda row: choice("action_kind", row.action_kind), 9),
        Column("content", lambda row: row.content, 38),
        Column("cause_kind", lambda row: choice("cause_kind", row.cause_kind), 9),
        Column("owner", lambda row: row.owner.name, 10),
        Column("planned_on", lambda row: row.planned_on, 11, "day"),
        Column("done_on", lambda row: row.done_on, 11, "day"),
        Column("done_note", lambda row: row.done_note, 22),
    ),
    _answer_named("actions"),
    5,
)

AFTER_MEASURES = Boxes(
    "after_measures",
    (
        Box(
            "documents",
            lambda of: list_in_words(choice("document", code) for code in of[1]["documents"]),
            2,
            options="document",
        ),
        Box("carried_out_on", _answer_named("carried_out_on"), 2, "day"),
        Box("read_across", _answer_named("read_across"), 4),
    ),
)

PROOF = Boxes(
    "proof",
    (
        Box(
            "effect",
            lambda of: choice("effect", of[1]["verification"].effect) if of[1]["verification"] else None,
            options="effect",
        ),
        Box(
            "verified_by",
            lambda of: of[1]["verification"].verified_by.name if of[1]["verification"] else None,
        ),
        Box("verified_at", _verification_named("verified_at"), 2, "moment"),
        Box("verification_method", _verification_named("verification_method"), 2),
        Box("period_from", _verification_named("period_from"), kind="day"),
        Box("period_to", _verification_named("period_to"), kind="day"),
        Box("verification_data", _verification_named("verification_data"), 4),
    ),
)

CAR_SHEET = Paper(
    "car",
    (
        Block("A", lambda _: term("problem"), (ENDED, PROBLEM), "5.2.2.5 · 5.4.6"),
        Block(
            "D",
            _title_with_round(lambda: gettext("Cause")),
            (CAUSE, WHYS, FISHBONE),
            "5.2.2.5",
            _rounds_of_car,
        ),
        Block(
            "E",
            _title_with_round(lambda: gettext("Measures")),
            (MEASURES, AFTER_MEASURES),
            "5.2.2.5",
            _rounds_of_car,
        ),
        Block("G", _title_with_round(lambda: term("verification")), (PROOF,), "5.2.2.5", _rounds_of_car),
        Block("", lambda _: term("evidence"), (Pictures(),), "5.6"),
    ),
    (
        Signing("issued_by", ("issue",)),
        Signing("resp_dept", ("analyse", "set_measures"), all_of_them=True),
        Signing("owner", ("do_action",), all_of_them=True),
        Signing("verified_by", ("verify", "reopen")),
    ),
)
