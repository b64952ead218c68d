"""The figures on /reports/ (FORMS 6): each number by hand, each the length of the list it leads to, each
chart a picture that does nothing."""

from __future__ import annotations

import dataclasses
import re
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from cs.blueprints.reports.periods import MAX_MONTHS, Span
from cs.extensions import db
from cs.models.complaints.complaint import Complaint
from cs.models.customers import Customer
from cs.queries.kpis import durations_in_period
from tests import support
from tests.support import BLOCK_B, SENT, SETTLED, kept

pytestmark = pytest.mark.both_databases

FACTORY = ZoneInfo("Asia/Shanghai")
NAMES = ("complaints", "replies", "pareto", "open")
STATES = (
    "passed_on",
    "sent_back",
    "declined",
    "received",
    "analysing",
    "answering",
    "awaiting_customer",
    "accepted",
    "closed",
    "void",
)


def at(day: int, hour: int = 9, minute: int = 0, *, month: int = 3) -> datetime:
    """A moment of March 2026 in the factory."""
    return datetime(2026, month, day, hour, minute, tzinfo=FACTORY)


@pytest.fixture
def change(app):
    """change(complaint, **values): puts moments into a record that no verb would put there in a test of
    now."""

    def put(record: Complaint, **values: object) -> None:
        with app.app_context():
            row = db.session.get_one(Complaint, record.id)
            for name, value in values.items():
                setattr(row, name, value)
            db.session.commit()

    return put


@pytest.fixture
def manager(as_role):
    return as_role("general_manager", language="en")


def table(browser, name: str) -> dict[str, dict[str, str]]:
    """{line: {column: number}} of a figure's table, the total among them."""
    rows = browser.soup.select(f"#{name} table tr")
    heads = [cell.get_text(strip=True) for cell in rows[0].select("th")][1:]
    cells = [[cell.get_text(" ", strip=True) for cell in row.select("th, td")] for row in rows[1:]]
    return {name: dict(zip(heads, numbers, strict=True)) for name, *numbers in cells}


def links(browser) -> list[tuple[str, str]]:
    """(number, address) of everything counted on the page; of '81.9% (118/144)' the number is 118."""
    found = []
    for link in browser.soup.select(".kpi td.num a"):
        text = link.get_text(strip=True)
        number = (
            re.search(r"\((\d+)/\d+\)", text)
            or re.search(r"\((\d+)\)$", text)
            or re.fullmatch(r"(\d+)", text)
            or re.search(r" (\d+)$", text)  # of a rate: what it rests on, in words
        )
        found.append((number.group(1), str(link["href"])))
    return found


def length(browser, address: str) -> str:
    browser.get(address)
    assert browser.status == 200
    counted = browser.soup.select_one(".pager-count")
    return re.match(r"\d+", counted.get_text(strip=True)).group() if counted else "0"


# Each number is the length of the list behind it


def test_every_number_is_the_length_of_the_list_that_it_leads_to(app, people, on, manager):
    """Complaints of many states, routes, customers and days, made by chance with a fixed seed; every link of
    every figure is followed."""
    chance = Random(20260301)
    with kept(app):
        cases = support.Cases(people, on)
        for number in range(54):
            state = STATES[number % len(STATES)]
            route = (
                chance.choice(("occasional", "not_ours", "meeting"))
                if state not in ("closed", "accepted")
                else chance.choice(("occasional", "not_ours"))
            )
            heard = on - timedelta(
                days=chance.choice((0, 1, 6, 7, 8, 9, 29, 30, 31, 32, 60, 150, 290)),
                hours=chance.randrange(1, 24),
            )
            complaint = cases(state, on=heard + timedelta(hours=1), route=route, heard_at=heard)
            if state == "awaiting_customer" and number % 2:
                complaint.refuse(
                    response_on=support.day_of(on), response_note="不同意", by=people["sales_clerk"], on=on
                )
    opened = [
        manager.get(address) and links(manager)
        for address in (
            "/reports/",
            "/reports/figures/pareto?of=code",
            "/reports/figures/pareto?of=customer",
            "/reports/figures/pareto?of=product",
            "/reports/figures/pareto?of=department",
            f"/reports/?from={support.day_of(on) - timedelta(days=40)}&to={support.day_of(on)}",
        )
    ]
    followed = [pair for found in opened for pair in found]
    assert len(followed) > 60
    assert [(number, address) for number, address in followed if length(manager, address) != number] == []


