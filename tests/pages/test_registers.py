"""The registers MJ-QP-12-05 and MJ-QP-12-07 (5.6, 7.1, 7.5): page, Excel and CSV say the same, read back by another reader."""
from __future__ import annotations

import csv
import dataclasses
import io
from collections.abc import Callable
from contextlib import closing
from datetime import date, datetime, timedelta
from typing import Any

import openpyxl
import pytest
from flask import Flask

from cs.extensions import db
from cs.models.complaints import Complaint
from cs.procedure.rulebook import Name
from tests import support
from tests.support import Browser

PAGE, CSV, XLSX = "/reports/complaints", "/reports/complaints.csv", "/reports/complaints.xlsx"


def lines_of_page(browser: Browser, address: str) -> list[list[str]]:
    browser.get(address)
    return [[cell.get_text(strip=True) for cell in row.select("th, td")] for row in browser.soup.select("tbody tr")]


def lines_of_csv(browser: Browser, address: str) -> list[list[str]]:
    data = browser.get(address).response.data
    assert data.startswith(b"\xef\xbb\xbf")  # else Chinese Excel takes it for GBK
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))


def sheet_of(browser: Browser, address: str) -> Any:
    response = browser.get(address).response
    with closing(response):
        return openpyxl.load_workbook(io.BytesIO(response.data)).active


@pytest.fixture
def clerk(as_role: Callable[..., Browser]) -> Browser:
    return as_role("sales_clerk")


def test_a_closed_complaint_stands_in_the_register_with_its_cause_and_dates(clerk: Browser, complaint_in: Callable[..., Complaint]) -> None:
    closed = complaint_in("closed")
    line = dict(zip(lines_of_csv(clerk, CSV)[0], lines_of_csv(clerk, CSV)[1], strict=True))
    assert line["投诉编号"] == closed.number
    assert line["状态"] == "已结案"
    assert line["准时"] == "是"
    assert line["原因简述"] == closed.replies[-1].cause
    assert line["序号"] == "1"


def test_page_csv_and_workbook_hold_the_same_lines(clerk: Browser, complaint_in: Callable[..., Complaint]) -> None:
    numbers = [complaint_in(state).number for state in ("received", "answering", "closed", "void")]
    assert [line[0] for line in lines_of_page(clerk, PAGE)] == numbers
    assert [line[1] for line in lines_of_csv(clerk, CSV)[1:]] == numbers
    assert [row[1].value for row in sheet_of(clerk, XLSX).iter_rows(min_row=4)] == numbers


def test_what_sales_has_not_registered_is_no_line(clerk: Browser, complaint_in: Callable[..., Complaint]) -> None:
    complaint_in("passed_on")
    complaint_in("declined")
    kept = complaint_in("received")
    assert [line[1] for line in lines_of_csv(clerk, CSV)[1:]] == [kept.number]


def test_the_workbook_has_real_dates_numbers_and_a_frozen_head(clerk: Browser, complaint_in: Callable[..., Complaint]) -> None:
    complaint_in("closed")
    sheet = sheet_of(clerk, XLSX)
    line = dict(zip([cell.value for cell in sheet[3]], [cell.value for cell in sheet[4]], strict=True))
    assert {type(line["投诉日期"]), type(line["回复时间"])} == {datetime}
    assert type(line["检查数"]) is int
    assert isinstance(line["不良率"], float | int)
    assert (sheet.freeze_panes, sheet.print_title_rows, sheet.auto_filter.ref[:3]) == ("C4", "$1:$3", "A3:")
    assert "MJ-QP-12-05" in sheet["A1"].value


@pytest.mark.parametrize("typed", ["=1+1", "+86 138", "-3", "@SUM(A1)", "=HYPERLINK(\"http://a\")"])
def test_no_text_of_a_user_becomes_a_formula(clerk: Browser, complaint_in: Callable[..., Complaint], typed: str) -> None:
    complaint_in("received", description=typed)
    symptom = [cell.value for cell in sheet_of(clerk, XLSX)[3]].index("不良现象")
    cell = sheet_of(clerk, XLSX)[4][symptom]
    assert (cell.data_type, cell.value) == ("s", typed)
    assert lines_of_csv(clerk, CSV)[1][symptom] == f"'{typed}"


