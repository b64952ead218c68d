"""Files whose columns nobody knows: a person says what each column is, which sheets are taken and where the
titles stand; the next file with the same titles is read in the same way."""

from __future__ import annotations

import io
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from cs.blueprints.imports import confirmation
from cs.extensions import db
from cs.models.complaints.complaint import Complaint
from cs.models.customers import Customer, Shipment
from cs.records.import_choices import ImportChoice
from tests.importing import counted, counts, csv, offer, reasons, remarks, xlsx
from tests.support import Browser, loaded

FILES = Path(__file__).parents[1] / "imports" / "files"
UNKNOWN = [["名号", "唤作", "司机"], ["甲公司", "甲", "老王"], ["乙公司", "乙", ""]]


@pytest.fixture
def clerk(as_role):
    return as_role("sales_clerk")


def book(*sheets: tuple[str, list[list]]) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as workbook:
        for name, rows in sheets:
            sheet = workbook.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return file.getvalue()


def file_columns(browser: Browser) -> dict[str, str]:
    """{title of the file's column: what stands above it}."""
    found = {}
    for box in browser.soup.select(".file-column"):
        chosen = box.select_one("option[selected]") or box.select_one("option")
        found[box.select_one(".file-title b").get_text()] = chosen["value"]
    return found


def choose(browser: Browser, *, htmx: bool = False, **fields: object) -> Browser:
    """Sends the form above the columns: `名号="full_name"` by the title of the column."""
    form = browser.form("form.mapping")
    for box in browser.soup.select(".file-column"):
        title = box.select_one(".file-title b").get_text()
        if title in fields:
            form[box.select_one("select")["name"]] = fields.pop(title)
    browser.post(f"{browser.page}/columns", form | fields, htmx=htmx)
    if browser.status == 303:
        browser.get(browser.location)
    return browser


def confirm(browser: Browser) -> Browser:
    return browser.post(browser.page, browser.form())


def faults(browser: Browser) -> list[str]:
    return [fault.get_text() for fault in browser.soup.select(".import-faults li")]


# By hand


def test_a_file_of_unknown_titles_is_mapped_by_hand(clerk, app):
    offer(clerk, "customers", UNKNOWN)
    assert clerk.status == 200
    assert file_columns(clerk) == {"名号": "", "唤作": "", "司机": ""}
    assert faults(clerk) == ["缺少“客户全称”列。"]
    assert clerk.soup.select_one("form.form") is None
    choose(clerk, 名号="full_name", 唤作="short_name", 司机="into_notes")
    assert (faults(clerk), counts(clerk)) == ([], [2, 0, 0, 0])
    confirm(clerk)
    made = loaded(app, Customer, 2)
    assert (made.full_name, made.short_name, made.remarks) == ("甲公司", "甲", "司机：老王")
    assert loaded(app, Customer, 3).remarks is None


@pytest.mark.both_databases
def test_the_choice_is_kept_for_the_next_file_with_the_same_titles(clerk, as_role, app, people):
    choose(offer(clerk, "customers", UNKNOWN), 名号="full_name", 司机="into_notes")
    other = offer(as_role("sales_manager"), "customers", [UNKNOWN[0][::-1], ["老李", "丙", "丙公司"]])
    assert file_columns(other) == {"司机": "into_notes", "唤作": "", "名号": "full_name"}
    kept_by = other.soup.select_one(".mapping-help").get_text()
    assert re.search(rf"已按{people['sales_clerk'].name} \d{{4}}-\d\d-\d\d \d\d:\d\d对", kept_by)
    assert counts(other) == [1, 0, 0, 0]
    choose(other, 唤作="short_name")
    assert file_columns(offer(clerk, "customers", UNKNOWN))["唤作"] == "short_name"
    with app.app_context():
        kept = db.session.query(ImportChoice).one()
        assert (kept.section, kept.by_id, kept.targets["唤作"]) == (
            "customers",
            people["sales_manager"].id,
            "short_name",
        )


def test_the_choice_of_another_kind_of_table_is_not_used(clerk, app):
    choose(offer(clerk, "customers", UNKNOWN), 名号="full_name")
    offer(clerk, "products", UNKNOWN)
    assert file_columns(clerk) == {"名号": "", "唤作": "", "司机": ""}