def test_the_parts_of_a_month_make_up_its_whole(manager, complaint_in, app, on):
    for state, route in (
        ("closed", "occasional"),
        ("closed", "not_ours"),
        ("received", "occasional"),
        ("void", "occasional"),
        ("passed_on", "occasional"),
    ):
        complaint_in(state, route=route)
    total = table(manager.get("/reports/"), "complaints")["Total"]
    assert total == {
        "All complaints": "3",
        "Valid": "1",
        "Not ours or not confirmed": "1",
        "Not judged yet": "1",
    }


def test_what_was_withdrawn_after_its_analysis_counts_nowhere(app, people, manager, complaint_in, on):
    complaint_in("received")
    with kept(app):
        support.Cases(people, on)("awaiting_customer").void(
            reason="重复登记", by=people["sales_manager"], on=on
        )
    shown = {name: table(manager.get("/reports/"), name) for name in ("complaints", "open")}
    assert (
        shown["complaints"]["Total"]["All complaints"],
        shown["complaints"]["Total"]["Valid"],
        shown["open"]["Total"]["Open"],
    ) == ("1", "0", "1")
    assert manager.soup.select("#replies table, #pareto table") == []


# By hand


def test_a_complaint_counts_in_the_factorys_month(manager, complaint_in, change):
    change(
        complaint_in("received"), heard_at=datetime(2026, 3, 31, 15, 59, tzinfo=UTC)
    )  # 23:59 in the factory
    change(complaint_in("received"), heard_at=datetime(2026, 3, 31, 16, 0, tzinfo=UTC))  # midnight
    months = table(manager.get("/reports/figures/complaints?year=2026"), "complaints")
    assert (months["2026-03"]["All complaints"], months["2026-04"]["All complaints"]) == ("1", "1")


@pytest.mark.parametrize(
    ("late", "column"), [(timedelta(), "In time"), (timedelta(seconds=1), "Replied late")]
)
def test_a_reply_at_the_very_moment_is_in_time_and_a_second_later_is_late(
    manager, complaint_in, change, late, column
):
    change(
        complaint_in("closed"), heard_at=at(29), first_due_at=at(31, 23, 59), replied_at=at(31, 23, 59) + late
    )
    march = table(manager.get("/reports/figures/replies?year=2026"), "replies")["2026-03"]
    assert march == {
        "Due or replied": "1",
        "In time": "0",
        "Replied late": "0",
        "Overdue": "0",
        "Rate": "100.0%" if not late else "0.0%",
    } | {column: "1"}


def test_no_reply_is_late_once_it_is_due_and_nothing_before(manager, complaint_in, change, on):
    change(complaint_in("received"), first_due_at=on - timedelta(minutes=1))
    change(complaint_in("received"), first_due_at=on + timedelta(hours=1))
    asked = f"from={support.day_of(on - timedelta(days=1))}&to={support.day_of(on + timedelta(days=1))}"
    total = table(manager.get(f"/reports/figures/replies?{asked}"), "replies")["Total"]
    assert total == {
        "Due or replied": "1",
        "In time": "0",
        "Replied late": "0",
        "Overdue": "1",
        "Rate": "0.0%",
    }


def test_a_month_in_which_nothing_was_due_has_no_rate(manager, complaint_in, change):
    change(complaint_in("closed"), heard_at=at(2), first_due_at=at(4), replied_at=at(3))
    months = table(manager.get("/reports/figures/replies?year=2026"), "replies")
    assert (months["2026-02"]["Rate"], months["2026-03"]["Rate"]) == ("", "100.0%")


