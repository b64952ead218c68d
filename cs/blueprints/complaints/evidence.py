"""What the complaints show for the clauses of 5.2, on the procedure page."""

from __future__ import annotations

from datetime import datetime

from flask import url_for
from flask_babel import gettext, ngettext

from cs.procedure import complaints as procedure
from cs.queries.evidence import complaints_of_year
from cs.records.sections import ClauseEvidence


def complaint_evidence(year: int, on: datetime) -> ClauseEvidence:
    """Return what the complaints heard in a year show for each clause of 5.2."""
    stand = complaints_of_year(year, on)

    def where(**narrowed: str) -> str:
        return url_for("complaints.index", **narrowed)

    heard = {"from": f"{year}-01-01", "to": f"{year}-12-31"}

    rows: ClauseEvidence = {
        "5.2.1.1": [
            (ngettext("%(num)d complaint logged", "%(num)d complaints logged", stand.logged), where(**heard))
        ],
        "5.2.1.2": [
            (
                gettext(
                    "%(passed_on)s passed on, %(declined)s of them not registered, with the reason",
                    passed_on=stand.passed_on,
                    declined=stand.declined,
                ),
                where(state=procedure.DECLINED, **heard),
            )
        ],
        "5.2.2.3": [
            (
                gettext(
                    "%(same_day)s of %(settled)s results recorded the same day",
                    same_day=stand.same_day,
                    settled=stand.settled,
                ),
                None,
            )
        ],
        "5.2.2.6": [
            (
                gettext("%(due)s replies due, %(in_time)s in time", due=stand.due, in_time=stand.in_time),
                where(reply="replied_in_time", **heard),
            )
        ],
    }
    if stand.waiting_for_sales:
        rows["5.2.1.2"].append(
            (
                gettext("%(count)s awaiting sales now", count=stand.waiting_for_sales),
                where(state=procedure.PASSED_ON),
            )
        )
    if stand.overdue:
        rows["5.2.2.6"].append((gettext("%(count)s overdue now", count=stand.overdue), where(reply="late")))
    return rows