def test_a_choice_answers_htmx_with_the_preview_alone(clerk):
    offer(clerk, "customers", UNKNOWN)
    choose(clerk, htmx=True, 名号="full_name")
    assert clerk.status == 200
    assert clerk.soup.select_one("html") is None
    assert clerk.soup.select_one("#preview") is not None
    assert counts(clerk) == [2, 0, 0, 0]
    assert clerk.soup.select_one("details.mapping-panel").has_attr("open")


def test_a_column_chosen_anew_takes_its_place_from_another(clerk):
    offer(clerk, "customers", [["客户全称", "电话", "别的"], ["甲公司", "1", "2"]])
    choose(clerk, 别的="phone")
    assert file_columns(clerk) == {"客户全称": "full_name", "电话": "into_notes", "别的": "phone"}


def test_a_known_column_can_be_left_out(clerk, app):
    offer(clerk, "customers", [["客户全称", "简称"], ["甲公司", "甲"]])
    choose(clerk, 简称="")
    assert clerk.soup.select_one(".message-warning") is None  # they said so themselves
    confirm(clerk)
    assert loaded(app, Customer, 2).short_name == "甲公司"


def test_a_column_without_a_title_can_be_chosen(clerk, app):
    offer(clerk, "customers", [["客户全称", ""], ["甲公司", "甲"]])
    choose(clerk, **{"B 列（无标题）": "short_name"})
    confirm(clerk)
    assert loaded(app, Customer, 2).short_name == "甲"


def test_a_text_file_of_unknown_titles_is_mapped_by_hand(clerk, app):
    offer(clerk, "customers", csv(UNKNOWN).replace(b",", b";"), "清单.csv")
    choose(clerk, 名号="full_name")
    confirm(clerk)
    assert counted(app, Customer) == 3


# The row of titles


def test_the_row_of_titles_is_pointed_at(clerk, app):
    rows = [["某某公司", "一览", "表"], ["地址", "电话", "传真"], *UNKNOWN]
    offer(clerk, "customers", rows)
    choose(clerk, row="3")
    assert file_columns(clerk) == {"名号": "", "唤作": "", "司机": ""}
    choose(clerk, 名号="full_name")
    assert counts(clerk) == [2, 0, 0, 0]
    offer(clerk, "customers", rows)
    assert file_columns(clerk)["名号"] == "full_name"  # found again by what was chosen
    assert "第 3 行" in clerk.soup.select_one(".mapping-panel summary").get_text()


def test_a_row_without_lines_below_it_leaves_the_page_usable(clerk):
    offer(clerk, "customers", UNKNOWN)
    choose(clerk, row="3")
    assert clerk.status == 422
    assert "标题行下面没有" in clerk.soup.select_one(".import-refusal").get_text()
    choose(clerk, 名号="full_name")
    assert counts(clerk) == [2, 0, 0, 0]
    assert clerk.soup.select_one(".import-refusal") is None


# Sheets


def test_a_sheet_for_each_year_is_taken_alone_or_with_the_others(as_role, app):
    clerk = as_role("sales_manager")
    content = (FILES / "B06-sheet-for-each-year.xlsx").read_bytes()
    offer(clerk, "complaints", content, "B06-sheet-for-each-year.xlsx")
    names = [label.get_text(" ", strip=True) for label in clerk.soup.select(".mapping-sheets label")]
    assert [name.split(" ")[:3] for name in names] == [["2025", "共", "1"], ["2026", "共", "1"]]
    assert all("标题已识别" in name for name in names)
    assert "2025" in clerk.soup.select_one(".mapping-panel summary").get_text()
    choose(clerk, sheet=["0", "1"])
    assert sum(counts(clerk)) == 2
    choose(clerk, sheet=["1"])
    assert sum(counts(clerk)) == 1
    assert "2026" in clerk.soup.select_one(".mapping-panel summary").get_text()


