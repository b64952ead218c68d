"""An old complaint register out of Excel and CSV (5.6, form 7.5): closed and open cases, nothing lost,
nothing invented."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import xlsxwriter

from cs.extensions import db
from cs.models.complaints.complaint import Complaint
from cs.models.complaints.old_register import key_of
from cs.models.customers import Product
from cs.queries.evidence import complaints_of_year
from cs.queries.my_work import verify_tasks
from cs.records.events import Event, verify_events
from cs.records.signatures import Signature
from cs.records.tasks import Task
from cs.records.verification import verify_records
from tests.importing import counted, counts, csv, import_all, offer, reasons
from tests.pdfs import words_of
from tests.support import (
    BLOCK_B,
    CHECKED,
    SETTLED_FORM,
    Browser,
    day_of,
    kept,
    loaded,
    picture,
    report_a_week_earlier,
    upload,
)

# The columns of form 7.5, as a factory keeps them.
TITLES = [
    "序号",
    "投诉编号",
    "投诉日期",
    "客户",
    "客户等级",
    "型号/品名",
    "批号",
    "出货数",
    "不良数",
    "不良率",
    "不良现象",
    "类别",
    "严重度",
    "性质",
    "责任部门",
    "原因简述",
    "对策简述",
    "应回复",
    "实际回复",
    "准时",
    "效果",
    "结案日",
    "状态",
    "未达成原因",
    "备注",
]
CLOSED = [
    1,
    "KS-2023-018",
    date(2023, 5, 8),
    "华声汽配",
    "A",
    "CA-6920",
    "L2304",
    500,
    3,
    "0.6%",
    "无声",
    "性能/功能",
    "MA",
    "偶发",
    "生产部",
    "烙铁温度偏低",
    "每班点检温度",
    date(2023, 5, 10),
    date(2023, 5, 11),
    "N",
    "连续3批未再发",
    date(2023, 6, 9),
    "已结案",
    "等样板",
    "口头道歉",
]


def line(**changed: object) -> list:
    """The line of a closed case, with these cells changed."""
    return [changed.get(title, value) for title, value in zip(TITLES, CLOSED, strict=True)]


def unfinished(**changed: object) -> list:
    """A line without reply and close."""
    return line(
        **(
            {
                "投诉编号": "KS-2023-019",
                "实际回复": "",
                "准时": "",
                "结案日": "",
                "状态": "",
                "原因简述": "",
                "对策简述": "",
                "效果": "",
                "未达成原因": "",
            }
            | changed
        )
    )


WAITING = {"投诉编号": "KS-2023-020", "结案日": "", "状态": "处理中"}


@pytest.fixture
def manager(as_role) -> Browser:
    return as_role("sales_manager")


def taken(browser: Browser) -> dict[str, str]:
    """{remark: its rows} of the lines that are taken all the same."""
    return {
        row.td.get_text(" ", strip=True): row.select("td")[2].get_text(strip=True)
        for row in browser.soup.select(".panel tbody tr")
        if len(row.select("td")) == 3 and not row.select("th")
    }


def state_of(app, browser: Browser, row: list) -> Complaint:
    """What becomes of one line."""
    import_all(browser, "complaints", [TITLES, row])
    return loaded(app, Complaint, 1)


def tasks(app) -> list[tuple[str, str, datetime | None]]:
    with app.app_context():
        return [
            (task.name, task.permission, task.due_at) for task in db.session.query(Task).order_by(Task.id)
        ]


def sound(app) -> list:
    with app.app_context():
        return [*verify_events(), *verify_records(), *verify_tasks(datetime.now(UTC))]


# A closed line


def test_a_line_with_a_day_of_closing_becomes_a_closed_case(manager, app):
    made = state_of(app, manager, CLOSED)
    assert (made.state, made.number, made.old_number, made.customer_id, made.product_id, made.lot_no) == (
        "closed",
        "CC-202305-0001",
        "KS-2023-018",
        1,
        1,
        "L2304",
    )
    assert (made.shipped_qty, made.checked_qty, made.defect_qty, made.description, made.resp_dept) == (
        500,
        None,
        3,
        "无声",
        "production",
    )
    assert (made.defect_category, made.defect_code, made.severity, made.nature, made.liability) == (
        "FUN",
        "no_sound",
        "major",
        "sporadic",
        None,
    )
    assert [day_of(one) for one in (made.heard_at, made.first_due_at, made.replied_at, made.closed_at)] == [
        date(2023, 5, 8),
        date(2023, 5, 10),
        date(2023, 5, 11),
        date(2023, 6, 9),
    ]
    assert (made.late_reply_reason, made.old_notes) == (
        "等样板",
        "效果：连续3批未再发\n备注：口头道歉\n不良率：0.6%",
    )
    assert [
        (one.cause, one.actions, one.response, one.prepared_by_id, one.in_time) for one in made.replies
    ] == [("烙铁温度偏低", "每班点检温度", None, None, False)]
    assert tasks(app) == []


@pytest.mark.both_databases
def test_nobody_has_signed_what_is_imported_and_the_chain_holds(manager, app, people):
    state_of(app, manager, CLOSED)
    with app.app_context():
        event = db.session.query(Event).where(Event.kind == "complaint").one()
        assert (event.name, event.clause, event.by_id, event.role, event.state) == (
            "import",
            "5.6",
            people["sales_manager"].id,
            "sales_manager",
            "closed",
        )
        assert (
            event.details["files"][0][0],
            len(event.details["files"][0][1]),
            event.details["row"],
            "signed" in event.details,
        ) == ("清单.xlsx", 64, 2, False)
        assert db.session.query(Signature).count() == 0
    assert sound(app) == []


def test_the_page_and_the_timeline_say_where_it_comes_from(manager):
    import_all(manager, "complaints", [TITLES, unfinished(), line(投诉编号="KS-2023-018")])
    page = manager.get("/complaints/2")
    assert "由“清单.xlsx”第 3 行导入" in page.soup.select_one(".message-info").get_text()
    assert "清单.xlsx 第 3 行" in page.soup.select_one(".timeline").get_text()
    for words in ("KS-2023-018", "烙铁温度偏低", "每班点检温度", "生产部", "连续3批未再发", "主要 MA"):
        assert words in page.text
    assert page.soup.select_one(".signatures") is None


@pytest.mark.both_databases
def test_the_old_number_is_found_by_search_and_shown_in_the_list(manager):
    import_all(manager, "complaints", [TITLES, CLOSED, unfinished(投诉编号="ZL-77")])
    rows = manager.get("/complaints/?q=KS-2023-018").soup.select("#rows tbody th")
    assert [row.get_text(" ", strip=True) for row in rows] == ["CC-202305-0001 KS-2023-018 2023-05-08 00:00"]
    assert len(manager.get("/complaints/?route=imported").soup.select("#rows tbody tr")) == 2


def test_the_register_shows_old_lines_like_others(manager):
    import_all(manager, "complaints", [TITLES, CLOSED, line(投诉编号="KS-1", **{"型号/品名": "旧机型-9"})])
    table = manager.get("/reports/complaints").soup
    titles = [cell.get_text(" ", strip=True) for cell in table.select("thead th")]
    rows = [
        dict(zip(titles, [cell.get_text(" ", strip=True) for cell in row.select("th, td")], strict=True))
        for row in table.select("tbody tr")
    ]
    assert [row["型号"] for row in rows] == ["CA-6920", "旧机型-9"]
    assert {
        name: rows[0][name]
        for name in (
            "责任部门",
            "原因简述",
            "对策简述",
            "应回复时间",
            "回复时间",
            "准时",
            "结案日",
            "重复投诉",
            "未达成原因",
        )
    } == {
        "责任部门": "生产部",
        "原因简述": "烙铁温度偏低",
        "对策简述": "每班点检温度",
        "应回复时间": "2023-05-10 17:30",
        "回复时间": "2023-05-11 00:00",
        "准时": "否",
        "结案日": "2023-06-09",
        "重复投诉": "/",
        "未达成原因": "等样板",
    }
    assert rows[0]["备注"].startswith("原投诉编号: KS-2023-018 · 效果：连续3批未再发")


def test_an_old_line_has_its_paper_too(manager):
    import_all(manager, "complaints", [TITLES, CLOSED, line(投诉编号="KS-1", **{"型号/品名": "旧机型-9"})])
    first, second = (
        words_of(manager.get(f"/complaints/{number}.pdf?language=both").response.data) for number in (1, 2)
    )
    assert [
        word for word in ("KS-2023-018", "烙铁温度偏低", "每班点检温度", "连续3批未再发") if word not in first
    ] == []
    assert "旧机型-9" in second


def test_a_closed_status_without_a_day_closes_and_is_remarked(manager, app):
    offer(manager, "complaints", [TITLES, line(结案日="", 实际回复="", 状态="关闭")])
    assert taken(manager) == {
        "已结案但没有结案日，该栏留空。": "2",
        "已结案但没有回复日期，不计为按时回复。": "2",
    }
    manager.post(manager.page, manager.form())
    made = loaded(app, Complaint, 1)
    assert (made.state, made.closed_at, made.replied_at, made.reply.cause) == (
        "closed",
        None,
        None,
        "烙铁温度偏低",
    )
    assert manager.get("/complaints/1").status == 200


# An open line


@pytest.mark.parametrize(
    ("row", "state", "task"),
    [
        (unfinished(), "received", ("receive", "analyse_complaint")),
        (unfinished(状态="未结案"), "received", ("receive", "analyse_complaint")),
        (line(**WAITING), "awaiting_customer", ("follow_up", "reply_to_customer")),
        (line(**WAITING | {"状态": "已接收"}), "awaiting_customer", ("follow_up", "reply_to_customer")),
    ],
)
def test_an_open_line_stands_where_its_columns_show_and_waits_for_the_right_people(
    manager, app, row, state, task
):
    made = state_of(app, manager, row)
    due = made.reply_due_at if state == "received" else made.follow_up_due_at
    assert (made.state, tasks(app)) == (state, [(*task, due)])
    assert sound(app) == []


@pytest.mark.parametrize(
    ("answer", "state"),
    [("接受", "accepted"), ("未回应", "accepted"), ("不接受", "received"), ("", "awaiting_customer")],
)
def test_the_customers_answer_decides_where_a_replied_case_stands(manager, app, answer, state):
    import_all(manager, "complaints", [[*TITLES, "客户是否接受"], [*line(**WAITING), answer]])
    made = loaded(app, Complaint, 1)
    assert (made.state, made.reply.replied_at is not None, len(tasks(app))) == (state, True, 1)
    assert sound(app) == []


def test_the_reply_is_due_by_the_register_else_by_the_procedure(manager, app):
    import_all(
        manager,
        "complaints",
        [TITLES, unfinished(应回复=date(2023, 5, 20)), unfinished(投诉编号="KS-1", 应回复="")],
    )
    assert [day_of(loaded(app, Complaint, n).reply_due_at) for n in (1, 2)] == [
        date(2023, 5, 20),
        date(2023, 5, 10),
    ]


def test_the_follow_up_is_due_ten_days_after_the_reply(manager, app):
    made = state_of(app, manager, line(**WAITING))
    assert day_of(made.follow_up_due_at) == date(2023, 5, 21)


def test_what_is_known_of_an_unanswered_case_is_kept_as_a_note(manager, app):
    made = state_of(app, manager, unfinished(原因简述="疑似虚焊", 对策简述="加强目检"))
    assert (made.replies, made.old_notes.splitlines()[:2]) == (
        [],
        ["原因简述：疑似虚焊", "对策简述：加强目检"],
    )


def test_an_imported_open_case_goes_on_to_its_close(manager, as_role, app):
    import_all(manager, "complaints", [TITLES, unfinished(检查数=200)])
    inspector, supervisor, page = as_role("quality_inspector"), as_role("quality_supervisor"), "/complaints/1"
    assert inspector.step(f"{page}/receive").status == 303
    block = {
        "contact_name": "王工",
        "contact_phone": "138",
        "oral_written": "oral",
        "lot_confirmed": "y",
        "checked_qty": "200",
        "found_at": "line",
        "defect": "FUN.no_sound",
    }
    confirmed = inspector.step(
        f"{page}/confirm",
        password="demo",
        **block,
        **{
            name: BLOCK_B[name]
            for name in ("finding", "liability", "severity", "nature", "resp_dept", "analysis", "route")
        },
    )
    assert (confirmed.status, confirmed.faults) == (303, {})
    assert supervisor.step(f"{page}/confirm_route", password="demo").status == 303
    assert supervisor.step(f"{page}/settle", **SETTLED_FORM).status == 303
    assert (
        manager.step(
            f"{page}/send_reply", reply_to="王工", reply_channel="email", late_reply_reason="旧案"
        ).status
        == 303
    )
    assert manager.step(f"{page}/accept").status == 303
    done = as_role("quality_inspector").step(
        f"{page}/do_measure", done_note="已实施", files=upload(picture())
    )
    assert done.status == 303
    report_a_week_earlier(app)
    assert supervisor.step(f"{page}/check_effect", **CHECKED, password="demo").status == 303
    assert supervisor.step(f"{page}/close", password="demo").status == 303
    assert (loaded(app, Complaint, 1).state, tasks(app), sound(app)) == ("closed", [], [])


def test_a_silent_customer_of_an_old_case_is_closed_with_a_note(manager, as_role, app):
    import_all(manager, "complaints", [TITLES, line(**WAITING)])
    assert manager.step("/complaints/1/no_answer", response_note="打过三次电话").status == 303
    assert as_role("quality_supervisor").step("/complaints/1/close", password="demo").status == 303
    assert loaded(app, Complaint, 1).state == "closed"


def test_a_refused_old_reply_is_followed_by_the_second(manager, as_role, app):
    import_all(manager, "complaints", [TITLES, line(**WAITING)])
    assert manager.step("/complaints/1/refuse", response_note="仍有杂音").status == 303
    page = as_role("quality_inspector").get("/complaints/1")
    assert (loaded(app, Complaint, 1).state, page.status, "仍有杂音" in page.text) == ("analysing", 200, True)
    assert sound(app) == []


def test_the_preview_says_what_becomes_of_the_lines_and_who_gets_them(manager):
    offer(manager, "complaints", [TITLES, CLOSED, unfinished(), line(**WAITING)])
    panel = next(one for one in manager.soup.select(".panel") if "导入后的状态" in one.h2.get_text())
    assert [row.get_text(" ", strip=True) for row in panel.select("tr")] == [
        "已接收 1 接下来：品质接收 (检验员、品质主管)",
        "待客户确认 1 接下来：跟踪客户确认 (业务员/跟单员、业务经理)",
        "已结案 1 无待办",
    ]


# What is not known here


def test_a_model_that_is_made_no_more_is_still_the_product(manager, app, people, on):
    with kept(app):
        db.session.get(Product, 1).void(reason="停产", by=people["sales_manager"], on=on)
    made = state_of(app, manager, line(**{"型号/品名": "ca-6920"}))
    assert (made.product_id, made.old_model) == (1, None)


@pytest.mark.both_databases
def test_a_model_that_nobody_knows_is_kept_as_text_and_found(manager, app):
    offer(
        manager,
        "complaints",
        [TITLES, line(**{"型号/品名": "旧机型-9"}), line(投诉编号="KS-1", **{"型号/品名": "旧机型-9"})],
    )
    assert taken(manager) == {"型号 本系统没有型号“旧机型-9”，按原文保留。": "2、3"}
    manager.post(manager.page, manager.form())
    made = loaded(app, Complaint, 1)
    assert (made.product_id, made.old_model) == (None, "旧机型-9")
    assert len(manager.get("/complaints/?q=旧机型-9").soup.select("#rows tbody tr")) == 2


def test_words_that_the_procedure_does_not_have_stay_readable(manager, app):
    offer(
        manager,
        "complaints",
        [
            TITLES,
            line(
                类别="漏气",
                严重度="红色",
                性质="常发",
                责任部门="注塑课",
                状态="客户已签",
                不良现象="外壳漏气",
            ),
        ],
    )
    assert [text.split()[0] for text in taken(manager)] == ["严重度", "缺陷类别", "责任部门", "状态"]
    manager.post(manager.page, manager.form())
    made = loaded(app, Complaint, 1)
    assert (made.severity, made.nature, made.defect_category, made.defect_code, made.resp_dept) == (
        None,
        "chronic",
        None,
        None,
        None,
    )
    assert made.old_notes.splitlines()[:4] == [
        "严重度：红色",
        "类别：漏气",
        "责任部门：注塑课",
        "状态：客户已签",
    ]


@pytest.mark.parametrize(
    ("column", "word", "field", "code"),
    [
        ("严重度", "critical", "severity", "critical"),
        ("严重度", "次要 MI", "severity", "minor"),
        ("严重度", "Major (MA)", "severity", "major"),
        ("性质", "批次性", "nature", "batch"),
        ("性质", "Recurring", "nature", "chronic"),
        ("类别", "FUN", "defect_category", "FUN"),
        ("类别", "Function", "defect_category", "FUN"),
        ("类别", "功能", "defect_category", "FUN"),
        ("责任部门", "Production", "resp_dept", "production"),
        ("责任部门", "PMC", "resp_dept", "planning"),
        ("责任部门", "供应商", "liability", "supplier"),
    ],
)
def test_words_are_known_in_both_languages_and_by_their_codes(manager, app, column, word, field, code):
    assert getattr(state_of(app, manager, line(**{column: word})), field) == code


@pytest.mark.both_databases
def test_a_symptom_of_another_category_gives_no_code(manager, app):
    made = state_of(app, manager, line(类别="外观"))
    assert (made.defect_category, made.defect_code, made.description) == ("APP", None, "无声")


def test_the_name_that_our_register_writes_before_the_text_becomes_the_code(manager, app):
    made = state_of(app, manager, line(不良现象="无声 · 右声道时有时无"))
    assert (made.defect_code, made.description) == ("no_sound", "右声道时有时无")
    assert "无声 · 右声道时有时无" in manager.get("/complaints/").text


def test_a_code_of_another_category_is_kept_as_text(manager, app):
    import_all(manager, "complaints", [[*TITLES, "不良代码"], [*line(类别="外观", 不良现象="掉漆"), "无声"]])
    made = loaded(app, Complaint, 1)
    assert (made.defect_category, made.defect_code, "不良代码：无声" in made.old_notes) == (
        "APP",
        "paint_loss",
        True,
    )


def test_a_symptom_that_is_its_code_is_said_once(manager):
    import_all(manager, "complaints", [TITLES, CLOSED])
    assert all(
        "无声 · 无声" not in manager.get(page).text for page in ("/complaints/", "/reports/complaints")
    )


@pytest.mark.parametrize(
    ("liability", "counts_as"),
    [("本公司", True), ("供应商", True), ("客户", False), ("待定", None), ("", None)],
)
def test_what_was_not_ours_stays_out_of_the_failure_figures(manager, app, liability, counts_as):
    import_all(manager, "complaints", [[*TITLES, "责任方"], [*CLOSED, liability]])
    assert loaded(app, Complaint, 1).counts_in_kpi is counts_as


def test_an_old_case_makes_a_new_one_a_repeat(manager, app, complaint_in):
    recent = datetime.now(UTC).date() - timedelta(days=40)
    import_all(
        manager, "complaints", [TITLES, line(投诉日期=recent, 应回复="", 实际回复=recent, 结案日=recent)]
    )
    assert complaint_in("answering").repeat_of_id == 1


def test_old_cases_stand_in_the_figures_of_their_year(manager, app):
    import_all(manager, "complaints", [TITLES, CLOSED, line(投诉编号="KS-1", 实际回复=date(2023, 5, 9))])
    with app.app_context():
        found = complaints_of_year(2023, datetime.now(UTC))
    assert (found.logged, found.due, found.in_time) == (2, 2, 1)


# Bad lines


BAD = [
    (
        {"投诉日期": "2099-01-01", "应回复": "", "实际回复": "", "结案日": "", "状态": ""},
        "投诉日期 2099-01-01 是将来的日期。",
    ),
    ({"投诉日期": "去年"}, "投诉日期 “去年”不是日期"),
    ({"投诉日期": ""}, "投诉日期 此项必填。"),
    ({"客户": "无此客户"}, "客户 没有名为“无此客户”的客户"),
    ({"客户": ""}, "客户 此项必填。"),
    ({"不良现象": ""}, "不良现象 此项必填。"),
    ({"实际回复": "2023-05-01"}, "回复时间 2023-05-01 早于投诉日期（2023-05-08）。"),
    ({"应回复": "2023/5/1"}, "应回复时间 2023-05-01 早于投诉日期"),
    ({"结案日": "2023-05-10"}, "结案日 2023-05-10 早于回复日期（2023-05-11）。"),
    ({"结案日": "2099-01-01"}, "结案日 2099-01-01 是将来的日期。"),
    ({"不良数": 501}, "不良数 不良数 501 不能多于出货数 500。"),
    ({"不良数": -1}, "不良数 数量不能小于 0。"),
    ({"出货数": 10**12}, "出货数量 数量过大。"),
    ({"状态": "处理中"}, "状态 “处理中”与结案日（2023-06-09）矛盾。"),
    ({"状态": "作废"}, "状态 “作废”的行不计，不予导入。"),
    ({"批号": "#N/A"}, "批号 “#N/A”是工作簿中的错误值"),
]


@pytest.mark.parametrize(("changed", "reason"), BAD)
def test_what_cannot_be_true_is_a_bad_line_with_its_reason(manager, app, changed, reason):
    offer(manager, "complaints", [TITLES, line(**changed)])
    assert (counts(manager), counted(app, Complaint)) == ([0, 0, 0, 1], 0)
    assert reasons(manager)[2][0].startswith(reason)


@pytest.mark.parametrize(
    ("titles", "cells", "reason"),
    [
        (["检查数"], [2], "不良数 不良数 3 不能多于检查数 2。"),
        (["检查数"], [501], "检查数 检查数多于出货数（500）。"),
        (["出货日期"], ["2023-06-01"], "出货日期 出货日期晚于"),
        (["客户编号"], ["KH-9999"], "客户编号 没有名为"),
    ],
)
def test_further_columns_are_checked_too(manager, titles, cells, reason):
    offer(manager, "complaints", [[*TITLES, *titles], [*CLOSED, *cells]])
    assert counts(manager)[3] == 1
    assert reasons(manager)[2][0].startswith(reason)


def test_an_answer_without_a_reply_is_a_bad_line(manager):
    offer(manager, "complaints", [[*TITLES, "客户是否接受"], [*unfinished(), "接受"]])
    assert reasons(manager)[2] == ["客户是否接受 有客户答复，但没有我方的回复日期。"]


def test_reasons_and_remarks_follow_the_language(as_role):
    reader = as_role("sales_manager", language="en")
    offer(reader, "complaints", [TITLES, line(结案日="2023-05-10"), line(投诉编号="KS-1", 严重度="红色")])
    assert reasons(reader)[2] == ["Closed on 2023-05-10 is before the reply date (2023-05-11)."]
    assert taken(reader) == {
        "Severity “红色” is not a known value. It is stored as text; the field stays empty.": "3"
    }


# Nothing comes in twice


def test_the_same_file_twice_brings_nothing_in_twice(manager, app):
    rows = [TITLES, CLOSED, unfinished(投诉编号="")]
    assert import_all(manager, "complaints", rows) == "已导入 2 行，跳过 0 行。"
    assert counts(offer(manager, "complaints", rows)) == [0, 2, 0, 0]
    assert counted(app, Complaint) == 2


def test_a_corrected_line_comes_in_later_and_the_others_are_skipped(manager, app):
    import_all(manager, "complaints", [TITLES, CLOSED, line(投诉编号="KS-1", 结案日="2023-05-01")])
    assert counts(offer(manager, "complaints", [TITLES, CLOSED, line(投诉编号="KS-1")])) == [1, 1, 0, 0]


def test_a_line_that_stands_twice_comes_in_once(manager):
    offer(manager, "complaints", [TITLES, CLOSED, line(投诉编号="ks-2023-018 ", 备注="重复")])
    assert counts(manager) == [1, 0, 1, 0]


def test_a_number_is_one_complaints(manager, complaint_in):
    made = complaint_in("received")
    import_all(manager, "complaints", [TITLES, CLOSED])
    offer(
        manager,
        "complaints",
        [
            TITLES,
            line(批号="L9"),
            line(投诉编号="KS-1"),
            line(投诉编号="KS-1", 批号="L8"),
            line(投诉编号=made.number),
        ],
    )
    assert counts(manager) == [1, 0, 0, 3]
    assert reasons(manager)[2][0].startswith("原投诉编号 编号“KS-2023-018”在本系统属于 CC-202305-0001")
    assert reasons(manager)[4][0].startswith(
        "原投诉编号 编号“KS-1”在第 3 行已用于另一投诉，请给每行单独编号，例如 KS-1-2"
    )
    assert reasons(manager)[5][0].startswith(f"原投诉编号 编号“{made.number}”在本系统属于 {made.number}")


def test_what_somebody_made_void_does_not_come_back(manager, app):
    import_all(manager, "complaints", [TITLES, unfinished()])
    assert manager.step("/complaints/1/void", reason="录错").status == 303
    assert counts(offer(manager, "complaints", [TITLES, unfinished()])) == [0, 1, 0, 0]


def test_a_stale_preview_brings_in_what_is_still_new(manager, as_role, app, people, on):
    offer(manager, "complaints", [TITLES, CLOSED, unfinished()])
    with kept(app):
        values = {
            "state": "closed",
            "heard_on": date(2023, 5, 8),
            "replied_on": None,
            "closed_on": date(2023, 6, 9),
            "reply_due_on": None,
            "reply": None,
            "customer_id": 1,
            "description": "无声",
            "old_number": "KS-2023-018",
            "natural_key": key_of("KS-2023-018", 1, date(2023, 5, 8), "CA-6920", "L2304", "无声"),
        }
        Complaint.bring_in(
            [values], lines=[2], files=[["x.xlsx", "0" * 64]], by=people["sales_manager"], on=on
        )
    manager.post(manager.page, manager.form())
    assert (
        manager.get(manager.location).soup.select_one(".message").get_text(strip=True)
        == "已导入 1 行，跳过 1 行。"
    )
    assert counted(app, Complaint) == 2


# Numbers


def test_numbers_are_of_the_month_of_the_complaint_and_leave_this_month_alone(manager, app, complaint_in):
    import_all(
        manager,
        "complaints",
        [
            TITLES,
            line(投诉日期=date(2023, 5, 9)),
            line(投诉编号="KS-1"),
            line(投诉编号="KS-2", 投诉日期=date(2023, 4, 30)),
        ],
    )
    assert [loaded(app, Complaint, n).number for n in (1, 2, 3)] == [
        "CC-202305-0002",
        "CC-202305-0001",
        "CC-202304-0001",
    ]
    assert complaint_in("received").number.endswith("-0001")


# Who may, and which files


@pytest.mark.parametrize(
    "role", ["sales_clerk", "quality_supervisor", "general_manager", "auditor", "administrator"]
)
def test_only_the_sales_manager_imports_an_old_register(as_role, role):
    other = as_role(role)
    assert [
        other.get(address).status
        for address in ("/complaints/import/", "/complaints/import/example.xlsx", "/complaints/import/x")
    ] == [403, 200 if role == "administrator" else 403, 403]  # the administrator hands out examples
    assert "/complaints/import/" not in other.get("/complaints/").html


def test_a_hand_made_post_without_permission_is_refused(manager, as_role, app):
    offer(manager, "complaints", [TITLES, CLOSED])
    clerk = as_role("sales_clerk")
    assert clerk.post("/complaints/import/", request_id="r").status == 403
    assert clerk.post(manager.page, manager.form() | {"csrf_token": clerk.csrf()}).status == 403
    assert counted(app, Complaint) == 0


def test_the_list_leads_the_sales_manager_to_the_import(manager):
    assert (
        manager.get("/complaints/")
        .soup.select_one('.actions a[href="/complaints/import/"]')
        .get_text(strip=True)
        == "导入旧台账"
    )


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("台账.xlsx", [TITLES], "标题行下面没有"),
        ("台账.csv", b"", "文件是空的"),
        ("台账.pdf", b"%PDF-1.4", "pdf"),
        ("台账.xlsx", b"MZ" + bytes(200), "不是 Excel"),
    ],
)
def test_a_file_that_is_no_register_is_refused_beside_the_field(manager, app, name, content, reason):
    offer(manager, "complaints", content, name)
    assert (manager.status, reason in manager.faults["table"], counted(app, Complaint)) == (422, True, 0)


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ([["姓名", "工号"], ["张三", 1]], "缺少“投诉日期”"),
        ([["投诉日期", "不良现象"], [date(2023, 5, 8), "无声"]], "没有写明客户的列"),
        ([["投诉日期", "客户"], [date(2023, 5, 8), "华声汽配"]], "没有写明不良内容的列"),
        ([["客户", "不良现象"], ["华声汽配", "无声"]], "缺少“投诉日期”"),
    ],
)
def test_a_register_without_a_column_that_it_needs_says_so_on_the_preview(manager, rows, fault):
    offer(manager, "complaints", rows)
    assert manager.soup.select_one(".import-faults li").get_text().startswith(fault)
    assert manager.soup.select_one("form.form") is None


def test_a_formula_is_read_by_its_value(manager, tmp_path):
    path = tmp_path / "公式.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet, day = book.add_worksheet(), book.add_format({"num_format": "yyyy/m/d"})
        sheet.write_row(0, 0, ["投诉日期", "客户", "不良现象", "不良数"])
        sheet.write_row(1, 1, ["华声汽配", "无声"])
        sheet.write_formula(1, 0, "=DATE(2023,5,8)", day, 45054)
        sheet.write_formula(1, 3, "=1+2", None, 3)
        sheet.write_row(2, 1, ["华声汽配", "杂音"])
        sheet.write_formula(2, 0, "=NOSUCH()", day, "#NAME?")
    offer(manager, "complaints", path.read_bytes())
    assert (counts(manager), reasons(manager)[3]) == (
        [1, 0, 0, 1],
        ["投诉日期 “#NAME?”是工作簿中的错误值，不是数据。"],
    )


def test_columns_that_follow_from_others_are_named_as_such(manager):
    offer(manager, "complaints", [[*TITLES, "司机"], [*CLOSED, "老王"]])
    assert [
        manager.soup.select_one(f".message-{kind} p").contents[0].strip().partition("：")[2]
        for kind in ("warning", "info")
    ] == ["司机", "序号、客户等级、准时"]


@pytest.mark.parametrize("name", ["台账.csv", "台账.txt"])
def test_a_register_saved_as_text_is_read_too(manager, app, name):
    offer(manager, "complaints", csv([TITLES, CLOSED], "gb18030"), name)
    manager.post(manager.page, manager.form())
    assert loaded(app, Complaint, 1).old_number == "KS-2023-018"


def test_our_own_register_is_understood_and_does_not_come_back(manager):
    import_all(manager, "complaints", [TITLES, CLOSED])
    export = manager.get("/reports/complaints.xlsx").response
    assert export.status_code == 200
    offer(manager, "complaints", export.data)
    assert (counts(manager), manager.soup.select(".message-warning")) == ([0, 1, 0, 0], [])


# Many


def test_the_preview_costs_no_more_queries_with_more_lines(manager, count_queries):
    offer(manager, "complaints", [TITLES, *[line(投诉编号=f"A-{n}") for n in range(3)]])
    with count_queries() as few:
        manager.get(manager.page)
    offer(manager, "complaints", [TITLES, *[line(投诉编号=f"A-{n}") for n in range(300)]])
    with count_queries() as many:
        manager.get(manager.page)
    assert len(many) == len(few)


@pytest.mark.slow
def test_many_lines_come_in_by_one_transaction(manager, app, count_queries):
    offer(
        manager,
        "complaints",
        [TITLES, *[line(投诉编号=f"A-{n}") if n % 2 else unfinished(投诉编号=f"A-{n}") for n in range(1000)]],
    )
    fields = manager.form()
    with count_queries() as ran:
        assert manager.post(manager.page, fields).status == 303
    # An insert for each complaint, reply and event at most (SQLite); nothing is looked for line by line.
    assert len(ran) < 3 * 1000 + 100
    assert (counted(app, Complaint), counted(app, Task)) == (1000, 500)
