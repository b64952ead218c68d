"""Like cases (3.4): whether a complaint is a repeat of one before it."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any, Protocol, TypeVar

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import lazyload

from cs.extensions import db
from cs.procedure import complaints as procedure
from cs.procedure.calendar import months_before
from cs.records.procedure import local_day, rulebook, zone

MAX_LIKE_CASES = 20


class LikeComplaint(Protocol):
    """What the search for like cases needs of a complaint."""

    id: int
    heard_at: datetime
    customer_id: int | None


Case = TypeVar("Case", bound=LikeComplaint)


def earlier_cases(
    complaint: Case, product_id: int | None, defect_code: str | None, category: str | None
) -> list[Case]:
    """Return the complaints of a model and defect, whoever complained, that were heard before this one and
    within the months of the procedure file (3.4); newest first, at most MAX_LIKE_CASES."""
    if not (product_id and defect_code):
        return []
    cls: Any = type(complaint)
    first = months_before(local_day(complaint.heard_at), rulebook().recurrence_months)
    begin = datetime.combine(first, time.min, zone())
    earlier = or_(
        cls.heard_at < complaint.heard_at,
        and_(cls.heard_at == complaint.heard_at, cls.id < complaint.id),
    )
    query = (
        select(cls)
        .where(
            cls.product_id == product_id,
            cls.defect_code == defect_code,
            cls.defect_category == category,
            cls.heard_at >= begin,
            earlier,
            cls.state.not_in((*procedure.NOT_REGISTERED, *procedure.ENDED_EARLY)),
        )
        .order_by(cls.heard_at.desc(), cls.id.desc())
        .limit(MAX_LIKE_CASES)
        .options(lazyload("*"))
    )
    return list(db.session.execute(query).scalars())


def like_cases(
    complaint: Case, product_id: int | None, defect_code: str | None, category: str | None
) -> tuple[list[Case], list[Case]]:
    """Return the complaints of the same model and defect within the window before this one (3.4), newest
    first: (of this customer, of others)."""
    cases = earlier_cases(complaint, product_id, defect_code, category)
    ours = [case for case in cases if case.customer_id == complaint.customer_id]
    return ours, [case for case in cases if case.customer_id != complaint.customer_id]
