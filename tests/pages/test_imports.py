"""Customers, products and shipments out of Excel and CSV: nothing is written before the preview is confirmed,
nothing comes in twice."""

from __future__ import annotations

import io
import zipfile
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal

import pytest

from cs.blueprints import SECTIONS
from cs.extensions import db
from cs.imports.plans import PORTION
from cs.imports.tables import read_table
from cs.imports.titles import title_key
from cs.models.customers import Customer, Product, Shipment
from cs.records.attachments import PendingUpload
from cs.records.events import Event, verify_events
from cs.records.users import User
from cs.records.verification import verify_records
from tests.importing import counted, counts, csv, import_all, offer, reasons, remarks, xlsx
from tests.support import Browser, kept, loaded

KINDS = {section.name: section.table for section in SECTIONS.with_records() if section.table}

CUSTOMERS = [
    ["客户名称", "简称", "联系人", "电话"],
    ["深圳声悦电子有限公司", "声悦", "李工", 13800138000],
    ["佛山顺达电器有限公司", "顺达", "赵工", "0757-1"],
]
TITLES = ["客户", "型号", "订单号", "批号", "出货数量", "出货日期"]
GOOD = ["华声汽配", "CA-6920", "PO-2", "L2", 100, "2026-02-10"]


@pytest.fixture
def clerk(as_role):
    return as_role("sales_clerk")


# From the file to the records


def test_nothing_is_written_before_the_preview_is_confirmed(clerk, app):
    offer(clerk, "customers", CUSTOMERS)
    assert (clerk.status, counts(clerk), counted(app, Customer)) == (200, [2, 0, 0, 0], 1)
    assert clerk.soup.select_one("form.form button").get_text(strip=True) == "导入 2 行"
    clerk.post(clerk.page, clerk.form())
    assert (clerk.status, clerk.location) == (303, "/customers/?sort=newest")
    made = loaded(app, Customer, 2)
    assert (made.number, made.full_name, made.short_name, made.customer_type, made.status) == (
        "KH-0002",
        "深圳声悦电子有限公司",
        "声悦",
        "other",
        "active",
    )
    assert [(one.name, one.phone) for one in made.contacts] == [("李工", "13800138000")]


@pytest.mark.both_databases
def test_each_record_says_which_file_it_came_from(clerk, app):
    import_all(clerk, "customers", CUSTOMERS)
    assert "清单.xlsx" in clerk.get("/customers/3").soup.select_one(".timeline").get_text()
    with app.app_context():
        event = db.session.query(Event).where(Event.kind == "customer", Event.record_id == 3).one()
        assert (event.name, event.role, event.by.username, event.details["files"][0][0]) == (
            "import",
            "sales_clerk",
            "sales_clerk",
            "清单.xlsx",
        )
        assert [*verify_events(), *verify_records()] == []


def test_what_was_imported_is_found_by_two_characters(clerk):
    import_all(clerk, "customers", CUSTOMERS)
    assert [link.get_text() for link in clerk.get("/customers/?q=顺达").soup.select("#rows .row-link")] == [
        "KH-0003"
    ]


def test_every_column_of_a_customer_is_read(clerk, app, people):
    rows = [
        [
            "客户编号",
            "客户全称",
            "英文名",
            "客户类型",
            "客户状态",
            "主要产品",
            "联系人",
            "职务",
            "手机",
            "固定电话",
            "邮箱",
            "地址",
            "送货地址",
            "业务员",
            "跟单员",
            "首次合作日期",
            "客诉回复时限(天)",
            "税号",
            "法人代表",
            "企业性质",
            "规模",
            "行业",
            "付款方式",
            "币种",
            "备注",
        ],
        [
            "S-001",
            "深圳声悦",
            "Shengyue",
            "贸易商",
            "合作中",
            "功放",
            "李工",
            "采购",
            13800138000,
            "0755-1",
            "li@x.cn",
            "深圳",
            "东莞",
            people["sales_clerk"].name,
            people["sales_manager"].name,
            date(2020, 5, 1),
            3,
            "91440300X",
            "李总",
            "民企",
            "200人",
            "电子",
            "月结60",
            "RMB",
            "常客",
        ],
    ]
    assert import_all(clerk, "customers", rows).startswith("已导入 1 行")
    made = loaded(app, Customer, 2)
    assert (made.number, made.english_name, made.customer_type, made.status, made.products) == (
        "S-001",
        "Shengyue",
        "trader",
        "active",
        "功放",
    )
    assert (made.contacts[0].position, made.contacts[0].phone, made.contacts[0].email) == (
        "采购",
        "13800138000 / 0755-1",
        "li@x.cn",
    )
    assert (made.rep_id, made.clerk_id, made.partner_since, made.reply_days) == (1, 2, date(2020, 5, 1), 3)
    assert (
        made.organisation_type,
        made.payment_terms,
        made.currency,
        made.short_name,
        made.delivery_address,
    ) == ("private", "monthly_60", "CNY", "深圳声悦", "东莞")


