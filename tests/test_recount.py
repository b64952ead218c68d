"""An auditor's recount: every number of the KPI page, over the demo year, from the registers' files and the
raw rows of the database. Plain Python that shares no code with the program."""

from __future__ import annotations

import csv
import io
import re
import sqlite3
from collections import Counter
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from statistics import mean, median
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from bs4 import BeautifulSoup

from tests.baseline.record import NOW, Visitor, frozen_clock, unpack

pytestmark = pytest.mark.slow

FACTORY = ZoneInfo("Asia/Shanghai")
TODAY = NOW.astimezone(FACTORY).date()
YEAR = (date(2026, 1, 1), date(2026, 12, 31))
BEFORE = (date(2025, 1, 1), date(2025, 12, 31))
Row = dict[str, Any]


class Site:
    """What an auditor has: the page, the registers as files, and the tables."""

    def __init__(self, folder: Any) -> None:
        from cs import create_app

        unpack("demo-276c89e", folder)
        app = create_app({"CS_DATA": folder, "DATABASE_URL": "", "CS_TIMEZONE": "Asia/Shanghai"})
        with frozen_clock():
            assert app.test_cli_runner().invoke(args=["init", "--demo"]).exit_code == 0
            app.config.update(CS_EXPORT_ROWS=100_000, WTF_CSRF_ENABLED=False)
            visitor = Visitor(app, "quality_supervisor")
            self.page = BeautifulSoup(visitor.get("/reports/?year=2026")[1], "html.parser")
            self.complaints = lines(visitor.get("/reports/complaints.csv")[1])
            self.returns = lines(visitor.get("/reports/returns.csv")[1])
            self.measures = lines(visitor.get("/reports/capa.csv")[1])
            self.replenishments = lines(visitor.get("/reports/replenishments.csv")[1])
        with closing(sqlite3.connect(folder / "cs.db")) as connection:
            connection.row_factory = sqlite3.Row
            names = [
                "complaints",
                "replies",
                "shipments",
                "returns",
                "return_lines",
                "capas",
                "capa_past_rounds",
                "capa_verifications",
                "events",
                "replenishments",
            ]
            self.tables = {
                name: [dict(row) for row in connection.execute(f"SELECT * FROM {name}")] for name in names
            }
        self.raw = {row["number"]: row for row in self.tables["complaints"]}

    def shown(self, panel: str) -> list[list[str]]:
        """The cells of a panel's lines: of each the numbers in it."""
        rows = self.page.select(f"#{panel} tbody tr, #{panel} tfoot tr")
        return [[cell.get_text(" ", strip=True) for cell in row.select("td.num")] for row in rows]

    def summary(self) -> list[list[str]]:
        return self.shown("summary")

    def rates(self) -> list[list[list[str]]]:
        """Of each rate and period: the rate, and what it rests on."""
        cells = [row.select("td.num") for row in self.page.select("#rates tbody tr")]
        return [[list(cell.stripped_strings) for cell in row] for row in cells]


def lines(text: str) -> list[Row]:
    rows = list(csv.reader(io.StringIO(text)))
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return Site(tmp_path_factory.mktemp("recount") / "data")


def moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None


def day(text: str | None) -> date | None:
    """The factory's day of a stored moment, or a stored day."""
    if not text:
        return None
    return date.fromisoformat(text) if len(text) == 10 else moment(text).astimezone(FACTORY).date()


def within(value: date | None, period: tuple[date, date]) -> bool:
    return value is not None and period[0] <= value <= period[1]


def percent(part: Any, whole: Any, places: str = "0.1") -> str:
    if not whole:
        return "—"
    return f"{(Decimal(part) * 100 / Decimal(whole)).quantize(Decimal(places), ROUND_HALF_UP)}%"


def numbers(text: str) -> list[str]:
    return re.findall(r"-?[\d.,]+%?", text)


def share(part: int, whole: int) -> list[str]:
    return [f"{part * 100 / whole:.1f}%", str(part), str(whole)]


