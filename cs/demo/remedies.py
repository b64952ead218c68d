"""The demo's CAPAs 纠正预防措施 (5.2.2.5, 5.4.6): each walked from the issue to the proof of its effect, or
to where it still stands."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from flask import current_app

from cs.demo.remedy_words import (
    AGAIN,
    BONES,
    CAUSE_CLASSES,
    CAUSE_PROOF,
    DOCUMENTS,
    DONE,
    ELSEWHERE,
    ESCAPE_WHYS,
    HAND_OF,
    HEAD_OF,
    METHODS,
    PREVENTIVE,
    PROOF,
    ROUNDS,
    SENT_BACK,
    SYSTEM,
    VOIDED,
    WHYS,
    Remedy,
)
from cs.demo.trade import random_for
from cs.demo.walks import DemoYear, Walk
from cs.extensions import db
from cs.models.capa.capa import Capa
from cs.models.complaints.complaint import Complaint
from cs.records.attachments import attach
from cs.records.procedure import local_day
from cs.records.users import User


class Cure:
    """The walk of one CAPA."""

    def __init__(
        self,
        year: DemoYear,
        name: str,
        remedy: Remedy,
        on: datetime,
        *,
        by: User,
        complaint: Complaint | None = None,
    ) -> None:
        self.year, self.remedy, self.on, self.by, self.complaint = year, remedy, on, by, complaint
        self.rng = random_for(f"capa {name}")
        self.capa: Capa

    @property
    def today(self) -> date:
        return local_day(self.on)

    def issue(self) -> None:
        remedy = self.remedy
        self.capa = Capa.issue(
            source=remedy.source,
            source_no=remedy.source_no,
            complaint_id=self.complaint.id if self.complaint else None,
            problem=remedy.problem,
            department=remedy.department,
            due_on=self._days(3),
            by=self.by,
            on=self.on,
        )

    def walk(self, *, issued: bool = False) -> Walk:
        if not issued:
            yield self.on
            self.issue()
        remedy = self.remedy
        if remedy.twist == "void":
            yield self._later(5)
            self.capa.void(reason=VOIDED, by=self.year.people["quality_supervisor"], on=self.on)
            return
        if remedy.twist == "amended":
            yield self._later(3)
            self.capa.amend(
                problem=remedy.problem + "请一并核对其他线别。",
                department=remedy.department,
                due_on=self._days(4),
                amendment_reason="其他线别也可能发生",
                by=self.by,
                on=self.on,
            )
        if remedy.stops_at == "issued":
            return
        yield from self._answer()
        if self.capa.state == "carried_out" and remedy.stops_at != "carried_out":
            yield from self._prove()

    def _prove(self) -> Walk:
        """Prove the effect; without effect, go another round."""
        for _ in range(AGAIN.get(self.remedy.twist or "", 0)):
            yield from self._verify(effective=False)
            yield from self._answer()
        yield from self._verify(effective=True)

    def _answer(self) -> Walk:
        """Analyse the causes, set the measures and carry them out."""
        yield self._later(self.rng.uniform(6, 12))
        self._analyse()
        if self.remedy.twist == "sent_back":
            yield self._later(self.rng.uniform(2, 5))
            self.capa.send_back(
                reason=self.rng.choice(SENT_BACK), by=self.year.people["quality_supervisor"], on=self.on
            )
            yield self._later(self.rng.uniform(4, 8))
            self._analyse()
        if self.remedy.stops_at == "analysed":
            return
        yield self._later(self.rng.uniform(2, 6))
        self._set_measures()
        if self.remedy.twist == "reassigned":
            yield self._later(8)
            last = self.capa.open_actions[-1]
            self.capa.reassign(
                action_id=last.id,
                owner_id=self.year.people["document_controller"].id,
                planned_on=self._days(6),
                by=self._head(),
                on=self.on,
            )
        actions = sorted(self.capa.open_actions, key=lambda action: (action.planned_on, action.id))
        for action in actions[:1] if self.remedy.stops_at == "measures_set" else actions:
            late = self.rng.randint(1, 4) if self.rng.random() < 0.12 else 0
            yield self._on_day(self.year.calendar.add_working_days(action.planned_on, late))
            self.capa.do_action(
                action_id=action.id,
                done_on=self.today,
                done_note=self.rng.choice(DONE[action.action_kind]),
                by=action.owner,
                on=self.on,
            )
            rows = f"日期,检查项目,结果\n{self.today},{action.content[:20]},符合\n"
            stored = current_app.extensions["files"].accept(
                io.BytesIO(rows.encode("utf-8-sig")), f"{self.capa.number}-{action.id}.csv"
            )
            attach(self.capa, [stored], step="do_action", by=action.owner, on=self.on)

    def _analyse(self) -> None:
        remedy, kind = self.remedy, CAUSE_CLASSES[self.remedy.department]
        again = ROUNDS[self.capa.round - 2][1] if self.capa.round > 1 else ""
        other = self.rng.choice([bone for bone in BONES if bone != kind])
        bones = [
            {"cause_class": kind, "cause": BONES[kind], "is_root": True},
            {"cause_class": other, "cause": BONES[other], "is_root": False},
        ]
        proven = {
            cause_kind: [self.rng.random() < 0.5, self.rng.random() < 0.5, True]
            for cause_kind in ("occurrence", "escape")
        }
        self.capa.analyse(
            proven=proven,
            cause_verification=self.rng.choice(CAUSE_PROOF),
            cause_verified_by=self.year.people[HAND_OF[self.remedy.department]].name,
            occurrence_cause=again + remedy.occurrence,
            escape_cause=remedy.escape,
            system_cause=self.rng.choice(SYSTEM),
            cause_class=kind,
            whys={
                "occurrence": [remedy.occurrence.rstrip("。"), *WHYS],
                "escape": [remedy.escape.rstrip("。"), *ESCAPE_WHYS],
            },
            bones=bones,
            by=self.year.people[HEAD_OF[self.capa.leading_department]],
            on=self.on,
        )

    def _set_measures(self) -> None:
        people, department = self.year.people, self.remedy.department
        contain, corrective = (
            ("在库、在制品全数隔离复检，合格后放行。", self.remedy.corrective)
            if self.capa.round == 1
            else ROUNDS[self.capa.round - 2][2:]
        )
        rng = self.rng
        rows = (
            ("containment", contain, None, HAND_OF[department], rng.randint(1, 3)),
            ("corrective", corrective, "occurrence", HEAD_OF[department], rng.randint(4, 8)),
            ("preventive", rng.choice(PREVENTIVE), "escape", "quality_inspector", rng.randint(6, 11)),
        )
        actions = [
            {
                "action_kind": kind,
                "content": content,
                "cause_kind": cause,
                "owner_id": people[owner].id,
                "planned_on": self._days(days),
            }
            for kind, content, cause, owner, days in rows
        ]
        across = self.rng.choice(
            ("同线生产的其他型号一并导入。", "已核对同类结构的三个型号，同步更新作业标准。", None)
        )
        self.capa.set_measures(
            actions=actions,
            documents=self.rng.sample(DOCUMENTS, 2),
            read_across=across,
            by=self._head(),
            on=self.on,
        )

    def _verify(self, *, effective: bool) -> Walk:
        """Verify the effect on the day that is set for it (7.4-58)."""
        yield self._on_day(self.capa.verify_on or self.today)
        words = {"lots": self.rng.randint(3, 7), "pieces": self.rng.randint(8, 36) * 100}
        verification: dict[str, Any] = {
            "verification_method": self.rng.choice(METHODS),
            "period_from": self.capa.carried_out_on,
            "period_to": self.today,
            "on": self.on,
            "by": self._verifier(),
        }
        if effective:
            self.capa.verify(verification_data=self.rng.choice(PROOF).format(**words), **verification)
        else:
            self.capa.reopen(
                verification_data=ROUNDS[self.capa.round - 1][0].format(**words),
                due_on=self._days(3),
                **verification,
            )

    # Persons and time

    def _verifier(self) -> User:
        """Return one of quality, or who verifies what one of them carried out."""
        named = self.capa.checkers()
        if named is None:
            return self.year.people[self.rng.choice(("quality_inspector", "quality_supervisor", "zhangwei"))]
        return db.session.get_one(User, self.rng.choice(named))

    def _head(self) -> User:
        return self.year.people[HEAD_OF[self.remedy.department]]

    def _days(self, days: int) -> date:
        return self.year.calendar.add_working_days(self.today, days)

    def _later(self, hours: float) -> datetime:
        self.on = self.year.calendar.add_working_hours(self.on, hours).replace(microsecond=0)
        return self.on

    def _on_day(self, day: date) -> datetime:
        """Move on to the working hours of a day, later than the step before."""
        begin = self.year.calendar.end_of(self.year.calendar.next_working_day(day)) - timedelta(hours=9)
        moment = self.year.calendar.add_working_hours(begin, self.rng.uniform(1, 7)).replace(microsecond=0)
        self.on = max(moment, self._later(0.2))
        return self.on


def walks_of_other_cars(year: DemoYear, at: Callable[[date], datetime]) -> list[Walk]:
    """Return the CARs that come from no complaint; `at` gives the moment of a day at which they are
    written."""
    walks = []
    for number, remedy in enumerate(ELSEWHERE):
        day = year.now.date() - timedelta(days=remedy.ago)
        while not year.calendar.is_working(day):
            day -= timedelta(days=1)
        by = year.people[("quality_supervisor", "tangjun", "quality_inspector")[number % 3]]
        walks.append(Cure(year, f"elsewhere {number}", remedy, at(day), by=by).walk())
    return walks
