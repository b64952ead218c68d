"""退货单 (5.3) with the quantity of the slip beside the count: the first paper of a return."""

from __future__ import annotations

from typing import Any, NamedTuple

from flask_babel import gettext

from cs.models.replenishments.queries import replenishments_of_return
from cs.models.returns.customer_return import Return
from cs.models.returns.lines import ReturnLine
from cs.printing.definition import (
    Block,
    Box,
    Boxes,
    Column,
    Paper,
    Pictures,
    Signing,
    Table,
    reasons_for_ending,
)
from cs.wording.formats import list_in_words
from cs.wording.labels import choice, state_name, term


class Numbered(NamedTuple):
    """A line of the slip under its number there; where it is a booking's row, the booking."""

    no: int
    line: ReturnLine
    booking: Any = None


def numbered_lines(record: Return) -> list[Numbered]:
    return [Numbered(no, line) for no, line in enumerate(record.lines, 1)]


def _differing_lines(record: Return) -> list[Numbered]:
    """Return the lines of which slip and count differ, settled or not."""
    return [row for row in numbered_lines(record) if row.line.tally.difference or row.line.difference_at]


def reworked_lines(record: Return) -> list[Numbered]:
    return [row for row in numbered_lines(record) if row.line.rework_qty]


def _with_rework(record: Return) -> list[Return]:
    return [record] if reworked_lines(record) else []


def rework_bookings(record: Return) -> list[Numbered]:
    by_id = {row.line.id: row for row in numbered_lines(record)}
    return [by_id[booking.line_id]._replace(booking=booking) for booking in record.bookings]


def _bookings_with_note(record: Return) -> list[Numbered]:
    return [row for row in rework_bookings(record) if row.booking.note]


def _difference_with_sign(row: Numbered) -> str | None:
    difference = row.line.tally.difference
    if difference is None:
        return None
    return f"{difference:+}" if difference else "0"


def _quantity_after_count(name: str) -> Any:
    """Return a quantity of the line; None before the count."""
    return lambda row: getattr(row.line, name, None) if row.line.counted_qty is not None else None


NUMBER = Column("line_no", lambda row: row.no, 5)
MODEL = Column("model", lambda row: row.line.product.model, 15)
LOT = Column("lot_no", lambda row: row.line.lot_no, 13)
UNIT = Column(
    "unit", lambda row: (choice("unit", row.line.product.unit),), 6
)  # in parts: both languages in one line
BOOKINGS = (
    Column("at", lambda row: row.booking.at, 16, "moment"),
    NUMBER,
    MODEL,
    Column("booking", lambda row: choice("booking", row.booking.booking), 12),
    Column("quantity", lambda row: row.booking.quantity, 9, "quantity"),
    Column("by", lambda row: row.booking.by.name, 12),
    Column("note", lambda row: row.booking.note, 40),
)

ENDED = reasons_for_ending("void_reason")

SLIP = Boxes(
    "slip",
    (
        Box("return_no", lambda record: record.number),
        Box("customer", lambda record: record.customer.full_name, 2),
        Box("customer_slip_no", lambda record: record.customer_slip_no),
        Box(
            "return_kind", lambda record: choice("return_kind", record.return_kind), 2, options="return_kind"
        ),
        Box("complaint_no", lambda record: record.complaint.number if record.complaint else None),
        Box("return_by", lambda record: record.return_by, kind="day"),
        Box("registered_at", lambda record: record.registered_at, kind="moment"),
        Box("registered_by", lambda record: record.created_by.name if record.created_by else None),
        Box("arrived_at", lambda record: record.arrived_at, 2, "moment"),
        Box("wants_goods", lambda record: record.wants_goods, kind="yes_no", options="yes_no"),
        Box("goods_wanted_on", lambda record: record.goods_wanted_on, kind="day"),
        Box(
            "cost_bearer", lambda record: choice("cost_bearer", record.cost_bearer), 2, options="cost_bearer"
        ),
        Box("warning_reason", lambda record: record.warning_reason, 4, if_filled=True),
        Box("no_goods_reason", lambda record: record.no_goods_reason, 4, if_filled=True),
    ),
)

REPLENISHED = Boxes(
    "replenished",
    (  # the page has them with their links
        Box(
            "replenishments",
            lambda record: list_in_words(
                f"{replenishment.number} {state_name('replenishment', replenishment.state)}"
                for replenishment in replenishments_of_return(record)
            ),
            4,
            if_filled=True,
        ),
    ),
    on_blank=False,
)

LINES = Table(
    "return_lines",
    (
        NUMBER,
        MODEL,
        LOT,
        Column("order_no", lambda row: row.line.order_no, 12),
        Column("return_reason", lambda row: row.line.return_reason, 30),
        UNIT,
        Column("slip_qty", lambda row: row.line.slip_qty, 9, "quantity"),
        Column("counted_qty", lambda row: row.line.counted_qty, 9, "quantity"),
        Column("difference", _difference_with_sign, 7, "quantity"),
        Column("return_place", lambda row: choice("return_place", row.line.return_place), 14),
    ),
    numbered_lines,
    8,
)

