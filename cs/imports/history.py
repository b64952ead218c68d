"""An old complaint register (form 7.5) as a factory has kept it in Excel: its columns, and what a line of it
says.

Days that contradict each other, quantities that cannot be and an unknown customer make a bad line, and so
does an unreadable cell that decides what the line is or in which state it is left. Any other unreadable cell,
a model that is made no more, or a word that this procedure does not have, is kept as text and said in the
preview.
"""

from __future__ import annotations

from datetime import date

from cs.imports.kinds import Kind
from cs.imports.master_data import CUSTOMER_ORDER
from cs.imports.register_lines import SYMPTOM_COLUMNS, known_by_number, read_line
from cs.imports.register_words import (
    category_words,
    defect_words,
    department_words,
    status_words,
)
from cs.models.complaints.complaint import Complaint
from cs.procedure.authority import Permission

_N = str  # marks a text for translation


# Words that a column of texts knows


# A line


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
                "complaint no.",
            ),
            {"max_length": 60, "numbering": "lines"},
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
                "发生时间",
                "客诉时间",
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
        ("defect_qty", "integer", ("不良数量", "不合格数", "不良品数"), {"part_of": "checked_qty"}),
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
            ("投诉描述", "客诉内容", "抱怨内容", "问题描述", "投诉问题"),
            {"multiline": True, "max_length": 2000},
        ),
        (
            "defect_category",
            "text",
            ("类别", "不良类别", "投诉类别", "故障大类", "category"),
            {"words": category_words, "max_length": 200},
        ),
        (
            "defect_code",
            "text",
            ("缺陷代码", "不良名称", "code"),
            {"words": defect_words, "max_length": 200},
        ),
        ("severity", "text", ("严重程度", "严重等级", "缺陷等级"), {"group": "severity", "max_length": 200}),
        ("nature", "text", ("问题性质",), {"group": "nature", "max_length": 200}),
        ("finding", "text", ("是否属实",), {"group": "finding", "max_length": 200}),
        ("liability", "text", ("责任归属", "责任判定"), {"group": "liability", "max_length": 200}),
        ("resp_dept", "text", ("责任单位", "department"), {"words": department_words, "max_length": 200}),
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
            (
                "对策",
                "改善对策",
                "改善措施",
                "纠正措施",
                "长期措施",
                "长期整改措施",
                "改进方案",
                "措施",
                "measure",
                "countermeasure",
            ),
            {"multiline": True, "max_length": 2000},
        ),
        (
            "interim_measure",
            "text",
            ("处理措施", "临时措施", "应急措施", "围堵措施"),
            {"label": "containment", "multiline": True, "max_length": 2000},
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
        (
            "closed_on",
            "date",
            ("结案日期", "结案时间", "关闭日期", "实际完成日期", "close date", "closed"),
            {},
        ),
        (
            "status",
            "text",
            ("处理状态", "结案状态", "是否结案", "进度"),
            {"words": status_words, "max_length": 200},
        ),
        (
            "late_reply_reason",
            "text",
            ("逾期原因", "延误原因", "超期原因"),
            {"multiline": True, "max_length": 500},
        ),
        ("remarks", "text", ("备注说明", "说明", "note", "notes"), {"multiline": True, "max_length": 2000}),
    ),
    read_line,
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
        "goods_back_or_replaced",
        "effect",
        "重复",
        "是否准时",
        "准时Y/N",
        "是否重复",
    ),
    shown_by={"route": "imported"},
    known_by_number=known_by_number,
    void_code="line_is_void",
    notes="remarks",
    noted=("应结案日期", "应关闭日期", "计划完成日期"),
    others={"不良描述": "description", "不良内容": "description", "异常描述": "description"},
    decisive=(
        "old_number",
        *CUSTOMER_ORDER,
        "model",
        "lot_no",
        *SYMPTOM_COLUMNS,
        "replied_on",
        "response",
        "closed_on",
        "status",
    ),
    called="complaint_register",
    explained=(
        _N("A line with a closing date, or with a closed status, is imported as a closed complaint."),
        _N(
            "A line that is not closed but has a reply date is imported as awaiting "
            "customer, and sales follows up. Without a reply date it goes to quality."
        ),
        _N(
            "Each complaint gets a new number of its own month; the old number stays with "
            "it and can be searched."
        ),
        _N("The customer must already be on record. Unknown models and words are stored as text."),
        _N("The old register holds dates without times. Nothing that is imported counts as signed."),
    ),
)
