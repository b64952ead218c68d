"""How the factory hears of a demo case (5.2.1)."""

from __future__ import annotations

from typing import Any

from cs.demo.case_file import CaseFile
from cs.demo.case_words import HEARD_BY, HEARD_LATER
from cs.demo.goods_walk import GoodsWalk
from cs.demo.walks import Walk
from cs.models.complaints.complaint import Complaint


class Receipt:
    """The steps of a case up to its registration."""

    def __init__(self, case: CaseFile, goods: GoodsWalk) -> None:
        self.case, self.goods = case, goods

    def decline(self, enquiry: dict[str, Any]) -> Walk:
        """Pass on something that turns out to be no complaint, and decline it."""
        case = self.case
        name = case.rng.choice(sorted(HEARD_BY))
        yield from case.until("pass_on")
        case.complaint = Complaint.pass_on(
            by=case.year.people[name],
            on=case.on,
            heard_at=case.heard_at,
            channel=case.rng.choice(("phone", "visit")),
            customer_id=case.story.shipment.customer_id,
            customer_said=None,
            product_id=case.story.shipment.product_id,
            contact_name=None,
            contact_phone=None,
            lot_no=None,
            description=HEARD_BY[name] + case.story.say(enquiry["said"]),
        )
        yield from case.until("receive")
        case.complaint.decline(reason=enquiry["reason"], by=case.clerk, on=case.on)
        if case.stops_before("see_decline"):
            return
        yield from case.work_for(3)
        if case.plot.insists:
            case.complaint.pass_on_again(
                amendment_reason="客户再次来电催问",
                contact_name="客户采购",
                by=case.year.people[name],
                on=case.on,
            )
            yield from case.work_for(2)
            case.complaint.decline(reason=enquiry["reason"], by=case.clerk, on=case.on)
            yield from case.work_for(1)
        case.complaint.see_decline(by=case.year.people[name], on=case.on)

    def hear(self) -> Walk:
        case = self.case
        story = case.story
        details = story.receipt() | {
            "customer_deadline": case.deadline,
            "heard_at": case.heard_at,
            "description": story.description(lot_known=not case.plot.unknown, deadline=case.deadline),
        }
        if case.plot.unknown:
            details |= {"lot_no": None, "order_no": None, "shipped_on": None, "shipped_qty": None}
            details |= {case.rng.choice(("checked_qty", "defect_qty")): None}
        elif case.number % 3:  # the label on the carton names the day
            details["produced_on"] = story.shipment.produced_on
        later = {}
        if case.plot.amended:
            later = {
                key: details[key]
                for key in ("lot_no", "order_no", "produced_on", "shipped_on", "shipped_qty", "customer_ref")
                if key in details
            }
            details |= dict.fromkeys(later)
        elif not case.plot.unknown and case.rng.random() < 0.25:
            details |= dict.fromkeys(case.rng.sample(("found_at", "checked_qty", "contact_phone"), 1))
        if case.plot.slips and case.plot.slips[0].makes:
            yield from self.goods.come_in(details)
            return
        if case.plot.passed_on:
            yield from self._pass_on(details)
            if case.stops_before("register"):
                return
        yield from case.until("first")
        self._register(details)
        if case.plot.photo:
            case.photograph("register" if case.plot.passed_on else "log", case.clerk)
        yield from case.consent_to_clock()
        yield from self._ask_to_move_clock()
        if later and case.plot.stops_at != "receive":
            yield from case.work_for(0.4)
            case.complaint.amend(amendment_reason="客户补来信息", by=case.clerk, on=case.on, **later)

    def _ask_to_move_clock(self) -> Walk:
        """Let the clerk of such a plot ask for a later moment of hearing, without evidence (5.2.2.6)."""
        case = self.case
        if not case.plot.moves_clock:
            return
        yield from case.work_for(0.5)
        heard_later = case.heard_at + (case.on - case.heard_at) / 2
        case.complaint.amend(
            amendment_reason=HEARD_LATER,
            heard_at=heard_later.replace(second=0, microsecond=0),
            by=case.clerk,
            on=case.on,
        )
        yield from case.consent_to_clock()

    def _register(self, details: dict[str, Any]) -> None:
        """Let sales register what was passed on, or log what it heard itself."""
        case = self.case
        if case.plot.passed_on:
            details.pop("heard_at")
            details["customer_deadline"] = case.deadline_with_evidence("register")
            case.complaint.register(clock_reason="按客户来函和质量协议", by=case.clerk, on=case.on, **details)
        else:
            case.complaint = Complaint.log(by=case.clerk, on=case.on, **details)
            if case.number % 3 == 0 and case.plot.stops_at != "receive":
                case.complaint.acknowledge(
                    acknowledged_at=case.on, acknowledged_channel="phone", by=case.clerk, on=case.on
                )

    def _pass_on(self, details: dict[str, Any]) -> Walk:
        """Let another department hear of it first, which knows less (5.2.1.2)."""
        case = self.case
        story, rng = case.story, case.rng
        name = rng.choice(sorted(HEARD_BY))
        named = rng.random() < 0.65
        origin = "外贸" if story.foreign else story.customer.full_name[:2]
        heard_name = f"{story.customer.short_name}（{origin}客户）"
        yield from case.until("pass_on")
        case.complaint = Complaint.pass_on(
            by=case.year.people[name],
            on=case.on,
            heard_at=case.heard_at,
            channel=rng.choice(("phone", "visit", "chat")),
            customer_id=details["customer_id"] if named else None,
            customer_said=None if named else heard_name,
            contact_name=story.who() if rng.random() < 0.6 else None,
            contact_phone=None,
            product_id=details["product_id"],
            lot_no=None,
            description=f"{HEARD_BY[name]}{story.shipment.product.model} {story.symptom()}，请业务跟进。",
        )
