"""The reply clock once it is set (5.2.2.6): the clerk alone does not move it, by no route. Figures count by
the first date unless the sales manager consents."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from cs.extensions import db
from cs.models.complaints.clock import EvidenceMissing
from cs.models.complaints.sending import NotSentThen
from cs.models.customers import Customer
from cs.procedure.workflow import NotAllowed, NothingChanged, NotOpen
from cs.queries import kpis
from cs.queries.approvals import signed_tasks
from cs.records.procedure import rulebook
from cs.records.tasks import Task
from cs.records.users import User
from cs.records.verification import verify_records
from tests.support import BLOCK_A, BLOCK_B, SENT, attach_mail

SHANGHAI = ZoneInfo("Asia/Shanghai")
WHY = "客户次日才说清"


def at(text: str) -> datetime:
    """A moment in the factory, 2026; 2 March is a Monday."""
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=SHANGHAI)


@pytest.fixture
def evidence(people):
    """evidence(complaint, step, on): the customer's mail, attached."""

    return lambda complaint, step, on: attach_mail(complaint, step, by=people["sales_clerk"], on=on)


@pytest.fixture
def far(people, on):
    """A customer with whom twenty days are agreed."""
    return Customer.create(
        by=people["sales_clerk"],
        on=on,
        short_name="远声",
        full_name="远声音响",
        customer_type="oem",
        reply_days=20,
    )


def tasks_of(complaint, name):
    """Of whom something is awaited by name."""
    rows = db.session.query(Task).filter_by(kind="complaint", record_id=complaint.id, name=name)
    return sorted(row.user_id for row in rows)


# By every route the old due date holds


def test_nine_months_overdue_stay_overdue_until_the_sales_manager_consents(complaint_in, people, on):
    complaint = complaint_in("received", on=on, heard_at=at("01-12 09:00") - timedelta(days=200))
    due, heard = complaint.reply_due_at, complaint.heard_at
    complaint.amend(
        by=people["sales_clerk"], on=on, amendment_reason=WHY, heard_at=on, order_no="PO-9", lot_no="L2612"
    )
    assert (complaint.heard_at, complaint.reply_due_at, complaint.first_due_at) == (heard, due, due)
    assert (complaint.order_no, complaint.lot_no) == ("PO-9", "L2612")
    change = complaint.clock_book.waiting
    assert (change.heard_at, change.clock_reason, change.requested_by_id, change.requested_at) == (
        on,
        WHY,
        people["sales_clerk"].id,
        on,
    )


def test_a_deadline_named_later_waits_with_its_evidence(complaint_in, people, evidence, on):
    complaint = complaint_in("received")
    due, wished = complaint.reply_due_at, at("03-30 12:00")
    file = evidence(complaint, "amend", on)
    complaint.amend(by=people["sales_clerk"], on=on, amendment_reason=WHY, customer_deadline=wished)
    assert (complaint.customer_deadline, complaint.reply_due_at) == (None, due)
    assert complaint.clock_book.waiting.evidence_id == file.id
    complaint.consent_clock(by=people["sales_manager"], on=on)
    assert (complaint.customer_deadline, complaint.reply_due_at, complaint.first_due_at) == (wished,) * 3


def test_a_change_whose_evidence_was_voided_can_only_be_refused(complaint_in, people, evidence, on):
    complaint, late = complaint_in("received"), at("03-30 12:00")
    file = evidence(complaint, "amend", on)
    complaint.amend(by=people["sales_clerk"], on=on, amendment_reason=WHY, customer_deadline=late)
    db.session.flush()
    file.void_reason = "传错"
    db.session.expire(complaint.clock_book.waiting, ["evidence"])
    with pytest.raises(NotOpen):
        complaint.consent_clock(by=people["sales_manager"], on=on)
    complaint.refuse_clock(reason="证据已作废", by=people["sales_manager"], on=on)
    assert complaint.customer_deadline is None


def test_a_deadline_named_later_without_evidence_is_none(complaint_in, people, on):
    complaint = complaint_in("received")
    with pytest.raises(EvidenceMissing):
        complaint.amend(
            by=people["sales_clerk"], on=on, amendment_reason=WHY, customer_deadline=at("03-30 12:00")
        )


