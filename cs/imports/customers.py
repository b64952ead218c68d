"""Customers out of a table. A line is the same thing as a record when the full name is the same."""

from __future__ import annotations

from datetime import date
from typing import Any

from cs.imports.cells import Problem
from cs.imports.kinds import Dropped, Kind, Known
from cs.imports.tables import Line, with_notes
from cs.models.customers import MAX_PHONE_LENGTH, Customer
from cs.procedure.authority import Permission

MAX_DAYS = 365
MAX_NUMBERS_LENGTH = (MAX_PHONE_LENGTH - len(" / ")) // 2  # a telephone and a mobile become one field
WAYS = ("position", "mobile", "phone", "email")  # what a contact has beside the name


def _read_customer(line: Line, known: Known, problems: list[Problem]) -> dict[str, Any]:
    cells = line.values
    remarks = cells["remarks"]
    contacts = _contacts(cells) if cells["contact"] else []
    if not contacts and any(cells[name] for name in WAYS):
        problems.append(Dropped("contact", "name_without_contact"))
        remarks = _with_contact_in_notes(line, known, problems)
    if lookalike := known.remark_on_lookalike(line, "full_name"):
        problems.append(lookalike)
    days = cells["reply_days"]
    if isinstance(days, int) and not 0 <= days <= MAX_DAYS:
        problems.append(Problem("reply_days", "days_out_of_range", {"value": days, "most": MAX_DAYS}))
    if isinstance(cells["partner_since"], date) and cells["partner_since"] > known.today:
        problems.append(
            Problem("partner_since", "in_the_future", {"value": cells["partner_since"].isoformat()})
        )
    same = (
        "english_name",
        "products",
        "address",
        "delivery_address",
        "partner_since",
        "reply_days",
        "tax_id",
        "legal_representative",
        "organisation_type",
        "scale",
        "industry",
        "payment_terms",
        "currency",
    )
    values = {name: cells[name] for name in same} | {
        "remarks": remarks,
        "full_name": cells["full_name"],
        "short_name": cells["short_name"] or cells["full_name"],
        "customer_type": cells["customer_type"] or "other",
        "status": cells["status"] or "active",
        "contacts": contacts,
        "rep_id": known.person("rep", cells["rep"], problems),
        "clerk_id": known.person("clerk", cells["clerk"], problems),
    }
    return values | ({"number": cells["number"]} if cells["number"] else {})


def _contacts(cells: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the contact with both of its telephone numbers."""
    numbers = [str(cells[name]) for name in ("mobile", "phone") if cells[name]]
    contact = {
        "name": cells["contact"],
        "contact_role": None,
        "survey_recipient": False,
        "position": cells["position"],
        "phone": " / ".join(numbers) or None,
        "email": cells["email"],
    }
    return [contact]


def _with_contact_in_notes(line: Line, known: Known, problems: list[Problem]) -> object:
    """Return the notes with the ways to reach somebody whose name is not given."""
    ways = [(known.titles[name], str(line.values[name])) for name in WAYS if line.values[name]]
    remarks, problem = with_notes(known.columns["remarks"], line.values["remarks"], ways)
    problems += [problem] if problem else []
    return remarks


CUSTOMERS = Kind(
    "customers",
    Customer,
    Permission.EDIT_CUSTOMER,
    (
        (
            "number",
            "text",
            ("客户代码", "客户编码", "客户号", "客户代号", "customer no.", "customer number"),
            {"label": "customer_code", "max_length": 40, "numbering": "records"},
        ),
        (
            "full_name",
            "text",
            (
                "客户名称",
                "公司名称",
                "单位名称",
                "企业名称",
                "公司名",
                "单位",
                "客户姓名",
                "全称",
                "客户",
                "customer name",
                "company name",
                "company",
            ),
            {"required": True, "max_length": 100},
        ),
        ("short_name", "text", ("简称", "公司简称"), {"max_length": 40}),
        ("english_name", "text", ("英文名称", "英文全称"), {"max_length": 100}),
        ("customer_type", "choice", ("类型", "客户类别", "客户性质"), {"group": "customer_type"}),
        (
            "status",
            "choice",
            ("客户状态", "合作状态"),
            {"label": "customer_status", "group": "customer_status"},
        ),
        ("products", "text", ("产品", "采购产品", "供应产品"), {"label": "main_products", "max_length": 300}),
        (
            "contact",
            "text",
            ("联系人姓名", "主要联系人", "主联系人", "对接人", "contact person", "contact name"),
            {"max_length": 60},
        ),
        (
            "position",
            "text",
            ("职务", "职位", "post", "department and post", "job title"),
            {"max_length": 60},
        ),
        (
            "phone",
            "text",
            (
                "联系电话",
                "联系人电话",
                "电话号码",
                "固定电话",
                "办公电话",
                "联系方式",
                "tel",
                "phone",
            ),
            {"max_length": MAX_NUMBERS_LENGTH},
        ),
        (
            "mobile",
            "text",
            ("手机号", "手机号码", "联系人手机", "移动电话", "mobile phone"),
            {"max_length": MAX_NUMBERS_LENGTH},
        ),
        (
            "email",
            "text",
            ("电子邮箱", "电子邮件", "邮件", "邮箱/传真", "email", "mail"),
            {"max_length": 100},
        ),
        ("address", "text", ("公司地址", "客户地址", "详细地址", "注册地址"), {"max_length": 300}),
        ("delivery_address", "text", ("收货地址",), {"max_length": 300}),
        ("rep", "text", ("销售员", "销售", "负责业务员", "业务负责人", "sales rep"), {"max_length": 60}),
        ("clerk", "text", ("跟单", "业务跟单", "merchandiser"), {"max_length": 60}),
        (
            "partner_since",
            "date",
            ("合作日期", "开始合作日期", "首次合作时间", "建档日期", "partner since"),
            {},
        ),
        ("reply_days", "integer", ("客诉回复时限", "回复时限", "回复天数"), {}),
        ("tax_id", "text", ("税号", "纳税人识别号", "统一社会信用代码"), {"max_length": 40}),
        ("legal_representative", "text", ("法人", "法定代表人"), {"max_length": 60}),
        ("organisation_type", "choice", ("企业性质", "公司性质"), {"group": "organisation_type"}),
        ("scale", "text", ("规模", "企业规模"), {"max_length": 100}),
        ("industry", "text", ("所属行业",), {"max_length": 100}),
        ("payment_terms", "choice", ("付款方式", "结算方式", "账期"), {"group": "payment_terms"}),
        ("currency", "choice", ("币种", "货币"), {"group": "currency"}),
        ("remarks", "text", ("备注说明", "note", "notes"), {"multiline": True, "max_length": 2000}),
    ),
    _read_customer,
    lambda values: Customer.key_of(values["full_name"]),
    (
        {
            "full_name": "广州示例汽车电子有限公司",
            "short_name": "示例汽电",
            "customer_type": "oem",
            "status": "active",
            "contact": "王工",
            "position": "品质部",
            "phone": "13800000000",
            "email": "qa@example.com",
            "address": "广州市黄埔区示例路1号",
            "partner_since": date(2024, 3, 1),
        },
    ),
    own_number=(Customer.number, Customer.short_name),
    worked_out=("line_no", "customer_level"),
    notes="remarks",
    decisive=("number",),
    optional=("rep", "clerk", "reply_days", "partner_since"),
)