def test_lines_of_two_sheets_come_in_together_and_are_named_by_their_sheet(clerk, app):
    first = [["客户全称", "简称"], ["甲公司", "甲"], ["", "无名"]]
    second = [["说明"], ["简称", "客户名称", "备注"], ["乙", "乙公司", "x"], ["甲二", "甲公司", ""]]
    offer(clerk, "customers", book(("甲表", first), ("乙表", second)))
    choose(clerk, sheet=["0", "1"])
    assert counts(clerk) == [2, 0, 1, 1]
    assert "第 乙表 4 行与第 甲表 2 行相同" in clerk.text
    confirm(clerk)
    assert (loaded(app, Customer, 3).full_name, loaded(app, Customer, 3).remarks) == ("乙公司", "x")


def test_without_known_titles_the_sheet_with_most_of_them_is_shown(clerk):
    offer(clerk, "customers", book(("封面", [["某公司"], ["二〇二六年"]]), ("名单", UNKNOWN)))
    assert list(file_columns(clerk)) == UNKNOWN[0]


def test_an_unknown_second_sheet_is_chosen_by_hand(clerk, app):
    content = book(("封面", [["某公司", "一", "二", "三"], ["二〇二六年"]]), ("名单", UNKNOWN))
    offer(clerk, "customers", content)
    choose(clerk, sheet=["1"])
    choose(clerk, 名号="full_name")
    assert counts(clerk) == [2, 0, 0, 0]
    offer(clerk, "customers", content)
    assert counts(clerk) == [2, 0, 0, 0]  # the sheet whose titles were mapped is found by itself


# Two columns of one meaning


def read_example(as_role, app, section: str, name: str) -> Browser:
    """Uploads an example file, with the customer and model that it names."""
    clerk = as_role("sales_manager")
    offer(clerk, "customers", [["客户全称", "简称"], ["柏骊客车股份有限公司", "柏骊客车"]])
    confirm(clerk)
    offer(clerk, "products", [["型号", "规格"], ["MJ-A1600D", "功放"]])
    confirm(clerk)
    return offer(clerk, section, (FILES / name).read_bytes(), name)


def test_of_two_telephone_columns_the_exact_title_is_the_telephone(as_role, app):
    clerk = read_example(as_role, app, "customers", "B10-two-columns-one-meaning-customers.xlsx")
    assert file_columns(clerk)["联系方式"] == "into_notes"
    confirm(clerk)
    made = loaded(app, Customer, 3)
    assert ([one.phone for one in made.contacts], made.remarks) == (["0755-1"], "联系方式：微信：x")


def test_the_titles_of_an_erp_program_are_known(as_role, app):
    clerk = read_example(as_role, app, "shipments", "B10-shipments-erp-titles.xlsx")
    assert counts(clerk) == [1, 0, 0, 0]
    confirm(clerk)
    made = loaded(app, Shipment, 2)
    assert (made.order_no, made.quantity, made.lot_no, made.customer_id) == ("XOUT001", 100, "L1", 2)


def test_symptom_and_description_interim_and_corrective_measure_are_kept_apart(as_role, app):
    clerk = read_example(as_role, app, "complaints", "B10-two-columns-one-meaning-register.xlsx")
    assert file_columns(clerk) == {
        "客诉日期": "complaint_date",
        "客户名称": "customer",
        "不良现象": "symptom",
        "不良描述": "description",
        "处理措施": "interim_measure",
        "纠正措施": "measure_brief",
    }
    assert counts(clerk) == [1, 0, 0, 0]


def test_interim_and_corrective_measure_of_a_closed_line_are_named(as_role, app):
    clerk = as_role("sales_manager")
    titles = [
        "客诉日期",
        "客户名称",
        "不良现象",
        "处理措施",
        "纠正措施",
        "是否结案",
        "结案状态",
        "应结案日期",
    ]
    rows = [titles, ["2026-03-05", "华声汽配", "无声", "换货", "加测", "是", "客户已认可", "2026-04-05"]]
    offer(clerk, "complaints", rows)
    assert counts(clerk) == [1, 0, 0, 0]
    confirm(clerk)
    with app.app_context():
        made = db.session.query(Complaint).filter_by(imported_row=2).one()
        assert made.state == "closed"
        assert made.replies[0].actions == "加测\n处理措施：换货"
        assert made.old_notes.splitlines() == ["结案状态：客户已认可", "应结案日期：2026-04-05"]