def test_a_customer_with_other_agreed_days_is_named_at_once_but_the_days_wait(complaint_in, people, far, on):
    complaint = complaint_in("received")
    due = complaint.reply_due_at
    complaint.amend(by=people["sales_clerk"], on=on, amendment_reason="客户选错", customer_id=far.id)
    assert (complaint.customer.short_name, complaint.reply_due_at) == ("远声", due)
    assert complaint.clock_book.waiting.reply_days == 20
    complaint.consent_clock(by=people["sales_manager"], on=on)
    assert (complaint.reply_due_at, complaint.first_due_at) == (at("03-30 17:30"),) * 2


def test_agreed_days_that_change_meanwhile_move_no_due_date_that_is_set(complaint_in, people, customer, on):
    complaint = complaint_in("received")
    due = complaint.reply_due_at
    customer.edit(by=people["sales_clerk"], on=on, reply_days=30)
    complaint.amend(
        by=people["sales_clerk"],
        on=on,
        amendment_reason=WHY,
        heard_at=complaint.heard_at + timedelta(hours=1),
    )
    complaint.consent_clock(by=people["sales_manager"], on=on)
    assert complaint.reply_due_at == due


def test_registering_what_was_passed_on_does_not_move_the_clock(complaint_in, people, far, evidence, on):
    complaint = complaint_in("passed_on", customer_id=None, customer_said="某客户")
    due, wished = complaint.reply_due_at, at("04-30 12:00")
    evidence(complaint, "register", on)
    complaint.register(
        by=people["sales_clerk"],
        on=on,
        clock_reason=WHY,
        **BLOCK_A,
        customer_id=far.id,
        customer_deadline=wished,
    )
    change = complaint.clock_book.waiting
    assert (complaint.state, complaint.reply_due_at) == ("received", due)
    assert (change.reply_days, change.customer_deadline) == (20, wished)


def test_confirming_moves_no_due_date(complaint_in, people, customer, on):
    complaint = complaint_in("analysing")
    due = complaint.reply_due_at
    customer.edit(by=people["sales_clerk"], on=on, reply_days=30)
    complaint.confirm(by=people["quality_inspector"], on=on, **BLOCK_B)
    assert (complaint.reply_due_at, complaint.first_due_at) == (due, due)


def test_seconds_that_no_form_holds_are_no_change_of_the_clock(complaint_in, people, on):
    complaint = complaint_in("received", heard_at=on + timedelta(seconds=37))
    with pytest.raises(NothingChanged):
        complaint.amend(by=people["sales_clerk"], on=on, amendment_reason=WHY, heard_at=on)
    assert (complaint.clock_changes, complaint.heard_at) == ([], on + timedelta(seconds=37))


# After a refusal of the customer (Q15, 5.2.2.3)

REFUSED = {"response_on": date(2026, 3, 17), "response_note": "原因不符"}


def test_after_a_refusal_two_days_start_again_and_the_first_due_date_stays(complaint_in, people):
    complaint = complaint_in("awaiting_customer")
    first = complaint.first_due_at
    complaint.refuse(by=people["sales_clerk"], on=at("03-17 15:00"), **REFUSED)
    assert (complaint.reply_due_at, complaint.first_due_at) == (at("03-19 17:30"), first)


def test_after_a_refusal_the_customer_may_name_a_date_but_with_evidence(complaint_in, people, evidence):
    complaint, on = complaint_in("awaiting_customer"), at("03-17 15:00")
    with pytest.raises(EvidenceMissing):
        complaint.refuse(by=people["sales_clerk"], on=on, customer_deadline=at("03-30 12:00"), **REFUSED)


def test_with_evidence_that_date_is_the_due_date(complaint_in, people, evidence):
    complaint, on = complaint_in("awaiting_customer"), at("03-17 15:00")
    evidence(complaint, "refuse", on)
    complaint.refuse(by=people["sales_clerk"], on=on, customer_deadline=at("03-30 12:00"), **REFUSED)
    assert complaint.reply_due_at == at("03-30 12:00")


