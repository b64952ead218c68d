"""The measures of a demo case on the simple route (5.2.2.5 in short form, Q11): set with the settlement,
carried out by their owners, their effect checked; now and then without effect."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from typing import Any

from flask import current_app

from cs.demo.case_file import CaseFile
from cs.demo.remedy_words import DONE, HAND_OF, HEAD_OF
from cs.demo.trade import random_for
from cs.demo.walks import Walk
from cs.extensions import db
from cs.models.complaints.measures import ComplaintMeasure
from cs.records.attachments import attach
from cs.records.procedure import local_day
from cs.records.users import User

CONTAINMENT, ESCAPE = "围堵：", "\n流出原因："
WITHOUT_EFFECT = 0.06  # of the checks of a first reply
HOW_CHECKED = ("跟踪后续三批出货检验", "两周末检数据", "电话询问客户并核对来料检验结果")
EFFECTIVE = (
    "后续三批共 {pieces} 只，未再发生。",
    "两周末检 {pieces} 只，同类不良 0 只。",
    "客户确认未再发现。",
)
INEFFECTIVE = ("后续第二批又发现 2 只同类不良，原因需重新分析。", "两周末检仍有 3 只同类不良。")


class MeasureWalk:
    """The steps of a case that needs no meeting after its settlement."""

    def __init__(self, case: CaseFile) -> None:
        self.case = case
        self.rng = random_for(f"{case.name} measures")

    def planned(self, settlement: dict[str, Any], department: str) -> dict[str, Any]:
        """Return a settlement whose causes and actions stand in their own fields."""
        case, rng = self.case, self.rng
        cause, _, escape = settlement["cause"].partition(ESCAPE)
        lines = settlement["actions"].split("；\n")
        rows: list[tuple[str, str | None, str]] = []
        if lines[0].startswith(CONTAINMENT):
            rows.append(("containment", None, lines.pop(0)))
        rows.append(("corrective", "occurrence", "；".join(lines)))
        owners = case.year.people[HEAD_OF[department]], case.year.people[HAND_OF[department]]
        measures = [
            {
                "action_kind": kind,
                "cause_kind": against,
                "content": content.removeprefix(CONTAINMENT),
                "owner_id": owners[kind == "containment"].id,
                "planned_on": case.year.calendar.add_working_days(case.on.date(), rng.randint(1, 3)),
            }
            for kind, against, content in rows
        ]
        return settlement | {
            "cause": cause.removeprefix("产生原因："),
            "escape_cause": escape,
            "actions": None,
            "measures": measures,
        }

    def carry_out(self, on: datetime) -> Walk:
        """Let each owner act by the planned day, now and then later; then check the effect."""
        rows = list(self.case.complaint.measure_book.open)
        for row in sorted(rows, key=lambda row: (row.planned_on, row.id)):
            on = self._in_working_hours(row.planned_on, on, late=self.rng.random() < 0.1)
            yield on
            if row in self.case.complaint.measure_book.open:
                self._report(row, on)
        yield from self._check(on)

    def _report(self, row: ComplaintMeasure, on: datetime) -> None:
        complaint = self.case.complaint
        complaint.do_measure(
            measure_id=row.id,
            done_on=local_day(on),
            done_note=self.rng.choice(DONE[row.action_kind]),
            by=row.owner,
            on=on,
        )
        text = f"日期,检查项目,结果\n{local_day(on)},{row.content[:20]},符合\n"
        stored = current_app.extensions["files"].accept(
            io.BytesIO(text.encode("utf-8-sig")), f"{complaint.number}-{row.id}.csv"
        )
        attach(complaint, [stored], step="do_measure", by=row.owner, on=on)

    def _check(self, on: datetime) -> Walk:
        complaint = self.case.complaint
        reply = complaint.measure_book.unchecked
        if reply is None or reply.check_on is None:
            return
        on = self._in_working_hours(reply.check_on, on)
        yield on
        if complaint.measure_book.unchecked is not reply or reply.replied_at is None:
            return
        check: dict[str, Any] = {
            "verification_method": self.rng.choice(HOW_CHECKED),
            "by": self._checker(),
            "on": on,
        }
        may_fail = reply.number == 1 and self.case.plot.stops_at is None
        if may_fail and self.rng.random() < WITHOUT_EFFECT:
            complaint.analyse_again(verification_data=self.rng.choice(INEFFECTIVE), **check)
            return
        pieces = self.rng.randint(6, 30) * 100
        complaint.check_effect(verification_data=self.rng.choice(EFFECTIVE).format(pieces=pieces), **check)

    def _checker(self) -> User:
        """Return the supervisor, or who checks what the supervisor carried out."""
        named = self.case.complaint.checkers()
        return self.case.supervisor if named is None else db.session.get_one(User, named[0])

    def _in_working_hours(self, day: Any, after: datetime, *, late: bool = False) -> datetime:
        """Return a working moment of a day, later than the step before."""
        calendar = self.case.year.calendar
        day = calendar.add_working_days(day, 2) if late else calendar.next_working_day(day)
        begin = calendar.end_of(day) - timedelta(hours=9)
        moment = calendar.add_working_hours(begin, self.rng.uniform(1, 7))
        return max(moment, calendar.add_working_hours(after, 0.2)).replace(microsecond=0)

    def waits(self) -> bool:
        """Tell whether measures, or the check of their effect, still keep the case from its close."""
        book = self.case.complaint.measure_book
        return bool(book.open or book.unchecked)
