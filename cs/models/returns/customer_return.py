"""Customer returns 客户退货 (5.3): the return slip as a record, from the gate or from sales to the customer's
confirmation, and the verbs of its steps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, select
from sqlalchemy.orm import Mapped, backref, lazyload, mapped_column, relationship

from cs.extensions import db
from cs.models.complaints.complaint import Complaint
from cs.models.customers import Customer, Product
from cs.models.holidays import work_calendar
from cs.models.returns.lines import COLUMNS, REMAINDERS, Booking, ReturnLine
from cs.procedure import complaints
from cs.procedure import returns as procedure
from cs.procedure.returns import Tally
from cs.procedure.workflow import NotOpen
from cs.records.blockers import blocks_closing, blocks_reassigning, blocks_voiding, open_records
from cs.records.numbers import next_number
from cs.records.procedure import local_day
from cs.records.record import find
from cs.records.types import Moment
from cs.records.users import User
from cs.records.workflowed import Workflowed

MOST_LATER = 20


def complaint_to_join(complaint_id: int) -> Complaint:
    """The complaint that a return or a replenishment joins (5.3.5). NotOpen where it has ended, perhaps just
    now."""
    complaint = find(Complaint, complaint_id)
    if complaint is None or complaint.state not in complaints.OPEN:
        raise NotOpen("complaint_to_join")
    return complaint


class Return(Workflowed):
    """One return, whole."""

    kind = "return"
    parts = ("lines", "bookings")
    workflow = procedure.WORKFLOW
    __tablename__ = "returns"
    number: Mapped[str] = mapped_column(unique=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    complaint_id: Mapped[int | None] = mapped_column(ForeignKey("complaints.id"), index=True)
    customer_slip_no: Mapped[str | None]
    return_kind: Mapped[str | None]
    cost_bearer: Mapped[str | None]  # 费用承担
    registered_at: Mapped[datetime] = mapped_column(Moment)
    wants_goods: Mapped[bool] = mapped_column(default=False)
    goods_wanted_on: Mapped[date | None]
    return_by: Mapped[date | None]  # 回交时间: when the customer wants its goods back
    arrived_at: Mapped[datetime | None] = mapped_column(Moment)
    liability: Mapped[str | None]
    liability_note: Mapped[str | None] = mapped_column(Text)
    outcome: Mapped[str | None]
    customer_answer: Mapped[str | None] = mapped_column(Text)
    answered_on: Mapped[date | None]
    pick_up_on: Mapped[date | None]
    pick_up_note: Mapped[str | None] = mapped_column(Text)
    given_back_on: Mapped[date | None]
    delivery_no: Mapped[str | None]
    given_back_note: Mapped[str | None] = mapped_column(Text)
    response_on: Mapped[date | None]
    response_note: Mapped[str | None] = mapped_column(Text)
    closed_at: Mapped[datetime | None] = mapped_column(Moment)
    closing_note: Mapped[str | None] = mapped_column(Text)

    customer: Mapped[Customer] = relationship()
    complaint: Mapped[Complaint | None] = relationship(
        backref=backref("returns", order_by="Return.id", viewonly=True)
    )
    created_by: Mapped[User | None] = relationship(
        primaryjoin="Return.created_by_id == User.id", foreign_keys="Return.created_by_id", viewonly=True
    )
    lines: Mapped[list[ReturnLine]] = relationship(
        cascade="all, delete-orphan", order_by=ReturnLine.id, lazy="selectin"
    )
    bookings: Mapped[list[Booking]] = relationship(
        cascade="all, delete-orphan", order_by=Booking.id, lazy="selectin"
    )
    __table_args__ = (
        CheckConstraint("complaint_id IS NOT NULL OR state IN ('at_gate', 'void')", name="of_one_complaint"),
        Index("ix_returns_registered_at_id", "registered_at", "id"),
    )

    @property
    def title(self) -> str:
        return self.number

    @property
    def subject(self) -> str:
        return (
            f"{self.customer.short_name} · "
            + ", ".join(f"{line.product.model} × {line.slip_qty}" for line in self.lines)[:80]
        )

    def affected(self) -> Iterable[Workflowed]:
        """The complaint waits for it."""
        return [self.complaint] if self.complaint else []

    def searched(self) -> tuple[str | None, ...]:
        return (
            self.number,
            self.customer.short_name,
            self.customer.full_name,
            self.customer_slip_no,
            self.complaint.number if self.complaint else None,
            *(word for line in self.lines for word in (line.product.model, line.lot_no, line.order_no)),
        )

    # Lines and their labels

    def place_of(self, line: ReturnLine) -> int:
        """Which line of the slip it is, from 1."""
        return self.lines.index(line) + 1

    def line_at(self, place: int) -> ReturnLine | None:
        return self.lines[place - 1] if 0 < place <= len(self.lines) else None

    def code_of(self, line: ReturnLine) -> str:
        """What the line's label says: the return's number and the line's place."""
        return f"{self.number}/{self.place_of(line)}"

    @property
    def labelled(self) -> list[ReturnLine]:
        """The lines that have labels: all, once the slip stands, of goods that come (5.3.2, 5.6)."""
        return [] if self.state in procedure.SLIP_OPEN or not self.has_labels else list(self.lines)

    @property
    def has_labels(self) -> bool:
        return self.state not in procedure.WITHOUT_GOODS

    # Dates

    @property
    def arrival_due_at(self) -> datetime | None:
        return work_calendar().end_of(self.pick_up_on) if self.pick_up_on else None

    @property
    def return_due_at(self) -> datetime | None:
        return work_calendar().end_of(self.return_by) if self.return_by else None

    @property
    def back_at(self) -> datetime | None:
        """When the goods left for the customer, as late as that day can be."""
        return work_calendar().end_of(self.given_back_on) if self.given_back_on else None

    @property
    def rework_due_at(self) -> datetime | None:
        days = [line.rework_on for line in self.lines_for("to_rework") if line.rework_on]
        return work_calendar().end_of(min(days)) if days else None

    # What the workflow's rows ask

    def here(self, on: datetime) -> bool:
        return self.arrived_at is not None

    def not_here(self, on: datetime) -> bool:
        return self.arrived_at is None

    def lines_for(self, question: str) -> list[ReturnLine]:
        """The lines for which a question of the workflow's rows is answered with yes."""
        asked = {
            "uncounted": lambda line: line.counted_qty is None,
            "recountable": lambda line: line.counted_qty is not None,
            "differs": lambda line: line.differs,
            "uninspected": lambda line: line.tally.uninspected > 0,
            "uninstructed": lambda line: line.tally.rework_open > 0 and line.instruction is None,
            "unplanned": lambda line: line.instruction is not None and line.rework_on is None,
            "to_rework": lambda line: line.rework_on is not None and line.tally.to_rework > 0,
            "to_reinspect": lambda line: line.tally.to_reinspect > 0,
        }
        return [line for line in self.lines if asked[question](line)]

    def uncounted(self, on: datetime) -> bool:
        return bool(self.lines_for("uncounted"))

    def counted(self, on: datetime) -> bool:
        return not self.lines_for("uncounted")

    def recountable(self, on: datetime) -> bool:
        return bool(self.lines_for("recountable"))

    def differs(self, on: datetime) -> bool:
        return bool(self.lines_for("differs"))

    def uninspected(self, on: datetime) -> bool:
        return bool(self.lines_for("uninspected"))

    def uninstructed(self, on: datetime) -> bool:
        return bool(self.lines_for("uninstructed"))

    def unplanned(self, on: datetime) -> bool:
        return bool(self.lines_for("unplanned"))

    def to_rework(self, on: datetime) -> bool:
        return bool(self.lines_for("to_rework"))

    def to_reinspect(self, on: datetime) -> bool:
        return bool(self.lines_for("to_reinspect"))

    def nothing_left(self, on: datetime) -> bool:
        """Every line is counted, decided on and reworked, and every difference is settled."""
        return all(line.tally.is_done for line in self.lines) and not self.differs(on)

    def later_cases(self, line: ReturnLine) -> list[Complaint]:
        """3.4: complaints of the same model and defect that came after a line's rework instruction, those of
        later returns too. Newest first."""
        code = self.complaint.defect_code if self.complaint else None
        if line.instructed_at is None or code is None:
            return []
        query = select(Complaint).where(
            Complaint.product_id == line.product_id,
            Complaint.defect_code == code,
            Complaint.heard_at > line.instructed_at,
            Complaint.id != self.complaint_id,
            Complaint.state.not_in((*complaints.NOT_REGISTERED, *complaints.ENDED_EARLY)),
        )
        return list(
            db.session.execute(
                query.order_by(Complaint.heard_at.desc(), Complaint.id.desc())
                .limit(MOST_LATER)
                .options(lazyload("*"))
            ).scalars()
        )

    # Verbs: registering, and whose responsibility it is

    @classmethod
    def register(
        cls,
        *,
        complaint_id: int | None,
        customer_id: int,
        lines: list[dict[str, Any]],
        by: User,
        on: datetime,
        **values: Any,
    ) -> Return:
        """5.3.1, 5.3.5: sales registers a return; it joins the complaint `complaint_id`, or makes one.
        NotOpen where that is ended."""
        made = cls()
        facts = {"customer_id": customer_id, "lines": lines, **values}
        complaint = (
            complaint_to_join(complaint_id)
            if complaint_id
            else made._log_complaint(customer_id, lines, on, by, on)
        )
        with made.advancing("register", by, on):
            made._open(complaint, facts, on)
        return made

    @classmethod
    def receive_at_gate(
        cls,
        *,
        customer_id: int,
        lines: list[dict[str, Any]],
        arrived_at: datetime,
        by: User,
        on: datetime,
        **values: Any,
    ) -> Return:
        """5.3.2: the warehouse registers goods that came in unannounced; sales has them in its queue at
        once."""
        made = cls()
        with made.advancing("receive_at_gate", by, on):
            made._open(
                None, {"customer_id": customer_id, "lines": lines, "arrived_at": arrived_at, **values}, on
            )
        return made

    def take_over(
        self,
        *,
        complaint_id: int | None,
        customer_id: int,
        lines: list[dict[str, Any]],
        by: User,
        on: datetime,
        **values: Any,
    ) -> None:
        """5.3.2: sales completes what the warehouse received; from here it goes the same way."""
        complaint = (
            complaint_to_join(complaint_id)
            if complaint_id
            else self._log_complaint(customer_id, lines, self.arrived_at or on, by, on)
        )
        with self.advancing("take_over", by, on):
            self.complaint, self.complaint_id = complaint, complaint.id
            self._fill({"customer_id": customer_id, "lines": lines, **values})

    def _log_complaint(
        self, customer_id: int, lines: list[dict[str, Any]], heard_at: datetime, by: User, on: datetime
    ) -> Complaint:
        first = lines[0]
        return Complaint.log(
            customer_id=customer_id,
            channel="return",
            heard_at=heard_at,
            product_id=first["product_id"],
            lot_no=first["lot_no"],
            order_no=first["order_no"],
            description="\n".join(dict.fromkeys(line["return_reason"] for line in lines)),
            by=by,
            on=on,
        )

    def _open(self, complaint: Complaint | None, values: dict[str, Any], on: datetime) -> None:
        self.number, self.registered_at = next_number(self.kind, local_day(on)), on
        self.complaint, self.complaint_id = complaint, complaint.id if complaint else None
        self._fill(values)

    def _fill(self, values: dict[str, Any]) -> None:
        """Lines that came with their id keep their row; one that is gone from the slip is gone."""
        rows = values.pop("lines")
        kept, lines = {line.id: line for line in self.lines}, []
        for facts in rows:
            line = kept.pop(facts.get("id"), None) or ReturnLine()
            for name, value in facts.items():
                if name != "id":
                    setattr(line, name, value)
            line.product = db.session.get_one(Product, line.product_id)
            line.keep(line.tally)
            lines.append(line)
        self.lines = sorted(lines, key=lambda line: line.id or 2**31)
        for name, value in values.items():
            setattr(self, name, value)
        self.customer = db.session.get_one(Customer, self.customer_id)

    def amend(self, *, lines: list[dict[str, Any]], by: User, on: datetime, **values: Any) -> None:
        """5.6: the slip is completed or corrected before the goods are counted against it."""
        with self.advancing("amend", by, on):
            self._fill({"lines": lines, **values})

    def accept(self, *, liability: str, liability_note: str, by: User, on: datetime) -> None:
        """5.3.1: 若确属本公司产品质量问题: planning arranges that the goods come back."""
        self._judge("accept", liability, liability_note, by, on)

    def accept_here(self, *, liability: str, liability_note: str, by: User, on: datetime) -> None:
        """5.3.2: the same for goods that are here already: the warehouse counts them."""
        self._judge("accept_here", liability, liability_note, by, on)

    def decline(self, *, liability: str, liability_note: str, by: User, on: datetime) -> None:
        """5.3.5, Q20: not our responsibility: sales agrees with the customer what is done with the goods."""
        self._judge("decline", liability, liability_note, by, on)

    def _judge(self, step: str, liability: str, note: str, by: User, on: datetime) -> None:
        with self.advancing(step, by, on):
            self.liability, self.liability_note = liability, note

    def leave_there(self, *, customer_answer: str, answered_on: date, by: User, on: datetime) -> None:
        """5.3.5: the goods stay with the customer."""
        self._agree("leave_there", customer_answer, answered_on, by, on)

    def send_as_is(self, *, customer_answer: str, answered_on: date, by: User, on: datetime) -> None:
        """5.3.5: the goods, which are here, go back as they are; they are counted first."""
        self._agree("send_as_is", customer_answer, answered_on, by, on)

    def serve_paid(self, *, customer_answer: str, answered_on: date, by: User, on: datetime) -> None:
        """5.3.5: the customer pays for the work; the goods are picked up."""
        self._agree("serve_paid", customer_answer, answered_on, by, on)

    def serve_paid_here(self, *, customer_answer: str, answered_on: date, by: User, on: datetime) -> None:
        """5.3.5: the same for goods that are here already."""
        self._agree("serve_paid_here", customer_answer, answered_on, by, on)

    def dispute(self, *, customer_answer: str, answered_on: date, by: User, on: datetime) -> None:
        """5.3.5: the customer does not agree; quality judges again."""
        self._agree("dispute", customer_answer, answered_on, by, on)

    def _agree(self, step: str, answer: str, answered_on: date, by: User, on: datetime) -> None:
        with self.advancing(step, by, on):
            self.outcome, self.customer_answer, self.answered_on = (
                procedure.OUTCOMES.get(step),
                answer,
                answered_on,
            )

    def arrange(self, *, pick_up_on: date, pick_up_note: str | None, by: User, on: datetime) -> None:
        """5.3.1: PMC安排拉回置放在退货区."""
        with self.advancing("arrange", by, on):
            self.pick_up_on, self.pick_up_note = pick_up_on, pick_up_note

    # Verbs: counting, deciding, reworking

    def line(self, line_id: int) -> ReturnLine:
        return next(line for line in self.lines if line.id == line_id)

    def _book(
        self,
        line: ReturnLine,
        booking: str,
        quantity: Decimal,
        by: User,
        on: datetime,
        note: str | None = None,
    ) -> None:
        line.keep(line.tally.book(booking, quantity))
        self.bookings.append(
            Booking(line_id=line.id, booking=booking, quantity=quantity, at=on, by=by, by_id=by.id, note=note)
        )

    def count(self, *, line_id: int, quantity: Decimal, return_place: str, by: User, on: datetime) -> None:
        """5.3.3: the warehouse counts a line against the slip and places it. The last line counted ends the
        count."""
        with self.advancing("count", by, on):
            self.arrived_at = self.arrived_at or on
            self._count(self.line(line_id), quantity, return_place, None, by, on)
        if self.counted(on):
            self.all_counted(by=by, on=on)

    def _count(
        self, line: ReturnLine, quantity: Decimal, place: str, note: str | None, by: User, on: datetime
    ) -> None:
        more = quantity - (line.counted_qty or 0)
        line.keep(line.tally.count(quantity))
        line.return_place = place
        self.bookings.append(
            Booking(line_id=line.id, booking="counted", quantity=more, at=on, by=by, by_id=by.id, note=note)
        )

    def all_counted(self, *, by: User, on: datetime) -> None:
        """5.3.3: every line is counted: quality inspects."""
        with self.advancing("all_counted", by, on):
            pass

    def recount(
        self, *, line_id: int, quantity: Decimal, return_place: str, reason: str, by: User, on: datetime
    ) -> None:
        """5.3.3: counted again, with the reason; what was settled about a difference is open again. TooMuch
        below what is inspected already."""
        with self.advancing("recount", by, on, note=reason):
            line = self.line(line_id)
            self._count(line, quantity, return_place, reason, by, on)
            line.difference_reason = line.difference_by = line.difference_by_id = line.difference_at = None

    def settle_difference(self, *, line_id: int, difference_reason: str, by: User, on: datetime) -> None:
        """5.3.3: a difference between slip and count is settled by a named person with a reason; both numbers
        stay."""
        with self.advancing("settle_difference", by, on):
            line = self.line(line_id)
            line.difference_reason, line.difference_by, line.difference_by_id, line.difference_at = (
                difference_reason,
                by,
                by.id,
                on,
            )

    def inspect(
        self, *, line_id: int, bookings: dict[str, Decimal], note: str | None, by: User, on: datetime
    ) -> None:
        """5.3.1: quality inspects a line, in portions if need be, and decides: accepted, as is, to rework,
        scrapped. TooMuch for more than is here."""
        self._book_all("inspect", line_id, bookings, note, by, on)

    def reinspect(
        self, *, line_id: int, bookings: dict[str, Decimal], note: str | None, by: User, on: datetime
    ) -> None:
        """5.3: reworked goods are inspected again: passed or scrapped. TooMuch for more than production has
        booked."""
        self._book_all("reinspect", line_id, bookings, note, by, on)

    def rework(self, *, line_id: int, quantity: Decimal, note: str | None, by: User, on: datetime) -> None:
        """3.5: production books, in portions, what it has reworked by the instruction. TooMuch for more than
        there is to rework."""
        self._book_all("rework", line_id, {"reworked": quantity}, note, by, on)

    def _book_all(
        self, step: str, line_id: int, bookings: dict[str, Decimal], note: str | None, by: User, on: datetime
    ) -> None:
        with self.advancing(step, by, on, note=note):
            for booking, quantity in bookings.items():
                self._book(self.line(line_id), booking, quantity, by, on, note)

    def instruct(
        self, *, line_ids: list[int], instruction: str, instruction_no: str | None, by: User, on: datetime
    ) -> None:
        """3.4: process engineering writes how these lines are reworked, and follows its effect."""
        with self.advancing("instruct", by, on):
            for line in map(self.line, line_ids):
                line.instruction, line.instruction_no = instruction, instruction_no
                line.instructed_by, line.instructed_by_id, line.instructed_at = by, by.id, on

    def plan_rework(
        self, *, line_ids: list[int], rework_on: date, note: str | None = None, by: User, on: datetime
    ) -> None:
        """3.6: planning schedules the rework by the day that the goods are due back; where that cannot be,
        `note` says why."""
        with self.advancing("plan_rework", by, on, note=note):
            for line in map(self.line, line_ids):
                line.rework_on = rework_on

    def give_back(
        self,
        *,
        given_back_on: date,
        delivery_no: str | None,
        given_back_note: str | None,
        by: User,
        on: datetime,
    ) -> None:
        """5.3: what is good or goes back as it is leaves for the customer, the rest is scrapped."""
        with self.advancing("give_back", by, on):
            self.given_back_on, self.delivery_no, self.given_back_note = (
                given_back_on,
                delivery_no,
                given_back_note,
            )

    def confirm(self, *, response_on: date, response_note: str, by: User, on: datetime) -> None:
        """5.3.5: the customer confirms what came back and what was scrapped."""
        with self.advancing("confirm", by, on):
            self.response_on, self.response_note = response_on, response_note

    def close(self, *, closing_note: str | None, by: User, on: datetime) -> None:
        """5.3: closed by the quality supervisor's signature; nothing is left open."""
        with self.advancing("close", by, on):
            self.closed_at, self.closing_note = on, closing_note

    def void(self, *, reason: str, by: User, on: datetime) -> None:
        """5.6: registered by mistake; stays readable, its number stays taken."""
        with self.advancing("void", by, on, note=reason):
            self.void_reason = reason

    def miscounts(self) -> Iterator[str]:
        for line in self.lines:
            booked = {
                name: [
                    one.quantity for one in self.bookings if one.line_id == line.id and one.booking == name
                ]
                for name in COLUMNS
            }
            sums = {
                name: sum(quantities, Decimal(0)) if quantities or name != "counted" else None
                for name, quantities in booked.items()
            }
            kept = Tally(line.slip_qty, **sums)
            if any(
                getattr(kept, name) != getattr(line, column)
                for name, column in (COLUMNS | REMAINDERS).items()
            ):
                yield f"has totals on line {line.id} that are not the sums of its bookings"


@blocks_voiding("complaint", "returns")
@blocks_closing("complaint", "returns")
def open_returns(complaint: Complaint) -> list[Return]:
    """Return the returns of a complaint that are not closed (5.3.5)."""
    return open_records(Return, Return.complaint_id == complaint.id)


@blocks_reassigning("complaint", "returns")
def valid_returns(complaint: Complaint) -> list[Return]:
    """Return the returns of a complaint that are not void: they are of the same customer."""
    linked: list[Return] = complaint.returns  # type: ignore[attr-defined]
    return [record for record in linked if record.void_reason is None]
