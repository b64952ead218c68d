"""The forms of the shop floor: counting, inspecting, instructing, planning and booking, a line at a time, on
a tablet (5.3.3, 3.4–3.6)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from flask_babel import gettext
from wtforms import DecimalField, RadioField, SelectMultipleField
from wtforms.validators import InputRequired
from wtforms.widgets import CheckboxInput, ListWidget

from cs.blueprints.returns.forms import ALL_THERE_IS, check_unit, not_before, today
from cs.models.returns.customer_return import Return
from cs.models.returns.lines import ReturnLine
from cs.procedure.returns import INSPECTION, REINSPECTION, dispositions, is_whole
from cs.web.fields import Choice, Day, LongText, Number, StepForm, Text, WithFiles, asked_id, whole_or_none
from cs.wording.words import choice, day, label, term


def said(record: Return, line: ReturnLine) -> str:
    """A line as its people call it: its place on the slip and on its label, model, lot, and where it
    stands."""
    return " · ".join(
        filter(
            None,
            (
                str(record.place_of(line)),
                line.product.model,
                line.lot_no,
                choice("return_place", line.return_place),
            ),
        )
    )


def plain(quantity: Decimal | None, line: ReturnLine) -> str:
    return f"{quantity} {choice('unit', line.product.unit)}"


class _OneLine(StepForm):
    """A form about one line: the one that the address names, as a label leads to it; else the first that
    waits, unless another is chosen."""

    line_id = RadioField(label("line"), [InputRequired()], coerce=whole_or_none)

    question = ""  # the lines that it can be about: those for which the record answers yes
    in_turn = False  # whether the next line is offered once one is done
    others: Sequence[ReturnLine] = ()  # lines that wait beside the one that the address names

    def meant(self, record: Return) -> list[ReturnLine]:
        return record.lines_for(self.question)

    def offer(self, record: Return, on: datetime) -> None:
        meant, asked = self.meant(record), asked_id("line")
        offered = [line for line in meant if line.id == asked] or meant
        self.others = [line for line in meant if line not in offered]
        self.line_id.choices = [(line.id, f"{said(record, line)} — {self.open_of(line)}") for line in offered]
        if len(offered) == 1:
            self.line_id.description = f"{term('return_reason')}: {offered[0].return_reason}"
        keys = "numeric" if all(is_whole(line.product.unit) for line in offered) else "decimal"
        for field in self:
            if isinstance(field, DecimalField):
                field.render_kw = {"inputmode": keys}

    def following(self, record: Return) -> dict[str, Any] | None:
        """The next line that waits, in the slip's order."""
        lines = [line for line in self.meant(record) if line.id != self.line_id.data] if self.in_turn else []
        later = [line for line in lines if line.id > self.line_id.data]
        return {"line": (later or lines)[0].id} if lines else None

    def open_of(self, line: ReturnLine) -> str:
        """What of the line the form is about, in words."""
        return gettext("on the slip %(quantity)s", quantity=plain(line.slip_qty, line))

    def fill(self, record: Return, on: datetime) -> None:
        meant = [line.id for line in self.meant(record)]
        asked = asked_id("line")
        self.line_id.data = asked if asked in meant else meant[0] if meant and not asked else None

    def chosen(self, record: Return) -> ReturnLine | None:
        return next((line for line in self.meant(record) if line.id == self.line_id.data), None)

    def check(self, record: Return, on: datetime) -> None:
        line = self.chosen(record)
        if line is not None:
            self.check_line(record, line)

    def check_line(self, record: Return, line: ReturnLine) -> None:
        """Checks what is entered against the line."""


class CountForm(WithFiles, _OneLine):
    """5.3.3: counted against the slip; where it is put."""

    quantity = Number("counted_qty", required=True, most=ALL_THERE_IS)
    return_place = Choice("return_place", "return_place", required=True, radio=True)

    question, in_turn = "uncounted", True

    def check_line(self, record: Return, line: ReturnLine) -> None:
        check_unit(self, "quantity", line.product)


class RecountForm(CountForm):
    """5.3.3: counted again, with the reason."""

    reason = LongText("reason", required=True, most=500)

    question, in_turn = "recountable", False

    def open_of(self, line: ReturnLine) -> str:
        return gettext("counted %(quantity)s", quantity=plain(line.counted_qty, line))

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
                    quantity=plain(line.tally.inspected, line),
                ),
            )


class DifferenceForm(_OneLine):
    """5.3.3: settled by a named person with a reason; both numbers stay."""

    difference_reason = LongText("difference_reason", required=True, most=1000)

    question = "differs"

    def open_of(self, line: ReturnLine) -> str:
        return gettext(
            "on the slip %(slip)s, counted %(counted)s",
            slip=plain(line.slip_qty, line),
            counted=plain(line.counted_qty, line),
        )


