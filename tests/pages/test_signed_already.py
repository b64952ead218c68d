"""Signing again from a second tab says that one has signed already."""

from __future__ import annotations

import pytest

from cs.records.signatures import Signature
from tests.support import PASSWORD

SIGNED = "您已签名"


@pytest.mark.both_databases
def test_signing_again_from_a_second_tab_says_so(as_role, filed):
    url = f"/replenishments/{filed().id}/sign"
    first, second = as_role("sales_manager").get(url), as_role("sales_manager").get(url)
    assert first.send(url, password=PASSWORD).status == 303
    second.send(url, password=PASSWORD)
    assert (second.status, SIGNED in second.text) == (409, True)


def test_a_close_sent_from_a_second_tab_says_so(as_role, complaint_in):
    url = f"/complaints/{complaint_in('accepted').id}/close"
    first, second = as_role("quality_supervisor").get(url), as_role("quality_supervisor").get(url)
    assert first.send(url, closing_note="好", password=PASSWORD).status == 303
    second.send(url, closing_note="好", password=PASSWORD)
    assert (second.status, SIGNED in second.text) == (409, True)


def test_only_the_signature_of_that_person_on_that_step_counts(app, filed, people):
    record = filed()
    filed.then(record, "sales_manager")
    with app.app_context():
        moments = {
            (role, step): Signature.moment_since(
                0, kind=record.kind, record_id=record.id, step=step, by=people[role]
            )
            for role, step in (("sales_manager", "sign"), ("sales_manager", "void"), ("planner", "sign"))
        }
        later = Signature.moment_since(
            99, kind=record.kind, record_id=record.id, step="sign", by=people["sales_manager"]
        )
    assert [key for key, moment in moments.items() if moment] == [("sales_manager", "sign")]
    assert later is None