def test_a_form_may_be_called_what_no_sheet_is_called(app: Flask, clerk: Browser, complaint_in: Callable[..., Complaint]) -> None:
    rules = app.extensions["rulebook"]
    form = rules.forms["complaint_register"]
    renamed = dataclasses.replace(form, name=Name("'客户/投诉[明细]*:?", "'A/B'"))
    app.extensions["rulebook"] = dataclasses.replace(rules, forms=rules.forms | {"complaint_register": renamed})
    assert sheet_of(clerk, XLSX).title == "客户 投诉 明细"


def test_the_period_bounds_page_and_file_alike(app: Flask, clerk: Browser, complaint_in: Callable[..., Complaint]) -> None:
    old, new = complaint_in("received"), complaint_in("received")
    with app.app_context():
        db.session.get_one(Complaint, old.id).heard_at -= timedelta(days=40)
        db.session.commit()
    since = (support.day_of(new.heard_at) - timedelta(days=7)).isoformat()
    assert [line[0] for line in lines_of_page(clerk, f"{PAGE}?from={since}")] == [new.number]
    assert [line[1] for line in lines_of_csv(clerk, f"{CSV}?from={since}")[1:]] == [new.number]
    assert [line[1] for line in lines_of_csv(clerk, f"{CSV}?to={since}")[1:]] == [old.number]


@pytest.mark.parametrize(("asked", "said"), [("from=2026-05-01&to=2026-04-01", "结束日期早于开始日期"), ("from=yesterday", "日期不对")])
def test_a_period_that_is_none_is_said_and_lists_nothing(clerk: Browser, complaint_in: Callable[..., Complaint], asked: str, said: str) -> None:
    complaint_in("received")
    assert lines_of_page(clerk, f"{PAGE}?{asked}") == []
    assert said in clerk.text
    assert len(lines_of_csv(clerk, f"{CSV}?{asked}")) == 1


def test_the_titles_are_english_for_an_english_reader(as_role: Callable[..., Browser]) -> None:
    browser = as_role("auditor", language="en")
    assert lines_of_csv(browser, CSV)[0][1] == "Complaint no."


def test_the_customer_register_lists_each_customer(clerk: Browser) -> None:
    line = dict(zip(*lines_of_csv(clerk, "/reports/customers.csv"), strict=True))
    assert (line["客户简称"], line["联系人"], line["客户等级"]) == ("华声汽配", "王工", "未定级")


@pytest.mark.parametrize("name", ["nothing", "complaints.doc", "../config"])
def test_an_unknown_register_is_not_found(clerk: Browser, name: str) -> None:
    assert clerk.get(f"/reports/{name}").status == 404


@pytest.mark.parametrize("address", [PAGE, CSV, XLSX, "/reports/"])
def test_an_administrator_reads_no_register(as_role: Callable[..., Browser], address: str) -> None:
    assert as_role("administrator").get(address).status == 403


def test_thirty_lines_cost_as_many_queries_as_three(clerk: Browser, complaint_in: Callable[..., Complaint], count_queries: Callable[[], Any]) -> None:
    counts = []
    for more in (3, 27):
        for _ in range(more):
            complaint_in("received")
        with count_queries() as ran:
            clerk.get(PAGE)
        counts.append(len(ran))
    assert counts[0] == counts[1]


def test_the_period_includes_both_its_days(clerk: Browser, complaint_in: Callable[..., Complaint]) -> None:
    complaint = complaint_in("received")
    day: date = support.day_of(complaint.heard_at)
    assert [line[0] for line in lines_of_page(clerk, f"{PAGE}?from={day}&to={day}")] == [complaint.number]
