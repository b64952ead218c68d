"""An old complaint register (form 7.5) as a factory has kept it in Excel: its columns, and what a line of it
says.

A line is taken as it stands or not at all: days that contradict each other, quantities that cannot be and an
unknown customer are bad lines. A model that is made no more, or a word that this procedure does not have, is
kept as text and said in the preview.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select

from cs.extensions import db
from cs.imports.cells import Problem, plain
from cs.imports.master_data import CUSTOMER_ORDER
from cs.imports.plans import MOST_PIECES, Kind, Known, Remark
from cs.imports.tables import Line
from cs.models.complaints.complaint import Complaint
from cs.procedure import complaints as procedure
from cs.procedure.authority import Permission
from cs.records.procedure import rulebook
from cs.records.users import Department

OPEN = "open"
VOID = "void"
STATUS_WORDS = {
    "结案": procedure.CLOSED,
    "已关闭": procedure.CLOSED,
    "关闭": procedure.CLOSED,
    "已完成": procedure.CLOSED,
    "完成": procedure.CLOSED,
    "close": procedure.CLOSED,
    "done": procedure.CLOSED,
    "是": procedure.CLOSED,
    "Y": procedure.CLOSED,
    "未结案": OPEN,
    "未关闭": OPEN,
    "处理中": OPEN,
    "进行中": OPEN,
    "跟进中": OPEN,
    "待处理": OPEN,
    "否": OPEN,
    "N": OPEN,
    "ongoing": OPEN,
    "pending": OPEN,
    "作废": VOID,
    "取消": VOID,
    "已取消": VOID,
    "cancelled": VOID,
}
SYMPTOM_COLUMNS = ("symptom", "description")
KEPT_WORDS = (
    "severity",
    "nature",
    "liability",
    "channel",
    "found_at",
    "finding",
    "response",
)  # a code where the word is known
QUANTITIES = ("shipped_qty", "checked_qty", "defect_qty")
AS_THEY_STAND = (
    "old_number",
    "contact_name",
    "customer_ref",
    "order_no",
    "lot_no",
    "shipped_on",
    "late_reply_reason",
    *QUANTITIES,
)
_N = str  # marks a text for translation
BETWEEN = " · "  # our own register writes the defect's name before the description


# Words that a column of texts knows


def _status_words(language: str) -> dict[str, str]:
    words = {}
    for state in procedure.STATES:
        name = rulebook().states["complaint"][state.code]
        meant = OPEN if not state.final else procedure.CLOSED if state.code == procedure.CLOSED else VOID
        words[name.in_(language)] = words[name.in_("en" if language == "zh" else "zh")] = meant
    return words | STATUS_WORDS


def _category_words(language: str) -> dict[str, str]:
    """Categories by their names, and by each half of a name such as 性能/功能."""
    rows = rulebook().defects.values()
    words = {row.name.in_(language): row.code for row in rows} | {
        row.name.in_("en" if language == "zh" else "zh"): row.code for row in rows
    }
    return words | {half: row.code for row in rows for half in _halves(row.name.zh)}


def _halves(name: str) -> list[str]:
    return [half for half in name.split("/") if half != name]


def _defect_words(_language: str) -> dict[str, str]:
    """Defects by their names, as CATEGORY.code, where one category alone has the name."""
    found: dict[str, set[str]] = {}
    for row in rulebook().defects.values():
        for code, name in row.codes.items():
            for word in (name.zh, name.en, code, *_halves(name.zh)):
                found.setdefault(word, set()).add(f"{row.code}.{code}")
    return {word: next(iter(ones)) for word, ones in found.items() if len(ones) == 1}


def _department_words(language: str) -> dict[str, str]:
    rows = list(
        db.session.execute(select(Department.code, Department.zh, Department.en).order_by(Department.id))
    )
    words = {(row.zh if language == "zh" else row.en): row.code for row in rows} | {
        word: row.code for row in rows for word in (row.zh, row.en)
    }
    return words | {alias: code for code, one in rulebook().departments.items() for alias in one.aliases}


# A line


def _read(line: Line, known: Known, said: list[Problem]) -> dict[str, Any]:
    cells = line.values
    customer = known.customer(line, CUSTOMER_ORDER, said)
    if customer is None and not any(cells[name] for name in CUSTOMER_ORDER):
        said.append(Problem("customer", "required"))
    text = "\n".join(dict.fromkeys(str(cells[name]) for name in SYMPTOM_COLUMNS if cells[name]))
    if not text and not any(problem.column in SYMPTOM_COLUMNS for problem in said):
        said.append(Problem("symptom", "required"))
    _check_days(cells, known, said)
    _check_quantities(cells, said)
    reading = _Reading(line, known, said)
    values = {name: cells[name] for name in AS_THEY_STAND} | {
        name: reading.word(name) for name in KEPT_WORDS if name != "response"
    }
    return values | {
        "customer_id": customer,
        "heard_on": cells["complaint_date"],
        "reply_due_on": cells["reply_due_on"],
        "replied_on": cells["replied_on"],
        "closed_on": cells["closed_on"],
        "description": text,
        **reading.model(),
        **reading.defect(text),
        **reading.whose(values["liability"]),
        **reading.outcome(),
        "natural_key": Complaint.key_of(
            cells["old_number"], customer, cells["complaint_date"], cells["model"], cells["lot_no"], text
        ),
        "old_notes": reading.kept_notes(),
    }


def _check_days(cells: dict[str, Any], known: Known, said: list[Problem]) -> None:
    heard, replied, closed = (
        cells[name] if isinstance(cells[name], date) else None
        for name in ("complaint_date", "replied_on", "closed_on")
    )
    said += [
        Problem(name, "in_the_future", {"value": cells[name].isoformat()})
        for name in ("complaint_date", "replied_on", "closed_on")
        if cells[name] and cells[name] > known.today
    ]
    if heard:
        said += [
            Problem(name, "before_complaint", {"value": cells[name].isoformat(), "day": heard.isoformat()})
            for name in ("reply_due_on", "replied_on", "closed_on")
            if cells[name] and cells[name] < heard
        ]
        if cells["shipped_on"] and cells["shipped_on"] > heard:
            said.append(Problem("shipped_on", "shipped_after_complaint"))
    if replied and closed and closed < replied:
        said.append(
            Problem(
                "closed_on", "closed_before_reply", {"value": closed.isoformat(), "day": replied.isoformat()}
            )
        )


def _check_quantities(cells: dict[str, Any], said: list[Problem]) -> None:
    given = {name: cells[name] for name in QUANTITIES if cells[name] is not None}
    wrong = [
        Problem(name, "negative" if value < 0 else "too_many")
        for name, value in given.items()
        if not 0 <= value <= MOST_PIECES
    ]
    said += wrong
    if wrong:
        return
    shipped, checked, defect = (given.get(name) for name in QUANTITIES)
    if checked is not None and defect is not None and defect > checked:
        said.append(
            Problem("defect_qty", "more_defective_than_checked", {"defect": defect, "checked": checked})
        )
    elif shipped is not None and defect is not None and defect > shipped:
        said.append(
            Problem("defect_qty", "more_defective_than_shipped", {"defect": defect, "shipped": shipped})
        )
    if shipped is not None and checked is not None and checked > shipped:
        said.append(Problem("checked_qty", "more_checked_than_shipped", {"shipped": shipped}))


class _Reading:
    """What the words of one line mean, and what of them is kept as text."""

    def __init__(self, line: Line, known: Known, said: list[Problem]) -> None:
        self.cells, self.known, self.said = line.values, known, said
        self.notes: list[str] = []

    def note(self, name: str) -> None:
        """Keeps a cell as it stands, under its title in the register."""
        if self.cells[name]:
            self.notes.append(f"{self.known.titles[name]}：{self.cells[name]}")

    def kept_notes(self) -> str | None:
        for name in ("effect", "remarks", *(() if self.cells["checked_qty"] else ("defect_rate",))):
            self.note(name)
        return "\n".join(self.notes) or None

    def as_text(self, name: str) -> None:
        self.said.append(Remark(name, "word_as_text", {"value": self.cells[name]}))
        self.note(name)

    def word(self, name: str) -> str | None:
        code = self.known.code(name, self.cells[name])
        if code is None and self.cells[name]:
            self.as_text(name)
        return code

    def model(self) -> dict[str, Any]:
        """The product of that model, made or not; else the words themselves."""
        word, name = self.cells["model"], self.cells["product_name"]
        found = self.known.all_models.get(plain(str(word))) if word else None
        if found is None and word:
            self.said.append(Remark("model", "model_as_text", {"value": word}))
        return {
            "product_id": found,
            "old_model": None
            if found is not None
            else " ".join(str(one) for one in (word, name) if one) or None,
        }

    def defect(self, text: str) -> dict[str, Any]:
        """Category and code by their words; else by a symptom that is nothing but a defect's name, or that
        our register wrote before the text."""
        category = self.word("defect_category")
        first, _, rest = text.partition(BETWEEN)
        named, before = (
            self.known.code("defect_code", self.cells["defect_code"]),
            self.known.code("defect_code", first),
        )
        found = next(
            (one for one in (named, before) if one and category in (None, one.partition(".")[0])), None
        )
        if self.cells["defect_code"] and (named is None or found != named):
            self.as_text("defect_code")  # nobody knows the word, or it belongs to another category
        of, _, code = (found or "").partition(".")
        said = {"defect_category": of or category, "defect_code": code or None}
        return said | {"description": rest} if found is not None and found == before and rest else said

    def whose(self, liability: str | None) -> dict[str, Any]:
        """Our department that was responsible; a register may write 供应商 or 客户 into that column: then
        whose fault it was."""
        word = self.cells["resp_dept"]
        department = self.known.code("resp_dept", word)
        of_others = self.known.code("liability", word) if department is None else None
        if word and department is None and (of_others is None or liability not in (None, of_others)):
            self.as_text("resp_dept")
        return {"resp_dept": department, "liability": liability or of_others}

    def outcome(self) -> dict[str, Any]:
        """The state in which the line leaves the complaint, and its one reply."""
        replied, ended, status = (
            self.cells["replied_on"],
            self.cells["closed_on"],
            self.known.code("status", self.cells["status"]),
        )
        response = self.word("response")
        if self.cells["status"] and status is None:
            self.as_text("status")
        if status == VOID:
            self.said.append(Problem("status", "line_is_void", {"value": self.cells["status"]}))
        if status == OPEN and ended:
            self.said.append(
                Problem(
                    "status", "closed_but_open", {"value": self.cells["status"], "day": ended.isoformat()}
                )
            )
        closed = bool(ended) or status == procedure.CLOSED
        if closed:
            self.said += [
                Remark(None, code)
                for code, there in (("closed_without_day", ended), ("closed_without_reply", replied))
                if not there
            ]
        elif response and not replied:
            self.said.append(Problem("response", "answer_without_reply"))
        return {
            "state": procedure.state_of_old_line(closed=closed, replied=bool(replied), response=response),
            "reply": self.reply(response, bool(replied) or closed),
        }

    def reply(self, response: str | None, sent: bool) -> dict[str, Any] | None:
        """Cause and measures in brief, and the customer's answer; before any reply, they are notes for who
        takes the case in hand."""
        parts = {"cause": ("cause_brief", "escape_cause"), "actions": ("measure_brief", "preventive_action")}
        if not sent:
            for name in (name for names in parts.values() for name in names):
                self.note(name)
            return None
        said: dict[str, Any] = {"response": response}
        for field, (first, second) in parts.items():
            more = f"{self.known.titles[second]}：{self.cells[second]}" if self.cells[second] else None
            said[field] = "\n".join(str(one) for one in (self.cells[first], more) if one) or None
        return said if any(said.values()) or self.cells["replied_on"] else None


REGISTER = Kind(
    "complaints",
    Complaint,
    Permission.IMPORT_HISTORY,
    (
        (
            "old_number",
            "text",
            (
                "投诉编号",
                "投诉单号",
                "投诉号",
                "客诉编号",
                "客诉单号",
                "抱怨编号",
                "编号",
                "complaint number",
            ),
            {"max_length": 60},
        ),
        (
            "complaint_date",
            "date",
            (
                "客诉日期",
                "抱怨日期",
                "接收日期",
                "受理日期",
                "发生日期",
                "日期",
                "投诉时间",
                "接收时间",
                "date",
            ),
            {"required": True},
        ),
        ("customer", "text", ("客户名称", "customer name"), {"max_length": 100}),
        ("customer_code", "text", ("客户代码", "客户编码", "客户代号", "customer no."), {"max_length": 40}),
        ("short_name", "text", ("简称",), {"max_length": 100}),
        ("full_name", "text", ("全称",), {"max_length": 100}),
        ("model", "text", ("产品型号", "机型", "规格型号", "model no."), {"max_length": 60}),
        ("product_name", "text", ("产品名称", "品名规格", "名称", "product"), {"max_length": 100}),
        (
            "lot_no",
            "text",
            ("批次", "批次号", "生产批号", "产品批号", "批号/SN", "LOT", "lot number", "batch no."),
            {"max_length": 60},
        ),
        ("order_no", "text", ("订单编号", "PO", "PO号", "order number"), {"max_length": 60}),
        ("customer_ref", "text", ("客户投诉单号", "customer reference"), {"max_length": 60}),
        ("contact_name", "text", ("投诉人", "联系人"), {"max_length": 60}),
        ("channel", "text", ("投诉方式", "来源"), {"group": "channel", "max_length": 200}),
        ("found_at", "text", ("发现地", "发生地点"), {"group": "found_at", "max_length": 200}),
        ("shipped_on", "date", ("发货日期", "ship date"), {}),
        ("shipped_qty", "integer", ("出货数", "发货数量", "订单数量", "批量数"), {}),
        ("checked_qty", "integer", ("检查数量", "检验数", "抽检数"), {}),
        ("defect_qty", "integer", ("不良数量", "不合格数", "不良品数"), {}),
        ("defect_rate", "text", ("不良比例", "不良率(%)"), {"max_length": 60}),
        (
            "symptom",
            "text",
            ("不良描述", "不良内容", "不良项目", "缺陷描述", "异常描述", "defect"),
            {"multiline": True, "max_length": 2000},
        ),
        (
            "description",
            "text",
            ("投诉描述", "客诉内容", "抱怨内容", "问题描述"),
            {"multiline": True, "max_length": 2000},
        ),
        (
            "defect_category",
            "text",
            ("类别", "不良类别", "投诉类别", "category"),
            {"words": _category_words, "max_length": 200},
        ),
        (
            "defect_code",
            "text",
            ("缺陷代码", "不良名称", "code"),
            {"words": _defect_words, "max_length": 200},
        ),
        ("severity", "text", ("严重程度", "严重等级", "缺陷等级"), {"group": "severity", "max_length": 200}),
        ("nature", "text", ("问题性质",), {"group": "nature", "max_length": 200}),
        ("finding", "text", ("是否属实",), {"group": "finding", "max_length": 200}),
        ("liability", "text", ("责任归属", "责任判定"), {"group": "liability", "max_length": 200}),
        ("resp_dept", "text", ("责任单位", "department"), {"words": _department_words, "max_length": 200}),
        (
            "cause_brief",
            "text",
            ("原因", "原因分析", "不良原因", "产生原因", "根本原因", "cause"),
            {"multiline": True, "max_length": 2000},
        ),
        ("escape_cause", "text", ("流出原因分析",), {"multiline": True, "max_length": 2000}),
        (
            "measure_brief",
            "text",
            ("对策", "改善对策", "改善措施", "纠正措施", "处理措施", "措施", "measure", "countermeasure"),
            {"multiline": True, "max_length": 2000},
        ),
        ("preventive_action", "text", ("预防对策",), {"multiline": True, "max_length": 2000}),
        (
            "reply_due_on",
            "date",
            ("应回复", "应回复日期", "要求回复日期", "要求回复时间", "回复期限", "reply due", "due date"),
            {"label": "reply_due_at"},
        ),
        (
            "replied_on",
            "date",
            (
                "实际回复",
                "实际回复日期",
                "实际回复时间",
                "回复日期",
                "回复客户日期",
                "replied on",
                "reply date",
            ),
            {"label": "replied_at"},
        ),
        (
            "response",
            "text",
            ("客户反馈", "客户答复", "客户是否认可"),
            {"group": "response", "max_length": 200},
        ),
        ("effect", "text", ("效果确认", "效果验证", "效果跟踪"), {"multiline": True, "max_length": 500}),
        ("closed_on", "date", ("结案日期", "结案时间", "关闭日期", "close date", "closed"), {}),
        (
            "status",
            "text",
            ("处理状态", "结案状态", "是否结案", "进度"),
            {"words": _status_words, "max_length": 200},
        ),
        (
            "late_reply_reason",
            "text",
            ("逾期原因", "延误原因", "超期原因"),
            {"multiline": True, "max_length": 500},
        ),
        ("remarks", "text", ("备注说明", "说明", "note", "notes"), {"multiline": True, "max_length": 2000}),
    ),
    _read,
    lambda values: str(values["natural_key"]),
    (
        {
            "old_number": "KS-2023-018",
            "complaint_date": date(2023, 5, 8),
            "customer": "示例汽电",
            "model": "CA-6920",
            "lot_no": "L230401",
            "shipped_qty": 500,
            "checked_qty": 200,
            "defect_qty": 3,
            "symptom": "无声",
            "defect_category": "性能/功能",
            "severity": "MA",
            "nature": "偶发",
            "resp_dept": "生产部",
            "cause_brief": "烙铁温度偏低",
            "measure_brief": "每班点检温度",
            "reply_due_on": date(2023, 5, 10),
            "replied_on": date(2023, 5, 10),
            "closed_on": date(2023, 6, 9),
            "status": "已结案",
        },
    ),
    any_of={"no_customer_column": CUSTOMER_ORDER, "no_symptom_column": SYMPTOM_COLUMNS},
    own_number=(Complaint.old_number, Complaint.number, Complaint.number),
    worked_out=(
        "line_no",
        "customer_level",
        "is_repeat",
        "on_time",
        "重复",
        "是否准时",
        "准时Y/N",
        "是否重复",
    ),
    shown_by={"route": "imported"},
    called="complaint_register",
    explained=(
        _N("A line with a day of closing, or closed by its status, becomes a closed case."),
        _N(
            "A line that is not closed but has a day of reply waits for the customer; sales follows up. "
            "Without a reply quality takes it in hand."
        ),
        _N(
            "Each complaint gets a number of its own month here; the old number stays with it and is "
            "found by search."
        ),
        _N("The customer must be known here. A model or a word that is not known is kept as text."),
        _N("The register holds days, no times. Nothing that is imported counts as signed."),
    ),
)
