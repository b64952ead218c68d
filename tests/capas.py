"""CARs in any state, taken there through the verbs by the right people (5.2.2.5)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from cs.models.capa.capa import Capa
from cs.records.users import User
from tests.support import UNTIL_EFFECTIVE, day_of

ISSUED = {"source": "internal", "source_no": "IQC-118", "problem": "右声道无声", "department": "production"}
ANALYSED = {
    "occurrence_cause": "烙铁温度偏低",
    "escape_cause": "只测左声道",
    "system_cause": None,
    "cause_class": "machine",
    "whys": {"occurrence": ["焊点虚焊", "温度偏低"], "escape": ["未检出", "只测左声道"]},
    "proven": {"occurrence": [False, True], "escape": [True, True]},
    "cause_verification": "温度调回后 200 只无虚焊",
    "cause_verified_by": "工艺甲",
    "bones": [
        {"cause_class": "machine", "cause": "烙铁温度偏低", "is_root": True},
        {"cause_class": "man", "cause": "新员工", "is_root": False},
    ],
}
PROVEN = {"verification_method": "下三批", "verification_data": "三批共 600 只,无不良"}


class Capas:
    def __init__(self, people: dict[str, User], on: datetime) -> None:
        self.people, self.on = people, on

    def __call__(
        self,
        state: str,
        *,
        owners: tuple[str, ...] = ("production_operator",),
        on: datetime | None = None,
        **values: Any,
    ) -> Capa:
        """A CAR of production in that state, with one corrective action for each of the owners (roles),
        planned for today. What is verified was carried out a week before: until then nothing is effective
        (7.4-58)."""
        on = on or self.on
        if state == "verified":
            capa = self("carried_out", owners=owners, on=on - UNTIL_EFFECTIVE, **values)
            self.verify(capa, on)
            return capa
        facts = ISSUED | {"due_on": day_of(on) + timedelta(days=3)} | values
        capa = Capa.issue(by=self.people["quality_inspector"], on=on, **facts)
        for name in ("analyse", "set_measures", "do_actions"):
            if state == "void":
                capa.void(reason="重复开出", by=self.people["quality_supervisor"], on=on)
            if capa.state == state:
                break
            getattr(self, name)(capa, on, owners)
        assert capa.state == state
        return capa

    def analyse(self, capa: Capa, on: datetime, _owners: tuple[str, ...] = ()) -> None:
        capa.analyse(by=self.people["production_manager"], on=on, **ANALYSED)

    def set_measures(
        self, capa: Capa, on: datetime, owners: tuple[str, ...] = ("production_operator",)
    ) -> None:
        capa.set_measures(
            actions=[self.action(role, on) for role in owners],
            documents=["work_instruction"],
            read_across=None,
            by=self.people["production_manager"],
            on=on,
        )

    def action(self, role: str, on: datetime, **values: Any) -> dict[str, Any]:
        return {
            "action_kind": "corrective",
            "content": f"每两小时点检({role})",
            "cause_kind": "occurrence",
            "owner_id": self.people[role].id,
            "planned_on": day_of(on),
        } | values

    def do_actions(self, capa: Capa, on: datetime, _owners: tuple[str, ...] = ()) -> None:
        for action in list(capa.open_actions):
            capa.do_action(
                action_id=action.id, done_on=day_of(on), done_note="已执行", by=action.owner, on=on
            )

    def verify(self, capa: Capa, on: datetime) -> None:
        capa.verify(
            period_from=day_of(on),
            period_to=day_of(on),
            by=self.people["quality_supervisor"],
            on=on,
            **PROVEN,
        )

    def reopen(self, capa: Capa, on: datetime) -> None:
        capa.reopen(
            period_from=day_of(on),
            period_to=day_of(on),
            due_on=day_of(on) + timedelta(days=3),
            by=self.people["quality_supervisor"],
            on=on,
            **PROVEN,
        )