def test_after_a_refusal_the_first_due_time_still_decides(app, people, manager, on):
    with kept(app):
        complaint = support.Cases(people, on)("awaiting_customer")
        first = complaint.first_due_at
        complaint.refuse(
            response_on=support.day_of(on), response_note="不同意", by=people["sales_clerk"], on=on
        )
        complaint.confirm(by=people["quality_supervisor"], on=on, **BLOCK_B)
        complaint.settle(by=people["quality_supervisor"], on=on, settled_on=support.day_of(on), **SETTLED)
        complaint.send_reply(by=people["sales_clerk"], on=first + timedelta(days=5), **SENT)
    asked = f"from={support.day_of(first)}&to={support.day_of(first)}"
    assert table(manager.get(f"/reports/figures/replies?{asked}"), "replies")["Total"]["In time"] == "1"
    short = {
        row.th.get_text(): row.td.get_text(strip=True)
        for row in manager.get("/reports/").soup.select("#summary tbody tr")
    }
    assert short["First-pass acceptance"] == "0.0% (0/1)"


def test_the_pareto_counts_what_is_ours_most_frequent_first(manager, complaint_in, change):
    for category, code in (("APP", "scratch"), ("FUN", "no_sound"), ("FUN", "no_sound"), ("FUN", "noise")):
        change(complaint_in("closed"), defect_category=category, defect_code=code)
    complaint_in("closed", route="not_ours")
    complaint_in("received")
    manager.get("/reports/figures/pareto")
    assert [
        row.get_text("|", strip=True) for row in manager.soup.select("#pareto tbody tr, #pareto tfoot tr")
    ] == ["Function|3|75.0%|75.0%", "Appearance|1|25.0%|100.0%", "Total|4|100.0%"]


def test_the_pareto_names_what_the_procedure_no_longer_knows_and_what_nobody_stated(
    manager, complaint_in, change
):
    change(complaint_in("closed"), defect_category="OLD", product_id=None)
    assert table(manager.get("/reports/figures/pareto"), "pareto")["OLD"]["Valid"] == "1"
    assert [
        length(manager, address) for _number, address in links(manager.get("/reports/figures/pareto"))
    ] == ["1", "1"]
    assert table(manager.get("/reports/figures/pareto?of=product"), "pareto")["not stated"]["Valid"] == "1"
    assert [
        length(manager, address)
        for _number, address in links(manager.get("/reports/figures/pareto?of=product"))
    ] == ["1", "1"]


def test_the_pareto_shows_the_twenty_most_frequent_and_adds_up_the_others(manager, complaint_in, change):
    for number in range(22):
        change(complaint_in("closed"), defect_category=f"C{number:02}")
    lines = table(manager.get("/reports/figures/pareto"), "pareto")
    assert (len(lines), lines["others"], lines["Total"]["Valid"]) == (
        22,
        {"Valid": "2", "Share": "9.1%", "Cumulative": "100.0%"},
        "22",
    )


def test_the_others_of_the_pareto_lead_to_each_of_them(manager, complaint_in, change):
    for number in range(22):
        change(complaint_in("closed"), defect_category=f"C{number:02}")
    ways = dict(links(manager.get("/reports/figures/pareto"))[::-1])
    in_full = manager.get(ways["2"])
    assert list(table(in_full, "pareto")) == [*(f"C{number:02}" for number in range(22)), "Total"]
    assert [length(manager, address) for _number, address in links(in_full)] == [*"1" * 22, "22"]


@pytest.mark.parametrize(
    ("days", "age"),
    [(0, "0–7 days"), (7, "0–7 days"), (8, "8–30 days"), (30, "8–30 days"), (31, "over 30 days")],
)
@pytest.mark.parametrize("minute", [0, 23 * 60 + 59])
def test_an_open_complaint_is_as_old_as_the_factorys_days_say(
    manager, complaint_in, change, days, age, minute
):
    today = datetime.now(FACTORY).replace(hour=0, minute=0, second=0, microsecond=0)
    change(complaint_in("received"), heard_at=today - timedelta(days=days) + timedelta(minutes=minute))
    lines = table(manager.get("/reports/figures/open"), "open")
    assert {name for name, cells in lines.items() if cells["Open"] == "1"} == {age, "Total"}


