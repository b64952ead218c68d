"""The forms of quality taking a complaint in hand and confirming it, block B (5.2.1.3, 5.2.2.1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext

from cs.blueprints.complaints.forms.faults import lot_faults, quantity_faults
from cs.models.complaints.complaint import Complaint
from cs.models.customers import MAX_PHONE_LENGTH
from cs.procedure import complaint_rules
from cs.procedure import complaints as procedure
from cs.records.procedure import rulebook
from cs.web.fields import Choice, LongText, Reference, Signed, StepForm, Text, WithFiles, Yes, defect_choices
from cs.web.number_fields import Whole
from cs.web.options import departments_to_choose, products_to_choose
from cs.wording.formats import list_in_words
from cs.wording.labels import choice, term
from cs.wording.language import in_language


class ReceiveForm(StepForm):
    """5.2.1.3: nothing to fill in; taking it says who has it."""


PROPOSING = ("liability", "finding", "severity", "nature")  # the choices that the way follows from


@dataclass(frozen=True)
class Likeness:
    """3.4: like cases of this customer, which make it a repeat, and of others, which are a hint; and the way
    that the procedure leads to."""

    same: list[Complaint]
    others: list[Complaint]
    proposed: str | None
    months: int

    @classmethod
    def of(
        cls, record: Complaint, product_id: int | None, defect: str | None, **choices_made: str | None
    ) -> Likeness:
        """Take `defect` as the form has it: 'APP.scratch'. Nothing is proposed before all the choices are
        made."""
        category, _, code = (defect or "").partition(".")
        same, others = record.like_cases(product_id, code, category)
        made = {name: choices_made.get(name) or "" for name in PROPOSING}
        proposed = (
            complaint_rules.proposed_route(is_repeat=bool(same), **made) if all(made.values()) else None
        )
        return cls(same, others, proposed, rulebook().recurrence_months)


def _routes() -> list[tuple[str, str]]:
    codes = procedure.WORKFLOW.routes(tuple(rulebook().choices["route"]))
    return [(code, choice("route", code)) for code in codes]


def _contradictions() -> dict[str, tuple[str, str]]:
    """Return the field and the message of each fault of a route (Q17)."""
    return {
        "liability_still_pending": ("liability", gettext("Enter the liability before you sign.")),
        "not_ours_route_needed": (
            "route",
            gettext("If it is not our responsibility, this is explained to the customer (5.2.2.2)."),
        ),
        "ours_cannot_be_refused": (
            "route",
            gettext("A confirmed complaint for which we are liable cannot take this route."),
        ),
    }


def _reason_wanted(proposed: str | None) -> str:
    return gettext(
        "The procedure proposes “%(proposed)s” here. Say why you choose another route.",
        proposed=choice("route", proposed),
    )


class ConfirmForm(Signed, WithFiles, StepForm):
    """5.2.1.3, 5.2.2.1: block B, and what block A still lacks; signed."""

    contact_name = Text("contact_name")
    contact_phone = Text("contact_phone", most=MAX_PHONE_LENGTH)
    oral_written = Choice("oral_written", "oral_written")
    product_id = Reference("model")
    lot_no = Text("lot_no")
    lot_confirmed = Yes("lot_confirmed")
    checked_qty = Whole("checked_qty")
    defect_qty = Whole("defect_qty")
    found_at = Choice("found_at", "found_at")
    unknown_reason = LongText("unknown_reason", most=500)
    finding = Choice("finding", "finding", required=True, radio=True)
    liability = Choice("liability", "liability", required=True)
    defect_category = Choice("defect_category", required=True)
    defect_code = Choice("defect_code", required=True)
    severity = Choice("severity", "severity", required=True, radio=True)
    nature = Choice("nature", "nature", required=True, radio=True)
    resp_dept = Choice("resp_dept", choices=[])
    analysis = LongText("analysis", required=True)
    route = Choice("route", required=True, radio=True)
    route_reason = LongText("route_reason", most=500)

    beside = frozenset({"lot_confirmed"})

    def offer(self, record: Any, on: datetime) -> None:
        for name in complaint_rules.NEEDED_BEFORE_ANALYSIS:
            if name not in record.missing and name in self:
                del self[name]
        if "lot_no" not in self and "lot_confirmed" in self:
            del self.lot_confirmed
        if "product_id" in self:
            self.product_id.choices = products_to_choose()
        self.defect_category.choices = [
            ("", "—"),
            *((one.code, f"{in_language(one.name)} {one.code}") for one in rulebook().defects.values()),
        ]
        self.defect_code.choices = defect_choices()
        self.defect_code.render_kw = {"data-filters": "defect_category"}
        self.resp_dept.choices = departments_to_choose(record.resp_dept)
        self.route.choices = _routes()

    def fill(self, record: Any, on: datetime) -> None:
        super().fill(record, on)
        if record.defect_category:
            self.defect_code.data = f"{record.defect_category}.{record.defect_code}"

    def likeness(self, record: Complaint) -> Likeness:
        """Return what the procedure says to the choices made so far."""
        made = {name: self[name].data for name in PROPOSING}
        return Likeness.of(
            record,
            self.product_id.data if "product_id" in self else record.product_id,
            self.defect_code.data,
            **made,
        )

    def check(self, record: Any, on: datetime) -> None:
        still = [
            term("model" if name == "product_id" else name)
            for name in record.missing
            if name in self and self[name].data is None
        ]
        if still and not self.unknown_reason.data:
            self.fault(
                "unknown_reason",
                gettext(
                    "Still missing: %(fields)s. Fill them in above, or give the reason here.",
                    fields=list_in_words(still),
                ),
            )
        if "lot_no" in self:
            lot_faults(self, record.customer_id)
        value = {
            name: self[name].data if name in self else getattr(record, name)
            for name in ("checked_qty", "defect_qty")
        }
        if "checked_qty" in self or "defect_qty" in self:
            quantity_faults(self, value["checked_qty"], value["defect_qty"], record.shipped_qty)
        if self.defect_code.data and not self.defect_code.data.startswith(f"{self.defect_category.data}."):
            self.fault("defect_code", gettext("This defect belongs to another category."))
        self._check_route(record)

    def _check_route(self, record: Any) -> None:
        if not (
            self.finding.data
            and self.liability.data
            and self.route.data
            and self.severity.data
            and self.nature.data
        ):
            return
        for fault in complaint_rules.route_faults(
            liability=self.liability.data, finding=self.finding.data, route=self.route.data
        ):
            self.fault(*_contradictions()[fault])
        if complaint_rules.names_department(self.route.data) and not self.resp_dept.data:
            self.fault("resp_dept", gettext("Which department is responsible?"))
        proposed = self.likeness(record).proposed
        if proposed != self.route.data and not self.route.errors and not self.route_reason.data:
            self.fault("route_reason", _reason_wanted(proposed))

    def values(self) -> dict[str, Any]:
        values = super().values()
        values["defect_code"] = values["defect_code"].split(".", 1)[1]
        return values


class ConfirmRouteForm(Signed, StepForm):
    """5.2.2.1, Q11: the quality supervisor confirms the route of the analysis, or chooses another."""

    route = Choice("route", required=True, radio=True)
    route_reason = LongText("route_reason", most=500)

    def offer(self, record: Any, on: datetime) -> None:
        self.route.choices = _routes()

    def check(self, record: Any, on: datetime) -> None:
        if not self.route.data:
            return
        for fault in complaint_rules.route_faults(
            liability=record.liability, finding=record.finding, route=self.route.data
        ):
            self.fault(*_contradictions()[fault])
        if complaint_rules.names_department(self.route.data) and not record.resp_dept:
            self.fault("route", gettext("No responsible department is named: send the analysis back."))
        if self.route.data != record.route and self.route_reason.data in (None, record.route_reason):
            self.fault(
                "route_reason",
                gettext(
                    "The analysis names “%(route)s”. Say why you choose another route.",
                    route=choice("route", record.route),
                ),
            )
        elif self.route.data != record.proposed_route and not self.route_reason.data:
            self.fault("route_reason", _reason_wanted(record.proposed_route))
