"""Replenishment 补货 (5.3.4): states and steps, the amount, and who may sign after whom. The limit stands in
the procedure file."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal

from cs.procedure.authority import Permission
from cs.procedure.workflow import State, Step, Workflow

STATES = (
    State("filed"),
    State("turned_down", main=False),
    State("rejected", main=False, final=True),
    State("ordered"),
    State("scheduled"),
    State("made"),
    State("dispatched", final=True),
    State("void", main=False, final=True),
)

STEPS = (
    Step("file", "5.3.4", (), "filed", Permission.APPLY_REPLENISHMENT),
    Step(
        "sign",
        "5.3.4",
        ("filed",),
        None,
        Permission.APPROVE_REPLENISHMENT,
        relation="signs_now",
        task="sign",
        persons="awaited_signers",
        signed="approved",
        primary=True,
    ),
    Step(
        "refuse",
        "5.3.4",
        ("filed",),
        "turned_down",
        Permission.APPROVE_REPLENISHMENT,
        relation="signs_now",
        task="sign",
        persons="awaited_signers",
        signed="refused",
    ),
    # a refusal comes back to who filed it: changed and filed again in one act, or it stays refused
    Step(
        "file_again",
        "5.3.4",
        ("turned_down",),
        "filed",
        Permission.APPLY_REPLENISHMENT,
        task="see_refusal",
        persons="refused_applicants",
        primary=True,
    ),
    Step(
        "accept_refusal",
        "5.3.4",
        ("turned_down",),
        "rejected",
        Permission.APPLY_REPLENISHMENT,
        task="see_refusal",
        persons="refused_applicants",
    ),
    Step(
        "see_change",
        "5.3.4",
        ("filed",),
        None,
        Permission.APPROVE_REPLENISHMENT,
        when=("change_unseen",),
        relation="is_told",
        task="see_change",
        persons="told",
    ),
    Step("order", "5.3.4", ("filed",), "ordered", Permission.APPROVE_REPLENISHMENT, when=("fully_signed",)),
    Step("change", "5.3.4", ("filed",), None, Permission.APPLY_REPLENISHMENT, amends=True),
    Step(
        "schedule",
        "3.6",
        ("ordered",),
        "scheduled",
        Permission.PLAN_GOODS,
        task="schedule",
        due="due_at",
        primary=True,
    ),
    Step("reschedule", "3.6", ("scheduled",), None, Permission.PLAN_GOODS),
    Step(
        "make",
        "3.5",
        ("scheduled",),
        "made",
        Permission.MAKE_ORDER,
        task="make",
        due="schedule_due_at",
        primary=True,
    ),
    Step(
        "ship",
        "5.3.4",
        ("made",),
        "dispatched",
        Permission.SHIP_ORDER,
        task="ship",
        due="due_at",
        primary=True,
    ),
    Step("void", "5.6", ("filed", "ordered", "scheduled"), "void", Permission.VOID_REPLENISHMENT),
)

WORKFLOW = Workflow("replenishment", STATES, STEPS)

UNORDERED = "filed"
NOT_COUNTED = ("turned_down", "rejected", "void")  # not in the sum of a complaint's replenishments
UNFINISHED = ("filed", "turned_down", "ordered", "scheduled", "made")

FIRST, LAST = ("sales_manager", "production_manager"), ("general_manager",)
APPROVERS = (*FIRST, *LAST)
FEN = Decimal("0.01")
MOST_QUANTITY, MOST_PRICE = Decimal("999999.999"), Decimal("99999.9999")
PRICE_DECIMALS = 4
RMB, AT_PAR = "CNY", Decimal(1)  # the currency of all amounts, and its rate
LEAST_RATE, MOST_RATE, RATE_DECIMALS = Decimal("0.000001"), Decimal("9999.999999"), 6


def line_amount(quantity: Decimal, unit_price: Decimal, rate: Decimal = AT_PAR) -> Decimal:
    """Return quantity × unit price × rate in RMB, rounded half up to the fen once (Q23)."""
    return (quantity * unit_price * rate).quantize(FEN, ROUND_HALF_UP)


def amount(lines: Iterable[tuple[Decimal, Decimal]], rate: Decimal = AT_PAR) -> Decimal:
    """Return the amount of an application in RMB: the sum of its lines, each rounded for itself."""
    return sum((line_amount(quantity, price, rate) for quantity, price in lines), Decimal("0.00"))


def open_roles(needed: Iterable[str], given: Iterable[str]) -> tuple[str, ...]:
    """Return the roles whose signature may be given now: sales and production manager in either order, the
    general manager after both (Q24)."""
    missing = [role for role in needed if role not in set(given)]
    first = tuple(role for role in missing if role in FIRST)
    return first or tuple(missing)


def signing_role(
    roles: Iterable[str],
    person: int,
    *,
    applicants: Collection[int | None],
    needed: Iterable[str],
    given: Collection[str],
    signed: Collection[int],
) -> str | None:
    """Return the role under which a person may sign now; None when they may not.

    `applicants`: who filed the application and who has changed it since: nobody signs their own. `given` are
    the roles that have signed, `signed` the people who did, those for whom a deputy did among them: nobody
    signs twice in one chain, so who holds two of its roles signs once, and the other signature is somebody
    else's (Q24).
    """
    if person in applicants or person in signed:
        return None
    held = set(roles)
    return next((role for role in open_roles(needed, given) if role in held), None)


def can_pass(
    held: Mapping[int, Collection[str]],
    needed: Collection[str],
    applicants: Collection[int | None],
    given: Iterable[str] = (),
    signed: Iterable[int] = (),
) -> bool:
    """Return whether these people ({person: their roles}) can pass a chain, or the rest of it: some order
    of signatures, each by who may give it then, completes it.

    Deputies open no chain that is closed without them: whoever they sign for must be able to sign, and counts
    as having signed.
    """
    given, signed = frozenset(given), frozenset(signed)
    if given >= set(needed):
        return True
    able = (
        (
            person,
            signing_role(roles, person, applicants=applicants, needed=needed, given=given, signed=signed),
        )
        for person, roles in held.items()
    )
    return any(
        role is not None and can_pass(held, needed, applicants, given | {role}, signed | {person})
        for person, role in able
    )


def signing_roles(
    held: Mapping[int, Collection[str]],
    needed: tuple[str, ...],
    in_place: str,
    applicants: Collection[int | None],
    given: Collection[str] = (),
    signed: Collection[int] = (),
) -> tuple[str, ...]:
    """Return the roles that sign: `needed`, but `in_place` instead of the one manager whose signature nobody
    who holds the role could give, since they applied or have signed already (Q24).

    They sign once and last, also where the amount asks for them anyway. A role that nobody holds stays
    needed: it is the administrator's to fill.
    """
    if can_pass(held, needed, applicants, given, signed):
        return needed
    holders = {role for roles in held.values() for role in roles}
    for role in (role for role in FIRST if role in holders and role not in given):
        others = (other for other in needed if other not in (role, in_place))
        instead = (*others, in_place)
        if in_place in LAST and can_pass(held, instead, applicants, given, signed):
            return instead
    return needed
