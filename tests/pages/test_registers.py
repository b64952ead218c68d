"""The registers MJ-QP-12-05, MJ-QP-12-07, DC-FM-04 (5.6, 7.1, 7.5, 7.6): page, Excel, CSV and PDF say the
same, read back by another reader."""

from __future__ import annotations

import csv
import dataclasses
import io
import re
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import unquote

import openpyxl
import pytest
from flask import Flask

from cs.blueprints import SECTIONS
from cs.extensions import db
from cs.models.complaints.complaint import Complaint
from cs.printing import typeset
from cs.procedure.rulebook import Name
from tests import support
from tests.pdfs import fonts_of, pages_of, size_of, text_of, words_of
from tests.support import Browser

pytestmark = pytest.mark.both_databases

FORMS = SECTIONS.forms
REGISTERS = SECTIONS.registers

PAGE, CSV, XLSX, PDF = (f"/reports/complaints{ending}" for ending in ("", ".csv", ".xlsx", ".pdf"))


def lines_of_page(browser: Browser, address: str) -> list[list[str]]:
    browser.get(address)
    return [
        [cell.get_text(strip=True) for cell in row.select("th, td")]
        for row in browser.soup.select(".table-wrap tbody tr")
    ]


def lines_of_csv(browser: Browser, address: str) -> list[list[str]]:
    data = browser.get(address).response.data
    assert data.startswith(b"\xef\xbb\xbf")  # else Chinese Excel takes it for GBK
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))


def sheet_of(browser: Browser, address: str) -> Any:
    response = browser.get(address).response
    with closing(response):
        return openpyxl.load_workbook(io.BytesIO(response.data)).active


def numbers_in_pdf(browser: Browser, address: str) -> list[str]:
    """The complaint numbers of a PDF in their order."""
    return re.findall(r"CC-\d{6}-\d{4}", text_of(browser.get(address).response.data))


@pytest.fixture
def clerk(as_role: Callable[..., Browser]) -> Browser:
    return as_role("sales_clerk")


def test_a_closed_complaint_stands_in_the_register_with_its_cause_and_dates(
    clerk: Browser, complaint_in: Callable[..., Complaint]
) -> None:
    closed = complaint_in("closed")
    line = dict(zip(lines_of_csv(clerk, CSV)[0], lines_of_csv(clerk, CSV)[1], strict=True))
    assert line["投诉编号"] == closed.number
    assert line["状态"] == "已结案"
    assert line["准时"] == "是"
    assert line["原因简述"] == closed.replies[-1].cause
    assert line["序号"] == "1"


def test_page_csv_workbook_and_pdf_hold_the_same_lines(
    clerk: Browser, complaint_in: Callable[..., Complaint]
) -> None:
    numbers = [complaint_in(state).number for state in ("received", "answering", "closed", "void")]
    assert [line[0] for line in lines_of_page(clerk, PAGE)] == numbers
    assert [line[1] for line in lines_of_csv(clerk, CSV)[1:]] == numbers
    assert [row[1].value for row in sheet_of(clerk, XLSX).iter_rows(min_row=4)] == numbers
    assert numbers_in_pdf(clerk, PDF) == numbers


@pytest.mark.parametrize(
    "asked",
    [
        "sort=newest",
        "state=closed",
        "severity=major&sort=number",
        "q=无声",
        "from=2020-01-01&to=2119-12-31",
        "q=nothing",
        "language=zh&page=2",
    ],
)
def test_filter_sort_and_search_of_the_address_hold_in_every_file(
    clerk: Browser, complaint_in: Callable[..., Complaint], asked: str
) -> None:
    for state in ("received", "closed", "answering"):
        complaint_in(state)
    shown = [line[0] for line in lines_of_page(clerk, f"{PAGE}?{asked}")]
    assert [line[1] for line in lines_of_csv(clerk, f"{CSV}?{asked}")[1:]] == shown
    assert [row[1].value for row in sheet_of(clerk, f"{XLSX}?{asked}").iter_rows(min_row=4)] == shown
    assert numbers_in_pdf(clerk, f"{PDF}?{asked}") == shown


