"""Columns of the registers that say what hangs on a case: 7.5-22, 7.5-23, and the causes of DC-FM-04."""

from __future__ import annotations

import csv
import io
from contextlib import closing
from datetime import timedelta
from decimal import Decimal

import openpyxl
import pytest

from tests import support
from tests.capas import ANALYSED, Capas
from tests.pdfs import text_of
from tests.returned import Replenishments, Returns
from tests.support import kept

pytestmark = pytest.mark.both_databases
COMPLAINTS, CARS = "/reports/complaints", "/reports/capa"
REPLENISHMENTS = "/reports/replenishments"


def lines(browser, address):
    rows = list(csv.reader(io.StringIO(browser.get(f"{address}.csv").response.data.decode("utf-8-sig"))))
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


@pytest.mark.parametrize(
    ("goods", "said"),
    [
        ((), "否"),
        (("return",), "是"),
        (("void return",), "否"),
        (("replenishment",), "是"),
        (("refused replenishment",), "否"),
    ],
)
def test_the_register_says_whether_goods_came_back_or_were_replaced(app, as_role, people, on, goods, said):
    with kept(app):
        case = support.Cases(people, on)("answering")
        for one in goods:
            if "return" in one:
                Returns(people, on)("void" if "void" in one else "arranging", complaint_id=case.id)
            else:
                Replenishments(people, on, case.id)("rejected" if "refused" in one else "filed")
    assert [line["退货·补货"] for line in lines(as_role("auditor"), COMPLAINTS)] == [said]


def test_the_register_says_the_effect_by_the_last_proof(app, as_role, people, on):
    with kept(app):
        made, case = Capas(people, on), support.Cases(people, on)("answering", route="meeting")
        of_case = {"source": "complaint", "source_no": None, "complaint_id": case.id}
        made.reopen(made("carried_out", **of_case), on)
        made("void", **of_case)
    assert lines(as_role("auditor"), COMPLAINTS)[0]["效果"] == f"无效 · {support.day_of(on)}"
    with kept(app):
        made("verified", on=on + timedelta(seconds=1), **of_case)
    assert lines(as_role("auditor"), COMPLAINTS)[0]["效果"] == f"有效 · {support.day_of(on)}"


def test_no_effect_is_said_before_any_proof(as_role, complaint_in):
    complaint_in("closed")
    assert lines(as_role("auditor"), COMPLAINTS)[0]["效果"] == "/"


@pytest.fixture
def two_cars(app, people, on):
    """One of three measures, one of one."""
    with kept(app):
        made = Capas(people, on)
        made("measures_set", owners=("production_operator", "production_manager", "planner"))
        made("measures_set", on=on + timedelta(seconds=1))


def test_a_cause_stands_on_the_first_line_of_its_car_on_page_and_paper(as_role, two_cars):
    browser = as_role("auditor").get(CARS)
    column = [head.get_text() for head in browser.soup.select(".table-wrap thead th")].index("原因")
    shown = [row.select("th, td")[column].get_text() for row in browser.soup.select(".table-wrap tbody tr")]
    cause = ANALYSED["occurrence_cause"]
    assert [cause in text for text in shown] == [True, False, False, True]
    assert shown[1:3] == ["同上", "同上"]
    paper = text_of(browser.get(f"{CARS}.pdf").response.data)
    assert (paper.count(cause), paper.count("同上")) == (2, 4)  # of problem and cause


def test_in_a_file_each_measure_has_its_cause_so_that_it_can_be_filtered(as_role, two_cars):
    browser = as_role("auditor")
    assert [ANALYSED["occurrence_cause"] in line["原因"] for line in lines(browser, CARS)] == [True] * 4
    response = browser.get(f"{CARS}.xlsx").response
    with closing(response):
        sheet = openpyxl.load_workbook(io.BytesIO(response.data)).active
    column = [cell.value for cell in sheet[3]].index("原因")
    causes = [row[column].value for row in sheet.iter_rows(min_row=4)]
    assert [ANALYSED["occurrence_cause"] in cause for cause in causes] == [True] * 4


def test_no_short_heading_of_the_complaint_register_is_broken(as_role, complaint_in):
    complaint_in("closed")
    words = text_of(as_role("auditor").get(f"{COMPLAINTS}.pdf").response.data).split()
    for title in ("责任部门", "重复投诉", "客户是否接受", "未达成原因", "应回复时间"):
        assert title in words


def test_the_register_of_replenishments_shows_currency_and_rate(app, as_role, people, on):
    with kept(app):
        case = support.Cases(people, on)("answering")
        made = Replenishments(people, on, case.id)
        made()
        made(terms={"currency": "USD", "rate": Decimal("7.125")})
    assert [
        (line["币别"], line["汇率（1 外币折 RMB）"]) for line in lines(as_role("auditor"), REPLENISHMENTS)
    ] == [("人民币", "/"), ("美元", "7.125")]


def test_the_register_of_returns_shows_the_effect_of_rework_on_what_was_reworked(app, as_role, people, on):
    with kept(app):
        Returns(people, on)("closed", judged=True)
    assert [line["重工效果跟踪"] for line in lines(as_role("auditor"), "/reports/returns")] == ["有效", "/"]