def test_a_quantity_of_boxes_is_not_the_quantity(as_role, app):
    clerk = read_example(as_role, app, "shipments", "B05-unit-in-brackets.xlsx")
    assert (file_columns(clerk)["数量(箱)"], file_columns(clerk)["数量(PCS)"]) == ("", "quantity")
    confirm(clerk)
    assert loaded(app, Shipment, 2).quantity == 120


# What is refused


@pytest.mark.parametrize(
    "fields",
    [
        {"column-0": "nonsense"},
        {"column-0": "model"},  # a column of another kind of table
        {"column-99": "full_name"},
        {"column-x": "full_name"},
        {"column--1": "full_name"},
        {"sheet": "7"},
        {"sheet": "x"},
        {"row": "31"},
        {"row": "0"},
        {"row": "9" * 30},
    ],
)
def test_a_choice_of_what_the_file_does_not_have_is_refused(clerk, app, fields):
    offer(clerk, "customers", UNKNOWN)
    form = clerk.form("form.mapping")
    clerk.post(f"{clerk.page}/columns", form | fields)
    assert clerk.status == 422
    assert "重新选择" in clerk.soup.select_one(".import-refusal").get_text()
    with app.app_context():
        assert db.session.query(ImportChoice).count() == 0


def test_notes_are_no_choice_where_the_kind_has_none(clerk):
    offer(clerk, "products", UNKNOWN)
    clerk.post(f"{clerk.page}/columns", clerk.form("form.mapping") | {"column-0": "into_notes"})
    assert clerk.status == 422


def test_column_numbers_of_other_titles_are_not_taken_for_these(clerk):
    offer(clerk, "customers", [*UNKNOWN, ["x", "y", "z"]])
    form = clerk.form("form.mapping")
    choose(clerk, row="2")
    clerk.post(f"{clerk.page}/columns", form | {"column-0": "full_name"})
    assert file_columns(clerk.get(clerk.page)) == {"名号": "", "唤作": "", "司机": ""}


def test_a_confirmation_of_other_columns_than_those_seen_is_asked_again(clerk, app):
    offer(clerk, "customers", [["客户全称", "简称", "别称"], ["甲公司", "甲", "小甲"]])
    seen = clerk.form()
    choose(clerk, 别称="short_name")
    clerk.post(clerk.page, seen)
    assert clerk.status == 409
    assert "刚才有改动" in clerk.text
    assert counted(app, Customer) == 1
    confirm(clerk)
    assert loaded(app, Customer, 2).short_name == "小甲"


def test_a_table_that_misses_a_column_is_not_confirmed_by_hand(clerk, app):
    offer(clerk, "customers", [["客户全称", "简称"], ["甲公司", "甲"]])
    form = clerk.form()
    choose(clerk, 客户全称="")
    seen = clerk.soup.select_one(".mapping") and form["seen"]
    clerk.post(clerk.page, form | {"seen": seen})
    assert clerk.status == 409
    assert counted(app, Customer) == 1


# Bad lines


def test_bad_lines_come_as_a_workbook_that_can_be_mended_and_read_again(clerk, app):
    titles = ["型号", "客户", "订单号", "批号", "出货数量", "出货日期", "司机"]
    good = ["CA-6920", "华声汽配", "PO-2", "L2", 100, "2026-02-10", "老王"]
    bad = ["CA-6920", "华声汽配", "PO-3", "L3", "很多", "昨天", "老李"]
    offer(clerk, "shipments", [["一览表"], titles, good, bad])
    confirm_form = clerk.form()
    sent = clerk.get(f"{clerk.page}/bad-lines.xlsx").response
    sheet = openpyxl.load_workbook(io.BytesIO(sent.data)).active
    [shown, line] = list(sheet.iter_rows(values_only=True))
    assert shown == ("不能导入的原因", *titles)
    assert line[1:] == tuple(bad)
    assert line[0].splitlines() == [
        "第 4 行",
        "出货数量 “很多”不是数字。",
        "出货日期 “昨天”不是日期，请写成 2026-01-05 的形式。",
    ]
    clerk.post(clerk.page, confirm_form)
    sheet["F2"], sheet["G2"] = 7, "2026-02-11"
    mended = io.BytesIO()
    sheet.parent.save(mended)
    offer(clerk, "shipments", mended.getvalue())
    assert counts(clerk) == [1, 0, 0, 0]
    assert "原因" not in str(file_columns(clerk))
    confirm(clerk)
    assert loaded(app, Shipment, 3).quantity == 7