@pytest.mark.both_databases
def test_a_model_of_several_customers_is_one_model(clerk, app):
    rows = [
        ["产品型号", "品名", "规格", "单位", "客户", "客户料号"],
        ["CA-7", "低音炮", "12 寸", "只", "华声汽配", "HS-7"],
        ["ca-7", "低音炮", "12 寸", "只", "KH-0001", "HS-8"],
        ["CA-7", "低音炮", "12 寸", "只", "华声汽配", "HS-7"],
        ["CA-6920", "x", "", "", "", ""],
    ]
    offer(clerk, "products", rows)
    assert counts(clerk) == [1, 1, 1, 0]
    clerk.post(clerk.page, clerk.form())
    made = loaded(app, Product, 2)
    assert (made.model, made.spec, made.unit, [one.part_no for one in made.customer_parts]) == (
        "CA-7",
        "低音炮 12 寸",
        "pcs",
        ["HS-7", "HS-8"],
    )


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("客户", "华声汽配"),
        ("客户名称", "广州华声汽车配件有限公司"),
        ("客户编号", "kh-0001"),
        ("客户简称", " 华声 汽配 "),
        ("客户全称", "广州华声汽车配件有限公司"),
        ("Customer", "KH-0001"),
    ],
)
def test_a_shipment_names_its_customer_by_code_short_or_full_name(clerk, app, title, name):
    import_all(clerk, "shipments", [[title, *TITLES[1:]], [name, *GOOD[1:]]])
    made = loaded(app, Shipment, 2)
    assert (
        made.customer_id,
        made.product_id,
        made.order_no,
        made.lot_no,
        made.quantity,
        made.shipped_on,
    ) == (1, 1, "PO-2", "L2", 100, date(2026, 2, 10))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("出货.csv", csv([TITLES, GOOD])),
        ("出货.csv", csv([TITLES, GOOD], "gb18030")),
        ("出货.txt", csv([TITLES, GOOD]).replace(b",", b"\t")),
        ("出货.xlsx", xlsx([["出货一览表"], [], TITLES[::-1], GOOD[::-1]])),
        ("出货.xlsx", xlsx([TITLES, [*GOOD[:5], 46063]])),
        ("出货.xlsx", xlsx([TITLES, [*GOOD[:4], "100", "2026年2月10日"]])),
    ],
)
def test_tables_as_factories_keep_them_are_understood(clerk, app, name, content):
    offer(clerk, "shipments", content, name)
    clerk.post(clerk.page, clerk.form())
    made = loaded(app, Shipment, 2)
    assert (made.quantity, made.shipped_on) == (100, date(2026, 2, 10))


# Bad lines


def test_a_unit_price_comes_in_with_its_currency(clerk, app):
    rows = [[*TITLES, "单价", "币别"], [*GOOD, "38.1250", "美元"], [*GOOD[:3], "L3", *GOOD[4:], "¥41", ""]]
    import_all(clerk, "shipments", rows)
    found = [(one.unit_price, one.currency) for one in (loaded(app, Shipment, 2), loaded(app, Shipment, 3))]
    assert found == [(Decimal("38.125"), "USD"), (Decimal(41), None)]
    import_all(clerk, "products", [["型号", "规格", "含税单价"], ["CA-7000", "6.5 寸", 12.5]])
    assert loaded(app, Product, 2).unit_price == Decimal("12.5")
    with app.app_context():
        assert [*verify_records()] == []


@pytest.mark.parametrize("price", ["0", "-1", "0.00001", "100000"])
def test_a_price_that_is_none_is_left_out_with_a_remark(clerk, app, price):
    offer(clerk, "shipments", [[*TITLES, "单价"], [*GOOD, price]])
    assert counts(clerk) == [1, 0, 0, 0]
    assert ["不是有效的单价" in one and one.endswith("该值不导入。") for one in remarks(clerk)] == [True]
    clerk.post(clerk.page, clerk.form())
    assert loaded(app, Shipment, 2).unit_price is None