def test_a_corrected_hearing_after_a_refusal_moves_the_first_due_date_with_consent(complaint_in, people):
    complaint = complaint_in("awaiting_customer")
    complaint.refuse(by=people["sales_clerk"], on=at("03-17 15:00"), **REFUSED)
    complaint.amend(
        by=people["sales_clerk"], on=at("03-17 16:00"), amendment_reason=WHY, heard_at=at("03-09 09:00")
    )
    complaint.consent_clock(by=people["sales_manager"], on=at("03-17 16:30"))
    assert (complaint.reply_due_at, complaint.first_due_at) == (at("03-19 17:30"), at("03-11 17:30"))


# When the reply was really sent


def late_reply(complaint_in, on):
    """An answer that was ready in time, and the Monday after its due time."""
    return complaint_in("answering", answered=True), at("03-16 09:00")


def test_a_reply_sent_in_time_and_recorded_late_is_late_until_consent(complaint_in, people, evidence, on):
    complaint, recorded = late_reply(complaint_in, on)
    evidence(complaint, "send_reply", recorded)
    sent = at("03-12 16:00")
    complaint.send_reply(
        by=people["sales_clerk"], on=recorded, sent_at=sent, late_reply_reason="周末补记", **SENT
    )
    assert (complaint.replied_at, complaint.reply.in_time) == (recorded, False)
    complaint.consent_clock(by=people["sales_manager"], on=recorded)
    assert (complaint.replied_at, complaint.reply.replied_at, complaint.reply.in_time) == (sent, sent, True)
    assert (complaint.reply.recorded_at, complaint.late_reply_reason) == (recorded, None)
    assert complaint.follow_up_due_at == sent + timedelta(days=10)


def test_without_evidence_it_is_not_taken(complaint_in, people, on):
    complaint, recorded = late_reply(complaint_in, on)
    with pytest.raises(EvidenceMissing):
        complaint.send_reply(by=people["sales_clerk"], on=recorded, sent_at=at("03-12 16:00"), **SENT)


def test_a_refused_moment_of_sending_stays_late(complaint_in, people, evidence, on):
    complaint, recorded = late_reply(complaint_in, on)
    evidence(complaint, "send_reply", recorded)
    complaint.send_reply(by=people["sales_clerk"], on=recorded, sent_at=at("03-12 16:00"), **SENT)
    complaint.refuse_clock(reason="邮件日期不符", by=people["sales_manager"], on=recorded)
    assert (complaint.replied_at, complaint.reply.in_time) == (recorded, False)


def refused_claim(complaint_in, people, evidence, on):
    """Sent in time and recorded late, which the sales manager has refused."""
    complaint, recorded = late_reply(complaint_in, on)
    evidence(complaint, "send_reply", recorded)
    complaint.send_reply(by=people["sales_clerk"], on=recorded, sent_at=at("03-12 16:00"), **SENT)
    complaint.refuse_clock(reason="邮件日期不符", by=people["sales_manager"], on=recorded)
    return complaint, recorded + timedelta(hours=1)


def test_a_refused_moment_of_sending_is_claimed_again_with_new_evidence(complaint_in, people, evidence, on):
    complaint, later = refused_claim(complaint_in, people, evidence, on)
    clerk = people["sales_clerk"]
    again = {"sent_at": at("03-12 15:00"), "reason": "附原始邮件", "by": clerk, "on": later}
    evidence(complaint, "claim_sending", later)
    complaint.claim_sending(**again)
    assert (tasks_of(complaint, "see_clock_refusal"), tasks_of(complaint, "consent_clock")) == (
        [],
        [people["sales_manager"].id],
    )
    assert complaint.reply.in_time is False
    with pytest.raises(NotOpen):  # one claim at a time
        complaint.claim_sending(**again)
    complaint.consent_clock(by=people["sales_manager"], on=later)
    assert (complaint.reply.replied_at, complaint.reply.in_time) == (at("03-12 15:00"), True)
    with pytest.raises(NotOpen):  # what is in time needs no claim
        complaint.claim_sending(**again)
    assert list(verify_records()) == []


def test_a_claim_made_again_needs_evidence_of_its_own(complaint_in, people, evidence, on):
    complaint, later = refused_claim(complaint_in, people, evidence, on)
    with pytest.raises(EvidenceMissing):
        complaint.claim_sending(sent_at=at("03-12 16:00"), reason="再次", by=people["sales_clerk"], on=later)


