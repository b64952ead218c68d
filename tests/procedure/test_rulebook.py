"""The procedure: what its files hold, by hand from the clauses, and every way in which a factory's own single
file can be wrong."""

from __future__ import annotations

import hashlib
from datetime import date, time
from pathlib import Path

import pytest

from cs.procedure.rulebook import Name, Numbering, ProcedureError, Revision, load

BOOK = load()
TEXT = BOOK.text


def own_file(folder: Path, *changes: tuple[str, str]) -> Path:
    """A factory's copy of the whole procedure in a single file, with these changes."""
    text = TEXT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path = folder / "own.toml"
    path.write_text(text, encoding="utf-8")
    return path


def fault(path: Path) -> ProcedureError:
    with pytest.raises(ProcedureError) as caught:
        load(path)
    return caught.value


# -- what the packaged file holds
# ---------------------------------------------------------------------------------------


def test_it_is_the_customer_service_procedure():
    procedure = BOOK.procedure
    assert (procedure.number, procedure.title.zh) == ("MJ-QP-12", "客户服务控制程序")
    assert (procedure.revision, procedure.effective, procedure.revisions) == ("", None, ())


def test_departments_carry_the_names_of_the_source_as_aliases():
    assert {code: (row.name.zh, *row.aliases) for code, row in BOOK.departments.items()} == {
        "sales": ("业务部", "市场部", "市场", "营业"),
        "quality": ("品质部", "品管部", "品质"),
        "engineering": ("工程部",),
        "process": ("工艺部",),
        "production": ("生产部",),
        "planning": ("计划部", "PMC", "生管"),
        "warehouse": ("仓库", "原物料仓"),
        "mould_store": ("生技组模具仓", "模具仓", "生技组"),
        "document_control": ("文控",),
        "management": ("总经理室",),
    }


def test_sixteen_roles_have_their_home_departments():
    assert {code: row.department for code, row in BOOK.roles.items()} == {
        "sales_clerk": "sales",
        "sales_manager": "sales",
        "quality_inspector": "quality",
        "quality_supervisor": "quality",
        "engineer": "engineering",
        "process_engineer": "process",
        "production_operator": "production",
        "production_manager": "production",
        "planner": "planning",
        "warehouse_keeper": "warehouse",
        "mould_keeper": "mould_store",
        "document_controller": "document_control",
        "general_manager": "management",
        "department_member": None,
        "auditor": None,
        "administrator": None,
    }


def test_rows_of_tables_know_their_own_code():
    assert BOOK.departments["sales"].code == "sales"
    assert BOOK.roles["planner"].code == "planner"
    assert BOOK.forms["survey"].key == "survey"
    assert BOOK.defects["APP"].code == "APP"


@pytest.mark.parametrize(
    ("key", "number", "zh", "landscape"),
    [
        ("customer_register", "MJ-QP-12-07", "客户一览表", True),
        ("customer_file", "MJ-QP-12-02", "客户信息档案", False),
        ("property_register", "MJ-QP-12-04", "客户财产一览表", True),
        ("complaint_report", "MJ-QP-12-03", "客户投诉处理报告", False),
        ("complaint_register", "MJ-QP-12-05", "客户抱怨明细表", True),
        ("car_tracker", "DC-FM-04", "纠正预防措施改善追踪表", True),
        ("survey", "DC-FM-04", "客户满意度调查表", False),
        ("csr", "MJ-QP-13-03", "客户特殊要求一览表", True),
    ],
)
def test_the_forms_of_7_0_stand_under_their_printed_numbers(key, number, zh, landscape):
    form = BOOK.forms[key]
    assert (form.number, form.name.zh, form.landscape, form.retention_years) == (number, zh, landscape, 3)


def test_working_papers_have_no_number_yet():
    assert {key for key, form in BOOK.forms.items() if not form.number} == {
        "visit_notice",
        "visit_record",
        "return_register",
        "replenishment_register",
        "feedback_summary",
        "market_report",
        "return_slip",
        "rework_instruction",
        "replenishment",
        "urgent_order",
        "stock_card",
        "delivery_note",
        "car",
    }


