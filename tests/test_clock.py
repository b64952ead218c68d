"""A wrong clock: nothing is tidied away by it, and `verify` lists what it has left."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cs.cli.setup import set_up
from cs.extensions import db
from cs.records.attachments import Draft, PendingUpload
from cs.records.receipts import Receipt
from cs.records.sessions import LoginSession
from tests.returned import Replenishments
from tests.support import PASSWORD, kept, record_at


def write_what_expires(app, clerk, on):
    with kept(app):
        LoginSession.start(clerk, "", on)
        LoginSession.start(clerk, "", on + timedelta(seconds=1))
        file = {"sha256": "0" * 64, "name": "照片.jpg", "mime": "image/jpeg", "size": 1, "is_image": True}
        db.session.add_all(
            [
                Receipt(user_id=clerk.id, request_id="r", address="/", at=on),
                Draft(user_id=clerk.id, form="/complaints/new", fields="{}", at=on),
                PendingUpload(token="t", user_id=clerk.id, at=on, **file),
            ]
        )


def count_what_expires(app):
    with app.app_context():
        return [db.session.query(table).count() for table in (LoginSession, Receipt, Draft, PendingUpload)]


def test_a_start_with_a_clock_that_is_ahead_deletes_nothing(app, people, on):
    write_what_expires(app, people["sales_clerk"], on)
    record_at(app, people, on)
    with app.app_context():
        set_up(on + timedelta(days=100))
    assert count_what_expires(app) == [2, 1, 1, 1]


def test_what_has_expired_by_the_last_record_goes(app, people, on):
    write_what_expires(app, people["sales_clerk"], on)
    record_at(app, people, on + timedelta(days=100))
    with app.app_context():
        set_up(on + timedelta(days=100))
    assert count_what_expires(app) == [1, 0, 0, 0]


def test_a_record_of_a_clock_that_was_ahead_deletes_nothing_once_it_is_right(app, people, on):
    write_what_expires(app, people["sales_clerk"], on)
    record_at(app, people, on + timedelta(days=100))
    with app.app_context():
        set_up(on)
    assert count_what_expires(app) == [2, 1, 1, 1]


@pytest.mark.parametrize(("back", "listed"), [(timedelta(seconds=30), 0), (timedelta(minutes=2), 1)])
def test_verify_lists_times_that_run_backwards_and_calls_them_no_fault(app, people, on, back, listed):
    record_at(app, people, on)
    record_at(app, people, on - back)
    record_at(app, people, on)
    done = app.test_cli_runner().invoke(args=["verify"])
    lines = [line for line in done.output.splitlines() if "note" in line]
    assert (done.exit_code, len(lines)) == (0, listed)
    assert all("bears" in line and "department" in line for line in lines)


@pytest.mark.parametrize(("ahead", "said"), [(timedelta(seconds=30), False), (timedelta(days=2), True)])
def test_a_signature_under_a_clock_before_the_last_record_says_so_on_the_page(
    app, as_role, people, on, complaint_in, ahead, said
):
    complaint = complaint_in("received")
    with kept(app):
        record = Replenishments(people, on, complaint.id)()
    record_at(app, people, on + ahead)
    page = as_role("sales_manager").get(f"/replenishments/{record.id}/sign")
    assert ("服务器时钟早于最后一条记录" in page.text) is said
    page.step(f"/replenishments/{record.id}/sign", password=PASSWORD)
    assert page.status == 303