def test_what_sales_has_not_registered_is_no_line(
    clerk: Browser, complaint_in: Callable[..., Complaint]
) -> None:
    complaint_in("passed_on")
    complaint_in("sent_back")
    complaint_in("declined")
    kept = complaint_in("received")
    assert [line[1] for line in lines_of_csv(clerk, CSV)[1:]] == [kept.number]


def test_the_workbook_has_real_dates_numbers_and_a_frozen_head(
    clerk: Browser, complaint_in: Callable[..., Complaint]
) -> None:
    complaint_in("closed")
    sheet = sheet_of(clerk, XLSX)
    line = dict(zip([cell.value for cell in sheet[3]], [cell.value for cell in sheet[4]], strict=True))
    assert {type(line["投诉日期"]), type(line["回复时间"])} == {datetime}
    assert type(line["检查数"]) is int
    assert isinstance(line["不良率"], float | int)
    assert (sheet.freeze_panes, sheet.print_title_rows, sheet.auto_filter.ref[:3]) == ("C4", "$1:$3", "A3:")
    assert "MJ-QP-12-05" in sheet["A1"].value


FORMULAS = (
    *("=1+1", "+86a", "-x", "@SUM(A1)", '=HYPERLINK("http://a")'),
    *("＝1+1", "＋A1", "－A1", "＠SUM(A1)", '="1"&A1'),
)


@pytest.mark.parametrize("typed", FORMULAS)
def test_no_text_of_a_user_becomes_a_formula(
    clerk: Browser, complaint_in: Callable[..., Complaint], typed: str
) -> None:
    complaint_in("received", description=typed)
    symptom = [cell.value for cell in sheet_of(clerk, XLSX)[3]].index("不良现象")
    cell = sheet_of(clerk, XLSX)[4][symptom]
    assert (cell.data_type, cell.value) == ("s", typed)
    assert lines_of_csv(clerk, CSV)[1][symptom] == f"'{typed}"


READ_AS_VALUES = (
    *("0012345", "123456789012345678", "3-5", "1/2", "2026-3-5", "2026年3月5日", "1E5", "9:30", "9:30 AM"),
    *("上午9:30", "MAR5", "5-Sept", "TRUE", "50%", "¥5", "-3", "+86 138", "００１２", "1,200", "1.50", "12"),
)


@pytest.mark.parametrize("typed", READ_AS_VALUES)
def test_a_text_that_excel_would_turn_into_a_number_or_a_date_stays_one(
    clerk: Browser, complaint_in: Callable[..., Complaint], typed: str
) -> None:
    """="0012" is shown as 0012; the import reads it so too."""
    complaint_in("received", description=typed)
    head, line = lines_of_csv(clerk, CSV)
    symptom = head.index("不良现象")
    assert line[symptom] == f'="{typed}"'
    cell = sheet_of(clerk, XLSX)[4][symptom]
    assert (cell.data_type, cell.value, cell.number_format) == ("s", typed, "@")


@pytest.mark.parametrize(
    "typed", ["A-3", "E5", "无声 12", "CA-6920", "3只", "Epoxy", "12 pcs", "/", "MARK 5", "é1"]
)
def test_another_text_is_written_as_it_is(
    clerk: Browser, complaint_in: Callable[..., Complaint], typed: str
) -> None:
    complaint_in("received", description=typed)
    head, line = lines_of_csv(clerk, CSV)
    assert line[head.index("不良现象")] == typed


def test_numbers_and_days_of_a_csv_are_numbers_and_days(
    clerk: Browser, complaint_in: Callable[..., Complaint]
) -> None:
    complaint_in("closed")
    head, line = lines_of_csv(clerk, CSV)
    cells = dict(zip(head, line, strict=True))
    assert cells["不良率"] == "1.50%"
    assert [cell for cell in cells.values() if cell.startswith(("=", "'"))] == []