def test_bad_lines_say_their_row_and_all_their_reasons(clerk, app):
    offer(
        clerk,
        "shipments",
        [
            TITLES,
            GOOD,
            ["无此客户", "ZZ-1", "PO-3", "L3", 0, "2099-01-01"],
            ["", "CA-6920", "", "L4", "很多", "昨天"],
        ],
    )
    assert counts(clerk) == [1, 0, 0, 2]
    assert reasons(clerk)[3] == [
        "客户 没有名为“无此客户”的客户，请先新建或导入。",
        "型号 没有型号“ZZ-1”，请先新建或导入。",
        "出货数量 数量必须大于 0。",
        "出货日期 2099-01-01 是将来的日期。",
    ]
    assert [one.split()[0] for one in reasons(clerk)[4]] == ["订单号", "出货数量", "出货日期", "客户"]
    assert clerk.soup.select_one("form.form button").get_text(strip=True) == "导入 1 行，跳过 2 行"
    clerk.post(clerk.page, clerk.form())
    assert (
        clerk.get(clerk.location).soup.select_one(".message").get_text(strip=True)
        == "已导入 1 行，跳过 2 行。"
    )
    assert counted(app, Shipment) == 2


@pytest.mark.parametrize(
    ("section", "rows", "reason"),
    [
        ("shipments", [[*TITLES, "客户编号"], [*GOOD, "S-001"]], "客户编号 没有名为“S-001”的客户"),
        ("shipments", [TITLES, [*GOOD[:4], 1.5, GOOD[5]]], "出货数量 “1.5”不是整数"),
        ("shipments", [TITLES, [*GOOD[:4], 10**12, GOOD[5]]], "出货数量 数量过大。"),
        (
            "customers",
            [["客户全称", "客户编号"], ["甲公司", "KH-0001"]],
            "客户编号 编号“KH-0001”属于另一客户",
        ),
        ("products", [["型号", "品名"], ["B-1", ""]], "品名规格 此项必填。"),
        ("products", [["型号", "品名", "客户料号"], ["B-1", "x", "HS"]], "客户 此项必填。"),
        (
            "products",
            [["型号", "品名", "客户", "客户料号"], ["B-1", "x", "无此", "HS"]],
            "客户 没有名为“无此”的客户",
        ),
    ],
)
def test_each_reason_is_said_in_the_readers_words(clerk, section, rows, reason):
    offer(clerk, section, rows)
    assert counts(clerk) == [0, 0, 0, 1]
    assert reasons(clerk)[2][0].startswith(reason)
    assert clerk.soup.select_one("form.form button") is None


@pytest.mark.parametrize(
    ("title", "value", "reason"),
    [
        ("业务员", "无此人", "业务部没有名为“无此人”的人员"),
        ("客诉回复时限(天)", 400, "“400”不是 0 至 365"),
        ("客诉回复时限(天)", "三天", "“三天”不是数字"),
        ("首次合作日期", "2099-01-01", "2099-01-01 是将来"),
        ("客户类型", "火星", "“火星”"),
        ("英文名", "x" * 101, "101 个字符"),
    ],
)
def test_a_bad_value_that_a_line_can_do_without_goes_into_the_notes(clerk, app, title, value, reason):
    offer(clerk, "customers", [["客户全称", title, "备注"], ["甲公司", value, "老客户"]])
    assert counts(clerk) == [1, 0, 0, 0]
    [remark] = remarks(clerk)
    assert reason in remark
    assert remark.endswith("该值不导入，原文写入备注。")
    clerk.post(clerk.page, clerk.form())
    made = loaded(app, Customer, 2)
    assert made.remarks == f"老客户\n{title}：{value}"
    assert (made.rep_id, made.reply_days, made.partner_since, made.english_name) == (None,) * 4


def test_a_telephone_number_without_a_name_goes_into_the_notes(clerk, app):
    offer(clerk, "customers", [["客户全称", "电话"], ["甲公司", "0755-1"]])
    assert "有电话或邮箱" in remarks(clerk)[0]
    clerk.post(clerk.page, clerk.form())
    made = loaded(app, Customer, 2)
    assert (made.contacts, made.remarks) == ([], "电话：0755-1")