@pytest.mark.parametrize(
    ("hours", "mean", "median"), [((2,), 2, 2), ((2, 5), 3.5, 3.5), ((1, 2, 9), 4, 2), ((1, 2, 4, 9), 4, 3)]
)
def test_reply_times_have_their_mean_and_their_median(app, complaint_in, change, hours, mean, median):
    for taken in hours:
        change(complaint_in("closed"), heard_at=at(5), replied_at=at(5) + timedelta(hours=taken))
    with app.app_context():
        found = durations_in_period(Complaint.replied_at, at(1), at(31))
        assert (found.number, found.mean, found.median) == (
            len(hours),
            timedelta(hours=mean),
            timedelta(hours=median),
        )
        assert durations_in_period(Complaint.replied_at, at(6), at(31)) == type(found)(0, None, None)


def test_the_figures_in_short_are_those_of_the_period_and_of_the_year_so_far(manager, complaint_in, change):
    first = complaint_in("closed")
    change(
        first,
        heard_at=at(5, month=2),
        first_due_at=at(7, month=2),
        replied_at=at(6, month=2),
        closed_at=at(9, month=2),
    )
    change(
        complaint_in("accepted"), heard_at=at(5), first_due_at=at(7), replied_at=at(8), repeat_of_id=first.id
    )
    manager.get("/reports/?from=2026-03-01&to=2026-03-31")
    short = {
        row.th.get_text(): [cell.get_text(strip=True) for cell in row.select("td.num")]
        for row in manager.soup.select("#summary tbody tr")
    }
    assert short == {
        "Complaints by month": ["1", "2"],
        "Valid complaints": ["1", "2"],
        "Replies in time": ["0.0% (0/1)", "50.0% (1/2)"],
        "Mean reply time": ["3 d, median 3 d (1)", "2 d, median 2 d (2)"],
        "First-pass acceptance": ["100.0% (1/1)", "100.0% (2/2)"],
        "Recurrence rate": ["100.0% (1/1)", "50.0% (1/2)"],
        "Closure rate": ["0.0% (0/1)", "50.0% (1/2)"],
        "Mean days to close": ["", "4 d, median 4 d (1)"],
    }


# The period


TODAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ({}, date(2025, 12, 1), date(2026, 11, 30)),
        ({"year": "2025"}, date(2025, 1, 1), date(2025, 12, 31)),
        ({"from": "2026-01-15", "to": "2026-02-10"}, date(2026, 1, 15), date(2026, 2, 10)),
        ({"from": "2026-10-05"}, date(2026, 10, 5), date(2026, 11, 30)),
        ({"to": "2026-02-10"}, date(2025, 3, 1), date(2026, 2, 10)),
        ({"from": "2027-02-01"}, date(2027, 2, 1), date(2027, 2, 1)),
        ({"from": "2026-02-01", "to": "2026-02-01", "year": "2020"}, date(2026, 2, 1), date(2026, 2, 1)),
    ],
)
def test_the_address_says_the_period(asked, first, last):
    span = Span.of(asked, TODAY)
    assert (span.first, span.last, span.fault) == (first, last, None)


def test_the_months_of_a_period_are_covered_as_far_as_it_reaches():
    months = Span(date(2025, 12, 30), date(2026, 2, 3)).months
    assert [(one.first, one.last, one.name) for one in months] == [
        (date(2025, 12, 30), date(2025, 12, 31), "2025-12-30–31"),
        (date(2026, 1, 1), date(2026, 1, 31), "2026-01"),
        (date(2026, 2, 1), date(2026, 2, 3), "2026-02-01–03"),
    ]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("from=2026-05-01&to=2026-04-01", "结束日期早于开始日期"),
        ("from=yesterday", "日期不对"),
        ("from=1926-01-01&to=2026-01-01", "请选择 2000 年至 2999 年"),
        ("from=2022-01-01&to=2026-01-01", f"最多可选 {MAX_MONTHS} 个月"),
        ("year=soon", "年份不对"),
        ("year=99999", "年份不对"),
        ("year=%C2%B2026", "年份不对"),
        ("to=9999-12-31", "请选择 2000 年至"),
        ("from=0001-01-01", "请选择 2000 年至"),
    ],
)
@pytest.mark.parametrize("address", ["/reports/", "/reports/figures/complaints"])
def test_a_period_that_is_none_is_said_and_the_last_year_shown(as_role, complaint_in, address, asked, said):
    complaint_in("received")
    browser = as_role("auditor").get(f"{address}?{asked}")
    assert (browser.status, said in browser.text, "以下显示最近 12 个月" in browser.text) == (200, True, True)
    assert browser.soup.select_one("#complaints tfoot td").get_text(strip=True) == "1"
    picture = browser.get(f"/reports/figures/complaints.svg?{asked}")
    assert (picture.status, picture.response.mimetype) == (200, "image/svg+xml")


