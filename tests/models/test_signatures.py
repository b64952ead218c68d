"""Signatures: who signed, under which role, when, and exactly what."""

from __future__ import annotations

from datetime import timedelta

from cs.records.departments import Membership


def test_confirming_signs_the_analysis(complaint_in, people, on):
    complaint = complaint_in("answering", proposed=True)
    (signature,) = complaint.signatures
    confirmed = complaint.events[2]
    assert (signature.step, signature.meaning, signature.user_id, signature.role) == (
        "confirm",
        "analysed",
        people["quality_inspector"].id,
        "quality_inspector",
    )
    assert (signature.at, signature.version, signature.content_hash) == (
        on,
        confirmed.seq,
        confirmed.content_hash,
    )


def test_what_was_signed_is_what_the_record_said_then(complaint_in):
    complaint = complaint_in("answering")
    assert complaint.signatures[0].content_hash == complaint.content_hash()


def test_a_later_change_does_not_touch_the_signature(complaint_in, people, on):
    complaint = complaint_in("answering")
    signed = complaint.signatures[0].content_hash
    complaint.amend(
        amendment_reason="更正", by=people["sales_clerk"], on=on + timedelta(hours=1), order_no="PO-9"
    )
    assert complaint.signatures[0].content_hash == signed
    assert complaint.content_hash() != signed


def test_a_closed_complaint_is_signed_twice(complaint_in, people):
    complaint = complaint_in("closed")
    assert [(one.meaning, one.user_id) for one in complaint.signatures] == [
        ("analysed", people["quality_supervisor"].id),
        ("closed", people["quality_supervisor"].id),
    ]


def test_steps_that_ask_for_no_signature_give_none(complaint_in):
    assert complaint_in("analysing").signatures == []


def test_a_second_analysis_is_a_second_signature(complaint_in, people, on):
    complaint = complaint_in("awaiting_customer")
    complaint.refuse(response_on=on.date(), response_note="原因不符", by=people["sales_clerk"], on=on)
    complaint.confirm(by=people["quality_supervisor"], on=on, analysis="端子氧化")
    assert [(one.meaning, one.role, one.version) for one in complaint.signatures] == [
        ("analysed", "quality_supervisor", 3),
        ("analysed", "quality_supervisor", 7),
    ]


def test_one_signs_under_the_role_that_gives_the_right(complaint_in, people, on):
    complaint = complaint_in("analysing")
    person = people["engineer"]
    person.memberships.append(Membership(user_id=person.id, department="quality", role="quality_supervisor"))
    complaint.confirm(
        by=person, on=on, analysis="x", finding="confirmed", liability="ours", route="occasional"
    )
    assert complaint.signatures[0].role == "quality_supervisor"
