"""What happens to goods in the demo, as tables: returns 客户退货 (5.3) and replenishments 补货 (5.3.4). They
go their own way beside their case."""

from __future__ import annotations

from dataclasses import dataclass

# How much a replenishment comes to: below the limit, one fen below it, the limit itself, more, or two that
# reach it together.
SMALL, FEN_BELOW, LIMIT, LARGE, HALF = "small", "fen_below", "limit", "large", "half"


@dataclass(frozen=True)
class Order:
    """A replenishment. `waits_for`: the role or the task for which it waits; `days`: since when; `twist`:
    what happens on the way."""

    size: str = SMALL
    # changed, deputy, refused, refused_once, void, void_order, rescheduled, late
    twist: str | None = None
    # sales_manager, production_manager, general_manager; see_refusal; schedule, make, ship
    waits_for: str | None = None
    days: float = 0.5
    charged: bool = False


@dataclass(frozen=True)
class Slip:
    """A return. `waits_for`: the task for which it waits, nearly since `days`."""

    makes: bool = False  # its information makes the complaint (5.3.5); else it joins that of its case
    gate: bool = False  # the warehouse received it first (5.3.2)
    outcome: str | None = None  # of one that is not ours: leave_there, send_as_is or serve_paid
    disputed: bool = False  # the customer does not agree at first, and quality judges again
    condition: str = "rework"  # what the inspection finds: good, as_is, rework, scrap, mixed
    lines: int = 1
    differs: int = 0  # pieces that are counted more or less than the slip says
    recounted: bool = False
    portions: bool = False
    amended: bool = False
    void: bool = False
    orders: tuple[Order, ...] = ()  # the customer wants goods at once
    wish: str | None = None  # the customer wants goods at once, but: declined, unanswered
    waits_for: str | None = None
    days: float = 0.5


def single_slip(**details: object) -> tuple[Slip, ...]:
    return (Slip(**details),)  # type: ignore[arg-type]


# Of cases of our responsibility that lie behind: how many of each.
OURS: tuple[tuple[int, tuple[Slip, ...]], ...] = (
    (2, single_slip(makes=True, condition="good", wish="declined")),
    (2, single_slip(makes=True, condition="good", orders=(Order(twist="refused_once"),))),
    (1, single_slip(makes=True, gate=True, condition="good", lines=2)),
    (
        1,
        single_slip(
            makes=True, gate=True, condition="scrap", recounted=True, orders=(Order(twist="refused_once"),)
        ),
    ),
    (1, single_slip(condition="scrap", recounted=True, orders=(Order(twist="deputy"),))),
    (1, single_slip(gate=True, condition="scrap", recounted=True, orders=(Order(twist="deputy"),))),
    (3, single_slip(makes=True, portions=True, amended=True, orders=(Order(LARGE, "changed"),))),
    (
        1,
        single_slip(
            makes=True, gate=True, portions=True, differs=-2, lines=2, orders=(Order(LARGE, "late"),)
        ),
    ),
    (2, single_slip(differs=1, condition="mixed", lines=2, orders=(Order(HALF), Order(HALF)))),
    (1, single_slip(differs=-1, condition="mixed", portions=True, lines=3, orders=(Order(FEN_BELOW),))),
    (2, single_slip(portions=True, orders=(Order(LIMIT, "deputy"),))),
    (2, single_slip(makes=True, lines=2, wish="declined")),
    (1, single_slip(amended=True, lines=2, orders=(Order(LARGE, "refused"), Order(SMALL, "rescheduled")))),
    (2, single_slip(void=True)),
)
# Of cases that are not ours.
NOT_OURS: tuple[tuple[int, tuple[Slip, ...]], ...] = (
    (2, single_slip(outcome="leave_there")),
    (1, single_slip(outcome="leave_there", makes=True, disputed=True)),
    (2, single_slip(outcome="send_as_is", makes=True, gate=True)),
    (1, single_slip(outcome="serve_paid", makes=True, orders=(Order(charged=True),))),
    (1, single_slip(outcome="serve_paid", disputed=True)),
    (2, single_slip(outcome="serve_paid", makes=True, gate=True, disputed=True)),
    (1, single_slip(outcome="serve_paid", makes=True, gate=True, condition="mixed")),
)
# What a meeting (5.2.2.4) leads to without a return.
BY_MEETING: tuple[tuple[int, tuple[Order, ...]], ...] = (
    (2, (Order(LARGE, "changed"),)),
    (1, (Order(LARGE, "rescheduled"),)),
    (1, (Order(LARGE, "late"),)),
    (1, (Order(HALF, "refused"), Order(LIMIT))),
    (1, (Order(SMALL, "void"), Order(FEN_BELOW))),
    (1, (Order(LARGE, "void_order"),)),
    (1, (Order(SMALL, "void"), Order(LARGE, "rescheduled"))),
    (1, (Order(LARGE, "refused"),)),
)
AT_THE_GATE = 3  # goods that sales has not taken over yet