def test_a_production_date_after_shipping_is_left_out(clerk, app):
    import_all(clerk, "shipments", [[*TITLES, "生产日期"], [*GOOD, "2026-03-01"]])
    assert loaded(app, Shipment, 2).produced_on is None


def test_notes_that_become_too_long_refuse_the_line(clerk):
    offer(clerk, "customers", [["客户全称", "英文名", "备注"], ["甲公司", "x" * 101, "y" * 1950]])
    assert counts(clerk) == [0, 0, 0, 1]


def test_reasons_follow_the_language(as_role):
    reader = as_role("sales_clerk", language="en")
    offer(reader, "shipments", [TITLES, ["无此客户", *GOOD[1:]]])
    assert reasons(reader)[2] == ["Customer There is no customer “无此客户”. Enter or import it first."]


def test_a_name_that_two_customers_share_is_not_guessed(clerk):
    import_all(clerk, "customers", [["客户全称", "客户简称"], ["甲公司", "甲"], ["甲电子公司", "甲"]])
    offer(
        clerk,
        "shipments",
        [
            [*TITLES, "客户编号"],
            ["甲", *GOOD[1:], ""],
            ["华声汽配", *GOOD[1:], "KH-0002"],
            ["", *GOOD[1:], "KH-0002"],
        ],
    )
    assert counts(clerk) == [1, 0, 0, 2]
    assert reasons(clerk)[2][0].startswith("客户 不止一个客户名为“甲”")
    assert reasons(clerk)[3][0].startswith("这一行写了不同的客户")


def test_a_code_that_stands_twice_is_a_bad_line(clerk):
    offer(clerk, "customers", [["客户全称", "客户编号"], ["甲公司", "S-1"], ["乙公司", "s-1"]])
    assert (counts(clerk), reasons(clerk)[3][0]) == (
        [1, 0, 0, 1],
        "客户编号 编号“s-1”在第 2 行已用于另一客户。",
    )


def test_unknown_columns_are_named_and_the_level_is_worked_out(clerk, app):
    offer(clerk, "customers", [["客户全称", "客户简称", "客户等级", "司机"], ["甲公司", "甲", "A", "老王"]])
    assert "：司机" in clerk.soup.select_one(".message-warning").get_text()
    assert "：客户等级" in clerk.soup.select_one(".message-info").get_text()
    clerk.post(clerk.page, clerk.form())
    assert loaded(app, Customer, 2).customer_level is None


# Nothing comes in twice


def test_what_is_there_already_and_what_stands_twice_is_skipped(clerk, app):
    twice = ["深圳声悦电子有限公司 ", "声悦二", "", ""]
    offer(clerk, "customers", [*CUSTOMERS, twice, ["广州华声汽车配件有限公司", "", "", ""]])
    assert counts(clerk) == [2, 1, 1, 0]
    assert "第 4 行与第 2 行相同" in clerk.text
    assert import_all(clerk, "customers", CUSTOMERS) == "已导入 2 行，跳过 0 行。"
    assert counts(offer(clerk, "customers", CUSTOMERS)) == [0, 2, 0, 0]
    assert counted(app, Customer) == 3


@pytest.mark.both_databases
def test_what_somebody_made_void_does_not_come_back(clerk, as_role, app):
    as_role("sales_manager").step("/shipments/1/void", reason="录错")
    offer(clerk, "shipments", [TITLES, ["华声汽配", "CA-6920", "PO-1", "L2611", 500, "2026-01-05"]])
    assert counts(clerk) == [0, 1, 0, 0]
    assert "2 (已作废)" in clerk.text


def test_a_second_press_imports_nothing_more(clerk, app):
    offer(clerk, "customers", CUSTOMERS)
    fields = clerk.form()
    assert [clerk.post(clerk.page, fields).location for _ in range(2)] == ["/customers/?sort=newest"] * 2
    assert counted(app, Customer) == 3


def test_two_presses_at_the_very_same_time_import_once(clerk, app):
    offer(clerk, "customers", CUSTOMERS)
    fields, browsers = clerk.form(), []
    for _ in range(3):
        browser = Browser(app)
        browser.client._cookies = dict(clerk.client._cookies)
        browsers.append(browser)
    with ThreadPoolExecutor(3) as pool:
        statuses = list(pool.map(lambda browser: browser.post(clerk.page, fields).status, browsers))
    assert (statuses, counted(app, Customer)) == ([303] * 3, 3)