def test_the_factory_works_monday_to_friday_with_a_lunch_break():
    working = BOOK.working
    assert working.weekdays == (1, 2, 3, 4, 5)
    assert working.spans == ((time(8), time(12)), (time(13, 30), time(17, 30)))
    assert (working.start, working.end) == (time(8), time(17, 30))


def test_the_numbers_of_the_readings_in_use():
    assert (BOOK.reply.days, BOOK.reply.counted, BOOK.reply.no_answer_days) == (2, "calendar", 10)
    assert BOOK.recurrence_months == 6
    assert BOOK.rework.effect_days == 30
    assert BOOK.open_ages == (7, 30)
    assert BOOK.company == Name("本公司", "Our company")


def test_the_figures_stand_with_their_clauses_and_without_targets():
    assert {code: kpi.clause for code, kpi in BOOK.kpis.items()} == {
        "complaints": "5.2.1.1",
        "replies": "5.2.2.6",
        "pareto": "5.2.2.1",
        "open": "5.2.2.3",
        "valid": "5.2.2.1",
        "reply_hours": "5.2.2.6",
        "closure": "5.2.2.3",
        "closing_days": "5.2.2.3",
        "repeats": "3.4",
        "first_pass": "5.2.2.3",
        "same_day": "5.2.2.3",
        "car_answers": "5.2.2.5",
        "car_measures": "5.2.2.5",
        "car_effective": "5.2.2.5",
        "lot_complaints": "5.2.2.1",
        "ppm": "5.2.2.1",
        "return_rate": "5.3.3",
        "return_lots": "5.3.3",
        "return_days": "5.3.5",
        "replenishments": "5.3.4",
        "costs": "5.2.2.3",
    }
    assert [code for code, kpi in BOOK.kpis.items() if kpi.target is not None] == []


@pytest.mark.parametrize(
    ("group", "codes"),
    [
        ("channel", "phone email letter visit chat return"),
        ("oral_written", "oral written"),
        ("found_at", "incoming line field customer_warehouse"),
        ("demand", "report_8d replenishment rework return exchange deduction on_site"),
        ("severity", "critical major minor"),
        ("nature", "sporadic batch chronic"),
        ("finding", "confirmed not_confirmed ntf"),
        ("liability", "ours supplier customer carrier pending ntf"),
        ("route", "occasional not_ours meeting"),
        (
            "cause_class",
            "man machine material method environment measurement design supplier logistics customer_use",
        ),
        (
            "disposition",
            "rework repair sort concession regrade scrap return_to_supplier replace credit return_as_is",
        ),
        ("response", "accepted refused no_answer"),
        ("customer_type", "oem maker trader contract_maker other"),
        ("customer_status", "potential active inactive"),
        ("customer_level", "A B C D ungraded"),
        ("cooperation", "very_good fairly_good ordinary poor"),
        ("potential", "great fairly_great ordinary hardly_any"),
        ("payment", "on_time fairly_on_time chased very_poor"),
        ("return_kind", "incoming use rework wrong_goods other"),
        ("cost_bearer", "ours customer supplier carrier shared"),
        ("booking", "counted accepted ntf as_is rework scrapped reworked passed failed"),
        ("yes_no", "yes no"),
    ],
)
def test_choice_lists_hold_the_codes_of_the_forms(group, codes):
    assert list(BOOK.choices[group]) == codes.split()


def test_the_defect_catalogue_has_the_categories_of_the_forms():
    assert {code: row.name.zh for code, row in BOOK.defects.items()} == {
        "APP": "外观",
        "DIM": "尺寸",
        "FUN": "性能/功能",
        "REL": "使用寿命/可靠性",
        "PKG": "包装",
        "SOL": "焊接",
        "ASM": "装配",
        "LBL": "标识",
        "SW": "软件",
        "QTY": "数量·错漏发",
        "ENV": "环保 RoHS",
        "DOC": "单据资料",
        "DEL": "交付",
        "SRV": "服务",
    }


