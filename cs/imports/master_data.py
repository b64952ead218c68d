"""Customers, products and shipments out of a table.

What makes a line the same thing as a record is the record's natural key: the customer's full name, the model,
the shipment's customer, model, order, lot and day.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from cs.imports.cells import Problem
from cs.imports.plans import MAX_PIECES, Kind, Known
from cs.imports.tables import Line
from cs.models.customers import MAX_PHONE_LENGTH, Customer, Product, Shipment
from cs.procedure.authority import Permission
from cs.procedure.replenishments import MOST_PRICE, PRICE_DECIMALS

MAX_DAYS = 365
MAX_NUMBERS_LENGTH = (MAX_PHONE_LENGTH - len(" / ")) // 2  # a telephone and a mobile become one field


def _read_customer(line: Line, known: Known, problems: list[Problem]) -> dict[str, Any]:
    cells = line.values
    numbers = [str(cells[name]) for name in ("mobile", "phone") if cells[name]]
    contact = {
        "position": cells["position"],
        "phone": " / ".join(numbers) or None,
        "email": cells["email"],
    }
    if cells["contact"]:
        contacts = [{"name": cells["contact"], "contact_role": None, "survey_recipient": False, **contact}]
    else:
        contacts = []
        if any(contact.values()):
            problems.append(Problem("contact", "name_without_contact"))
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
        "remarks",
    )
    values = {name: cells[name] for name in same} | {
        "full_name": cells["full_name"],
        "short_name": cells["short_name"] or cells["full_name"],
        "customer_type": cells["customer_type"] or "other",
        "status": cells["status"] or "active",
        "contacts": contacts,
        "rep_id": known.person("rep", cells["rep"], problems),
        "clerk_id": known.person("clerk", cells["clerk"], problems),
    }
    return values | ({"number": cells["number"]} if cells["number"] else {})


def _read_product(line: Line, known: Known, problems: list[Problem]) -> dict[str, Any]:
    cells = line.values
    parts = []
    if cells["customer_part_no"]:
        customer = known.customer(line, ("customer",), problems)
        if customer is not None:
            parts = [{"customer_id": customer, "part_no": cells["customer_part_no"]}]
        elif not problems:
            problems.append(Problem("customer", "required"))
    spec = " ".join(str(cells[name]) for name in ("product_name", "spec") if cells[name])
    if not spec and not problems:
        problems.append(Problem("spec", "required"))
    return {
        "model": cells["model"],
        "spec": spec,
        "part_no": cells["part_no"],
        "unit": cells["unit"] or "pcs",
        "unit_price": _read_price(cells["unit_price"], problems),
        "customer_parts": parts,
    }


def _merge_parts(first: dict[str, Any], again: dict[str, Any]) -> bool:
    """Merge the rows of a model that stands once for each customer's number into one model with all of
    them."""
    more = [part for part in again["customer_parts"] if part not in first["customer_parts"]]
    first["customer_parts"] += more
    return bool(more)


def _read_price(price: object, problems: list[Problem]) -> Decimal | None:
    """Return a unit price; a problem where it is nothing, too much or too precise."""
    if not isinstance(price, Decimal):
        return None
    if not 0 < price <= MOST_PRICE or price != round(price, PRICE_DECIMALS):
        problems.append(Problem("unit_price", "not_a_price", {"value": str(price)}))
        return None
    return price


def _read_shipment(line: Line, known: Known, problems: list[Problem]) -> dict[str, Any]:
    cells = line.values
    customer = known.customer(line, CUSTOMER_ORDER, problems)
    if customer is None and not any(cells[name] for name in CUSTOMER_ORDER):
        problems.append(Problem("customer", "required"))
    product = known.model(cells["model"], problems) if cells["model"] else None
    quantity, shipped_on, produced_on = cells["quantity"], cells["shipped_on"], cells["produced_on"]
    if isinstance(quantity, int) and not 0 < quantity <= MAX_PIECES:
        problems.append(Problem("quantity", "not_positive" if quantity <= 0 else "too_many"))
    if isinstance(shipped_on, date) and shipped_on > known.today:
        problems.append(Problem("shipped_on", "in_the_future", {"value": shipped_on.isoformat()}))
    if isinstance(shipped_on, date) and isinstance(produced_on, date) and produced_on > shipped_on:
        problems.append(Problem("produced_on", "made_after_shipping"))
    return {
        "customer_id": customer,
        "product_id": product,
        "quantity": quantity,
        "shipped_on": shipped_on,
        "produced_on": produced_on,
        "unit_price": _read_price(cells["unit_price"], problems),
        "currency": cells["currency"],
        "order_no": cells["order_no"],
        "lot_no": cells["lot_no"],
    }


CUSTOMER_ORDER = ("customer_code", "customer", "short_name", "full_name")

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
            ("联系人姓名", "主要联系人", "对接人", "contact person", "contact name"),
            {"max_length": 60},
        ),
        ("position", "text", ("职务", "职位", "post", "department and post"), {"max_length": 60}),
        (
            "phone",
            "text",
            ("联系电话", "电话号码", "固定电话", "联系方式", "tel", "phone"),
            {"max_length": MAX_NUMBERS_LENGTH},
        ),
        (
            "mobile",
            "text",
            ("手机号", "手机号码", "移动电话", "mobile phone"),
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
)

PRODUCTS = Kind(
    "products",
    Product,
    Permission.EDIT_PRODUCT,
    (
        (
            "model",
            "text",
            ("产品型号", "机型", "规格型号", "model no.", "model number"),
            {"required": True, "max_length": 60},
        ),
        ("product_name", "text", ("产品名称", "名称", "货品名称"), {"max_length": 100}),
        (
            "spec",
            "text",
            ("规格", "产品规格", "描述", "产品描述", "specification", "description"),
            {"max_length": 100},
        ),
        (
            "part_no",
            "text",
            ("物料编码", "物料编号", "产品编码", "产品编号", "品号", "part number", "P/N"),
            {"max_length": 60},
        ),
        ("unit", "choice", ("计量单位", "UOM"), {"group": "unit"}),
        (
            "unit_price",
            "decimal",
            ("单价", "含税单价", "价格", "unit price", "price"),
            {},
        ),
        ("customer", "text", ("客户名称", "客户简称", "customer name"), {"max_length": 100}),
        (
            "customer_part_no",
            "text",
            ("客户型号", "客户编码", "客户物料号", "客户件号", "customer part number"),
            {"max_length": 60},
        ),
    ),
    _read_product,
    lambda values: Product.key_of(values["model"]),
    (
        {
            "model": "CA-6920",
            "product_name": "同轴扬声器",
            "spec": "6×9 英寸 120 W",
            "part_no": "P-10-0001",
            "unit": "pcs",
        },
    ),
    _merge_parts,
)

SHIPMENTS = Kind(
    "shipments",
    Shipment,
    Permission.EDIT_SHIPMENT,
    (
        ("customer", "text", ("客户名称", "收货单位", "购货单位", "customer name"), {"max_length": 100}),
        ("customer_code", "text", ("客户代码", "客户编码", "客户代号", "customer no."), {"max_length": 40}),
        ("short_name", "text", ("简称",), {"max_length": 100}),
        ("full_name", "text", ("全称",), {"max_length": 100}),
        (
            "order_no",
            "text",
            (
                "订单编号",
                "订单号码",
                "销售订单号",
                "客户订单号",
                "PO",
                "PO号",
                "P/O",
                "PO No.",
                "order number",
            ),
            {"required": True, "max_length": 60},
        ),
        (
            "model",
            "text",
            ("产品型号", "机型", "规格型号", "model no."),
            {"required": True, "max_length": 60},
        ),
        (
            "lot_no",
            "text",
            ("批次", "批次号", "生产批号", "产品批号", "LOT", "lot number", "batch no."),
            {"required": True, "max_length": 60},
        ),
        (
            "quantity",
            "integer",
            ("数量", "发货数量", "送货数量", "出库数量", "quantity", "QTY"),
            {"label": "shipped_qty", "required": True},
        ),
        (
            "shipped_on",
            "date",
            ("发货日期", "送货日期", "出库日期", "出货时间", "日期", "ship date", "date"),
            {"required": True},
        ),
        ("produced_on", "date", ("制造日期", "生产时间", "production date", "made on"), {}),
        (
            "unit_price",
            "decimal",
            ("单价", "含税单价", "价格", "unit price", "price"),
            {},
        ),
        ("currency", "choice", ("币种", "货币"), {"group": "currency"}),
    ),
    _read_shipment,
    lambda values: Shipment.key_of(
        values["customer_id"],
        values["product_id"],
        values["order_no"],
        values["lot_no"],
        values["shipped_on"],
    ),
    (
        {
            "customer": "示例汽电",
            "order_no": "PO-2026-0101",
            "model": "CA-6920",
            "lot_no": "L260301",
            "quantity": 500,
            "shipped_on": date(2026, 3, 5),
            "produced_on": date(2026, 3, 1),
        },
    ),
    any_of={"no_customer_column": CUSTOMER_ORDER},
)