@pytest.mark.parametrize("section", ["customers", "products", "shipments", "complaints", "admin"])
def test_the_pages_of_an_unmapped_file_hold_in_every_kind_of_table(as_role, section):
    person = as_role("administrator" if section == "admin" else "sales_manager")
    offer(person, section, UNKNOWN)
    assert faults(person)
    assert person.get(f"{person.page}/bad-lines.xlsx").status == 404  # nothing is read yet
    choose(person.get(person.page), row="2")
    assert person.status == 200


def test_a_workbook_of_256_columns_and_long_titles_is_shown(clerk):
    offer(clerk, "customers", [[f"{n} " + "长" * 300 for n in range(300)], ["x"] * 300])
    assert len(clerk.soup.select(".file-column")) == 256
    choose(clerk, **{"column-255": "full_name"})
    assert (clerk.status, counts(clerk)) == (200, [1, 0, 0, 0])


def test_the_mended_lines_are_read_as_the_file_was_mapped(clerk):
    rows = [UNKNOWN[0], ["", "甲", "老王"], UNKNOWN[2]]
    choose(offer(clerk, "customers", rows), 名号="full_name", 唤作="short_name")
    assert list(reasons(clerk)) == [2]
    again = clerk.get(f"{clerk.page}/bad-lines.xlsx").response.data
    offer(clerk, "customers", again)
    assert file_columns(clerk)["名号"] == "full_name"


# Portions


@pytest.mark.both_databases
def test_a_long_table_is_written_in_portions(clerk, app, monkeypatch):
    monkeypatch.setattr("cs.imports.plans.PORTION", 3)
    rows = [
        ["客户全称", "客户编号"],
        *[[f"客户{n}", f"S-{n}"] for n in range(8)],
        ["客户3", ""],
        ["客户9", "S-1"],
    ]
    offer(clerk, "customers", rows)
    assert counts(clerk) == [8, 0, 1, 1]
    confirm(clerk)
    assert "已导入 8 行，跳过 2 行" in clerk.get(clerk.location).text
    assert counted(app, Customer) == 9


def test_an_import_that_was_cut_off_goes_on_where_it_stopped(clerk, app, monkeypatch):
    monkeypatch.setattr("cs.imports.plans.PORTION", 3)
    rows = [["客户全称"], *[[f"客户{n}"] for n in range(8)]]
    offer(clerk, "customers", rows)
    form = clerk.form()
    written = []

    def cut_off(*_args: object, **_options: object) -> None:
        raise KeyboardInterrupt

    apply = confirmation.apply_plan

    def apply_twice(*args: object, **options: object) -> object:
        written.append(1)
        return apply(*args, **options) if len(written) < 3 else cut_off()

    monkeypatch.setattr(confirmation, "apply_plan", apply_twice)
    with pytest.raises(KeyboardInterrupt):
        clerk.post(clerk.page, form)
    monkeypatch.setattr(confirmation, "apply_plan", apply)
    assert counted(app, Customer) == 7
    clerk.get(clerk.page)
    assert counts(clerk) == [2, 6, 0, 0]
    clerk.post(clerk.page, form)
    assert counted(app, Customer) == 9


def test_others_write_between_two_portions(clerk, as_role, app, monkeypatch):
    monkeypatch.setattr("cs.imports.plans.PORTION", 2)
    offer(clerk, "customers", [["客户全称"], *[[f"客户{n}"] for n in range(20)]])
    form, counted_before = clerk.form(), []
    other = as_role("sales_manager")
    with ThreadPoolExecutor(1) as pool:
        importing = pool.submit(clerk.post, clerk.page, form)
        while not importing.done():
            confirm(offer(other, "customers", [["客户全称"], [f"别家{len(counted_before)}"]]))
            counted_before.append(counted(app, Customer) - len(counted_before))
    assert clerk.status == 303
    assert any(2 < count < 20 for count in counted_before)  # in the midst of the import
    assert counted(app, Customer) == 21 + len(counted_before)


