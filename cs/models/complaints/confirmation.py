"""The steps of the first analysis and confirmation (5.2.1.3, 5.2.2.1), which say the way of the complaint."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol, Self, Unpack

from cs.models.complaints.blocks import BlockB
from cs.procedure import complaint_rules
from cs.procedure import complaints as procedure
from cs.procedure.authority import Permission
from cs.records.blockers import records_made
from cs.records.procedure import rulebook
from cs.records.users import User
from cs.records.workflowed import AdvancingRecord


class ConfirmedComplaint(AdvancingRecord, Protocol):
    """What the confirmation needs of a complaint."""

    product_id: int | None
    quality_received_by_id: int | None
    quality_received_at: datetime | None
    finding: str | None
    liability: str | None
    defect_category: str | None
    defect_code: str | None
    severity: str | None
    nature: str | None
    route: str | None
    route_reason: str | None
    proposed_route: str | None
    route_unconfirmed: bool | None
    sent_back_reason: str | None
    repeat_of_id: int | None
    counts_in_kpi: bool | None
    capa_needed: bool | None
    call_needed: bool | None
    analysed_at: datetime | None

    def set_fields(self, values: Mapping[str, Any]) -> None: ...

    def like_cases(
        self, product_id: int | None, defect_code: str | None, category: str | None
    ) -> tuple[list[Self], list[Self]]: ...


def needs_capa(complaint: ConfirmedComplaint) -> bool:
    """Say whether a corrective action must be verified before the complaint closes (5.2.2.5).

    The confirmation decides, this one or an earlier one, while the finding says that it is ours; of a line of
    an old register that is with the customer, what the register says.
    """
    in_reply = complaint.state in (procedure.AWAITING, procedure.BEFORE_THE_CLOSE)
    if not complaint.counts_in_kpi or not (complaint.analysed_at or in_reply):
        return False
    if complaint.capa_needed:
        return True
    is_confirmed = not (complaint.route_unconfirmed or complaint.sent_back_reason)
    return is_confirmed and complaint_rules.capa_needed(
        route=complaint.route or "",
        severity=complaint.severity or "",
        nature=complaint.nature or "",
        liability=complaint.liability or "",
        finding=complaint.finding or complaint_rules.COUNTED_FINDING,
    )


def lacks_capa(complaint: ConfirmedComplaint) -> bool:
    """Say whether it needs a corrective action and none is issued, or all that were are void."""
    return needs_capa(complaint) and "capa" not in records_made.of(complaint)


# The steps of the confirmation. Complaint names them among its verbs.


def receive(complaint: ConfirmedComplaint, *, by: User, on: datetime) -> None:
    """Take the complaint in hand as a named person of quality (5.2.1.3)."""
    with complaint.advancing("receive", by, on):
        complaint.quality_received_by_id, complaint.quality_received_at = by.id, on


def confirm(complaint: ConfirmedComplaint, *, by: User, on: datetime, **values: Unpack[BlockB]) -> None:
    """Sign the first analysis and confirmation (5.2.1.3, 5.2.2.1), which says the way of the complaint
    (5.2.2.2–4)."""
    with complaint.advancing("confirm", by, on):
        was_needed = needs_capa(complaint)
        complaint.set_fields(values)
        same, _others = complaint.like_cases(
            complaint.product_id, complaint.defect_code, complaint.defect_category
        )
        complaint.repeat_of_id = same[0].id if same else None
        complaint.proposed_route = complaint_rules.proposed_route(
            liability=complaint.liability or "",
            finding=complaint.finding or "",
            severity=complaint.severity or "",
            nature=complaint.nature or "",
            is_repeat=bool(same),
        )
        complaint.counts_in_kpi = complaint_rules.counts_as_failure(
            liability=complaint.liability or "", finding=complaint.finding or ""
        )
        complaint.analysed_at = on
        complaint.sent_back_reason = None
        confirms_route = by.may(Permission.SETTLE_COMPLAINT) or not rulebook().analysis.supervisor_confirms
        complaint.route_unconfirmed = None if confirms_route else True
        complaint.call_needed = complaint.route == "meeting" or None
        complaint.capa_needed = was_needed or needs_capa(complaint) or complaint.capa_needed


def confirm_route(
    complaint: ConfirmedComplaint, *, route: str, route_reason: str | None, by: User, on: datetime
) -> None:
    """Sign the route that an inspector's confirmation named, or another one, as the quality supervisor
    (5.2.2.1, Q11)."""
    with complaint.advancing("confirm_route", by, on):
        complaint.route, complaint.route_reason = route, route_reason
        complaint.route_unconfirmed = None
        complaint.call_needed = route == "meeting" or None
        complaint.capa_needed = needs_capa(complaint) or complaint.capa_needed


def send_back(complaint: ConfirmedComplaint, *, reason: str, by: User, on: datetime) -> None:
    """Send the analysis back to quality with what is wrong with it (5.2.2.1, Q11)."""
    with complaint.advancing("send_back", by, on, note=reason):
        complaint.sent_back_reason = reason
        complaint.route_unconfirmed = None