DIFFERENCES = Table(
    "difference",
    (
        NUMBER,
        MODEL,
        LOT,
        Column("difference", _difference_with_sign, 8, "quantity"),
        Column("difference_reason", lambda row: row.line.difference_reason, 40),
        Column(
            "difference_by", lambda row: row.line.difference_by.name if row.line.difference_by else None, 12
        ),
        Column("difference_at", lambda row: row.line.difference_at, 16, "moment"),
    ),
    _differing_lines,
    2,
)

JUDGED = Boxes(
    "judged",
    (
        Box("liability", lambda record: choice("liability", record.liability), options="liability"),
        Box("liability_note", lambda record: record.liability_note, 3),
        Box(
            "outcome",
            lambda record: choice("return_outcome", record.outcome),
            if_filled=True,
            options="return_outcome",
        ),
        Box("answered_on", lambda record: record.answered_on, kind="day", if_filled=True),
        Box("customer_answer", lambda record: record.customer_answer, 2, if_filled=True),
        Box("pick_up_on", lambda record: record.pick_up_on, kind="day", if_filled=True),
        Box("pick_up_note", lambda record: record.pick_up_note, 3, if_filled=True),
    ),
)

WHAT_BECAME = Table(
    "disposition",
    (
        NUMBER,
        MODEL,
        LOT,
        UNIT,
        Column("counted_qty", lambda row: row.line.counted_qty, 9, "quantity"),
        Column("accepted_qty", _quantity_after_count("accepted_qty"), 9, "quantity"),
        Column("ntf_qty", _quantity_after_count("ntf_qty"), 9, "quantity"),
        Column("as_is_qty", _quantity_after_count("as_is_qty"), 9, "quantity"),
        Column("rework_qty", _quantity_after_count("rework_qty"), 9, "quantity"),
        Column("scrapped_qty", _quantity_after_count("scrapped_qty"), 9, "quantity"),
        Column("uninspected_qty", _quantity_after_count("uninspected_qty"), 9, "quantity"),
        Column(
            "to_customer",
            lambda row: row.line.tally.to_customer if row.line.tally.is_done else None,
            9,
            "quantity",
        ),
        Column(
            "to_scrap", lambda row: row.line.tally.to_scrap if row.line.tally.is_done else None, 9, "quantity"
        ),
    ),
    numbered_lines,
    8,
)

NOTES = Table("note", BOOKINGS, _bookings_with_note, 3)

REWORK = (
    Column("rework_qty", lambda row: row.line.rework_qty, 9, "quantity"),
    Column("reworked_qty", lambda row: row.line.reworked_qty, 9, "quantity"),
    Column("passed_qty", lambda row: row.line.passed_qty, 9, "quantity"),
    Column("failed_qty", lambda row: row.line.failed_qty, 9, "quantity"),
    Column("rework_open_qty", lambda row: row.line.rework_open_qty, 9, "quantity"),
)

ON_REWORK = Table(
    None,
    (
        NUMBER,
        MODEL,
        LOT,
        Column("instruction_no", lambda row: row.line.instruction_no, 13),
        Column(
            "instructed_by", lambda row: row.line.instructed_by.name if row.line.instructed_by else None, 11
        ),
        Column("rework_on", lambda row: row.line.rework_on, 11, "day"),
        *REWORK,
    ),
    reworked_lines,
    4,
)

GIVEN_BACK = Boxes(
    "end",
    (
        Box("given_back_on", lambda record: record.given_back_on, kind="day"),
        Box("delivery_no", lambda record: record.delivery_no),
        Box(
            "to_customer",
            lambda record: (
                sum(line.tally.to_customer for line in record.lines) if record.given_back_on else None
            ),
            kind="quantity",
        ),
        Box(
            "to_scrap",
            lambda record: (
                sum(line.tally.to_scrap for line in record.lines) if record.given_back_on else None
            ),
            kind="quantity",
        ),
        Box("given_back_note", lambda record: record.given_back_note, 4),
        Box("response_on", lambda record: record.response_on, kind="day"),
        Box("response_note", lambda record: record.response_note, 3),
        Box("closed_at", lambda record: record.closed_at, kind="moment"),
        Box("closing_note", lambda record: record.closing_note, 3),
    ),
)

RETURN_SLIP = Paper(
    "return_slip",
    (
        Block(
            "A",
            lambda _: term("return_slip"),
            (ENDED, SLIP, REPLENISHED, LINES, DIFFERENCES),
            "5.3.1 · 5.3.2 · 5.3.3",
        ),
        Block("B", lambda _: gettext("Liability and pick-up"), (JUDGED,), "5.3.1 · 5.3.5"),
        Block("C", lambda _: gettext("Quantities and outcome"), (WHAT_BECAME, NOTES), "5.3.1 · 5.3.3"),
        Block("D", lambda _: term("rework"), (ON_REWORK,), "3.4 · 3.5 · 3.6", _with_rework),
        Block("E", lambda _: gettext("Given back and closed"), (GIVEN_BACK,), "5.3.5"),
        Block("", lambda _: term("evidence"), (Pictures(),), "5.6"),
    ),
    (
        Signing("registered_by", ("register", "receive_at_gate")),
        Signing("taken_over_by", ("take_over",)),
        Signing("counted_by", ("count", "recount"), all_of_them=True),
        Signing("judged_by", ("accept", "accept_here", "decline")),
        Signing("inspected_by", ("inspect", "reinspect"), all_of_them=True),
        Signing("closed_by", ("close",)),
    ),
)