@pytest.mark.parametrize(
    ("category", "names"),
    [
        ("APP", "划伤 掉漆 色差 段差 变形 破损 脏污 丝印不良"),
        ("SOL", "连锡 虚焊 漏焊/空焊 冷焊 少锡 多锡/堆锡 拉尖 针孔 锡珠/锡渣 立碑 侧立 焊盘脱落 不出脚"),
        (
            "ASM",
            (
                "偏位 错件 少件/漏装 多件 反向 浮高 撞件 弯针 接线不良 螺钉未打紧 螺钉滑牙 螺钉打花 金属异物 "
                "非金属异物"
            ),
        ),
        (
            "FUN",
            (
                "不开机 无声 单声道缺失 杂音/失真 音量异常 收音不良 不读碟/USB 蓝牙连接不良 显示/背光不良 "
                "按键/旋钮不良 死机/重启 记忆丢失 待机电流大 异味发热"
            ),
        ),
    ],
)
def test_the_defect_catalogue_has_the_codes_of_the_forms(category, names):
    assert [
        name.zh for code, name in BOOK.defects[category].codes.items() if code != "other"
    ] == names.split()


def test_a_complaint_has_these_states():
    assert {code: name.zh for code, name in BOOK.states["complaint"].items()} == {
        "passed_on": "待业务登记",
        "sent_back": "不予登记，待转达人知悉",
        "declined": "不予登记",
        "received": "已接收",
        "analysing": "分析中",
        "answering": "回复中",
        "awaiting_customer": "待客户确认",
        "accepted": "客户已接受",
        "closed": "已结案",
        "void": "已作废",
    }


@pytest.mark.parametrize(
    ("key", "zh"),
    [
        ("reply_due_at", "应回复时间"),
        ("customer_deadline", "客户要求回复时间"),
        ("lot_no", "批号"),
        ("defect_rate", "不良率"),
        ("severity", "严重度"),
        ("complaint_register", "客户抱怨明细表"),
        ("replenishment", "补货"),
        ("stock_card", "物料进销存卡"),
        ("score_grade", "评定等级"),
    ],
)
def test_screens_use_the_words_of_the_glossary(key, zh):
    assert BOOK.terms[key].zh == zh


def test_the_book_keeps_the_text_and_the_hash_of_a_single_file(tmp_path):
    path = own_file(tmp_path, ("no_answer_days = 10", "no_answer_days = 11"))
    book = load(path)
    assert book.text == path.read_bytes().decode("utf-8")
    assert book.hash == hashlib.sha256(path.read_bytes()).hexdigest()


# -- names and numbers
# --------------------------------------------------------------------------------------------------


def test_a_name_is_given_in_the_language_asked_for():
    name = Name("客户", "Customer")
    assert (name.in_("zh"), name.in_("en")) == ("客户", "Customer")
    with pytest.raises(ValueError, match="no language 'de'"):
        name.in_("de")


@pytest.mark.parametrize(
    ("kind", "day", "n", "period", "number"),
    [
        ("complaint", date(2026, 11, 5), 7, "202611", "CC-202611-0007"),
        ("complaint", date(2027, 1, 1), 1, "202701", "CC-202701-0001"),
        ("complaint", date(2026, 11, 5), 12345, "202611", "CC-202611-12345"),
        ("replenishment", date(2026, 11, 5), 7, "202611", "BH-202611-007"),
        ("car", date(2026, 11, 5), 7, "2026", "CAR-2026-007"),
        ("survey", date(2026, 6, 30), 7, "2026H1", "SV-2026H1-007"),
        ("survey", date(2026, 7, 1), 7, "2026H2", "SV-2026H2-007"),
        ("customer", date(2026, 11, 5), 7, "", "KH-0007"),
    ],
)
def test_records_are_numbered_within_their_period(kind, day, n, period, number):
    numbering = BOOK.numbering[kind]
    assert (numbering.period(day), numbering.number(day, n)) == (period, number)