def counted(site: Site) -> list[Row]:
    """The lines of the complaint register that count: not void."""
    return [line for line in site.complaints if line["状态"] != "已作废"]


def heard(site: Site, period: tuple[date, date]) -> list[Row]:
    return [line for line in counted(site) if within(day(line["投诉日期"]), period)]


def is_valid(site: Site, line: Row) -> bool:
    return site.raw[line["投诉编号"]]["counts_in_kpi"] == 1


def months(period: tuple[date, date]) -> list[tuple[date, date]]:
    firsts = [date(period[0].year, month, 1) for month in range(1, 13)]
    lasts = [first - timedelta(days=1) for first in firsts[1:]] + [period[1]]
    return list(zip(firsts, lasts, strict=True))


# The figures with a chart


def test_complaints_by_month(site: Site) -> None:
    def of(period: tuple[date, date]) -> list[str]:
        found = [site.raw[line["投诉编号"]]["counts_in_kpi"] for line in heard(site, period)]
        return [str(number) for number in (len(found), found.count(1), found.count(0), found.count(None))]

    assert site.shown("complaints") == [*(of(month) for month in months(YEAR)), of(YEAR)]


def test_replies_in_time(site: Site) -> None:
    rows = [site.raw[line["投诉编号"]] for line in counted(site)]

    def of(period: tuple[date, date]) -> list[str]:
        due = [row for row in rows if within(day(row["first_due_at"]), period)]
        answered = [row for row in due if row["replied_at"]]
        in_time = [row for row in answered if row["replied_at"] <= row["first_due_at"]]
        overdue = [row for row in due if not row["replied_at"] and moment(row["first_due_at"]) < NOW]
        whole = len(answered) + len(overdue)
        rate = f"{len(in_time) * 100 / whole:.1f}%" if whole else ""
        late = len(answered) - len(in_time)
        return [*map(str, (whole, len(in_time), late, len(overdue))), rate]

    assert site.shown("replies") == [*(of(month) for month in months(YEAR)), of(YEAR)]


def test_the_pareto_of_defects(site: Site) -> None:
    valid = [line for line in heard(site, YEAR) if is_valid(site, line)]
    by_category = Counter(line["缺陷类别"] for line in valid)
    shown = {
        row.th.get_text(strip=True): row.td.get_text(strip=True)
        for row in site.page.select("#pareto tbody tr")
    }
    assert shown == {name: str(number) for name, number in by_category.items()}
    assert [row[0] for row in site.shown("pareto")][-1] == str(len(valid))


def test_open_complaints_by_age(site: Site) -> None:
    ages = [(TODAY - day(line["投诉日期"])).days for line in counted(site) if line["状态"] != "已结案"]
    groups = [
        sum(age <= 7 for age in ages),
        sum(7 < age <= 30 for age in ages),
        sum(age > 30 for age in ages),
    ]
    assert [row[0] for row in site.shown("open")] == [*map(str, groups), str(len(ages))]


# The summary


def test_the_summary_of_the_year(site: Site) -> None:
    of_year = heard(site, YEAR)
    raw = [site.raw[line["投诉编号"]] for line in counted(site)]
    first = {row["complaint_id"]: row for row in site.tables["replies"] if row["number"] == 1}
    answered = [
        first[row["id"]]["response"]
        for row in raw
        if within(day(row["replied_at"]), YEAR) and first[row["id"]]["response"] in ("accepted", "refused")
    ]
    closed = sum(line["结案日"] != "/" for line in of_year)
    again = sum(line["重复投诉"] == "是" for line in of_year)
    shown = [numbers(row[0]) for row in site.summary()]
    assert shown[0] == [str(len(of_year))]
    assert shown[1] == [str(sum(is_valid(site, line) for line in of_year))]
    due = [row for row in raw if within(day(row["first_due_at"]), YEAR)]
    due = [row for row in due if row["replied_at"] or moment(row["first_due_at"]) < NOW]
    in_time = [row for row in due if row["replied_at"] and row["replied_at"] <= row["first_due_at"]]
    assert shown[2] == share(len(in_time), len(due))
    assert shown[4] == share(answered.count("accepted"), len(answered))
    assert shown[5] == share(again, len(of_year))
    assert shown[6] == share(closed, len(of_year))


