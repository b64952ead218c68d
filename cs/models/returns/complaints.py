"""The complaints of a return: the one it joins or opens (5.3.5), and recurrences after rework (3.4)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import lazyload

from cs.extensions import db
from cs.models.complaints.complaint import Complaint
from cs.models.returns.lines import ReturnLine
from cs.models.returns.slip import SlipLine
from cs.procedure import complaints
from cs.procedure.workflow import NotOpen
from cs.records.record import find
from cs.records.users import User

MAX_RECURRENCES = 20


def complaint_to_join(complaint_id: int) -> Complaint:
    """Return the complaint that a return or a replenishment joins (5.3.5).

    Raise NotOpen where it has ended, perhaps just now.
    """
    complaint = find(Complaint, complaint_id)
    if complaint is None or complaint.state not in complaints.OPEN:
        raise NotOpen("complaint_to_join")
    return complaint


def complaint_of_slip(
    complaint_id: int | None,
    customer_id: int,
    rows: list[SlipLine],
    heard_at: datetime,
    *,
    by: User,
    on: datetime,
) -> Complaint:
    """Return the complaint that a return joins, or log one from the rows of its slip (5.3.1, 5.3.5).

    Raise NotOpen where the complaint to join has ended.
    """
    if complaint_id:
        return complaint_to_join(complaint_id)
    first = rows[0]
    return Complaint.log(
        customer_id=customer_id,
        channel="return",
        heard_at=heard_at,
        product_id=first["product_id"],
        lot_no=first["lot_no"],
        order_no=first["order_no"],
        description="\n".join(dict.fromkeys(row["return_reason"] for row in rows)),
        by=by,
        on=on,
    )


def recurrences(line: ReturnLine, complaint: Complaint | None) -> list[Complaint]:
    """Return the complaints of the same model and defect received after a line's rework instruction (3.4).

    Those that later returns made are among them. Newest first, at most MAX_RECURRENCES.
    """
    code = complaint.defect_code if complaint else None
    if complaint is None or line.instructed_at is None or code is None:
        return []
    query = select(Complaint).where(
        Complaint.product_id == line.product_id,
        Complaint.defect_code == code,
        Complaint.heard_at > line.instructed_at,
        Complaint.id != complaint.id,
        Complaint.state.not_in((*complaints.NOT_REGISTERED, *complaints.ENDED_EARLY)),
    )
    newest = query.order_by(Complaint.heard_at.desc(), Complaint.id.desc()).limit(MAX_RECURRENCES)
    return list(db.session.execute(newest.options(lazyload("*"))).scalars())
