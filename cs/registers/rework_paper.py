"""返工指导书 (3.4–3.6): what of a return is reworked, how, and what came of it."""

from __future__ import annotations

from itertools import groupby
from typing import Any, NamedTuple

from flask_babel import gettext

from cs.models.returns.customer_return import Return
from cs.models.returns.lines import ReturnLine
from cs.printing.definition import Block, Box, Boxes, Column, Paper, Signing, Table
from cs.registers.return_papers import (
    BOOKINGS,
    ENDED,
    LOT,
    MODEL,
    NUMBER,
    REWORK,
    UNIT,
    Numbered,
    numbered_lines,
    rework_bookings,
    reworked_lines,
)
from cs.wording.labels import choice, term

REWORKING = ("rework", "reworked", "passed", "failed")  # the bookings that the rework is made of


class Instruction(NamedTuple):
    """What process engineering wrote at one time, for which lines."""

    first: ReturnLine
    lines: list[Numbered]


def _of_rework(record: Return) -> list[Numbered]:
    return [
        row for row in rework_bookings(record) if row.line.instruction and row.booking.booking in REWORKING
    ]


def _instructions_in_order(record: Return) -> list[Instruction]:
    def written(row: Numbered) -> Any:
        return row.line.instructed_at, row.line.instruction_no or "", row.line.instruction

    rows = sorted((row for row in numbered_lines(record) if row.line.instruction), key=written)
    groups = [list(group) for _written, group in groupby(rows, written)]
    return [Instruction(group[0].line, group) for group in groups]


OF_RETURN = Boxes(
    "of_return",
    (
        Box("return_no", lambda record: record.number),
        Box("customer", lambda record: record.customer.full_name, 2),
        Box("complaint_no", lambda record: record.complaint.number if record.complaint else None),
        Box(
            "return_kind", lambda record: choice("return_kind", record.return_kind), 2, options="return_kind"
        ),
        Box("return_by", lambda record: record.return_by, 2, "day"),
    ),
)

INSTRUCTION = Boxes(
    "instruction",
    (
        Box("instruction_no", lambda instruction: instruction.first.instruction_no, 2),
        Box(
            "instructed_by",
            lambda instruction: (
                instruction.first.instructed_by.name if instruction.first.instructed_by else None
            ),
        ),
        Box("instructed_at", lambda instruction: instruction.first.instructed_at, kind="moment"),
        Box("instruction", lambda instruction: instruction.first.instruction, 4, room=36),
    ),
)

INSTRUCTED = Table(
    "return_lines",
    (
        NUMBER,
        MODEL,
        LOT,
        Column("return_reason", lambda row: row.line.return_reason, 30),
        Column("return_place", lambda row: choice("return_place", row.line.return_place), 14),
        UNIT,
        Column("rework_qty", lambda row: row.line.rework_qty, 9, "quantity"),
        Column("rework_on", lambda row: row.line.rework_on, 11, "day"),
    ),
    lambda instruction: instruction.lines,
    6,
)

RESULT = Table(
    "quantity",
    (NUMBER, MODEL, LOT, UNIT, *REWORK),
    lambda record: [row for row in reworked_lines(record) if row.line.instruction],
    6,
)

EFFECT = Boxes(
    "effect",
    (
        Box("effect_due_at", lambda record: record.effect_due_at, kind="moment"),
        Box("effect", lambda record: choice("effect", record.effect), options="effect"),
        Box("effect_at", lambda record: record.effect_at, 2, "moment"),
        Box("effect_note", lambda record: record.effect_note, 4),
        Box("effect_follow_up", lambda record: record.effect_follow_up, 4, if_filled=True),
    ),
)


def _with_effect(record: Return) -> list[Return]:
    return [record] if record.effect_due_at or record.effect else []


REWORK_INSTRUCTION = Paper(
    "rework_instruction",
    (
        Block("A", lambda _: term("return"), (ENDED, OF_RETURN), "5.3.1"),
        Block(
            "B",
            lambda _: term("rework_instruction"),
            (INSTRUCTION, INSTRUCTED),
            "3.4 · 3.6",
            _instructions_in_order,
        ),
        Block(
            "C",
            lambda _: gettext("Rework and re-inspection"),
            (RESULT, Table("bookings", BOOKINGS, _of_rework, 8)),
            "3.5 · 5.3.1",
        ),
        Block("D", lambda _: term("rework_effect"), (EFFECT,), "3.4", _with_effect),
    ),
    (
        Signing("instructed_by", ("instruct",), all_of_them=True),
        Signing("planned_by", ("plan_rework",), all_of_them=True),
        Signing("reworked_by", ("rework",), all_of_them=True),
        Signing("reinspected_by", ("reinspect",), all_of_them=True),
        Signing("effect_judged_by", ("judge_effect",)),
    ),
    exists_for=lambda record: any(line.instruction for line in record.lines),
)