@pytest.mark.parametrize(("line", "column"), [(3, "replied_at"), (7, "closed_at")])
def test_times_to_reply_and_to_close(site: Site, line: int, column: str) -> None:
    raw = [site.raw[each["投诉编号"]] for each in counted(site)]
    took = [
        (moment(row[column]) - moment(row["heard_at"])).total_seconds()
        for row in raw
        if within(day(row[column]), YEAR)
    ]
    text = site.summary()[line][0]
    assert numbers(text)[-1] == str(len(took))
    shown = [seconds(part) for part in re.split("，|,", text)[:2]]
    for found, told in zip((mean(took), median(took)), shown, strict=True):
        assert abs(found - told) <= 3600  # in words: two units, cut


def seconds(words: str) -> int:
    units = {"天": 86400, "小时": 3600, "分钟": 60, "分": 60}
    found = re.findall(r"(\d+)\s*(天|小时|分钟|分)", words)
    return sum(int(number) * units[unit] for number, unit in found)


# The rates


def rate_of_days(rows: list[tuple[date, date | None]], period: tuple[date, date]) -> list[str]:
    due = [row for row in rows if within(row[0], period) and (row[1] or row[0] < TODAY)]
    in_time = [row for row in due if row[1] and row[1] <= row[0]]
    return [percent(len(in_time), len(due)), str(len(in_time)), str(len(due))]


def figures(cell: list[str]) -> list[str]:
    """Of a rate in words: the rate, and all numbers of what it rests on."""
    return [cell[0], *(number for part in cell[1:] for number in numbers(part))]


@pytest.fixture(params=[(0, YEAR), (1, BEFORE), (2, YEAR)], ids=["year", "before", "to date"])
def period(request: pytest.FixtureRequest) -> tuple[int, tuple[date, date]]:
    return request.param


def test_results_recorded_the_same_day(site: Site, period: tuple[int, tuple[date, date]]) -> None:
    column, days = period
    first = {row["complaint_id"]: row for row in site.tables["replies"] if row["number"] == 1}
    ids = [site.raw[line["投诉编号"]]["id"] for line in heard(site, days)]
    settled = [
        first[number]
        for number in ids
        if number in first and first[number]["route"] == "occasional" and first[number]["settled_on"]
    ]
    same = [row for row in settled if day(row["quality_replied_at"]) <= day(row["settled_on"])]
    told = [percent(len(same), len(settled)), str(len(same)), str(len(settled))]
    assert figures(site.rates()[0][column]) == told


def test_cars_answered_carried_out_and_effective(site: Site, period: tuple[int, tuple[date, date]]) -> None:
    column, days = period
    valid = [row for row in site.tables["capas"] if row["state"] != "void"]
    first_due = {
        row["capa_id"]: row["due_on"] for row in site.tables["capa_past_rounds"] if row["round"] == 1
    }
    answers: dict[int, date] = {}
    for event in sorted(site.tables["events"], key=lambda row: row["seq"]):
        if event["kind"] == "capa" and event["name"] == "set_measures":
            answers.setdefault(event["record_id"], day(event["at"]))
    rows = [(day(first_due.get(row["id"], row["due_on"])), answers.get(row["id"])) for row in valid]
    assert figures(site.rates()[1][column]) == rate_of_days(rows, days)
    measures = [
        (day(line["计划完成"]), None if line["完成日期"] == "/" else day(line["完成日期"]))
        for line in site.measures
        if line["计划完成"] != "/" and line["状态"] != "已作废"
    ]
    assert figures(site.rates()[2][column]) == rate_of_days(measures, days)
    ids = {row["id"] for row in valid}
    proofs = [
        row["effect"]
        for row in site.tables["capa_verifications"]
        if row["round"] == 1 and row["capa_id"] in ids and within(day(row["verified_at"]), days)
    ]
    good = proofs.count("effective")
    assert figures(site.rates()[3][column]) == [percent(good, len(proofs)), str(good), str(len(proofs))]


