"""Two managers in the same moment (5.3.4): threads with connections of their own, let go at once. However
their work interleaves, there is no order without all its signatures, none with a double one, no two
replenishments slip under the limit together, and no complaint closes under its goods."""

from __future__ import annotations

import threading
from collections.abc import Callable
from decimal import Decimal

import pytest
from sqlalchemy import select

from cs.extensions import begin_write, db
from cs.models.complaints.complaint import Complaint
from cs.models.replenishments.application import Replenishment
from cs.models.replenishments.queries import replenishments_of_complaint
from cs.models.returns.customer_return import Return
from cs.models.returns.queries import returns_of_complaint
from cs.procedure.workflow import Refused
from cs.queries.my_work import verify_tasks
from cs.records.events import verify_events
from cs.records.record import find
from cs.records.signatures import verify_signatures
from cs.records.users import User
from cs.records.verification import verify_records
from tests.returned import LINES, SLIP, WANTED, Replenishments

pytestmark = pytest.mark.both_databases

ROUNDS = 5


@pytest.fixture
def together(app) -> Callable[..., list[str]]:
    """together(*works): each in a thread, a connection and a transaction of its own, all let go at the same
    moment; what became of each."""

    def run(*works: Callable[[], None]) -> list[str]:
        gate, outcomes = threading.Barrier(len(works)), [""] * len(works)

        def one(place: int, work: Callable[[], None]) -> None:
            with app.app_context():
                gate.wait()
                try:
                    begin_write(wait=20)
                    work()
                    db.session.commit()
                    outcomes[place] = "done"
                except Refused as refused:
                    db.session.rollback()
                    outcomes[place] = type(refused).__name__

        db.session.commit()
        threads = [threading.Thread(target=one, args=(place, work)) for place, work in enumerate(works)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        db.session.expire_all()
        return outcomes

    return run


def signing(record_id: int, role: str, seen: str, on) -> Callable[[], None]:
    return lambda: find(Replenishment, record_id, lock=True).sign(seen=seen, by=User.by_username(role), on=on)


def whole(on) -> bool:
    """Every chain, record, signature and task is as it must be; and every order has each of its signatures
    once, from different people."""
    for record in db.session.execute(select(Replenishment)).scalars():
        signed = [
            (one.needed_role, one.user_id) for one in record.running if one.signature_decision == "signed"
        ]
        assert len({role for role, _user in signed}) == len({user for _role, user in signed}) == len(signed)
        assert (record.order_number is not None) == (len(signed) == len(record.running))
        assert sum(event.name == "order" for event in record.events) == (record.order_number is not None)
    return [*verify_events(), *verify_records(), *verify_signatures(), *verify_tasks(on)] == []


@pytest.fixture
def filed(people, on, complaint_in):
    return lambda price: Replenishments(people, on, complaint_in("received").id)("filed", price=price)


def test_two_managers_sign_in_the_same_moment_and_one_order_comes_of_it(together, filed, on):
    for _ in range(ROUNDS):
        record = filed("500")
        seen = record.face_hash()
        outcomes = together(
            signing(record.id, "sales_manager", seen, on), signing(record.id, "production_manager", seen, on)
        )
        assert (outcomes, record.state) == (["done", "done"], "ordered")
    numbers = list(db.session.execute(select(Replenishment.order_number)).scalars())
    assert len(set(numbers)) == ROUNDS
    assert whole(on)


def test_the_same_signature_sent_four_times_at_once_counts_once(together, filed, on):
    record = filed("500")
    outcomes = together(*[signing(record.id, "sales_manager", record.face_hash(), on)] * 4)
    assert sorted(outcomes) == ["NotAllowed", "NotAllowed", "NotAllowed", "done"]
    assert (len(record.signatures), record.state) == (1, "filed")
    assert whole(on)


def test_a_refusal_and_the_last_signature_at_once_leave_either_an_order_or_a_refusal(together, filed, on):
    for _ in range(ROUNDS):
        record = filed("500")
        seen = record.face_hash()
        signing(record.id, "sales_manager", seen, on)()
        outcomes = together(
            signing(record.id, "production_manager", seen, on),
            lambda record_id=record.id, seen=seen: find(Replenishment, record_id, lock=True).refuse(
                seen=seen, reason="不批", by=User.by_username("production_manager"), on=on
            ),
        )
        assert sorted(outcomes) == ["NotAllowed", "done"]
        assert record.state == ("ordered" if outcomes[0] == "done" else "turned_down")
    assert whole(on)


def test_what_is_changed_in_the_moment_of_signing_is_no_order(together, filed, people, on):
    """Either the change came first, and the signature is refused; or it came after the last one, and is
    refused itself."""
    for _ in range(ROUNDS):
        record = filed("500")
        seen = record.face_hash()
        signing(record.id, "sales_manager", seen, on)()
        asked = Replenishments(people, on, record.complaint_id).asked("999")
        outcomes = together(
            signing(record.id, "production_manager", seen, on),
            lambda record_id=record.id, asked=asked: find(Replenishment, record_id, lock=True).change(
                by=User.by_username("sales_clerk"), on=on, **asked
            ),
        )
        assert (outcomes, record.state, record.amount) in [
            (["done", "NotOpen"], "ordered", 500),
            (["ChangedMeanwhile", "done"], "filed", 999),
        ]
    assert whole(on)


def test_two_replenishments_do_not_slip_under_the_limit_together(together, people, on, complaint_in):
    """600 each, filed at once; then all that both managers can sign at once: what is ordered without the
    general manager stays under 1000."""
    for _ in range(ROUNDS):
        complaint = complaint_in("received")
        asked = Replenishments(people, on, complaint.id).asked("600")
        filing = [
            lambda asked=asked, number=complaint.id: Replenishment.file(
                complaint_id=number, return_id=None, by=User.by_username("sales_clerk"), on=on, **asked
            )
        ] * 2
        assert together(*filing) == ["done", "done"]
        both = replenishments_of_complaint(complaint)
        outcomes = together(
            *[
                signing(one.id, role, one.face_hash(), on)
                for one in both
                for role in ("sales_manager", "production_manager")
            ]
        )
        assert outcomes == ["done"] * 4
        assert [(one.state, one.approval_chain.open_roles) for one in both] == [
            ("filed", ("general_manager",))
        ] * 2
    assert whole(on)


def test_filing_the_second_while_the_first_is_signed_never_lets_both_through(
    together, people, on, complaint_in
):
    for _ in range(ROUNDS):
        complaint = complaint_in("received")
        build = Replenishments(people, on, complaint.id)
        first = build("filed", price="600", signed=("sales_manager",))
        asked = build.asked("600")
        together(
            signing(first.id, "production_manager", first.face_hash(), on),
            lambda asked=asked, number=complaint.id: Replenishment.file(
                complaint_id=number, return_id=None, by=User.by_username("sales_clerk"), on=on, **asked
            ),
        )
        second = max(replenishments_of_complaint(complaint), key=lambda one: one.id)
        assert [one.needed_role for one in second.running][-1] == "general_manager"
        assert (first.state == "ordered") == (len(first.running) == 2)
        alone = sum(
            (
                one.amount
                for one in replenishments_of_complaint(complaint)
                if one.order_number and len(one.running) == 2
            ),
            Decimal(0),
        )
        assert alone in (0, 600)
    assert whole(on)
    assert db.session.query(Complaint).count() == ROUNDS


def test_a_complaint_never_closes_under_goods_that_join_it_in_the_same_moment(
    together, people, on, complaint_in
):
    for joins in (Return.register, Replenishment.file) * ROUNDS:
        complaint = complaint_in("accepted")
        asked = (
            SLIP | WANTED | {"lines": [dict(LINES[0])]}
            if joins == Return.register
            else Replenishments(people, on, complaint.id).asked("600") | {"return_id": None}
        )
        outcomes = together(
            lambda number=complaint.id: find(Complaint, number, lock=True).close(
                closing_note=None, by=User.by_username("quality_supervisor"), on=on
            ),
            lambda number=complaint.id, joins=joins, asked=asked: joins(
                complaint_id=number, by=User.by_username("sales_clerk"), on=on, **asked
            ),
        )
        joined = len(returns_of_complaint(complaint)) + len(replenishments_of_complaint(complaint))
        assert (sorted(outcomes), (complaint.state, joined)) in [
            (["NotOpen", "done"], ("closed", 0)),
            (["NotOpen", "done"], ("accepted", 1)),
        ]
    assert whole(on)
