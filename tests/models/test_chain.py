"""The audit trail (5.6): `verify` finds whatever is done to the records past the verbs, each by real SQL."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from cs.extensions import db
from cs.models.complaints.complaint import Complaint
from cs.records.events import canonical_json, site_head, verify_events
from cs.records.procedure import rulebook
from cs.records.record import hash_of
from cs.records.signatures import verify_signatures
from cs.records.verification import verify_records
from tests.support import BLOCK_B

pytestmark = pytest.mark.both_databases


def sql(*statements: str) -> None:
    """Someone with the database's password, past the program."""
    for statement in statements:
        db.session.execute(text(statement))
    db.session.commit()
    db.session.expire_all()


def faults() -> list[str]:
    return [
        f"{fault.where}: {fault.what}"
        for fault in (*verify_events(), *verify_records(), *verify_signatures())
    ]


@pytest.fixture
def complaint(complaint_in):
    """Four events: logged, received, confirmed (signed), settled."""
    return complaint_in("answering", answered=True)


def test_untouched_records_have_no_faults(complaint):
    assert faults() == []


def test_each_event_carries_the_hash_of_the_one_before(complaint):
    events = complaint.events
    assert [event.name for event in events] == ["log", "receive", "confirm", "settle"]
    assert [event.previous_hash for event in events] == ["0" * 64, *(event.hash for event in events[:-1])]
    assert (complaint.version, complaint.head_hash) == (4, events[-1].hash)
    assert (site_head().seq, site_head().hash) == (events[-1].site_seq, events[-1].site_hash)


def test_an_event_says_who_what_when_under_which_role_clause_and_rules(complaint, people, on):
    confirmed = complaint.events[2]
    assert (confirmed.by_id, confirmed.role, confirmed.clause, confirmed.at) == (
        people["quality_supervisor"].id,
        "quality_supervisor",
        "5.2.1.3",
        on,
    )
    assert (confirmed.state, confirmed.procedure_hash) == ("answering", rulebook().hash)
    assert confirmed.details["changes"]["analysis"] == [None, BLOCK_B["analysis"]]


@pytest.mark.parametrize(
    "change",
    [
        "name = 'close'",
        "by_id = 1",
        "role = 'general_manager'",
        "clause = '5.1'",
        "state = 'closed'",
        "data = '{}'",
        "procedure_hash = 'x'",
        "content_hash = 'x'",
        "at = '2020-01-01 00:00:00'",
    ],
)
def test_a_changed_event_is_found(complaint, change):
    sql(f"UPDATE events SET {change} WHERE kind = 'complaint' AND seq = 2")
    assert f"complaint {complaint.id} event 2: was changed after it was written" in faults()


def test_a_changed_event_whose_hash_was_made_anew_is_found_in_both_chains(complaint):
    event = complaint.events[1]
    event.data = canonical_json({"changes": {}})
    sql(f"UPDATE events SET data = '{event.data}', hash = '{event.own_hash()}' WHERE id = {event.id}")
    assert faults()[:2] == [
        f"complaint {complaint.id} event 2: does not fit the site's chain",
        f"complaint {complaint.id} event 3: does not carry the hash of the event before it",
    ]


def test_a_removed_event_is_found(complaint):
    sql("DELETE FROM events WHERE kind = 'complaint' AND seq = 2")
    assert faults() == [
        f"complaint {complaint.id} event 3: 1 event(s) missing before it in the site's chain",
        f"complaint {complaint.id} event 3: follows event 1 of its record",
    ]


def test_events_that_changed_places_are_found(complaint):
    first, second = complaint.events[1].id, complaint.events[2].id
    sql(
        f"UPDATE events SET seq = 99 WHERE id = {first}",
        f"UPDATE events SET seq = 2 WHERE id = {second}",
        f"UPDATE events SET seq = 3 WHERE id = {first}",
    )
    assert [fault for fault in faults() if "follows event" in fault] == [
        f"complaint {complaint.id} event 3: follows event 1 of its record",
        f"complaint {complaint.id} event 2: follows event 3 of its record",
        f"complaint {complaint.id} event 4: follows event 2 of its record",
    ]


def test_events_whose_places_in_the_sites_chain_were_swapped_are_found(complaint):
    first, second = complaint.events[1], complaint.events[2]
    one, two, low, high = first.id, second.id, first.site_seq, second.site_seq
    sql(
        f"UPDATE events SET site_seq = 9999 WHERE id = {one}",
        f"UPDATE events SET site_seq = {low} WHERE id = {two}",
        f"UPDATE events SET site_seq = {high} WHERE id = {one}",
    )
    assert f"complaint {complaint.id} event 3: does not fit the site's chain" in faults()


def test_a_missing_end_is_found(complaint):
    sql("DELETE FROM events WHERE kind = 'complaint' AND seq = 4")
    seq = site_head().seq
    assert faults() == [
        f"site: the chain ends at {seq - 1}, but {seq} event(s) were written",
        f"complaint {complaint.id}: stands at event 4, but its chain ends at 3",
    ]


def test_a_missing_end_is_found_though_the_record_was_set_back(complaint):
    before = complaint.events[2].hash
    sql(
        "DELETE FROM events WHERE kind = 'complaint' AND seq = 4",
        f"UPDATE complaints SET version = 3, head_hash = '{before}'",
        "DELETE FROM replies",
    )
    seq = site_head().seq
    assert faults() == [f"site: the chain ends at {seq - 1}, but {seq} event(s) were written"]