@pytest.mark.parametrize("value", ["3或5", "很多"])
def test_a_bad_quantity_of_an_old_complaint_goes_into_its_notes(as_role, app, value):
    clerk = as_role("sales_manager")
    rows = [["投诉日期", "客户", "投诉内容", "不良数量"], ["2026-03-05", "华声汽配", "破音", value]]
    offer(clerk, "complaints", rows)
    assert (counts(clerk), len(remarks(clerk))) == ([1, 0, 0, 0], 1)
    confirm(clerk)
    with app.app_context():
        made = db.session.query(Complaint).filter_by(imported_row=2).one()
        assert (made.defect_qty, made.old_notes) == (None, f"不良数量：{value}")


def test_a_bad_closing_date_still_refuses_the_line(as_role):
    clerk = as_role("sales_manager")
    rows = [["投诉日期", "客户", "投诉内容", "结案日期"], ["2026-03-05", "华声汽配", "破音", "年底"]]
    assert counts(offer(clerk, "complaints", rows)) == [0, 0, 0, 1]


def test_forty_columns_of_unknown_titles_are_shown(clerk):
    offer(clerk, "customers", xlsx([[f"列{n}" for n in range(40)], ["x"] * 40]))
    assert len(file_columns(clerk)) == 40


# Own exports


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("ending", ["xlsx", "csv"])
@pytest.mark.parametrize("section", ["customers", "complaints"])
def test_our_own_register_comes_back_as_there_already(as_role, section, ending, language):
    manager = as_role("sales_manager", language=language)
    customers = [
        ["客户全称", "简称", "联系人", "职务", "电话", "备注", "客户类型"],
        ["甲公司", "甲", "王工", "品质", "0755-1", "两行\n备注", "贸易商"],
        ["乙公司", "", "", "", "", "", ""],
    ]
    confirm(offer(manager, "customers", customers))
    lines = [
        ["投诉编号", "投诉日期", "客户", "型号", "批号", "投诉内容", "不良数量", "结案日期", "实际回复"],
        ["K1", "2026-03-05", "甲", "CA-6920", "L1", "破音\n第二行", 3, "2026-04-01", "2026-03-06"],
        ["", "2026-03-06", "甲", "旧机型", "", "无声", "", "", ""],
    ]
    confirm(offer(manager, "complaints", lines))
    exported = manager.get(f"/reports/{section}.{ending}").response.data
    offer(manager, section, exported, f"清单.{ending}")
    assert counts(manager) == [0, 3 if section == "customers" else 2, 0, 0]
    assert manager.soup.select_one(".message-warning") is None


def test_a_void_complaint_of_our_own_register_is_there_already(as_role):
    manager = as_role("sales_manager")
    titles = ["投诉编号", "投诉日期", "客户", "投诉内容"]
    confirm(offer(manager, "complaints", [titles, ["", "2026-03-05", "华声汽配", "破音"]]))
    manager.step("/complaints/1/void", reason="测试")
    exported = [[*titles, "状态"], ["CC-202603-0001", "2026-03-05", "华声汽配", "破音", "已作废"]]
    offer(manager, "complaints", exported)
    assert counts(manager) == [0, 1, 0, 0]
    assert "2 (已作废)" in " ".join(manager.soup.select(".panel")[-1].get_text(" ").split())
    strange = [[*titles, "状态"], ["X-7", "2026-03-07", "华声汽配", "无声", "已作废"]]
    assert counts(offer(manager, "complaints", strange)) == [0, 0, 0, 1]


def test_our_number_with_another_day_is_no_line_of_ours(as_role):
    manager = as_role("sales_manager")
    titles = ["投诉编号", "投诉日期", "客户", "投诉内容"]
    confirm(offer(manager, "complaints", [titles, ["", "2026-03-05", "华声汽配", "破音"]]))
    offer(manager, "complaints", [titles, ["CC-202603-0001", "2026-03-06", "华声汽配", "破音"]])
    assert counts(manager) == [0, 0, 0, 1]
