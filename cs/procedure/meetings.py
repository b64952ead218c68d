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


def place_faults(
    found: dict[str, int], defective: dict[str, int], complained: int | None
) -> tuple[tuple[str, str], ...]:
    """Return what is wrong with the quantities of the places: (place, fault).

    The pieces complained of are somewhere as long as the complaint has defective ones; at no place are more
    defective than were found (7.4-38).
    """
    nowhere = bool(complained) and not found.get(AFFECTED)
    too_many = [
        place
        for place, quantity in defective.items()
        if quantity > found.get(place, 0) and not (nowhere and place == AFFECTED)
    ]
    faults = [(place, "more_than_found") for place in too_many]
    return tuple([*faults, (AFFECTED, "complained_of")] if nowhere else faults)