def test_a_form_may_be_called_what_no_sheet_is_called(
    app: Flask, clerk: Browser, complaint_in: Callable[..., Complaint]
) -> None:
    rules = app.extensions["rulebook"]
    form = rules.forms["complaint_register"]
    renamed = dataclasses.replace(form, name=Name("'客户/投诉[明细]*:?", "'A/B'"))
    app.extensions["rulebook"] = dataclasses.replace(
        rules, forms=rules.forms | {"complaint_register": renamed}
    )
    assert sheet_of(clerk, XLSX).title == "客户 投诉 明细"


def test_the_period_bounds_page_and_file_alike(
    app: Flask, clerk: Browser, complaint_in: Callable[..., Complaint]
) -> None:
    old, new = complaint_in("received"), complaint_in("received")
    with app.app_context():
        db.session.get_one(Complaint, old.id).heard_at -= timedelta(days=40)
        db.session.commit()
    since = (support.day_of(new.heard_at) - timedelta(days=7)).isoformat()
    assert [line[0] for line in lines_of_page(clerk, f"{PAGE}?from={since}")] == [new.number]
    assert [line[1] for line in lines_of_csv(clerk, f"{CSV}?from={since}")[1:]] == [new.number]
    assert [line[1] for line in lines_of_csv(clerk, f"{CSV}?to={since}")[1:]] == [old.number]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("from=2026-05-01&to=2026-04-01", "结束日期早于开始日期"),
        ("from=yesterday", "日期不对"),
        ("to=99999-01-01", "日期不对"),
        ("state=passed_on", "没有此选项：状态"),
        ("severity=<b>", "严重度: <b>"),
        ("sort=-1;drop", "排序: -1;drop"),
        (f"liability={'x' * 500}", "没有此选项：责任方"),
    ],
)
def test_an_address_that_cannot_be_answered_is_said_lists_nothing_and_makes_no_file(
    clerk: Browser, complaint_in: Callable[..., Complaint], asked: str, said: str
) -> None:
    complaint_in("received")
    assert lines_of_page(clerk, f"{PAGE}?{asked}") == []
    for address in (PAGE, CSV, XLSX, PDF):
        clerk.get(f"{address}?{asked}")
        assert (clerk.status, clerk.response.mimetype, said in clerk.text) == (422, "text/html", True), (
            address
        )
    back = clerk.soup.select_one(".error-actions a")["href"]
    assert clerk.get(back).status == 422


@pytest.mark.parametrize(
    "asked",
    [
        "from=1926-01-01&to=2026-01-01",
        "from=0001-01-01&to=9999-12-31",
        "before=xxx&after=%00",
        "unknown=1",
        "name=x&_anchor=y&ending=z&_external=1",
        f"q={'长' * 900}",
    ],
)
def test_an_odd_address_is_still_answered_by_page_and_files(
    clerk: Browser, complaint_in: Callable[..., Complaint], asked: str
) -> None:
    complaint_in("received")
    assert [clerk.get(f"{address}?{asked}").status for address in (PAGE, CSV, XLSX, PDF)] == [200] * 4


def test_what_was_asked_for_stands_in_the_head_of_workbook_and_pdf(
    clerk: Browser, complaint_in: Callable[..., Complaint]
) -> None:
    complaint_in("closed")
    asked = "from=2020-01-01&to=2119-12-31&state=closed&q=无声&sort=newest"
    assert (
        sheet_of(clerk, f"{XLSX}?{asked}")["A2"].value
        == "期间: 2020-01-01 – 2119-12-31、状态: 已结案、搜索: 无声、排序: 最新在前"
    )
    text = words_of(clerk.get(f"{PDF}?{asked}").response.data)
    assert all(
        words in text for words in ("期间:2020-01-01–2119-12-31", "状态:已结案", "搜索:无声", "排序:最新在前")
    )


def test_the_titles_are_english_for_an_english_reader(as_role: Callable[..., Browser]) -> None:
    browser = as_role("auditor", language="en")
    assert lines_of_csv(browser, CSV)[0][1] == "Complaint no."


