"""The rules of the analysis and confirmation of a complaint (5.2.1.3, 5.2.2.1, Q17): what it must state,
which route it proposes, and what follows from its finding."""

from __future__ import annotations

# FORMS 7.4 A: what must be on the report before the analysis is signed; else "unknown" with a reason.
NEEDED_BEFORE_ANALYSIS = (
    "contact_name",
    "contact_phone",
    "oral_written",
    "product_id",
    "lot_no",
    "checked_qty",
    "defect_qty",
    "found_at",
)

OURS = ("ours", "supplier")
NOT_OURS = ("customer", "carrier")
COUNTED_FINDING = "confirmed"
GRAVE_NATURES = ("batch", "chronic")


def proposed_route(
    *, liability: str, finding: str, severity: str, nature: str, is_repeat: bool = False
) -> str:
    """Return the route that the procedure's words lead to: not_ours, meeting or occasional. People decide.

    5.2.2.2, Q17: not our responsibility, or not confirmed: evidence goes to the customer. Q11: critical,
    batch or chronic problems, and repeats within the window (3.4), go to the meeting of 5.2.2.4; the rest is
    occasional (5.2.2.3). What our supplier caused is ours.
    """
    if liability in NOT_OURS or finding != COUNTED_FINDING:
        return "not_ours"
    if severity == "critical" or nature in GRAVE_NATURES or is_repeat:
        return "meeting"
    return "occasional"


def route_faults(*, liability: str, finding: str, route: str) -> tuple[str, ...]:
    """Return why this confirmation cannot be signed, whatever the reason given (Q17); empty when it can."""
    faults = []
    if liability == "pending":
        faults.append("liability_still_pending")
    if liability in NOT_OURS and route != "not_ours":
        faults.append("not_ours_route_needed")
    if liability in OURS and finding == COUNTED_FINDING and route == "not_ours":
        faults.append("ours_cannot_be_refused")
    return tuple(faults)


def names_department(route: str) -> bool:
    """Return whether the confirmation names the responsible department (7.4-47): on each way that is ours."""
    return route not in ("", "not_ours")


def counts_as_failure(*, liability: str, finding: str) -> bool:
    """Return whether the case stands in our failure figures (Q17): confirmed, and ours or our supplier's."""
    return liability in OURS and finding == COUNTED_FINDING


def capa_needed(*, route: str, severity: str, nature: str, liability: str, finding: str) -> bool:
    """Return whether the complaint needs a corrective action, verified before it closes (5.2.2.5, Q11).

    It does where it is confirmed, ours or our supplier's, and grave: critical, batch or chronic, or on the
    meeting's route for another reason. A route chosen against the proposal does not get round it.
    """
    is_grave = route == "meeting" or severity == "critical" or nature in GRAVE_NATURES
    return is_grave and counts_as_failure(liability=liability, finding=finding)


def counted_of_old_line(*, liability: str | None, finding: str | None) -> bool | None:
    """Return whether such a complaint stands in our failure figures (Q17): None where its register does not
    say whose fault it was.

    The form 7.5 has no column for the finding: one that names whose fault it was holds what was confirmed.
    """
    if liability is None or liability == "pending":
        return None
    return counts_as_failure(liability=liability, finding=finding or COUNTED_FINDING)