@pytest.mark.parametrize("sent", ["03-13 10:00", "03-10 09:00"])
def test_no_moment_is_claimed_that_is_late_or_before_the_answer_was_ready(
    complaint_in, people, evidence, on, sent
):
    complaint, later = refused_claim(complaint_in, people, evidence, on)
    evidence(complaint, "claim_sending", later)
    with pytest.raises(NotSentThen):
        complaint.claim_sending(sent_at=at(sent), reason="再次", by=people["sales_clerk"], on=later)


def test_a_reply_recorded_late_without_its_moment_can_still_be_claimed(complaint_in, people, evidence, on):
    complaint, recorded = late_reply(complaint_in, on)
    complaint.send_reply(by=people["sales_clerk"], on=recorded, late_reply_reason="漏填", **SENT)
    evidence(complaint, "claim_sending", recorded)
    sent = at("03-12 16:00")
    complaint.claim_sending(sent_at=sent, reason="当时已发", by=people["sales_clerk"], on=recorded)
    complaint.consent_clock(by=people["sales_manager"], on=recorded)
    assert (complaint.replied_at, complaint.reply.recorded_at) == (sent, recorded)


def test_who_takes_note_of_a_refused_claim_says_why_the_reply_is_late(complaint_in, people, evidence, on):
    complaint, later = refused_claim(complaint_in, people, evidence, on)
    complaint.see_clock_refusal(late_reply_reason="周五漏发", by=people["sales_clerk"], on=later)
    assert complaint.late_reply_reason == "周五漏发"


@pytest.mark.parametrize("sent", ["03-10 12:00", "03-13 10:00"])
def test_a_moment_that_changes_nothing_about_lateness_needs_no_consent(complaint_in, people, sent):
    """Recorded in time it was sent in time; sent after the due time it is late anyway."""
    complaint = complaint_in("answering", answered=True)
    recorded = at("03-10 15:00") if sent < "03-12" else at("03-16 09:00")
    complaint.send_reply(by=people["sales_clerk"], on=recorded, sent_at=at(sent), **SENT)
    assert (complaint.replied_at, complaint.clock_changes) == (at(sent), [])


@pytest.mark.parametrize("sent", ["03-10 09:00", "03-10 15:01"])
def test_no_reply_is_sent_before_it_was_ready_or_later_than_now(complaint_in, people, sent):
    complaint = complaint_in("answering", answered=True)
    with pytest.raises(NotSentThen):
        complaint.send_reply(by=people["sales_clerk"], on=at("03-10 15:00"), sent_at=at(sent), **SENT)


# Who consents


def test_the_sales_manager_is_asked_in_approvals_and_signs(complaint_in, people, on):
    complaint = complaint_in("received", clock="waiting")
    assert tasks_of(complaint, "consent_clock") == [people["sales_manager"].id]
    assert db.session.query(Task).filter(signed_tasks(), Task.name == "consent_clock").count() == 1
    complaint.consent_clock(by=people["sales_manager"], on=on, decision_note="属实")
    signature = complaint.signatures[-1]
    assert (signature.meaning, signature.role, signature.user_id) == (
        "consented",
        "sales_manager",
        people["sales_manager"].id,
    )
    assert tasks_of(complaint, "consent_clock") == []
    assert list(verify_records()) == []


@pytest.mark.parametrize("role", ["sales_clerk", "quality_supervisor", "general_manager"])
def test_nobody_else_consents(complaint_in, people, on, role):
    complaint = complaint_in("received", clock="waiting")
    with pytest.raises(NotAllowed):
        complaint.consent_clock(by=people[role], on=on)


def test_the_only_sales_manager_does_not_consent_to_an_own_request_but_the_general_manager_does(
    complaint_in, people, on
):
    complaint = complaint_in("received")
    complaint.amend(by=people["sales_manager"], on=on, amendment_reason=WHY, heard_at=at("03-09 09:00"))
    assert tasks_of(complaint, "consent_clock") == [people["general_manager"].id]
    with pytest.raises(NotAllowed):
        complaint.consent_clock(by=people["sales_manager"], on=on)
    complaint.consent_clock(by=people["general_manager"], on=on)
    assert (complaint.heard_at, complaint.clock_book.waiting) == (at("03-09 09:00"), None)