def test_the_customer_register_lists_each_customer(clerk: Browser) -> None:
    line = dict(zip(*lines_of_csv(clerk, "/reports/customers.csv"), strict=True))
    assert (line["客户简称"], line["联系人"], line["客户等级"]) == ("华声汽配", "王工", "未定级")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_file_is_to_be_had_in_either_language(
    clerk: Browser, complaint_in: Callable[..., Complaint], language: str
) -> None:
    complaint_in("closed")
    title, closed = {"zh": ("投诉编号", "已结案"), "en": ("Complaint no.", "Closed")}[language]
    assert (
        lines_of_csv(clerk, f"{CSV}?language={language}")[0][1],
        closed in lines_of_csv(clerk, f"{CSV}?language={language}")[1],
    ) == (title, True)
    assert sheet_of(clerk, f"{XLSX}?language={language}")["B3"].value == title
    assert all(
        word in text_of(clerk.get(f"{PDF}?language={language}").response.data) for word in (title, closed)
    )


def test_a_register_in_both_languages_says_a_customers_words_once(
    clerk: Browser, complaint_in: Callable[..., Complaint]
) -> None:
    complaint_in("closed", description="右前门")
    text = words_of(clerk.get(f"{PDF}?language=both").response.data)
    assert [text.count(word) for word in ("投诉编号", "Complaintno.", "已结案", "Closed", "右前门")] == [
        1,
        1,
        1,
        2,
        1,
    ]  # Closed on, too


def test_a_register_as_pdf_has_its_form_pages_and_boxes_to_sign(
    clerk: Browser, complaint_in: Callable[..., Complaint]
) -> None:
    for _ in range(40):
        complaint_in("received")
    data = clerk.get(f"{PDF}?language=zh").response.data
    text, pages = text_of(data), pages_of(data)
    assert (size_of(data), set(fonts_of(data).values()), pages > 1) == ((842, 595), {True}, True)
    assert [
        text.count(words)
        for words in ("投诉编号", "客户抱怨明细表", "保存期限: 3 年", "制表", "审核", "核准")
    ] == [pages, pages, pages, 1, 1, 1]
    assert f"第{pages}页/共{pages}页" in text


def test_the_same_register_is_the_same_bytes(clerk: Browser, complaint_in: Callable[..., Complaint]) -> None:
    complaint_in("closed")
    assert clerk.get(f"{PDF}?language=both").response.data == clerk.get(f"{PDF}?language=both").response.data


def test_more_lines_than_a_pdf_holds_are_refused_with_the_way_to_the_files_that_hold_them(
    app: Flask, clerk: Browser, complaint_in: Callable[..., Complaint]
) -> None:
    app.config["CS_PDF_ROWS"] = 2
    for _ in range(2):
        complaint_in("received")
    assert clerk.get(f"{PDF}?state=received").status == 200
    complaint_in("received")
    assert clerk.get(f"{PDF}?state=received").status == 422
    assert "PDF 最多 2 行" in clerk.text
    ways = [link["href"] for link in clerk.soup.select(".error-actions a")]
    assert ways == [f"{PAGE}?state=received", f"{XLSX}?state=received", f"{CSV}?state=received"]
    assert [clerk.get(way).status for way in ways] == [200] * 3


def test_a_pdf_that_takes_too_long_is_given_up_with_the_way_to_the_other_files(
    clerk: Browser, complaint_in: Callable[..., Complaint], monkeypatch: pytest.MonkeyPatch
) -> None:
    complaint_in("received")
    monkeypatch.setattr(typeset, "SECONDS", 0.001)
    assert clerk.get(PDF).status == 422
    assert "耗时过长或占用内存过多" in clerk.text
    assert [link["href"] for link in clerk.soup.select(".error-actions a")] == [PAGE, XLSX, CSV]