# The pictures


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("made", [0, 1])
def test_a_chart_is_a_picture_that_runs_and_asks_for_nothing(as_role, complaint_in, name, made):
    for _ in range(made):
        complaint_in("closed")
    browser = as_role("auditor").get(f"/reports/figures/{name}.svg")
    headers, text = browser.response.headers, browser.response.get_data(as_text=True)
    assert (browser.status, headers["Content-Type"], headers["X-Content-Type-Options"]) == (
        200,
        "image/svg+xml; charset=utf-8",
        "nosniff",
    )
    assert headers["Content-Security-Policy"] == "default-src 'none'; style-src 'unsafe-inline'"
    assert (
        re.findall(r"<script|<desc|<!--|xlink:href|@import|url\(|\son\w+=|https?://(?!www\.w3\.org)", text)
        == []
    )
    assert browser.get(f"/reports/figures/{name}.svg").response.get_data(as_text=True) == text


def test_the_picture_says_its_numbers_to_who_cannot_see_it(manager, complaint_in, on):
    complaint_in("received")
    manager.get("/reports/figures/complaints")
    alt, month = manager.soup.select_one("#complaints img")["alt"], f"{on.astimezone(FACTORY):%Y-%m}"
    assert alt.startswith(
        "Complaints by month (All complaints, Valid, Not ours or not confirmed, Not judged yet): "
    )
    assert f"{month}: 1 / 0 / 0 / 1" in alt


def test_long_names_of_defects_are_cut_in_the_picture_and_whole_in_the_table(
    app, manager, complaint_in, change
):
    change(complaint_in("closed"), defect_category="A" * 40)
    assert "A" * 40 in table(manager.get("/reports/figures/pareto"), "pareto")
    drawn = manager.get("/reports/figures/pareto.svg").response.get_data(as_text=True)
    assert re.findall(r">(A+…)<", drawn) == ["A" * 15 + "…"]


def test_of_many_months_every_second_is_written_under_the_bars(manager, complaint_in, change):
    change(complaint_in("received"), heard_at=at(1, month=1))
    drawn = manager.get("/reports/figures/complaints.svg?from=2024-01-01&to=2026-01-31").response.get_data(
        as_text=True
    )
    assert re.findall(r">(\d{4}-\d\d)<", drawn) == [
        f"{year}-{month:02}" for year in (2024, 2025) for month in range(1, 13, 2)
    ] + ["2026-01"]


def test_a_target_of_the_procedure_is_a_line_in_the_picture(app, manager, complaint_in, set_target):
    complaint_in("closed")
    assert "Target" not in manager.get("/reports/figures/replies.svg").response.get_data(as_text=True)
    set_target(95)
    assert "Target 95%" in manager.get("/reports/figures/replies.svg").response.get_data(as_text=True)


@pytest.fixture
def set_target(app):
    def put(target: int) -> None:
        rules = app.extensions["rulebook"]
        kpi = dataclasses.replace(rules.kpis["replies"], target=target)
        app.extensions["rulebook"] = dataclasses.replace(rules, kpis=rules.kpis | {"replies": kpi})

    return put


# Who, and what else


@pytest.mark.parametrize(
    "address",
    [
        "/reports/figures/none",
        "/reports/figures/none.svg",
        "/reports/figures/",
        "/reports/figures/complaints.png",
    ],
)
def test_there_is_no_figure_of_another_name(manager, complaint_in, address):
    complaint_in("received")
    assert manager.get(address).status == 404


