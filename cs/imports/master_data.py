"""Products and shipments out of a table.

What makes a line the same thing as a record is the record's natural key: the model; the shipment's
customer, model, order, lot and day.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from cs.imports.cells import Problem
from cs.imports.kinds import MAX_PIECES, Kind, Known
from cs.imports.tables import Line
from cs.models.customers import Product, Shipment
from cs.procedure.authority import Permission
from cs.procedure.replenishments import MOST_PRICE, PRICE_DECIMALS


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
    decisive=("product_name", "spec", "customer", "customer_part_no"),
    optional=("unit_price",),
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
                "销售订单编号",
                "客户订单号",
                "客户PO",
                "单据编号",
                "发货单号",
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
            ("批次", "批次号", "生产批号", "制造批号", "产品批号", "LOT", "lot number", "batch no."),
            {"required": True, "max_length": 60},
        ),
        (
            "quantity",
            "integer",
            ("数量", "发货数量", "实发数量", "送货数量", "出库数量", "quantity", "QTY"),
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
    decisive=CUSTOMER_ORDER,
    optional=("unit_price", "produced_on"),
)
