"""3.4: the form of the effect of rework, and what the page offers where there was none."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cs.extensions import db
from cs.models.returns.customer_return import Return
from tests.pdfs import has
from tests.support import kept, loaded

JUDGED = {"effect": "effective", "effect_note": "装机后未再发生"}


@pytest.fixture
def due(app, return_in):
    """A closed return whose effect is to be judged today."""
    record = return_in("closed")
    with kept(app):
        record = db.session.get_one(Return, record.id)
        record.effect_due_at = record.effect_due_at - timedelta(days=40)
    return record


@pytest.mark.parametrize(
    ("fields", "at"),
    [
        ({"effect": ""}, "effect"),
        ({"effect": "perhaps"}, "effect"),
        ({"effect_note": " "}, "effect_note"),
        ({"effect": "ineffective"}, "effect_follow_up"),
    ],
)
def test_a_judgement_without_grounds_or_consequence_is_refused_beside_its_field(as_role, due, fields, at):
    engineer = as_role("process_engineer").step(f"/returns/{due.id}/judge_effect", **JUDGED | fields)
    assert (engineer.status, list(engineer.faults)) == (422, [at])


def test_nothing_is_effective_before_its_day(as_role, return_in):
    record = return_in("closed")
    engineer = as_role("process_engineer").step(f"/returns/{record.id}/judge_effect", **JUDGED)
    assert (engineer.status, list(engineer.faults)) == (422, ["effect"])
    words = {"effect": "ineffective", "effect_follow_up": "改用新焊锡，重新制定流程"}
    engineer.step(f"/returns/{record.id}/judge_effect", **JUDGED | words)
    assert engineer.status == 303, engineer.faults


def test_an_effect_stands_on_the_page_and_on_the_paper_of_the_rework(app, as_role, due):
    engineer = as_role("process_engineer")
    assert "判定重工效果" in engineer.get("/").soup.select_one(".work-list").text
    engineer.step(f"/returns/{due.id}/judge_effect", **JUDGED)
    assert engineer.status == 303, engineer.faults
    assert engineer.get("/").soup.select_one(".work-list") is None
    page = engineer.get(f"/returns/{due.id}")
    facts = {row.dt.text: row.dd.text for row in page.soup.select(".fact")}
    assert (facts["效果"], facts["效果依据"]) == ("有效", "装机后未再发生")
    assert (
        has(engineer, f"/returns/{due.id}/rework_instruction.pdf", "有效", "装机后未再发生", "效果判定人")
        == []
    )
    assert loaded(app, Return, due.id).state == "closed"


def test_a_capa_can_be_issued_from_rework_that_was_not_effective(as_role, due):
    words = {"effect": "ineffective", "effect_note": "同样无声三件", "effect_follow_up": "查焊接温度"}
    as_role("process_engineer").step(f"/returns/{due.id}/judge_effect", **words)
    supervisor = as_role("quality_supervisor").get(f"/returns/{due.id}")
    (link,) = {one["href"] for one in supervisor.soup.select("a[href^='/capa/new']")}
    form = supervisor.get(link).form()
    assert (form["customer_id"], due.number in form["problem"]) == ("1", True)
    assert ("同样无声三件" in form["problem"], "查焊接温度" in form["problem"]) == (True, True)
    assert (form["source"], form["source_no"]) == ("return", due.number)  # quality has not confirmed yet
    assert as_role("auditor").get(f"/returns/{due.id}").soup.select("a[href^='/capa/new']") == []