def test_two_people_with_the_same_table_import_it_once(clerk, as_role, app):
    other = offer(as_role("sales_manager"), "customers", CUSTOMERS)
    offer(clerk, "customers", CUSTOMERS)
    clerk.post(clerk.page, clerk.form())
    other.post(other.page, other.form())
    assert (
        other.get(other.location).soup.select_one(".message").get_text(strip=True)
        == "已导入 0 行，跳过 2 行。"
    )
    assert counted(app, Customer) == 3


def test_the_confirmation_plans_anew(clerk, as_role, app):
    offer(clerk, "shipments", [TITLES, GOOD])
    fields = clerk.form()
    as_role("sales_manager").step("/products/1/void", reason="停产")
    clerk.post(clerk.page, fields)
    assert (clerk.status, counted(app, Shipment)) == (303, 1)


def test_nobody_sees_or_confirms_the_table_of_another(clerk, as_role, app):
    offer(clerk, "customers", CUSTOMERS)
    other = as_role("sales_manager")
    fields = clerk.form() | {"csrf_token": other.csrf()}
    assert other.get(clerk.page).status == 404
    assert other.post(clerk.page, fields).status == 404
    assert other.post(f"{clerk.page}/columns", fields).status == 404
    assert other.get(f"{clerk.page}/bad-lines.xlsx").status == 404
    assert counted(app, Customer) == 1


@pytest.mark.parametrize(
    "address", ["/customers/import/nonsense", "/customers/import/%00", "/customers/import/" + "x" * 500]
)
def test_a_table_that_does_not_wait_leads_back_to_the_upload(clerk, address):
    assert (clerk.get(address).status, clerk.location) == (303, "/customers/import/")


def test_a_table_of_another_section_is_not_read_as_this_ones(clerk, app):
    offer(clerk, "customers", CUSTOMERS)
    assert clerk.get(clerk.page.replace("customers", "shipments")).location == "/shipments/import/"
    assert clerk.get(clerk.page.replace("customers", "shipments") + "/bad-lines.xlsx").status == 404


# Refused files


def bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "x")
        archive.writestr("[Content_Types].xml", "x")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 60_000_000)
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("清单.xlsx", bomb, "解压后"),
        ("清单.xlsx", lambda: xlsx(CUSTOMERS, sheets=200), "200 个工作表"),
        ("清单.xlsx", lambda: b"MZ" + bytes(2000), "不是 Excel"),
        ("清单.csv", lambda: b"", "文件是空的"),
        ("清单.xlsx", lambda: xlsx(CUSTOMERS[:1]), "没有"),
        ("清单.exe", lambda: b"MZ", "exe"),
        ("清单.pdf", lambda: b"%PDF-1.4", "pdf"),
        ("清单.xls", lambda: b"<html><table></table></html>", "网页"),
        ("清单.csv", lambda: b"\xff\xfe\x00\x81" * 50, ""),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_beside_the_field(clerk, app, name, content, reason):
    offer(clerk, "customers", content(), name)
    assert clerk.status == 422
    assert reason in clerk.faults["table"]
    assert counted(app, Customer) == 1


def test_a_table_of_shipments_needs_a_column_of_customers(clerk):
    offer(clerk, "shipments", [TITLES[1:], GOOD[1:]])
    assert clerk.status == 200
    assert clerk.soup.select_one(".import-faults li").get_text().startswith("没有写明客户的列")
    assert clerk.soup.select_one("form.form button") is None


def test_no_file_is_refused(clerk):
    assert clerk.step("/customers/import/").faults["table"] == "请选择文件。"


def test_a_file_that_the_site_does_not_store_is_refused(clerk, app, monkeypatch):
    monkeypatch.setattr(app.extensions["files"], "allowed", {"jpg": "picture"})
    offer(clerk, "customers", CUSTOMERS)
    assert (clerk.status, "table" in clerk.faults) == (422, True)


# The example


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("section", list(KINDS))
def test_the_example_has_titles_that_are_understood_and_no_line_to_come_in_by_mistake(
    as_role, app, section, language
):
    manager = as_role("sales_manager", language=language)
    example = manager.get(f"/{section}/import/example.xlsx").response.data
    offer(manager, section, example)
    assert (manager.status, len(manager.faults["table"]) > 0) == (422, True)
    with app.app_context():
        columns = KINDS[section].columns(language)
        filled = read_table(
            io.BytesIO(xlsx([[one.titles[0] for one in columns], ["1"] * len(columns)])), "x.xlsx", columns
        )
    assert (len(filled.columns_found), filled.unknown_titles, filled.problems) == (len(columns), [], [])