@pytest.mark.parametrize("address", ["/reports/", "/reports/figures/pareto", "/reports/figures/pareto.svg"])
def test_the_auditor_reads_the_figures_and_the_administrator_does_not(as_role, complaint_in, address):
    complaint_in("received")
    assert (as_role("auditor").get(address).status, as_role("administrator").get(address).status) == (
        200,
        403,
    )
    assert as_role(None).get(address).location.startswith("/login")


@pytest.mark.parametrize("state", [None, "passed_on", "void"])
@pytest.mark.parametrize("address", ["/reports/", "/reports/figures/open"])
def test_without_a_complaint_that_counts_the_page_says_what_would_stand_there(
    as_role, complaint_in, address, state
):
    if state:
        complaint_in(state)
    browser = as_role("auditor").get(address)
    assert (browser.status, "还没有统计指标" in browser.text, browser.soup.select("img.kpi-chart")) == (
        200,
        True,
        [],
    )


def test_a_figure_with_nothing_to_count_says_so(manager, complaint_in):
    complaint_in("closed")
    assert "No complaint is open." in manager.get("/reports/figures/open").text
    assert "Nothing to count in this period." in manager.get("/reports/figures/complaints?year=2019").text


@pytest.mark.parametrize("of", ["none", "id", "%00", "'"])
def test_what_the_pareto_cannot_be_of_is_as_if_it_were_not_asked(manager, complaint_in, of):
    complaint_in("closed")
    assert (manager.get(f"/reports/figures/pareto?of={of}").status, "Function" in manager.text) == (200, True)


@pytest.mark.parametrize(
    "asked",
    [
        "category=%00",
        "category='",
        "code=FUN",
        "code=a.b.c",
        "customer=99999999999",
        "customer=x",
        "customer=4711",
        "product=-1",
        "counted=no",
        "reply=never",
        "open=older",
        "by=nothing&from=2026-01-01",
        "first_reply=%00",
        "department=%00",
    ],
)
def test_a_filter_by_hand_that_is_none_is_said_and_lists_nothing(manager, complaint_in, asked):
    complaint_in("closed")
    for ending in ("", ".csv", ".xlsx", ".pdf"):
        manager.get(f"/reports/complaints{ending}?{asked}")
        assert (
            manager.status,
            "There is no such choice" in manager.text,
            manager.soup.select("#rows tbody tr"),
        ) == (422, True, [])


def test_the_list_says_by_what_it_is_narrowed(manager, complaint_in):
    complaint_in("closed")
    bare = {control["name"] for control in manager.get("/reports/complaints").soup.select(".toolbar [name]")}
    asked = "counted=valid&reply=in_time&by=due&category=FUN&customer=1&from=2026-01-01"
    shown = {
        control["name"]: control
        for control in manager.get(f"/reports/complaints?{asked}").soup.select(".toolbar [name]")
    }
    assert set(shown) - bare == {"counted", "reply", "by", "category", "customer"}
    assert [
        shown[name].select_one("option[selected]").get_text(strip=True)
        for name in ("counted", "by", "category", "customer")
    ] == ["Valid", "Reply due", "Function", support.CUSTOMER["short_name"]]


@pytest.mark.parametrize("address", ["/reports/", "/reports/?of=customer", "/reports/?of=department"])
def test_the_page_asks_the_database_as_often_however_many_complaints_there_are(
    app, as_role, complaint_in, people, count_queries, on, address
):
    browser, asked = as_role("auditor"), []
    for more in (1, 12):
        for number in range(more):
            with kept(app):
                customer = Customer.create(
                    by=people["sales_clerk"],
                    on=on,
                    **support.CUSTOMER
                    | {"short_name": f"C{more}-{number}", "full_name": f"C{more}-{number}"},
                )
            complaint_in("closed", customer_id=customer.id)
        with count_queries() as ran:
            browser.get(address)
        asked.append(len(ran))
    assert asked[0] == asked[1] <= 25