def test_a_second_sales_manager_consents_before_the_general_manager(complaint_in, people, on):
    second = User.create(
        username="second",
        name="钱经理",
        password="demo",
        must_change=False,
        memberships=[("sales", "sales_manager", False)],
        by=None,
        on=on,
    )
    complaint = complaint_in("received")
    complaint.amend(by=people["sales_manager"], on=on, amendment_reason=WHY, heard_at=at("03-09 09:00"))
    assert tasks_of(complaint, "consent_clock") == [second.id]


def test_where_the_procedure_file_asks_for_no_consent_the_change_counts_at_once(
    app, complaint_in, people, on
):
    book = rulebook()
    app.extensions["rulebook"] = replace(book, reply=replace(book.reply, consent_to_changes=False))
    complaint = complaint_in("received")
    complaint.amend(by=people["sales_clerk"], on=on, amendment_reason=WHY, heard_at=at("03-09 08:00"))
    assert (complaint.reply_due_at, complaint.first_due_at) == (at("03-11 17:30"),) * 2
    assert [change.clock_decision for change in complaint.clock_changes] == ["not_needed"]


# What follows


def test_a_refusal_comes_back_to_who_asked(complaint_in, people, on):
    complaint = complaint_in("received", clock="refused")
    heard = complaint.heard_at
    assert tasks_of(complaint, "see_clock_refusal") == [people["sales_clerk"].id]
    with pytest.raises(NotAllowed):
        complaint.see_clock_refusal(by=people["sales_manager"], on=on)
    complaint.see_clock_refusal(by=people["sales_clerk"], on=on)
    assert (tasks_of(complaint, "see_clock_refusal"), complaint.heard_at) == ([], heard)


def test_several_changes_are_decided_one_after_another(complaint_in, people, evidence, on):
    complaint = complaint_in("received", clock="waiting")
    evidence(complaint, "amend", on)
    complaint.amend(
        by=people["sales_clerk"], on=on, amendment_reason="客户另定", customer_deadline=at("03-30 12:00")
    )
    complaint.refuse_clock(reason="不符", by=people["sales_manager"], on=on)
    assert complaint.clock_book.waiting.customer_deadline == at("03-30 12:00")
    complaint.consent_clock(by=people["sales_manager"], on=on)
    assert [change.clock_decision for change in complaint.clock_changes] == ["refused", "consented"]


def test_a_complaint_does_not_close_over_a_change_that_waits(complaint_in, people, on):
    complaint = complaint_in("answering", answered=True, clock="waiting")
    assert [change.id for change in complaint.open_ends(on)["clock"]] == [complaint.clock_changes[0].id]


def test_the_figures_stay_in_their_month_until_consent(complaint_in, people, on):
    complaint = complaint_in("received", heard_at=at("02-27 09:00"))
    february = (at("02-01 00:00"), at("03-01 00:00"))

    def heard_in_february():
        return kpis.count_complaints(
            kpis.REGISTERED, where=kpis.within_period(kpis.DATED["heard"], *february)
        )

    complaint.amend(by=people["sales_clerk"], on=on, amendment_reason=WHY, heard_at=at("03-09 09:00"))
    assert heard_in_february() == (1,)
    complaint.consent_clock(by=people["sales_manager"], on=on)
    assert heard_in_february() == (0,)


def test_a_withdrawn_deadline_waits_too(complaint_in, people, on):
    complaint = complaint_in("received", customer_deadline=at("04-30 12:00"))
    complaint.amend(by=people["sales_clerk"], on=on, amendment_reason="客户撤回", customer_deadline=None)
    assert complaint.reply_due_at == at("04-30 12:00")
    complaint.consent_clock(by=people["sales_manager"], on=on)
    assert (complaint.customer_deadline, complaint.reply_due_at) == (None, at("03-12 17:30"))


def test_a_complaint_from_before_keeps_counting_by_its_customer(complaint_in, people, customer, on):
    """Its limit is not on record: the days agreed with the customer stand for it."""
    complaint = complaint_in("received")
    complaint.reply_days = None
    assert complaint.limit_days is None
    customer.edit(by=people["sales_clerk"], on=on, reply_days=5)
    assert complaint.limit_days == 5