class _BookForm(_OneLine):
    """Quantities of a line, booked as one thing or another; together not more than is open."""

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
        first, open_ = self.bookings[0], line.tally.open_for(self.bookings[0])
        if not self.entered():
            self.fault(first, gettext("Please enter a quantity above zero."))
        elif sum(self.entered().values()) > open_:
            self.fault(
                first,
                gettext(
                    "Only %(open)s are open, but %(entered)s were entered.",
                    open=plain(open_, line),
                    entered=sum(self.entered().values()),
                ),
            )

    def values(self) -> dict[str, Any]:
        return {"line_id": self.line_id.data, "bookings": self.entered(), "note": self.note.data}


class InspectForm(WithFiles, _BookForm):
    """5.3.1: 由品管部进行确认: what each piece is, in portions if need be."""

    accepted = Number("accepted_qty", most=ALL_THERE_IS)
    ntf = Number("ntf_qty", most=ALL_THERE_IS)
    as_is = Number("as_is_qty", most=ALL_THERE_IS)
    rework = Number("rework_qty", most=ALL_THERE_IS)
    scrapped = Number("scrapped_qty", most=ALL_THERE_IS)

    question, bookings = "uninspected", INSPECTION

    def open_of(self, line: ReturnLine) -> str:
        return gettext("to inspect %(quantity)s", quantity=plain(line.tally.uninspected, line))

    def check_line(self, record: Return, line: ReturnLine) -> None:
        super().check_line(record, line)
        for name in self.entered():
            if name not in dispositions(record.outcome):
                self.fault(name, gettext("It was agreed with the customer to return the goods as is."))


class ReinspectForm(WithFiles, _BookForm):
    """Reworked goods: passed or scrapped."""

    passed = Number("passed_qty", most=ALL_THERE_IS)
    failed = Number("failed_qty", most=ALL_THERE_IS)

    question, bookings = "to_reinspect", REINSPECTION

    def open_of(self, line: ReturnLine) -> str:
        return gettext("to inspect %(quantity)s", quantity=plain(line.tally.to_reinspect, line))


class ReworkForm(WithFiles, _OneLine):
    """3.5: production books what it has reworked."""

    quantity = Number("reworked_qty", required=True, most=ALL_THERE_IS)
    note = LongText("note", most=500)

    question, in_turn = "to_rework", True

    def open_of(self, line: ReturnLine) -> str:
        return gettext("to rework %(quantity)s", quantity=plain(line.tally.to_rework, line))

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
                    open=plain(line.tally.to_rework, line),
                    entered=self.quantity.data,
                ),
            )


class _SomeLines(StepForm):
    """A form about one or more lines: the one that the address names is ticked, else all that wait."""

    line_ids = SelectMultipleField(
        label("lines"),
        coerce=whole_or_none,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )

    question = ""

    def offer(self, record: Return, on: datetime) -> None:
        self.line_ids.choices = [
            (
                line.id,
                (
                    f"{said(record, line)} — "
                    f"{gettext('to rework %(quantity)s', quantity=plain(line.tally.rework_open, line))}"
                ),
            )
            for line in record.lines_for(self.question)
        ]

    def fill(self, record: Return, on: datetime) -> None:
        waiting = [line.id for line in record.lines_for(self.question)]
        self.line_ids.data = [asked] if (asked := asked_id("line")) in waiting else waiting

    def check(self, record: Return, on: datetime) -> None:
        if not self.line_ids.data and not self.line_ids.errors:
            self.fault("line_ids", gettext("Please choose one."))


class InstructForm(WithFiles, _SomeLines):
    """3.4: 工艺部制定重工流程."""

    instruction = LongText("instruction", required=True)
    instruction_no = Text("instruction_no", most=60)

    question = "uninstructed"


class PlanReworkForm(_SomeLines):
    """3.6: by the day that the goods are due back; later only with the reason."""

    rework_on = Day("rework_on", required=True)
    note = LongText("note", most=500)

    question = "unplanned"

    def offer(self, record: Return, on: datetime) -> None:
        super().offer(record, on)
        if record.return_by:
            self.rework_on.description = gettext(
                "The goods are due back on %(day)s.", day=day(record.return_by)
            )

    def check(self, record: Return, on: datetime) -> None:
        super().check(record, on)
        not_before(self, "rework_on", today(on))
        if (
            record.return_by
            and self.rework_on.data
            and self.rework_on.data > record.return_by
            and not self.note.data
        ):
            self.fault(
                "note",
                gettext(
                    "The goods are due back on %(day)s: say why they come later.", day=day(record.return_by)
                ),
            )


class AllCountedForm(StepForm):
    """Comes by itself with the last line counted."""
