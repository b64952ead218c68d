"""What happens in the demo's complaints, as tables: those that lie behind, and those that wait today, for
whom and since when."""

from __future__ import annotations

from dataclasses import dataclass

from cs.demo import goods
from cs.demo.goods import HALF, LARGE, LIMIT, Order, Slip, single_slip

CRITICAL = ("FUN.heat", "ENV")  # what goes to the meeting by its severity


@dataclass(frozen=True)
class Plot:
    """What happens in a case. `stops_at`: the task at which it still waits; `taken_by`: who has taken
    that."""

    ours: bool = True
    nature: str = "sporadic"
    about: str | None = None  # the beginning of its defect's code, or who is liable
    late: bool = False
    next_day: bool = False
    refused: int = 0  # how often the customer refuses our reply
    silent: bool = False
    unknown: bool = False
    amended: bool = False
    declined: bool = False
    insists: bool = False  # who passed on what was declined passes it on again
    void: str | None = None
    moves_clock: bool = False  # sales asks for a later moment of hearing, which is refused (5.2.2.6)
    sent_back: bool = False  # the quality supervisor sends the analysis back once (Q11)
    overruled: bool = False  # a batch or chronic problem that is answered the short way
    talk: bool = False
    sample: str | None = (
        None  # what became of the defect sample: given_back, scrapped, never_came, here, awaited
    )
    capa: str | None = None  # in which state the CAPA of its meeting still stands
    twist: str | None = None  # what happens to that CAPA (remedies.TWISTS)
    directly: bool = False
    passed_on: bool = False
    photo: bool = False
    slips: tuple[Slip, ...] = ()  # its returns
    orders: tuple[Order, ...] = ()  # the replenishments that its meeting leads to
    stops_at: str | None = None
    taken_by: str | None = None

    @property
    def takes(self) -> int:
        """Return the days from the call until the case lies behind, public holidays included."""
        if self.nature != "sporadic" or self.about in CRITICAL:  # until the CAPA is verified (5.2.2.5)
            return {"again": 150, "twice_again": 210}.get(self.twist or "", 95) + 20 * self.refused
        return (
            20
            + 14 * bool(self.slips)
            + 16 * self.refused
            + 14 * self.silent
            + 4 * self.late
            + 14 * (self.sample is not None)
        )


PAID_BY = {"serve_paid": "customer"}  # a customer pays for what itself has spoilt, not for what nobody found

# The cases that lie behind: how many of each kind.
BEHIND: tuple[tuple[int, Plot], ...] = (
    (19, Plot()),
    (4, Plot(moves_clock=True)),
    (3, Plot(sent_back=True)),
    *((count, Plot(slips=slips)) for count, slips in goods.OURS),
    (20, Plot(photo=True)),
    (14, Plot(talk=True)),
    (6, Plot(talk=True, sample="given_back")),
    (4, Plot(talk=True, sample="scrapped")),
    (3, Plot(sample="never_came")),
    (4, Plot(sample="here")),
    (9, Plot(late=True)),
    (3, Plot(sent_back=True)),
    (9, Plot(next_day=True)),
    (11, Plot(refused=1)),
    (3, Plot(refused=2)),
    (7, Plot(silent=True)),
    (8, Plot(unknown=True)),
    (10, Plot(amended=True)),
    *(
        (3, Plot(about=category))
        for category in ("LBL", "DIM", "REL", "SW", "QTY", "DOC", "DEL", "SRV", "supplier")
    ),
    (3, Plot(about="FUN.heat", photo=True)),
    (3, Plot(about="ENV")),
    *((count, Plot(nature="batch", photo=True, orders=orders)) for count, orders in goods.BY_MEETING),
    (2, Plot(nature="batch", photo=True, twist="again")),
    (1, Plot(nature="batch", twist="twice_again")),
    (3, Plot(nature="batch", talk=True, twist="sent_back")),
    (2, Plot(nature="batch", twist="reassigned")),
    (2, Plot(nature="batch", twist="amended")),
    (3, Plot(nature="chronic")),
    (3, Plot(nature="chronic", refused=1)),
    (3, Plot(nature="batch", overruled=True)),
    (3, Plot(nature="chronic", overruled=True)),
    (1, Plot(ours=False)),
    *(
        (count, Plot(ours=False, about=PAID_BY.get(slips[0].outcome or ""), slips=slips))
        for count, slips in goods.NOT_OURS
    ),
    (3, Plot(ours=False, about="carrier")),
    (3, Plot(ours=False, about="ntf")),
    (5, Plot(ours=False, directly=True)),
    (3, Plot(ours=False, refused=1)),
    (3, Plot(ours=False, silent=True)),
    (5, Plot(declined=True)),
    (4, Plot(declined=True, insists=True)),
    (3, Plot(void="twice")),
    (4, Plot(void="withdrawn")),
)
PASSED_ON = 38  # so many of them another department hears first