def test_records_are_counted_from_one():
    with pytest.raises(ValueError, match="counted from 1"):
        Numbering("CC", 4, "month").number(date(2026, 11, 5), 0)


# -- a factory's own file
# -----------------------------------------------------------------------------------------------


def test_a_factory_may_change_words_numbers_and_add_rows(tmp_path):
    purchasing = '[departments.purchasing]\nzh = "采购部"\nen = "Purchasing"\n\n[departments.quality]'
    book = load(
        own_file(
            tmp_path,
            ('number = "MJ-QP-12"', 'number = "AB-07"'),
            ("# effective = 2026-11-01", "effective = 2026-11-01"),
            ('counted = "calendar"', 'counted = "working"'),
            ("[departments.quality]", purchasing),
        )
    )
    assert (book.procedure.number, book.procedure.effective) == ("AB-07", date(2026, 11, 1))
    assert book.reply.counted == "working"
    assert book.departments["purchasing"].name == Name("采购部", "Purchasing")
    assert book.departments["purchasing"].aliases == ()


def test_a_factory_may_escalate_less_or_nothing(tmp_path):
    line = '\nsign = { hours = 8, to = "general_manager" }'
    assert load(own_file(tmp_path, (line, ""))).escalation["replenishment"] == {}


def test_the_revision_history_may_have_lines(tmp_path):
    line = (
        '[[procedure.revisions]]\nno = 1\nsection = "5.2.2.6"\ndate = 2026-11-01\nversion = '
        '"A/1"\n\n[working]'
    )
    book = load(own_file(tmp_path, ("[working]", line)))
    assert book.procedure.revisions == (Revision(1, "5.2.2.6", date(2026, 11, 1), "A/1"),)


def test_the_company_may_be_left_out(tmp_path):
    path = own_file(tmp_path, ('\nzh = "本公司"\nen = "Our company"', ""), ("[company] ", "#"))
    assert load(path).company == Name("本公司", "Our company")


def test_a_file_saved_by_a_windows_editor_is_read(tmp_path):
    path = tmp_path / "own.toml"
    data = b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode()
    path.write_bytes(data)
    book = load(path)
    assert book.roles == BOOK.roles
    assert book.hash == hashlib.sha256(data).hexdigest()


def test_codes_that_records_hold_cannot_be_taken_out(tmp_path):
    path = own_file(
        tmp_path,
        ('chat = { zh = "即时通讯", en = "Chat" }\n', ""),
        ('scratch = { zh = "划伤", en = "Scratch" }\n', ""),
    )
    error = fault(path)
    assert error.place == "choices.channel.chat"
    expected = "is missing; so are defects.APP.codes.scratch: copy from the packaged folder mj-qp-12"
    assert error.reason == expected


def test_one_missing_code_is_named_alone(tmp_path):
    error = fault(
        own_file(tmp_path, ('planner = { zh = "计划员", en = "Planner", department = "planning" }\n', ""))
    )
    assert str(error) == "own.toml roles.planner: is missing: copy from the packaged folder mj-qp-12"