@pytest.mark.parametrize("section", list(KINDS))
def test_no_title_belongs_to_two_columns(app, section):
    with app.app_context():
        keys = [
            title_key(title)
            for language in ("zh", "en")
            for column in KINDS[section].columns(language)
            for title in set(map(title_key, column.titles))
        ]
    assert {keys.count(key) for key in keys} == {2}


def test_the_upload_page_tells_what_is_understood(clerk):
    text = clerk.get("/shipments/import/").text
    assert "发货日期" in text
    assert "任选其一" in text


# Many


@pytest.mark.slow
def test_five_thousand_shipments_come_in_by_few_statements_for_each_portion(clerk, app, count_queries):
    rows = [[*GOOD[:2], f"PO-{n}", f"N{n}", n + 1, GOOD[5]] for n in range(5000)]
    offer(clerk, "shipments", [TITLES, *rows])
    fields = clerk.form()
    with count_queries() as ran:
        assert clerk.post(clerk.page, fields).status == 303
    # One insert for each record and event at most (SQLite), and what each portion asks anew.
    assert len(ran) < 2 * len(rows) + 100 + 40 * len(rows) // PORTION
    assert counted(app, Shipment) == 5001


def test_the_preview_costs_no_more_queries_with_more_lines(clerk, count_queries):
    offer(clerk, "shipments", [TITLES, *[[*GOOD[:2], f"PO-{n}", f"N{n}", 1, GOOD[5]] for n in range(3)]])
    with count_queries() as few:
        clerk.get(clerk.page)
    offer(clerk, "shipments", [TITLES, *[[*GOOD[:2], f"PO-{n}", f"N{n}", 1, GOOD[5]] for n in range(300)]])
    with count_queries() as many:
        clerk.get(clerk.page)
    assert len(many) == len(few)


def test_a_person_who_left_is_not_given_a_customer(clerk, app, people, on):
    with kept(app):
        db.session.get(User, people["sales_manager"].id).leave(reason=None, by=people["administrator"], on=on)
    offer(clerk, "customers", [["客户全称", "业务员"], ["甲公司", people["sales_manager"].name]])
    assert "没有名为" in remarks(clerk)[0]


def test_a_sheet_of_more_rows_than_one_import_should_hold_is_refused_beside_the_field(
    clerk, app, monkeypatch
):
    monkeypatch.setattr("cs.blueprints.imports.reading.MAX_ROWS", 3)
    offer(clerk, "customers", [*CUSTOMERS, *CUSTOMERS])
    assert clerk.status == 422
    assert "超过 3 行" in clerk.soup.select_one(".field-error").get_text()
    assert counted(app, Customer) == 1


def test_the_preview_says_which_rows_are_no_lines_and_that_pictures_stay_out(clerk):
    rows = [
        ["客户名称", "简称", "备注"],
        ["Customer name", "Short name", "Remarks"],
        ["深圳声悦电子有限公司", "声悦", '=DISPIMG("ID_1",1)'],
        ["客户名称", "简称", "备注"],
        ["合计：1家", "", ""],
        ["制表：某某", "", "审核：某某"],
    ]
    offer(clerk, "customers", csv([[cell.replace('"', "") for cell in row] for row in rows]), "清单.csv")
    notes = [" ".join(note.get_text().split()) for note in clerk.soup.select(".message p")]
    assert notes == [
        "有 4 行不是数据，未计入： 表尾 1 行 (第 6 行) · 合计 1 行 (第 5 行) · 表头 2 行 (第 2、4 行)",
        "单元格里有 1 张图片，不导入。",
    ]


@pytest.mark.parametrize(
    ("name", "content", "stored_as"),
    [
        ("清单.xls", xlsx(CUSTOMERS), "清单.xlsx"),
        ("清单.xlsm", xlsx(CUSTOMERS), "清单.xlsx"),
        ("清单.tsv", "客户名称\t简称\n甲公司\t甲\n".encode("gb18030"), "清单.txt"),
    ],
)
def test_a_table_under_another_name_is_stored_under_its_own(clerk, app, name, content, stored_as):
    offer(clerk, "customers", content, name)
    assert clerk.status == 200
    with app.app_context():
        assert db.session.query(PendingUpload.name).all() == [(stored_as,)]
