"""The timeline of every record speaks in words: no code of a list, no name of a column."""

from __future__ import annotations

import pytest
from flask import Flask, g
from sqlalchemy import JSON, String, Text, inspect

from cs.procedure import rulebook
from cs.records.record import KINDS, Record, _part_path
from cs.records.sections import sections
from cs.web.timeline import UNLISTED_FIELDS, _is_listed
from cs.web.timeline_rows import NAMING_FIELDS, RowNames, part_changes
from cs.wording.history import REFERENCE_KEYS, REFERENCES, UNSPOKEN_PARTS, field_name, value_in_words

BOOK = rulebook.load()

# Fields that hold codes, and the codes: by hand, from the forms.
CODES: dict[str, set[str]] = {
    field: set(BOOK.choices[group])
    for field, group in {
        "acknowledged_channel": "channel",
        "action_kind": "action_kind",
        "booking": "booking",
        "brand_standing": "brand_standing",
        "cause_class": "cause_class",
        "cause_kind": "cause_kind",
        "channel": "channel",
        "clock_decision": "clock_decision",
        "contact_role": "contact_role",
        "cost_bearer": "cost_bearer",
        "currency": "currency",
        "customer_level": "customer_level",
        "customer_type": "customer_type",
        "delivery_terms": "delivery_terms",
        "demand": "demand",
        "disposition": "disposition",
        "documents": "document",
        "effect": "effect",
        "finding": "finding",
        "found_at": "found_at",
        "liability": "liability",
        "nature": "nature",
        "needed_role": "needed_role",
        "oral_written": "oral_written",
        "organisation_type": "organisation_type",
        "outcome": "return_outcome",
        "payment_terms": "payment_terms",
        "place": "place",
        "product_type": "product_type",
        "proposed_route": "route",
        "reply_channel": "channel",
        "response": "response",
        "return_kind": "return_kind",
        "return_place": "return_place",
        "route": "route",
        "sample_end": "sample_end",
        "severity": "severity",
        "signature_decision": "signature_decision",
        "source": "capa_source",
        "status": "customer_status",
        "team_role": "team_role",
        "unit": "unit",
    }.items()
} | {
    "defect_category": set(BOOK.defects),
    "defect_code": {code for category in BOOK.defects.values() for code in category.codes},
    "department": set(BOOK.departments),
    "resp_dept": set(BOOK.departments),
    "role": set(BOOK.roles),
}
LETTERS = {"customer_level"}  # the grades A to D are their own names
# What people type, and numbers and file names that stand for themselves.
TYPED = """
    actions address agreed_with analysis because call_note cause cause_verification cause_verified_by
    clock_reason closing_note confirmed_by contact_name contact_phone content customer_answer
    customer_part_no customer_ref customer_said customer_slip_no decision_note decline_reason
    delivery_address delivery_no description difference_reason done_note effect_follow_up effect_note
    email en english_name escape_cause full_name given_back_note imported_from industry instruction
    instruction_no invoice_address late_reason late_reply_reason legal_representative liability_note
    location logo_name lot_no meeting_place minutes model monthly_demand name no_goods_reason note
    number occurrence_cause old_model old_notes old_number order_no order_number part_no
    passed_on_number phone pick_up_note plan position problem products rate_reason read_across
    refuse_reason remarks reopen_refusal reopen_request replenishment_reason reply_text reply_to
    response_note retention_asked return_reason route_reason said scale sent_back_reason short_name
    source_no spec survey_recipient system_cause tax_id unknown_reason username verification_data
    verification_method void_reason warning_reason web_address work_order zh
"""


def columns_of(kind: type[Record]) -> dict[str, type]:
    """{field: type of its column} of what events of a kind of record can change, in its parts too."""
    found = {}
    for part in (None, *kind.parts):
        cls = kind if part is None else _part_path(kind, part)[-1].property.mapper.class_
        of_part = {*UNSPOKEN_PARTS, "version"} | getattr(cls, "derived", frozenset())
        hidden = UNLISTED_FIELDS | kind.derived if part is None else of_part
        for attribute in inspect(cls).column_attrs:
            shown = _is_listed(attribute.key) if part is None else is_spoken(attribute.key)
            if attribute.key not in hidden and shown:
                found[attribute.key] = type(attribute.columns[0].type)
    return found