@dataclass(frozen=True)
class Waiting:
    """A case that waits now: for which task, whether that is over its due date, due today or later, who has
    taken it, and how it came here."""

    task: str
    when: str = "later"
    taken_by: str | None = None
    plot: Plot = Plot()
    ago: int | None = None  # days since our reply was sent


NOT_OURS = Plot(ours=False)
BATCH, CHRONIC = Plot(nature="batch"), Plot(nature="chronic")


def _at_capa_step(
    capa: str, nature: str = "batch", slips: tuple[Slip, ...] = (), orders: tuple[Order, ...] = ()
) -> Plot:
    return Plot(nature=nature, capa=capa, slips=slips, orders=orders)


def _with_returned_goods(**details: object) -> Plot:
    """Return a case whose customer sends goods back, for the task that the return waits for."""
    return Plot(slips=single_slip(**details))


def _not_ours(**details: object) -> Plot:
    slips = single_slip(**details)
    return Plot(ours=False, about=PAID_BY.get(slips[0].outcome or ""), slips=slips)


TURNED_DOWN = Order(twist="refused", waits_for="see_refusal")
WAITS_SALES, WAITS_PRODUCTION, WAITS_GENERAL = "sales_manager", "production_manager", "general_manager"

OPEN: tuple[Waiting, ...] = (
    Waiting("register"),
    Waiting("register", "today"),
    Waiting("register", "late", "wangli"),
    Waiting("receive", plot=_with_returned_goods(makes=True)),
    Waiting("receive", "today", plot=_with_returned_goods(makes=True, gate=True)),
    Waiting("receive", "late", plot=_with_returned_goods(makes=True, lines=2)),
    Waiting("confirm", "later", "quality_inspector", Plot(sample="awaited")),
    Waiting("confirm", "today", None, Plot(sample="awaited")),
    Waiting("confirm", "late", "yangfan", Plot(sample="awaited", talk=True)),
    Waiting("confirm_again", ago=7, plot=Plot(refused=1)),
    # the route that an inspector names (Q11)
    Waiting("confirm_route"),
    Waiting("confirm_route", "today", plot=BATCH),
    Waiting("confirm_route", "late", "quality_supervisor"),
    # the short way (5.2.2.3)
    Waiting("settle", plot=_with_returned_goods(waits_for="arrange", orders=(Order(waits_for=WAITS_SALES),))),
    Waiting(
        "settle", "today", "quality_supervisor", _with_returned_goods(waits_for="arrange", wish="unanswered")
    ),
    Waiting("settle", "late", plot=_with_returned_goods(waits_for="count", wish="unanswered")),
    Waiting(
        "send_reply",
        plot=_with_returned_goods(
            waits_for="arrange", lines=2, orders=(Order(LIMIT, waits_for=WAITS_GENERAL),)
        ),
    ),
    Waiting("send_reply", "today", "sales_clerk", _with_returned_goods(waits_for="count", wish="unanswered")),
    Waiting(
        "send_reply",
        "late",
        plot=_with_returned_goods(waits_for="count", lines=2, portions=True, orders=(TURNED_DOWN,)),
    ),
    Waiting(
        "follow_up",
        ago=3,
        plot=_with_returned_goods(
            waits_for="inspect", orders=(Order(waits_for=WAITS_PRODUCTION, days=1), TURNED_DOWN)
        ),
    ),
    Waiting(
        "follow_up",
        "later",
        "sales_clerk",
        ago=5,
        plot=_with_returned_goods(
            waits_for="settle_difference", differs=-2, orders=(Order(LARGE, "changed", WAITS_SALES, 2),)
        ),
    ),
    Waiting(
        "follow_up",
        "today",
        ago=10,
        plot=_with_returned_goods(waits_for="instruct", orders=(Order(waits_for="make"), TURNED_DOWN)),
    ),
    Waiting(
        "follow_up",
        "late",
        "zhaoyan",
        ago=12,
        plot=_with_returned_goods(
            waits_for="rework", lines=2, orders=(Order(LARGE, waits_for="ship", days=1),)
        ),
    ),
    # the effect of the measures is checked two weeks after they were carried out (Q11)
    Waiting("close", ago=29),
    Waiting("close", "later", "quality_supervisor", ago=30),
    Waiting("close", ago=33),
    # not ours (5.2.2.2)
    Waiting("explain", plot=_not_ours(outcome="leave_there", waits_for="offer")),
    Waiting("explain", "today", "quality_inspector", _not_ours(outcome="serve_paid", waits_for="offer")),
    Waiting("send_reply", plot=_not_ours(outcome="send_as_is", gate=True, waits_for="offer")),
    Waiting("follow_up", plot=_not_ours(outcome="serve_paid", waits_for="count"), ago=4),
    Waiting("follow_up", plot=_not_ours(outcome="send_as_is", gate=True, waits_for="inspect"), ago=6),
    Waiting(
        "follow_up",
        plot=_not_ours(
            outcome="serve_paid", waits_for="reinspect", orders=(Order(waits_for="schedule", charged=True),)
        ),
        ago=8,
    ),
    Waiting("close", plot=NOT_OURS, ago=9),
    Waiting("close", plot=NOT_OURS, ago=11),
    Waiting("close", plot=NOT_OURS, ago=12),
    # by the meeting (5.2.2.4)
    Waiting("meet", plot=BATCH),
    Waiting(
        "meet",
        "late",
        plot=Plot(nature="chronic", slips=single_slip(waits_for="settle_difference", differs=1)),
    ),
    Waiting("dispose", plot=BATCH),
    Waiting("issue_result", plot=Plot(nature="batch", orders=(Order(LARGE, waits_for=WAITS_SALES),))),
    Waiting(
        "issue_result",
        "today",
        plot=Plot(nature="chronic", orders=(Order(LARGE, waits_for=WAITS_PRODUCTION),)),
    ),
    Waiting(
        "send_reply",
        plot=_at_capa_step(
            "issued",
            slips=single_slip(waits_for="inspect"),
            orders=(Order(HALF, waits_for=WAITS_GENERAL), Order(HALF, waits_for=WAITS_PRODUCTION)),
        ),
    ),
    Waiting(
        "follow_up",
        plot=_at_capa_step(
            "issued",
            slips=single_slip(waits_for="settle_difference", differs=-1, lines=2),
            orders=(Order(LARGE, waits_for="schedule"),),
        ),
        ago=2,
    ),
    Waiting(
        "follow_up",
        plot=_at_capa_step(
            "analysed",
            slips=single_slip(waits_for="inspect", portions=True),
            orders=(Order(LARGE, waits_for=WAITS_GENERAL, days=2),),
        ),
        ago=4,
    ),
    Waiting(
        "follow_up",
        plot=_at_capa_step(
            "measures_set",
            "chronic",
            single_slip(waits_for="instruct"),
            (Order(LARGE, "changed", WAITS_SALES, 1),),
        ),
        ago=7,
    ),
    Waiting(
        "close",
        plot=_at_capa_step(
            "analysed",
            slips=(Slip(waits_for="instruct", lines=2), Slip(waits_for="plan_rework")),
            orders=(Order(LARGE, waits_for="schedule", days=1),),
        ),
        ago=10,
    ),
    Waiting(
        "close",
        plot=_at_capa_step(
            "measures_set",
            slips=(Slip(waits_for="plan_rework"), Slip(waits_for="rework", portions=True)),
            orders=(Order(LARGE, "late", "make", 2),),
        ),
        ago=14,
    ),
    Waiting(
        "close",
        plot=_at_capa_step(
            "measures_set",
            "chronic",
            (Slip(waits_for="plan_rework", days=2), Slip(waits_for="rework")),
            (Order(LARGE, waits_for="make"),),
        ),
        ago=12,
    ),
    Waiting(
        "close",
        plot=_at_capa_step(
            "carried_out",
            slips=(
                Slip(waits_for="reinspect"),
                Slip(waits_for="give_back", condition="mixed"),
                Slip(waits_for="confirm"),
            ),
            orders=(Order(LARGE, "changed", WAITS_SALES, 4),),
        ),
        ago=30,
    ),
    Waiting(
        "close",
        plot=_at_capa_step(
            "carried_out",
            "chronic",
            (
                Slip(waits_for="reinspect", lines=2),
                Slip(waits_for="confirm", days=2),
                Slip(waits_for="close"),
            ),
            (Order(waits_for="ship"),),
        ),
        ago=36,
    ),
    Waiting(
        "close",
        plot=_at_capa_step(
            "carried_out",
            slips=(
                Slip(waits_for="give_back"),
                Slip(waits_for="give_back", condition="scrap"),
                Slip(waits_for="confirm"),
                Slip(waits_for="close"),
                Slip(waits_for="close", condition="scrap", days=2),
            ),
            orders=(Order(LARGE, waits_for="ship"),),
        ),
        ago=33,
    ),
    Waiting("call_meeting", plot=BATCH),
    Waiting("call_meeting", "today", plot=BATCH),
    Waiting("call_meeting", "later", plot=BATCH),
    # declined, and whoever passed it on has not looked yet (5.2.1.2)
    *(Waiting("see_decline", plot=Plot(declined=True)) for _ in range(3)),
)
# The step after which a case waits for the task.
LAST_DONE = {
    "confirm_route": "confirm",
    "call_meeting": "confirm_route",
    "meet": "call",
    "dispose": "meet",
    "issue_result": "dispose",
    "register": "pass_on",
    "see_decline": "receive",
    "receive": "first",
    "confirm": "receive",
    "settle": "confirm_route",
    "explain": "confirm_route",
    "send_reply": "prepare",
}