REVISION = '[[procedure.revisions]]\nno = 1\nsection = "5.2.2.6"\nversion = "A/1"\n'
WRONG = {
    "a Chinese name is missing": (
        'zh = "业务部"\nen = "Sales"\naliases',
        'en = "Sales"\naliases',
        "departments.sales.zh",
        "is missing: add it",
    ),
    "an English name is missing": (
        'phone = { zh = "电话", en = "Phone" }',
        'phone = { zh = "电话" }',
        "choices.channel.phone.en",
        "is missing: add it",
    ),
    "a name is blank": ('en = "Phone" }', 'en = " " }', "choices.channel.phone.en", "is blank: write a text"),
    "a key is unknown": (
        "[departments.quality]",
        '[departments.quality]\ncolour = "red"',
        "departments.quality.colour",
        "is not a key that the program knows: correct or remove it",
    ),
    "a table is unknown": (
        "[working]",
        "[surprise]\n[working]",
        "surprise",
        "is not a key that the program knows: correct or remove it",
    ),
    "a row names its own code": (
        'en = "Engineering"\n',
        'en = "Engineering"\ncode = "x"\n',
        "departments.engineering.code",
        "is not a key that the program knows: correct or remove it",
    ),
    "the hash is given": (
        "recurrence_months = 6",
        'recurrence_months = 6\nhash = "0"',
        "hash",
        "is not a key that the program knows: correct or remove it",
    ),
    "a value is missing": (
        'complaint = { prefix = "CC", digits = 4,',
        'complaint = { prefix = "CC",',
        "numbering.complaint.digits",
        "is missing: add it",
    ),
    "a table is missing": ("recurrence_months = 6", "", "recurrence_months", "is missing: add it"),
    "a list stands as a text": (
        'aliases = ["PMC", "生管"]',
        'aliases = "PMC"',
        "departments.planning.aliases",
        "is 'PMC': write a list in square brackets",
    ),
    "an alias is a number": (
        'aliases = ["PMC", "生管"]',
        'aliases = ["PMC", 3]',
        "departments.planning.aliases[2]",
        'is 3: write text in quotes, such as "A/0"',
    ),
    "a table stands as a text": (
        'auditor = { zh = "审核员（只读）", en = "Auditor (reads only)" }',
        'auditor = "审核员"',
        "roles.auditor",
        'is \'审核员\': write a table, such as { zh = "…", en = "…" }',
    ),
    "a choice stands as a text": (
        'oral = { zh = "口头", en = "Oral" }',
        'oral = "口头"',
        "choices.oral_written.oral",
        'is \'口头\': write a table, such as { zh = "…", en = "…" }',
    ),
    "a number stands as a text": (
        "no_answer_days = 10",
        'no_answer_days = "10"',
        "reply.no_answer_days",
        "is '10': write a whole number, such as 2",
    ),
    "a number is not whole": (
        "days = 2 ",
        "days = 2.5 ",
        "reply.days",
        "is 2.5: write a whole number, such as 2",
    ),
    "an amount has no decimals": (
        "general_manager_from = 1000.00",
        "general_manager_from = 1000",
        "replenishment.general_manager_from",
        "is 1000: write an amount with its decimals, such as 1000.00",
    ),
    "an amount is below nothing": (
        "general_manager_from = 1000.00",
        "general_manager_from = -0.01",
        "replenishment.general_manager_from",
        "is -0.01: write a number from 0 to 1000000000",
    ),
    "a yes stands for a number": (
        "days = 2 ",
        "days = true ",
        "reply.days",
        "is True: write a whole number, such as 2",
    ),
    "a number stands for a yes": (
        "landscape = true",
        "landscape = 1",
        "forms.customer_register.landscape",
        "is 1: write true or false",
    ),
    "a number is too small": ("days = 2 ", "days = 0 ", "reply.days", "is 0: write a number from 1 to 60"),
    "a number is too large": ("days = 2 ", "days = 61 ", "reply.days", "is 61: write a number from 1 to 60"),
    "the window is too long": (
        "recurrence_months = 6",
        "recurrence_months = 61",
        "recurrence_months",
        "is 61: write a number from 1 to 60",
    ),
    "the ages of open complaints do not rise": (
        "open_ages = [7, 30]",
        "open_ages = [30, 30]",
        "open_ages",
        "is [30, 30]: write the smaller number first",
    ),
    "a figure belongs to no clause": (
        'en = "Recurrence rate"\nclause = "3.4"',
        'en = "Recurrence rate"\nclause = "9.9"',
        "kpis.repeats.clause",
        "no clause '9.9': name a clause of the procedure",
    ),
    "a target is no percentage": (
        'en = "Replies in time"\n',
        'en = "Replies in time"\ntarget = 101\n',
        "kpis.replies.target",
        "is 101: write a number from 1 to 100",
    ),
    "two figures share a name": (
        'en = "Recurrence rate"',
        'en = "Closure rate"',
        "kpis.repeats",
        "'Closure rate' stands already at kpis.closure: change one of them",
    ),
    "there is no eighth weekday": (
        "weekdays = [1, 2, 3, 4, 5]",
        "weekdays = [1, 2, 3, 4, 8]",
        "working.weekdays[5]",
        "is 8: write a number from 1 to 7",
    ),
    "a weekday stands twice": (
        "weekdays = [1, 2, 3, 4, 5]",
        "weekdays = [1, 2, 3, 3]",
        "working.weekdays",
        "names a day twice: remove one",
    ),
    "no weekday is worked": (
        "weekdays = [1, 2, 3, 4, 5]",
        "weekdays = []",
        "working.weekdays",
        "is empty: name at least one day",
    ),
    "no hour is worked": (
        "spans = [[08:00:00, 12:00:00], [13:30:00, 17:30:00]]",
        "spans = []",
        "working.spans",
        "is empty: write at least one span",
    ),
    "a span ends before it starts": (
        "[08:00:00, 12:00:00]",
        "[08:00:00, 07:00:00]",
        "working.spans[1]",
        "ends at 07:00:00, not after its start 08:00:00: correct one of them",
    ),
    "a span has no length": (
        "[08:00:00, 12:00:00]",
        "[08:00:00, 08:00:00]",
        "working.spans[1]",
        "ends at 08:00:00, not after its start 08:00:00: correct one of them",
    ),
    "spans overlap": (
        "[08:00:00, 12:00:00]",
        "[08:00:00, 14:00:00]",
        "working.spans[2]",
        "starts before the span above it ends at 14:00:00: correct one of them",
    ),
    "a span has three times": (
        "[08:00:00, 12:00:00]",
        "[08:00:00, 10:00:00, 12:00:00]",
        "working.spans[1]",
        "holds 3 values: write 2",
    ),
    "a time stands as a text": (
        "[08:00:00, 12:00:00]",
        '["08:00", 12:00:00]',
        "working.spans[1][1]",
        "is '08:00': write a time without quotes, such as 08:00:00",
    ),
    "a word is none of those allowed": (
        'counted = "calendar"',
        'counted = "banking"',
        "reply.counted",
        "is 'banking': write one of calendar, working",
    ),
    "a date stands as a text": (
        "# effective = 2026-11-01",
        'effective = "2026-11-01"',
        "procedure.effective",
        "is '2026-11-01': write a date without quotes, such as 2026-11-02",
    ),
    "a revision has no date": (
        "[working]",
        REVISION + "\n[working]",
        "procedure.revisions[1].date",
        "is missing: add it",
    ),
    "a code has a blank": (
        'phone = { zh = "电话", en = "Phone" }',
        '"by phone" = { zh = "电话", en = "Phone" }',
        "choices.channel.by phone",
        "a code is an English letter, then letters, digits or _, at most 40",
    ),
    "an escalation goes to nobody": (
        '\nsign = { hours = 8, to = "general_manager" }',
        '\nsign = { hours = 8, to = "director" }',
        "escalation.replenishment.sign.to",
        f"no role 'director': name one of {', '.join(BOOK.roles)}",
    ),
    "an escalation is at once": (
        '\nsign = { hours = 8, to = "general_manager" }',
        '\nsign = { hours = 0, to = "general_manager" }',
        "escalation.replenishment.sign.hours",
        "is 0: write a number from 1 to 2000",
    ),
    "a role belongs to no department": (
        'en = "Auditor (reads only)" }',
        'en = "Auditor (reads only)", department = "audit" }',
        "roles.auditor.department",
        (
            "no department 'audit': name one of sales, quality, engineering, process, production, planning, "
            "warehouse, mould_store, document_control, management"
        ),
    ),
    "two departments share a name": (
        'aliases = ["品管部", "品质"]',
        'aliases = ["品管部", "市场部"]',
        "departments.quality",
        "'市场部' stands already at departments.sales: change one of them",
    ),
    "two roles share a name": (
        'zh = "品质主管"',
        'zh = "检验员"',
        "roles.quality_supervisor",
        "'检验员' stands already at roles.quality_inspector: change one of them",
    ),
    "two choices share a name": (
        'email = { zh = "邮件"',
        'email = { zh = "电话"',
        "choices.channel.email",
        "'电话' stands already at choices.channel.phone: change one of them",
    ),
    "two states share a name": (
        'declined = { zh = "不予登记", en = "Not registered" }',
        'declined = { zh = "待业务登记", en = "Not registered" }',
        "states.complaint.declined",
        "'待业务登记' stands already at states.complaint.passed_on: change one of them",
    ),
    "two defect categories share a name": (
        'zh = "尺寸"\n',
        'zh = "外观"\n',
        "defects.DIM",
        "'外观' stands already at defects.APP: change one of them",
    ),
    "two defect codes share a name": (
        'zh = "掉漆"',
        'zh = "划伤"',
        "defects.APP.codes.paint_loss",
        "'划伤' stands already at defects.APP.codes.scratch: change one of them",
    ),
    "two kinds of record share their numbers": (
        'prefix = "RMA"',
        'prefix = "CC"',
        "numbering.return",
        "'CC' stands already at numbering.complaint: change one of them",
    ),
    "a clause stands twice": (
        'id = "2.0"',
        'id = "1.0"',
        "clauses[2]",
        "'1.0' stands already at clauses[1]: change one of them",
    ),
    "a rate of no currency": (
        "USD = { usual = 7.10, deviation = 25 }",
        "XYZ = { usual = 7.10, deviation = 25 }",
        "replenishment.rates.XYZ",
        "no other currency 'XYZ': name one of USD, EUR, HKD, JPY",
    ),
    "nobody checks in place": (
        'check_in_place = ["quality_inspector", "general_manager"]',
        'check_in_place = ["quality_inspector", "nobody"]',
        "capa.check_in_place[2]",
        "no role 'nobody' that reads records: name one that does",
    ),
    "a choice list is empty": (
        "[choices.channel]",
        "[choices.colour]\n[choices.channel]",
        "choices.colour",
        "is empty: write at least one row",
    ),
}


