"""The written procedure on screen: its words, the authority matrix, the workflow, and what the records
show."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cs.extensions import db
from cs.models.complaints.complaint import Complaint
from cs.procedure import rulebook as rules
from cs.procedure.authority import AUTHORITY
from cs.procedure.clauses import clauses
from cs.procedure.complaints import STEPS
from cs.queries.evidence import complaints_of_year
from cs.records.procedure import rulebook
from tests.support import ROLES, SETTLED

MARCH, JUNE = datetime(2026, 3, 10, 2, tzinfo=UTC), datetime(2026, 6, 9, 2, tzinfo=UTC)
PAGES = ("/procedure/", "/procedure/authority", "/procedure/workflow/complaint")


@pytest.fixture
def clerk(as_role):
    return as_role("sales_clerk")


@pytest.mark.parametrize("page", PAGES)
def test_everyone_who_is_signed_in_reads_the_procedure(as_role, page):
    assert {as_role(role).get(page).status for role in ROLES} == {200}
    assert as_role(None).get(page).location == f"/login?next={page}"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_clause_stands_in_order_with_its_title_in_both_languages_and_its_words(app, as_role, language):
    with app.app_context():
        rows = clauses(rulebook())
    browser = as_role("auditor", language=language).get("/procedure/")
    found = [place["id"] for place in browser.soup.select("[id]") if place["id"] in {row.id for row in rows}]
    assert found == [row.id for row in rows]
    for row in rows:
        place = browser.soup.find(id=row.id)
        assert row.title.zh in place.text
        assert row.title.en in place.text
        assert row.text_zh.strip().split("\n")[0] in browser.soup.find(id=row.id).find_parent("section").text


def test_what_is_not_built_yet_claims_nothing(app, clerk):
    with app.app_context():
        unbuilt = [
            row.id
            for row in clauses(rulebook())
            if row.does is None and row.text_zh and row.id.count(".") > 1
        ]
    clerk.get("/procedure/")
    assert unbuilt
    assert [clause for clause in unbuilt if clerk.soup.find(id=clause).select("dl")] == []


@pytest.mark.both_databases
def test_each_link_of_the_procedure_opens(clerk):
    clerk.get("/procedure/")
    links = {link["href"] for link in clerk.soup.select("main a[href^='/']")}
    assert "/complaints/?reply=late" not in links  # nothing is overdue
    assert {link: clerk.get(link).status for link in links} == dict.fromkeys(links, 200)


def test_each_clause_that_a_step_or_a_right_names_is_there(clerk):
    ids = {place["id"] for place in clerk.get("/procedure/").soup.select("[id]")}
    assert {step.clause for step in STEPS} | {row.clause for row in AUTHORITY} <= ids


def test_the_page_says_which_file_is_in_force_and_since_when(app, clerk):
    with app.app_context():
        book = rulebook()
    text = clerk.get("/procedure/").text
    assert book.hash[:12] in text
    assert "2026-01-05 09:00" in text
    assert "周一–周五" in text
    assert [row.number for row in book.forms.values() if row.number] == [
        cell.text for cell in clerk.soup.select("#forms .form-number")
    ]


def test_the_revision_history_of_a_factory_stands_in_its_table(app, clerk, tmp_path):
    assert "程序文件中尚无修订记录" in clerk.get("/procedure/").soup.find(id="revisions").text
    own = tmp_path / "own.toml"
    own.write_text(
        rules.load().text.replace(
            '# [[procedure.revisions]]\n# no = 1\n# section = "5.2.2.6"\n# date = 2026-11-01\n# version '
            '= "A/1"',
            '[[procedure.revisions]]\nno = 1\nsection = "5.2.2.6"\ndate = 2026-11-01\nversion = "A/1"',
        ),
        "utf-8",
    )
    app.extensions["rulebook"] = rules.load(own)
    cells = [cell.text for cell in clerk.get("/procedure/").soup.find(id="revisions").select("td")]
    assert cells == ["1", "5.2.2.6", "2026-11-01", "A/1"]


def test_what_the_records_show_agrees_with_the_lists_that_it_links_to(clerk, complaint_in, on):
    for state in ("received", "closed", "passed_on", "declined", "void"):
        complaint_in(state)
    complaint_in("received", heard_at=on - timedelta(days=15))
    clerk.get("/procedure/")
    for words, link in (
        ("现有 1 件待业务登记", "/complaints/?state=passed_on"),
        ("现有 1 件逾期", "/complaints/?reply=late"),
    ):
        assert clerk.soup.select_one(f"a[href='{link}']").text == words
    for link in ("/complaints/?state=passed_on", "/complaints/?reply=late"):
        assert len(clerk.get(link).soup.select("tbody tr")) == 1


def test_evidence_counts_what_was_due_and_in_time(app, complaint_in):
    complaint_in("closed", on=MARCH)  # answered in time
    complaint_in("closed", on=MARCH, heard_at=MARCH - timedelta(days=20))  # answered late
    complaint_in("received", on=MARCH)  # never answered: due and late
    complaint_in("void", on=MARCH)  # does not count
    complaint_in("received", on=JUNE)  # not due yet
    complaint_in("closed", on=MARCH - timedelta(days=365))  # another year's
    with app.app_context():
        stand = complaints_of_year(2026, JUNE)
    assert (stand.logged, stand.due, stand.in_time, stand.overdue) == (4, 3, 1, 1)
    assert (stand.settled, stand.same_day) == (2, 2)


@pytest.mark.parametrize(("days_before", "same_day"), [(0, 1), (1, 0)])
def test_evidence_tells_a_result_of_the_day_from_one_written_later(
    app, complaint_in, people, days_before, same_day
):
    settled_on = MARCH.date() - timedelta(days=days_before)
    complaint = complaint_in("answering", on=MARCH)
    with app.app_context():
        db.session.get(Complaint, complaint.id).settle(
            by=people["quality_supervisor"], on=MARCH, settled_on=settled_on, **SETTLED
        )
        db.session.commit()
        stand = complaints_of_year(2026, JUNE)
    assert (stand.settled, stand.same_day) == (1, same_day)


def test_evidence_counts_the_year_of_the_factorys_calendar(app, complaint_in):
    complaint_in(
        "received", on=datetime(2026, 3, 10, tzinfo=UTC), heard_at=datetime(2025, 12, 31, 16, 30, tzinfo=UTC)
    )  # 00:30 in the factory
    with app.app_context():
        assert [complaints_of_year(year, JUNE).logged for year in (2025, 2026)] == [0, 1]


def test_evidence_asks_as_often_for_many_records_as_for_none(clerk, complaint_in, count_queries):
    clerk.get("/procedure/")
    counts = []
    for _ in range(2):
        with count_queries() as ran:
            clerk.get("/procedure/")
        counts.append(len(ran))
        for state in ("closed", "answering", "passed_on"):
            complaint_in(state)
    assert counts[0] == counts[1]


def test_who_may_not_read_records_sees_no_figures_of_them(as_role):
    assert "现有记录" not in as_role("administrator").get("/procedure/").text
    assert "现有记录" in as_role("auditor").get("/procedure/").text


# The matrix and the workflow


def test_the_matrix_shows_each_right_of_each_role_and_no_other(app, clerk):
    with app.app_context():
        roles = list(rulebook().roles)
    rows = clerk.get("/procedure/authority").soup.select("tbody tr")
    shown = [
        [role for role, cell in zip(roles, row.select("td")[1:], strict=True) if cell.select("i")]
        for row in rows
    ]
    assert shown == [[role for role in roles if role in row.roles] for row in AUTHORITY]
    assert [row.select_one(".clause").text for row in rows] == [row.clause for row in AUTHORITY]


def test_the_matrix_marks_ones_own_roles(as_role):
    browser = as_role("planner").get("/procedure/authority")
    assert [head.select_one(".pre-line").text for head in browser.soup.select("th:has(.chip)")] == ["计划员"]


def test_the_workflow_shows_each_step_with_its_clause_and_where_it_leads(clerk):
    rows = clerk.get("/procedure/workflow/complaint").soup.select("tbody tr")
    assert [row.select_one(".clause").text for row in rows] == [step.clause for step in STEPS]
    assert [len(row.select("td:nth-of-type(2) .chip")) for row in rows] == [
        len(step.sources) for step in STEPS
    ]
    receive = rows[[step.name for step in STEPS].index("receive")]
    assert [cell.get_text(strip=True) for cell in receive.select("td")] == [
        "5.2.1.3",
        "已接收",
        "分析中",
        "检验员、品质主管",
        "品质接收",
        "应回复时间",
    ]


@pytest.mark.parametrize("kind", ["customer", "nonsense", "user", "%00"])
def test_there_is_no_workflow_of_what_has_none(clerk, kind):
    assert clerk.get(f"/procedure/workflow/{kind}").status == 404