def is_spoken(key: str) -> bool:
    return key in REFERENCES or not key.endswith(REFERENCE_KEYS)


OWN_KINDS = [kind for kind in KINDS.values() if kind.__module__.startswith("cs.")]  # tests make others up
FIELDS = {field: column for kind in OWN_KINDS for field, column in columns_of(kind).items()}


@pytest.fixture(params=["zh", "en"])
def language(request: pytest.FixtureRequest, app: Flask):
    with app.test_request_context(headers={"Accept-Language": request.param}):
        g.language = request.param
        yield request.param


def test_every_text_that_an_event_can_change_is_a_code_or_typed_by_people():
    texts = {field for field, column in FIELDS.items() if issubclass(column, String | Text | JSON)}
    assert sorted(texts - CODES.keys() - set(TYPED.split())) == []


@pytest.mark.parametrize("field", sorted(CODES))
def test_no_code_is_shown(language, field):
    shown = {code: value_in_words(field, code) for code in CODES[field] if field not in LETTERS}
    if language == "zh":
        assert [code for code, words in shown.items() if words.isascii() and words == code] == []
    else:  # a short English word may be its own code, such as kg; most are not
        assert [code for code, words in shown.items() if words == code and "_" in code] == []


def test_every_field_that_an_event_can_change_has_its_label(language):
    assert sorted(field for field in FIELDS if field_name(field) == field) == []


def test_every_step_that_makes_an_event_has_its_name(app):
    with app.app_context():
        named = BOOK.steps
        steps = {
            (section.kind, step.name)
            for section in sections().with_records()
            for step in section.model.workflow.steps
        }
    assert (
        sorted((kind, step) for kind, step in steps if step not in {**named["general"], **named[kind]}) == []
    )


def parts_of_every_kind() -> dict[str, list[str]]:
    """{part: the fields of its rows} of every kind of record."""
    found: dict[str, list[str]] = {}
    for kind in OWN_KINDS:
        for part in kind.parts:
            attributes = inspect(_part_path(kind, part)[-1].property.mapper.class_).column_attrs
            fields = found.setdefault(part.rpartition(".")[2], [])
            fields += [attribute.key for attribute in attributes]
    return found


PARTS = parts_of_every_kind()


def test_rows_are_named_by_a_field_that_they_have():
    wrong = {part: field for part, field in NAMING_FIELDS.items() if field not in PARTS.get(part, ())}
    assert wrong == {}


@pytest.mark.parametrize("part", sorted(PARTS))
def test_rows_that_change_leave_no_empty_words(language, part):
    """What a row of any part had not and now has, several of them at once, reads without stray marks."""
    fields = [field for field in PARTS[part] if field != "id"]
    for field in fields:
        old = [{"id": 1, field: None}, {"id": 2, field: None}]
        new = [{"id": 1, field: 1 if field.endswith("_id") else "x"}, {"id": 2, field: None}]
        for change in part_changes(part, old, new, "own_id", RowNames()):
            assert change.old is None, (field, change)
            assert change.new == change.new.strip(" 、,/→") != "", (field, change)


def test_each_signature_that_a_change_voids_is_named(language):
    names = RowNames()
    roles = {1: "sales_manager", 2: "production_manager"}
    names.learn({"approvals": [[], [{"id": row, "needed_role": role} for row, role in roles.items()]]})
    old = [{"id": 1, "signature_decision": "signed"}, {"id": 2, "signature_decision": None}]
    new = [{"id": row, "signature_decision": "voided"} for row in roles]
    expected = {
        "zh": [
            ("签核 · 业务经理", "签核结论 已核准", "签核结论 因变更作废"),
            ("签核 · 生产经理", None, "签核结论 因变更作废"),
        ],
        "en": [
            ("Approvals · Sales manager", "Decision Approved", "Decision Voided by a change"),
            ("Approvals · Production manager", None, "Decision Voided by a change"),
        ],
    }
    shown = [tuple(change) for change in part_changes("approvals", old, new, "replenishment_id", names)]
    assert shown == expected[language]