def test_a_form_whose_name_begins_as_a_formula_is_none_anywhere(
    app: Flask, clerk: Browser, complaint_in: Callable[..., Complaint]
) -> None:
    complaint_in("received")
    rules = app.extensions["rulebook"]
    form = dataclasses.replace(rules.forms["complaint_register"], name=Name("=1+1", "=1+1"), number="&Lx=2")
    terms = rules.terms | {"line_no": Name("=3", "=3"), "customer": Name("@c", "@c")}
    app.extensions["rulebook"] = dataclasses.replace(
        rules, forms=rules.forms | {"complaint_register": form}, terms=terms, company=Name("=0", "=0")
    )
    response = clerk.get(XLSX).response
    book = openpyxl.load_workbook(io.BytesIO(response.data))
    sheet = book.active
    assert {cell.data_type for row in sheet for cell in row} <= {"s", "n", "d"}
    assert (sheet.title, sheet["A1"].value.split("  ")[:3], sheet["A3"].value, book.properties.title) == (
        "=1+1",
        ["=0", "=1+1", "&Lx=2"],
        "=3",
        "=1+1 &Lx=2",
    )
    assert sheet.oddFooter.left.text == "&&Lx=2"  # one & on paper
    assert lines_of_csv(clerk, CSV)[0][0] == "'=3"
    assert "'@c" in lines_of_csv(clerk, CSV)[0]


def test_a_wide_register_prints_on_sheets_side_by_side_that_can_be_read(clerk: Browser) -> None:
    wide, narrow = sheet_of(clerk, XLSX), sheet_of(clerk, "/reports/customers.xlsx")
    assert [
        (
            sheet.page_setup.fitToWidth,
            sheet.page_setup.fitToHeight,
            sheet.page_setup.orientation,
            sheet.page_setup.paperSize,
        )
        for sheet in (wide, narrow)
    ] == [(2, 0, "landscape", 9), (2, 0, "landscape", 9)]
    assert (wide.print_title_cols, wide.print_title_rows) == ("$A:$B", "$1:$3")
    assert "保存期限: 3 年" in wide.oddFooter.right.text


def test_a_download_bears_form_number_title_and_day(clerk: Browser) -> None:
    names = [
        unquote(clerk.get(address).response.headers["Content-Disposition"].split("''")[1])
        for address in (CSV, XLSX, PDF)
    ]
    today = support.day_of(datetime.now(UTC))
    assert names == [f"MJ-QP-12-05 客户抱怨明细表 {today}.{ending}" for ending in ("csv", "xlsx", "pdf")]


def test_the_name_of_a_download_has_no_slash_of_the_revision(app: Flask, clerk: Browser) -> None:
    rules = app.extensions["rulebook"]
    revised = dataclasses.replace(rules.forms["complaint_register"], revision="A/0")
    app.extensions["rulebook"] = dataclasses.replace(
        rules, forms=rules.forms | {"complaint_register": revised}
    )
    name = unquote(clerk.get(PDF).response.headers["Content-Disposition"].split("''")[1])
    assert name.startswith("MJ-QP-12-05 A-0 客户抱怨明细表")


def test_the_overview_names_every_form_its_number_and_leads_to_all_its_files(clerk: Browser) -> None:
    clerk.get("/reports/")
    links = {link["href"] for link in clerk.soup.select("main a")}
    for register in REGISTERS.values():
        assert {f"/reports/{register.name}{ending}" for ending in ("", ".xlsx", ".csv", ".pdf")} <= links
    assert {
        f"/reports/blank/{form}.pdf?language={language}"
        for form in FORMS
        for language in ("zh", "en", "both")
    } <= links
    for words in (
        "MJ-QP-12-07",
        "客户一览表",
        "MJ-QP-12-05",
        "客户抱怨明细表",
        "DC-FM-04",
        "纠正预防措施改善追踪表",
        "MJ-QP-12-03",
        "客户投诉处理报告",
        "纠正预防措施报告",
        "3 年",
    ):
        assert words in clerk.text


@pytest.mark.parametrize("name", ["nothing", "nothing.pdf", "nothing.csv", "complaints.doc", "../config"])
def test_an_unknown_register_is_not_found(clerk: Browser, name: str) -> None:
    assert clerk.get(f"/reports/{name}").status == 404


@pytest.mark.parametrize("address", [PAGE, CSV, XLSX, PDF, "/reports/"])
def test_an_administrator_reads_no_register(as_role: Callable[..., Browser], address: str) -> None:
    assert as_role("administrator").get(address).status == 403


def test_thirty_lines_cost_as_many_queries_as_three(
    clerk: Browser, complaint_in: Callable[..., Complaint], count_queries: Callable[[], Any]
) -> None:
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