def test_a_missing_record_is_found(complaint):
    number = complaint.id
    sql("DELETE FROM replies", "DELETE FROM complaints")
    assert faults() == [f"complaint {number}: is gone, but has events"]


def test_a_record_that_went_with_all_its_events_is_found(complaint_in, on):
    first, last = complaint_in("received", on=on), complaint_in("received", on=on + timedelta(hours=1))
    sql(
        f"DELETE FROM events WHERE kind = 'complaint' AND record_id = {first.id}",
        f"DELETE FROM complaints WHERE id = {first.id}",
    )
    assert faults() == [f"complaint {last.id} event 1: 1 event(s) missing before it in the site's chain"]


def test_a_record_without_events_is_found(complaint):
    sql("DELETE FROM events WHERE kind = 'complaint'")
    assert f"complaint {complaint.id}: has no events" in faults()


@pytest.mark.parametrize(
    "change",
    [
        "defect_qty = 2",
        "reply_due_at = '2030-01-01 00:00:00'",
        "state = 'closed'",
        "number = 'CC-202603-0009'",
        "void_reason = ''",
    ],
)
def test_a_value_changed_without_an_event_is_found(complaint, change):
    sql(f"UPDATE complaints SET {change}")
    assert faults() == [f"complaint {complaint.id}: was changed without an event"]


def test_a_part_changed_without_an_event_is_found(complaint):
    sql("UPDATE replies SET reply_text = '什么也没有补'")
    assert faults() == [f"complaint {complaint.id}: was changed without an event"]


@pytest.mark.parametrize(
    "change",
    [
        "user_id = 1",
        "role = 'general_manager'",
        "meaning = 'closed'",
        "step = 'close'",
        "content_hash = 'x'",
        "at = '2020-01-01 00:00:00'",
    ],
)
def test_a_changed_signature_is_found(complaint, change):
    signature = complaint.signatures[0].id
    sql(f"UPDATE signatures SET {change}")
    assert faults() == [
        f"complaint {complaint.id} signature {signature}: does not fit the event it was given with"
    ]


@pytest.mark.parametrize("version", [2, 77])
def test_a_signature_moved_to_another_event_is_found_at_both(complaint, version):
    signature = complaint.signatures[0].id
    sql(f"UPDATE signatures SET version = {version}")
    assert faults() == [
        f"complaint {complaint.id} signature {signature}: does not fit the event it was given with",
        f"complaint {complaint.id} event 3: was signed, but its signature is gone",
    ]


def test_a_forged_signature_is_found(complaint, people):
    person = people["quality_supervisor"].id
    sql(
        "INSERT INTO signatures (kind, record_id, version, step, meaning, user_id, role, at, "
        "content_hash) SELECT kind, record_id, seq, 'close', "
        f"'closed', {person}, 'quality_supervisor', at, content_hash FROM events WHERE kind = "
        "'complaint' AND seq = 4"
    )
    assert [fault.split(": ")[1] for fault in faults()] == ["does not fit the event it was given with"]


def test_a_signature_under_a_step_that_asks_for_none_is_found(complaint):
    sql(
        "INSERT INTO signatures (kind, record_id, version, step, meaning, user_id, role, at, "
        "content_hash) SELECT kind, record_id, seq, name, "
        "'closed', by_id, role, at, content_hash FROM events WHERE kind = 'complaint' AND seq = 4"
    )
    assert [fault.split(": ")[1] for fault in faults()] == ["does not fit the event it was given with"]


def test_a_removed_signature_is_found(complaint):
    sql("DELETE FROM signatures")
    assert faults() == [f"complaint {complaint.id} event 3: was signed, but its signature is gone"]


def test_a_cut_off_site_chain_is_found_though_its_head_was_set_back(complaint):
    """Only a head kept elsewhere shows this: the record itself still names the event that is gone."""
    last = complaint.events[-2]
    sql(
        "DELETE FROM events WHERE kind = 'complaint' AND seq = 4",
        f"UPDATE site_head SET seq = {last.site_seq}, hash = '{last.site_hash}'",
    )
    assert faults() == [f"complaint {complaint.id}: stands at event 4, but its chain ends at 3"]


def test_a_column_that_a_later_version_adds_leaves_the_hashes_right(complaint):
    content = complaint.content()
    assert hash_of(content | {"new_column": None, "new_part": []}) == complaint.content_hash()
    replies = [row | {"new_column": None} for row in content["replies"]]
    assert hash_of(content | {"replies": replies}) == complaint.content_hash()
    assert hash_of(content | {"new_column": ""}) != complaint.content_hash()


def test_events_stay_when_their_person_is_renamed_by_a_verb(complaint, people, on):
    person = complaint.events[0].by
    person.set_password("another one", by=person, on=on)
    db.session.commit()
    assert faults() == []


def test_every_kind_of_record_is_verified(complaint):
    sql(
        "UPDATE customers SET short_name = '别家'",
        "UPDATE products SET model = 'CA-1'",
        "UPDATE shipments SET quantity = 1",
    )
    assert faults() == [
        f"{kind} 1: was changed without an event" for kind in ("customer", "product", "shipment")
    ]
    assert db.session.get(Complaint, complaint.id) is not None
