"""Customer returns 客户退货 (5.3, 3.4–3.6): states and steps, and the quantities of a line, which add up at
every moment."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from cs.procedure.authority import Permission
from cs.procedure.workflow import State, Step, Workflow

STATES = (
    State("at_gate", main=False),
    State("registered"),
    State("offering", main=False),
    State("not_taken", main=False, final=True),
    State("arranging"),
    State("expected"),
    State("handling"),
    State("given_back"),
    State("confirmed"),
    State("closed", final=True),
    State("void", main=False, final=True),
)

BEFORE_THE_COUNT = ("at_gate", "registered", "offering", "arranging", "expected")
UNFINISHED = (*BEFORE_THE_COUNT, "handling", "given_back", "confirmed")
AT_THE_GATE = "at_gate"
AFTER_THE_REWORK = ("given_back", "confirmed", "closed")  # its effect shows once the customer has the goods
OPEN_WITH_COMPLAINT = tuple(state for state in UNFINISHED if state != AT_THE_GATE)
WITHOUT_GOODS = ("not_taken", "void")
SLIP_OPEN = (
    "at_gate",
    "registered",
    "offering",
    "arranging",
)  # lines may still come and go: their labels would name others

STEPS = (
    Step("register", "5.3.1", (), "registered", Permission.REGISTER_RETURN),
    Step("receive_at_gate", "5.3.2", (), "at_gate", Permission.RECEIVE_RETURN, primary=True),
    Step(
        "take_over",
        "5.3.2",
        ("at_gate",),
        "registered",
        Permission.REGISTER_RETURN,
        task="take_over",
        primary=True,
    ),
    # Q20: liability before pick-up; goods that are here already need none
    Step(
        "accept",
        "5.3.1",
        ("registered",),
        "arranging",
        Permission.JUDGE_RETURN,
        when=("not_here",),
        task="judge",
        primary=True,
    ),
    Step(
        "accept_here",
        "5.3.1",
        ("registered",),
        "expected",
        Permission.JUDGE_RETURN,
        when=("here",),
        task="judge",
        primary=True,
    ),
    Step("decline", "5.3.1", ("registered",), "offering", Permission.JUDGE_RETURN, task="judge"),
    # 5.3.5, Q20: not ours: refused, paid service, or sent back as is, with the customer's answer
    Step(
        "leave_there",
        "5.3.5",
        ("offering",),
        "not_taken",
        Permission.REGISTER_RETURN,
        when=("not_here", "goods_settled"),
        task="offer",
        primary=True,
    ),
    Step(
        "send_as_is",
        "5.3.5",
        ("offering",),
        "expected",
        Permission.REGISTER_RETURN,
        when=("here",),
        task="offer",
        primary=True,
    ),
    Step(
        "serve_paid",
        "5.3.5",
        ("offering",),
        "arranging",
        Permission.REGISTER_RETURN,
        when=("not_here",),
        task="offer",
    ),
    Step(
        "serve_paid_here",
        "5.3.5",
        ("offering",),
        "expected",
        Permission.REGISTER_RETURN,
        when=("here",),
        task="offer",
    ),
    Step("dispute", "5.3.5", ("offering",), "registered", Permission.REGISTER_RETURN, task="offer"),
    Step(
        "arrange", "5.3.1", ("arranging",), "expected", Permission.PLAN_RETURN, task="arrange", primary=True
    ),
    Step(
        "count",
        "5.3.3",
        ("expected",),
        None,
        Permission.RECEIVE_RETURN,
        when=("uncounted",),
        task="count",
        due="arrival_due_at",
        primary=True,
    ),
    Step("all_counted", "5.3.3", ("expected",), "handling", Permission.RECEIVE_RETURN, when=("counted",)),
    Step(
        "recount", "5.3.3", ("expected", "handling"), None, Permission.RECEIVE_RETURN, when=("recountable",)
    ),
    Step(
        "settle_difference",
        "5.3.3",
        ("expected", "handling"),
        None,
        Permission.SETTLE_DIFFERENCE,
        when=("differs",),
        task="settle_difference",
    ),
    Step(
        "inspect",
        "5.3.1",
        ("handling",),
        None,
        Permission.JUDGE_RETURN,
        when=("uninspected",),
        task="inspect",
        primary=True,
    ),
    Step(
        "instruct",
        "3.4",
        ("handling",),
        None,
        Permission.WRITE_REWORK,
        when=("uninstructed",),
        task="instruct",
        primary=True,
    ),
    Step(
        "plan_rework",
        "3.6",
        ("handling",),
        None,
        Permission.PLAN_RETURN,
        when=("unplanned",),
        task="plan_rework",
        due="return_due_at",
        primary=True,
    ),
    Step(
        "rework",
        "3.5",
        ("handling",),
        None,
        Permission.BOOK_REWORK,
        when=("to_rework",),
        task="rework",
        due="rework_due_at",
        primary=True,
    ),
    Step(
        "reinspect",
        "5.3.1",
        ("handling",),
        None,
        Permission.JUDGE_RETURN,
        when=("to_reinspect",),
        task="reinspect",
        primary=True,
    ),
    Step(
        "give_back",
        "5.3.1",
        ("handling",),
        "given_back",
        Permission.RECEIVE_RETURN,
        when=("nothing_left",),
        task="give_back",
        due="return_due_at",
        primary=True,
    ),
    Step(
        "confirm",
        "5.3.5",
        ("given_back",),
        "confirmed",
        Permission.REGISTER_RETURN,
        task="confirm",
        primary=True,
    ),
    Step(
        "close",
        "5.3.5",
        ("confirmed",),
        "closed",
        Permission.CLOSE_RETURN,
        when=("goods_settled",),
        task="close",
        signed="closed",
        primary=True,
    ),
    # 3.4 成效追踪: some days after the last reworked portion, and it does not hold the closing
    Step(
        "judge_effect",
        "3.4",
        AFTER_THE_REWORK,
        None,
        Permission.WRITE_REWORK,
        when=("effect_awaited",),
        task="judge_effect",
        due="effect_due_at",
    ),
    # beside the goods that come back: sales applies for others, or says why not
    Step(
        "apply_for_goods",
        "5.3.4",
        OPEN_WITH_COMPLAINT,
        None,
        Permission.APPLY_REPLENISHMENT,
        when=("goods_awaited",),
        task="apply_for_goods",
        due="goods_due_at",
        makes="replenishment",
        primary=True,
    ),
    Step(
        "decline_goods",
        "5.3.4",
        OPEN_WITH_COMPLAINT,
        None,
        Permission.APPLY_REPLENISHMENT,
        when=("goods_awaited",),
        task="apply_for_goods",
        due="goods_due_at",
    ),
    Step(
        "amend",
        "5.6",
        ("registered", "offering", "arranging"),
        None,
        Permission.REGISTER_RETURN,
        amends=True,
    ),
    Step("void", "5.6", BEFORE_THE_COUNT, "void", Permission.VOID_RETURN),
)

WORKFLOW = Workflow("return", STATES, STEPS)

OUTCOMES = {
    "leave_there": "left_there",
    "send_as_is": "as_is",
    "serve_paid": "paid_service",
    "serve_paid_here": "paid_service",
}  # step → what was agreed
INEFFECTIVE = "ineffective"  # of rework: something else must follow
WHOLE_UNITS = ("pcs", "unit", "set", "box")
NOTHING = Decimal(0)
# What quality finds a piece to be (return slip, fields 16, 17): sound; complained of, but no trouble found; …
INSPECTION = ("accepted", "ntf", "as_is", "rework", "scrapped")
REINSPECTION = ("passed", "failed")


class TooMuch(ValueError):
    """More is booked than there is: `open` says how much there was."""

    def __init__(self, open_: Decimal) -> None:
        super().__init__(str(open_))
        self.open = open_


@dataclass(frozen=True)
class Tally:
    """The quantities of one line, in the unit of its product. `counted` None: not counted yet. Every booking
    leaves the sums true:

    counted = accepted + ntf + as_is + rework + scrapped + uninspected, and rework = passed + failed +
    rework_open; what is re-inspected was reworked.
    """

    slip: Decimal
    counted: Decimal | None = None
    accepted: Decimal = NOTHING
    ntf: Decimal = NOTHING
    as_is: Decimal = NOTHING
    rework: Decimal = NOTHING
    scrapped: Decimal = NOTHING
    reworked: Decimal = NOTHING
    passed: Decimal = NOTHING
    failed: Decimal = NOTHING

    @property
    def inspected(self) -> Decimal:
        return self.accepted + self.ntf + self.as_is + self.rework + self.scrapped

    @property
    def uninspected(self) -> Decimal:
        return (self.counted or NOTHING) - self.inspected

    @property
    def rework_open(self) -> Decimal:
        """Return what is to rework and neither passed nor scrapped by the re-inspection."""
        return self.rework - self.passed - self.failed

    @property
    def to_rework(self) -> Decimal:
        """Return what production has not booked yet."""
        return self.rework - self.reworked

    @property
    def to_reinspect(self) -> Decimal:
        return self.reworked - self.passed - self.failed

    @property
    def difference(self) -> Decimal | None:
        """Return counted less slip (5.3.3); None before the count."""
        return None if self.counted is None else self.counted - self.slip

    @property
    def to_customer(self) -> Decimal:
        """Return what goes back to the customer once nothing is left open."""
        return self.accepted + self.ntf + self.as_is + self.passed

    @property
    def to_scrap(self) -> Decimal:
        return self.scrapped + self.failed

    @property
    def is_done(self) -> bool:
        """Return whether both remainders are nil: nothing uninspected, no rework open (5.3)."""
        return self.counted is not None and self.uninspected == 0 and self.rework_open == 0

    def open_for(self, booking: str) -> Decimal:
        """Return how much can be booked so at most; KeyError for a booking that does not exist."""
        return (
            dict.fromkeys(INSPECTION, self.uninspected)
            | dict.fromkeys(REINSPECTION, self.to_reinspect)
            | {"reworked": self.to_rework}
        )[booking]

    def count(self, quantity: Decimal) -> Tally:
        """Take over the warehouse's count (5.3.3), first or again. ValueError below zero; TooMuch (with
        what is inspected) if it falls below that."""
        if quantity < 0:
            raise ValueError("a count is never below zero")
        if quantity < self.inspected:
            raise TooMuch(self.inspected)
        return replace(self, counted=quantity)

    def book(self, booking: str, quantity: Decimal) -> Tally:
        """Take over a booking of inspection, production or re-inspection. ValueError for nothing or less;
        TooMuch for more than is open."""
        if quantity <= 0:
            raise ValueError("a booking is of something")
        if quantity > self.open_for(booking):
            raise TooMuch(self.open_for(booking))
        return replace(self, **{booking: getattr(self, booking) + quantity})


def dispositions(outcome: str | None) -> tuple[str, ...]:
    """Return what quality may decide after arrival (5.3.5): goods that go back as they are, as was agreed
    with the customer, are not worked on."""
    return ("as_is",) if outcome == "as_is" else INSPECTION


def is_whole(unit: str) -> bool:
    """Return whether the unit is counted in whole numbers."""
    return unit in WHOLE_UNITS


def fits_unit(quantity: Decimal, unit: str) -> bool:
    """Return whether the unit allows so many decimals: pieces, sets and boxes are whole, others have three
    at most."""
    exponent = quantity.normalize().as_tuple().exponent
    return isinstance(exponent, int) and -exponent <= (0 if is_whole(unit) else 3)
