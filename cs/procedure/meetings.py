"""How the heads are called to the meeting of a major or recurring complaint (5.2.2.4: 通知业务部、工程部及
责任部门负责人)."""

from __future__ import annotations

from cs.procedure.authority import Permission
from cs.procedure.workflow import Step

CALLING = (
    Step(
        "call_meeting",
        "5.2.2.4",
        ("answering",),
        None,
        Permission.SETTLE_COMPLAINT,
        when=("route_confirmed", "meeting", "not_met", "not_called", "answer_missing"),
        task="call_meeting",
        due="reply_due_at",
        primary=True,
    ),
    Step(
        "move_meeting",
        "5.2.2.4",
        ("answering",),
        None,
        Permission.SETTLE_COMPLAINT,
        when=("meeting", "not_met", "call_made", "answer_missing"),
    ),
    Step(
        "acknowledge_call",
        "5.2.2.4",
        ("answering",),
        None,
        Permission.COUNTERSIGN,
        when=("meeting", "not_met", "call_unanswered"),
        relation="is_called",
        task="acknowledge_call",
        due="meeting_due_at",
        persons="awaited_invitees",
        primary=True,
    ),
)

AFFECTED = "affected"  # 发生品: the pieces complained of
# Where the pieces of the customer are; what lies in our own stock is not what is complained of.
COMPLAINED_AT = (AFFECTED, "customer", "in_transit")


def place_faults(
    found: dict[str, int], defective: dict[str, int], complained: int | None
) -> tuple[tuple[str, str], ...]:
    """Return what is wrong with the quantities of the places: (place, fault).

    The pieces complained of are somewhere, and so many of them are defective as the complaint has; at no
    place are more defective than were found (7.4-38).
    """
    fault = _fault_of_complained(found, defective, complained or 0)
    too_many = [
        (place, "more_than_found")
        for place, quantity in defective.items()
        if quantity > found.get(place, 0) and not (fault and place == AFFECTED)
    ]
    return tuple([*too_many, (AFFECTED, fault)] if fault else too_many)


def _fault_of_complained(found: dict[str, int], defective: dict[str, int], complained: int) -> str | None:
    """Return what is wrong with the pieces complained of: too few of them, or too few of them defective."""
    if complained and (not found.get(AFFECTED) or _at_the_customers(found) < complained):
        return "complained_of"
    return "complained_defective" if _at_the_customers(defective) < complained else None


def _at_the_customers(quantities: dict[str, int]) -> int:
    return sum(quantities.get(place, 0) for place in COMPLAINED_AT)
