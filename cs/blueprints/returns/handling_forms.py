"""The forms of warehouse, inspection and rework, a line at a time on a tablet (5.3.3, 3.4–3.6)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from flask_babel import gettext
from wtforms import DecimalField, RadioField, SelectMultipleField
from wtforms.validators import InputRequired
from wtforms.widgets import CheckboxInput, ListWidget

from cs.blueprints.returns.forms import MAX_QUANTITY, check_unit, refuse_before
from cs.models.returns.customer_return import Return
from cs.models.returns.lines import ReturnLine
from cs.procedure.returns import INSPECTION, REINSPECTION, dispositions, is_whole
from cs.records.procedure import local_day
from cs.web.fields import Choice, Day, LongText, StepForm, Text, WithFiles, parse_record_id, requested_id
from cs.web.number_fields import Number
from cs.wording.formats import format_day
from cs.wording.labels import choice, in_unit, label, term


def line_in_words(record: Return, line: ReturnLine) -> str:
    """Return how people refer to a line: its number on slip and label, model, lot, and where it is stored."""
    number = str(record.labels.number_of(line))
    parts = (number, line.product.model, line.lot_no, choice("return_place", line.return_place))
    return " · ".join(part for part in parts if part)


def quantity_in_words(quantity: Decimal | None, line: ReturnLine) -> str:
    return in_unit(quantity, line.product) or ""


class _OneLineForm(StepForm):
    """A form about one line: the one named in the URL, such as by a label, or the one that is chosen."""

    line_id = RadioField(label("line"), [InputRequired()], coerce=parse_record_id)

    question = ""  # about a line, which the record answers: the form is for lines with the answer yes
    in_turn = False  # whether the form for the next line follows
    others: Sequence[ReturnLine] = ()  # open lines beside the one named in the URL

    def open_lines(self, record: Return) -> list[ReturnLine]:
        return record.lines_for(self.question)

    def offer(self, record: Return, on: datetime) -> None:
        open_lines, requested = self.open_lines(record), requested_id("line")
        offered = [line for line in open_lines if line.id == requested] or open_lines
        self.others = [line for line in open_lines if line not in offered]
        self.line_id.choices = [
            (line.id, f"{line_in_words(record, line)} — {self.open_quantity_in_words(line)}")
            for line in offered
        ]
        if len(offered) == 1:
            self.line_id.description = f"{term('return_reason')}: {offered[0].return_reason}"
        keys = "numeric" if all(is_whole(line.product.unit) for line in offered) else "decimal"
        for field in self:
            if isinstance(field, DecimalField):
                field.render_kw = {"inputmode": keys}

    def following(self, record: Return) -> dict[str, Any] | None:
        """Return the next open line in the order of the slip, then from its beginning."""
        if not self.in_turn:
            return None
        lines = [line for line in self.open_lines(record) if line.id != self.line_id.data]
        later = [line for line in lines if line.id > self.line_id.data]
        return {"line": (later or lines)[0].id} if lines else None

    def open_quantity_in_words(self, line: ReturnLine) -> str:
        """Return the quantity that the form is about, in words."""
        return gettext("on the slip %(quantity)s", quantity=quantity_in_words(line.slip_qty, line))

    def fill(self, record: Return, on: datetime) -> None:
        open_ids = [line.id for line in self.open_lines(record)]
        requested = requested_id("line")
        if requested:
            self.line_id.data = requested if requested in open_ids else None
        else:
            self.line_id.data = open_ids[0] if open_ids else None

    def chosen(self, record: Return) -> ReturnLine | None:
        return next((line for line in self.open_lines(record) if line.id == self.line_id.data), None)

    def check(self, record: Return, on: datetime) -> None:
        line = self.chosen(record)
        if line is not None:
            self.check_line(record, line)

    def check_line(self, record: Return, line: ReturnLine) -> None:
        """Check what is entered against the line."""


class CountForm(WithFiles, _OneLineForm):
    """5.3.3: the quantity counted against the slip, and where the goods are stored."""

    quantity = Number("counted_qty", required=True, most=MAX_QUANTITY)
    return_place = Choice("return_place", "return_place", required=True, radio=True)

    question, in_turn = "uncounted", True

    def check_line(self, record: Return, line: ReturnLine) -> None:
        check_unit(self, "quantity", line.product)


class RecountForm(CountForm):
    """5.3.3: count again, with the reason."""

    reason = LongText("reason", required=True, most=500)

    question, in_turn = "recountable", False

    def open_quantity_in_words(self, line: ReturnLine) -> str:
        return gettext("counted %(quantity)s", quantity=quantity_in_words(line.counted_qty, line))

    def check_line(self, record: Return, line: ReturnLine) -> None:
        super().check_line(record, line)
        if (
            self.quantity.data is not None
            and not self.quantity.errors
            and self.quantity.data < line.tally.inspected
        ):
            self.fault(
                "quantity",
                gettext(
                    "%(quantity)s of these have already been inspected.",
                    quantity=quantity_in_words(line.tally.inspected, line),
                ),
            )


class DifferenceForm(_OneLineForm):
    """5.3.3: settle a difference with a reason; both quantities are kept."""

    difference_reason = LongText("difference_reason", required=True, most=1000)

    question = "differs"

    def open_quantity_in_words(self, line: ReturnLine) -> str:
        return gettext(
            "on the slip %(slip)s, counted %(counted)s",
            slip=quantity_in_words(line.slip_qty, line),
            counted=quantity_in_words(line.counted_qty, line),
        )


class _BookForm(_OneLineForm):
    """Quantities of a line by result; together not more than is open."""

    note = LongText("note", most=500)

    in_turn = True
    bookings: tuple[str, ...] = ()

    def entered(self) -> dict[str, Decimal]:
        return {name: self[name].data for name in self.bookings if self[name].data}

    def check_line(self, record: Return, line: ReturnLine) -> None:
        for name in self.bookings:
            check_unit(self, name, line.product)
        if any(self[name].errors for name in self.bookings):
            return
        first = self.bookings[0]
        open_quantity = line.tally.open_for(first)
        total = sum(self.entered().values())
        if not self.entered():
            self.fault(first, gettext("Please enter a quantity above zero."))
        elif total > open_quantity:
            self.fault(
                first,
                gettext(
                    "Only %(open)s are open, but %(entered)s were entered.",
                    open=quantity_in_words(open_quantity, line),
                    entered=total,
                ),
            )

    def values(self) -> dict[str, Any]:
        return {"line_id": self.line_id.data, "bookings": self.entered(), "note": self.note.data}


class InspectForm(WithFiles, _BookForm):
    """5.3.1 由品管部进行确认: the result of the inspection, also of a part of the quantity."""

    accepted = Number("accepted_qty", most=MAX_QUANTITY)
    ntf = Number("ntf_qty", most=MAX_QUANTITY)
    as_is = Number("as_is_qty", most=MAX_QUANTITY)
    rework = Number("rework_qty", most=MAX_QUANTITY)
    scrapped = Number("scrapped_qty", most=MAX_QUANTITY)

    question, bookings = "uninspected", INSPECTION

    def open_quantity_in_words(self, line: ReturnLine) -> str:
        return gettext("to inspect %(quantity)s", quantity=quantity_in_words(line.tally.uninspected, line))

    def check_line(self, record: Return, line: ReturnLine) -> None:
        super().check_line(record, line)
        for name in self.entered():
            if name not in dispositions(record.outcome):
                self.fault(name, gettext("It was agreed with the customer to return the goods as is."))


class ReinspectForm(WithFiles, _BookForm):
    """Reworked goods: passed or scrapped."""

    passed = Number("passed_qty", most=MAX_QUANTITY)
    failed = Number("failed_qty", most=MAX_QUANTITY)

    question, bookings = "to_reinspect", REINSPECTION

    def open_quantity_in_words(self, line: ReturnLine) -> str:
        return gettext("to inspect %(quantity)s", quantity=quantity_in_words(line.tally.to_reinspect, line))


class ReworkForm(WithFiles, _OneLineForm):
    """3.5: the quantity that production has reworked."""

    quantity = Number("reworked_qty", required=True, most=MAX_QUANTITY)
    note = LongText("note", most=500)

    question, in_turn = "to_rework", True

    def open_quantity_in_words(self, line: ReturnLine) -> str:
        return gettext("to rework %(quantity)s", quantity=quantity_in_words(line.tally.to_rework, line))

    def check_line(self, record: Return, line: ReturnLine) -> None:
        check_unit(self, "quantity", line.product)
        if self.quantity.data is None or self.quantity.errors:
            return
        if not self.quantity.data:
            self.fault("quantity", gettext("Please enter a quantity above zero."))
        elif self.quantity.data > line.tally.to_rework:
            self.fault(
                "quantity",
                gettext(
                    "Only %(open)s are open, but %(entered)s were entered.",
                    open=quantity_in_words(line.tally.to_rework, line),
                    entered=self.quantity.data,
                ),
            )


class _LinesForm(StepForm):
    """A form about several lines: at first the one named in the URL is ticked, or all open ones."""

    line_ids = SelectMultipleField(
        label("lines"),
        coerce=parse_record_id,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )

    question = ""

    def offer(self, record: Return, on: datetime) -> None:
        self.line_ids.choices = []
        for line in record.lines_for(self.question):
            to_rework = quantity_in_words(line.tally.rework_open, line)
            hint = gettext("to rework %(quantity)s", quantity=to_rework)
            self.line_ids.choices.append((line.id, f"{line_in_words(record, line)} — {hint}"))

    def fill(self, record: Return, on: datetime) -> None:
        open_ids = [line.id for line in record.lines_for(self.question)]
        requested = requested_id("line")
        self.line_ids.data = [requested] if requested in open_ids else open_ids

    def check(self, record: Return, on: datetime) -> None:
        if not self.line_ids.data and not self.line_ids.errors:
            self.fault("line_ids", gettext("Please choose one."))


class InstructForm(WithFiles, _LinesForm):
    """3.4: 工艺部制定重工流程."""

    instruction = LongText("instruction", required=True)
    instruction_no = Text("instruction_no", most=60)

    question = "uninstructed"


class PlanReworkForm(_LinesForm):
    """3.6: the day of rework; after the day that the goods are due back only with a reason."""

    rework_on = Day("rework_on", required=True)
    note = LongText("note", most=500)

    question = "unplanned"

    def offer(self, record: Return, on: datetime) -> None:
        super().offer(record, on)
        if record.return_by:
            self.rework_on.description = gettext(
                "The goods are due back on %(day)s.", day=format_day(record.return_by)
            )

    def check(self, record: Return, on: datetime) -> None:
        super().check(record, on)
        refuse_before(self, "rework_on", local_day(on))
        if (
            record.return_by
            and self.rework_on.data
            and self.rework_on.data > record.return_by
            and not self.note.data
        ):
            self.fault(
                "note",
                gettext(
                    "The goods are due back on %(day)s: say why they come later.",
                    day=format_day(record.return_by),
                ),
            )


class AllCountedForm(StepForm):
    """No fields: this step is taken when the last line is counted."""