@pytest.mark.parametrize("change", WRONG.values(), ids=WRONG)
def test_a_wrong_file_is_refused_with_the_place_and_what_to_do(tmp_path, change):
    old, new, place, reason = change
    error = fault(own_file(tmp_path, (old, new)))
    assert (error.place, error.reason) == (place, reason)
    assert str(error) == f"own.toml {place}: {reason}"


def test_a_moment_is_not_a_date(tmp_path):
    error = fault(own_file(tmp_path, ("# effective = 2026-11-01", "effective = 2026-11-01T08:00:00")))
    assert error.place == "procedure.effective"
    assert error.reason.endswith("write a date without quotes, such as 2026-11-02")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[working]", "[working", "Expected ']'"),
        ("# effective = 2026-11-01", "effective = 2026-02-30", "Invalid date"),
        ('email = { zh = "邮件"', 'phone = { zh = "邮件"', "Cannot overwrite a value"),
        ("[reply]", "[working]", "Cannot declare"),
        ("recurrence_months = 6", "recurrence_months = " + "6" * 5000, "digits"),
    ],
    ids=["syntax", "impossible date", "code twice", "table twice", "endless number"],
)
def test_a_file_that_is_not_toml_is_refused_with_what_is_wrong(tmp_path, old, new, said):
    error = fault(own_file(tmp_path, (old, new)))
    assert error.place == "own.toml"
    assert error.reason.startswith("is not valid TOML: ")
    assert said in error.reason


def test_a_file_that_is_not_utf_8_is_refused_with_its_line(tmp_path):
    path = tmp_path / "own.toml"
    path.write_bytes('# ASCII\nrecurrence_months = 6\n[company]\nzh = "本公司"\n'.encode("gb18030"))
    assert str(fault(path)) == "own.toml line 4: is not UTF-8: save the file as UTF-8"


def test_a_file_that_is_not_there_is_named(tmp_path):
    expected = "own.toml: cannot be read (No such file or directory): check the path and its rights"
    assert str(fault(tmp_path / "own.toml")) == expected