def test_complaints_and_returns_against_shipments(site: Site, period: tuple[int, tuple[date, date]]) -> None:
    column, days = period
    valid = [line for line in heard(site, days) if is_valid(site, line)]
    defective = sum(int(line["不良数"]) for line in valid if line["不良数"] != "/")
    sent = [
        row
        for row in site.tables["shipments"]
        if row["state"] == "active" and within(day(row["shipped_on"]), days)
    ]
    pieces = sum(row["quantity"] for row in sent)
    lots = len({(row["product_id"], row["lot_no"]) for row in sent})
    back = [line for line in site.returns if line["状态"] != "已作废" and within_line(line, "到货时间", days)]
    returns = len({line["退货单号"] for line in back})
    back_lots = len({(line["型号"], line["批号"]) for line in back if line["批号"] != "/"})
    back_pieces = sum(Decimal(line["实收数量"]) for line in back if line["实收数量"] != "/")
    rates = [figures(row[column]) for row in site.rates()]
    ppm = (Decimal(defective) * 1_000_000 / pieces).quantize(Decimal(1), ROUND_HALF_UP) if pieces else "—"
    count, shipments = str(len(valid)), str(len(sent))
    assert rates[4] == [percent(len(valid), lots), count, str(lots), shipments]
    assert rates[5] == [str(ppm), str(defective), count, str(pieces), shipments]
    assert rates[6] == [
        percent(back_pieces, pieces, "0.01"),
        str(back_pieces),
        str(returns),
        str(pieces),
        shipments,
    ]
    assert rates[7] == [percent(back_lots, lots), str(back_lots), str(returns), str(lots), shipments]


def within_line(line: Row, title: str, days: tuple[date, date]) -> bool:
    return line[title] != "/" and within(day(line[title]), days)


def test_returns_handled_replenishments_and_costs(site: Site, period: tuple[int, tuple[date, date]]) -> None:
    column, days = period
    took = [
        (moment(row["closed_at"]) - moment(row["arrived_at"])).total_seconds()
        for row in site.tables["returns"]
        if row["arrived_at"] and row["closed_at"] and within(day(row["closed_at"]), days)
    ]
    in_days = Decimal(str(mean(took) / 86400)).quantize(Decimal("0.1"), ROUND_HALF_UP) if took else None
    cell = site.rates()[8][column]
    assert (numbers(cell[0])[:1], numbers(cell[1])) == ([str(in_days)] if took else [], [str(len(took))])
    orders = [
        (day(line["要求交期"]), None if line["出货日期"] == "/" else day(line["出货日期"]))
        for line in site.replenishments
        if line["紧急订单号"] != "/" and line["状态"] != "已作废"
    ]
    assert figures(site.rates()[9][column]) == rate_of_days(orders, days)
    free: Counter[int] = Counter()
    for row in site.tables["replenishments"]:
        if row["order_number"] and not row["charged"] and row["state"] != "void":
            free[row["complaint_id"]] += row["amount"]
    closed = [
        row for row in site.raw.values() if row["state"] != "void" and within(day(row["closed_at"]), days)
    ]
    with_cost = [row for row in closed if costs_of(row) or row["id"] in free]
    fen = sum(sum(costs_of(row)) + free[row["id"]] for row in with_cost)
    told = [f"{Decimal(fen) / 100:,.2f} RMB" if with_cost else "—", str(len(with_cost))]
    assert figures(site.rates()[10][column]) == told


def costs_of(row: Row) -> list[int]:
    kinds = ("cost_rework", "cost_scrap", "cost_freight", "cost_deduction")
    return [row[kind] for kind in kinds if row[kind] is not None]


def test_every_line_of_the_page_is_recounted(site: Site) -> None:
    assert (len(site.summary()), len(site.rates())) == (8, 11)
    panels = {str(panel["id"]) for panel in site.page.select("article.kpi")}
    assert panels == {"complaints", "replies", "pareto", "open", "summary", "rates"}
