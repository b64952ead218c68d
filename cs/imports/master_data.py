"""Customers, products and shipments out of a table: which columns, what is new, what is there already, what is wrong.

`plan` reads and changes nothing; `apply` writes what a plan calls new, in one go. What makes a line the same thing as a record
is the record's natural key: the customer's full name, the model, the shipment's customer, model, order, lot and day.
"""
from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from cs.extensions import db
from cs.imports.cells import Column, Problem, plain
from cs.imports.tables import MESSAGES, Line, Table, title_key
from cs.models.customers import Customer, MasterData, Product, Shipment
from cs.models.procedure import rulebook, zone
from cs.models.users import Membership, User
from cs.procedure.authority import Permission, roles_with

AT_ONCE = 500  # keys asked for in one query

_N = str  # marks a text for translation

REASONS = MESSAGES | {
    "no_customer_column": _N("There is no column that names the customer: %(titles)s"),
    "unknown_customer": _N("No customer is called “%(value)s”. Enter or import it first."),
    "ambiguous_customer": _N("More than one customer is called “%(value)s”. Use the customer code."),
    "different_customers": _N("The cells of this line name different customers: %(names)s"),
    "unknown_model": _N("There is no model “%(value)s”. Enter or import it first."),
    "unknown_person": _N("Nobody in sales is called “%(value)s”. Set up the account first, or leave the cell empty."),
    "ambiguous_person": _N("More than one person in sales is called “%(value)s”. Leave the cell empty and choose later."),
    "number_taken": _N("The code “%(value)s” belongs to another customer: %(name)s"),
    "number_twice": _N("The code “%(value)s” stands in row %(row)s already, for another customer."),
    "not_positive": _N("The quantity must be more than nothing."),
    "too_many": _N("The quantity is too large."),
    "in_the_future": _N("%(value)s lies in the future."),
    "made_after_shipping": _N("Made after it was shipped."),
    "days_out_of_range": _N("“%(value)s” is not a number of days between 0 and %(most)s."),
    "name_without_contact": _N("There is a telephone number or an e-mail address, but no contact's name."),
}
MOST_PIECES = 999_999_999
MOST_DAYS = 365
# What factories write for the codes of the procedure file, beside its own words.
OTHER_WORDS: Mapping[str, Mapping[str, str]] = {
    "customer_type": {"主机厂": "oem", "配套": "oem", "厂家": "maker", "生产商": "maker", "贸易商": "trader", "经销商": "trader", "代理商": "trader",
                      "贸易": "trader", "经销": "trader", "其他": "other"},
    "customer_status": {"潜在客户": "potential", "意向": "potential", "合作中": "active", "在用": "active", "有效": "active", "停止合作": "inactive",
                        "已停用": "inactive"},
    "organisation_type": {"国企": "state_owned", "民企": "private", "私营": "private", "外企": "foreign", "个体户": "individual", "其他": "other"},
    "payment_terms": {"月结30": "monthly_30", "月结60": "monthly_60", "月结90": "monthly_90", "预付款": "prepaid", "现结": "on_delivery", "L/C": "letter_of_credit",
                      "其他": "other"},
    "currency": {"RMB": "CNY", "¥": "CNY", "元": "CNY", "US$": "USD"},
    "unit": {"只": "pcs", "件": "pcs", "支": "pcs", "pc": "pcs", "ea": "pcs", "台": "pcs", "套件": "set", "公斤": "kg", "米": "m"},
}


# What a plan says


@dataclass(frozen=True)
class Fresh:
    """A line that is new: what its record will be filled with."""

    line: Line
    values: dict[str, Any]


@dataclass
class Plan:
    """What would come in, and why the rest would not. `again`: lines whose thing stands in an earlier row of the same file."""

    fresh: list[Fresh] = field(default_factory=list)
    known: list[tuple[Line, str]] = field(default_factory=list)
    again: list[tuple[Line, int]] = field(default_factory=list)
    bad: list[tuple[Line, list[Problem]]] = field(default_factory=list)

    @property
    def skipped(self) -> int:
        return len(self.known) + len(self.again) + len(self.bad)


@dataclass(frozen=True)
class Kind:
    """One kind of table. `columns` are (term or name, kind of cell, further titles, options); `read` turns a line into values."""

    section: str
    model: type[MasterData]
    permission: Permission
    specs: tuple[tuple[Any, ...], ...]
    read: Callable[[Line, Known, list[Problem]], dict[str, Any]]
    key: Callable[[dict[str, Any]], str]
    examples: tuple[dict[str, Any], ...]
    merge: Callable[[dict[str, Any], dict[str, Any]], bool] = lambda _first, _again: False
    any_of: tuple[str, ...] = ()  # columns of which one must be there

    def columns(self, language: str) -> tuple[Column, ...]:
        """The columns to look for, each by its titles in both languages and the names that factories give it."""
        taken: set[str] = set()
        return tuple(_column(language, taken, *spec[:3], **spec[3]) for spec in self.specs)

    @property
    def groups(self) -> dict[str, str]:
        """{column: list of choices of the procedure file}."""
        return {spec[0]: spec[3]["group"] for spec in self.specs if "group" in spec[3]}

    def faults(self, table: Table, columns: tuple[Column, ...]) -> list[Problem]:
        """What is wrong with the table as a whole, so that no line of it can be taken."""
        problems = list(table.problems)
        if self.any_of and not set(self.any_of) & table.columns_found.keys():
            titles = "、".join(column.titles[0] for column in columns if column.name in self.any_of)
            problems.append(Problem(None, "no_customer_column", {"titles": titles}))
        return problems


def _column(language: str, taken: set[str], name: str, kind: str, titles: tuple[str, ...], *, label: str | None = None,
            group: str | None = None, **options: Any) -> Column:
    word = rulebook().terms[label or name]
    own = (word.zh, word.en) if language == "zh" else (word.en, word.zh)
    kept = []
    for title in (*own, *titles):
        if title_key(title) not in taken:
            taken.add(title_key(title))
            kept.append(title)
    choices = None
    if group is not None:
        names = rulebook().choices[group]
        choices = {one.in_(language): code for code, one in names.items()}
        choices |= {one.in_("en" if language == "zh" else "zh"): code for code, one in names.items()}
        choices |= {word: code for word, code in OTHER_WORDS.get(group, {}).items() if code in names}
    return Column(name, tuple(kept) or (name,), kind, choices=choices, **options)  # type: ignore[arg-type]


# What the lines refer to


class Known:
    """Customers, models and people by the names that a table may use; read once for all lines."""

    def __init__(self, on: datetime) -> None:
        self.today: date = on.astimezone(zone()).date()
        self._customers: dict[str, set[int]] = {}
        self.names: dict[int, str] = {}
        self.numbers: dict[str, str] = {}
        query = select(Customer.id, Customer.number, Customer.short_name, Customer.full_name, Customer.state)
        for row in db.session.execute(query):
            self.numbers[plain(row.number)] = row.short_name
            self.names[row.id] = row.short_name
            if row.state == "active":
                for word in (row.number, row.short_name, row.full_name):
                    self._customers.setdefault(plain(word), set()).add(row.id)
        models = select(Product.id, Product.model).where(Product.state == "active")
        self._models = {plain(row.model): row.id for row in db.session.execute(models)}
        self._people: dict[str, set[int]] = {}
        people = select(User.id, User.name).join(Membership).where(User.active, Membership.role.in_(roles_with(Permission.EDIT_CUSTOMER)))
        for row in db.session.execute(people):
            self._people.setdefault(plain(row.name), set()).add(row.id)

    def customer(self, line: Line, columns: Iterable[str], problems: list[Problem]) -> int | None:
        """The customer that the cells of these columns name: by code, short or full name; None when they are empty or wrong."""
        found: dict[str, int] = {}
        for name in columns:
            word = line.values.get(name)
            if not word:
                continue
            ids = self._customers.get(plain(str(word)), set())
            if len(ids) == 1:
                found[name] = next(iter(ids))
            else:
                problems.append(Problem(name, "ambiguous_customer" if ids else "unknown_customer", {"value": word}))
        if len(set(found.values())) > 1:
            problems.append(Problem(None, "different_customers", {"names": "、".join(self.names[one] for one in dict.fromkeys(found.values()))}))
        return next(iter(found.values()), None)

    def model(self, word: Any, problems: list[Problem]) -> int | None:
        found = self._models.get(plain(str(word)))
        if found is None:
            problems.append(Problem("model", "unknown_model", {"value": word}))
        return found

    def person(self, column: str, word: Any, problems: list[Problem]) -> int | None:
        if not word:
            return None
        ids = self._people.get(plain(str(word)), set())
        if len(ids) != 1:
            problems.append(Problem(column, "ambiguous_person" if ids else "unknown_person", {"value": word}))
            return None
        return next(iter(ids))


# The three kinds


def _read_customer(line: Line, known: Known, problems: list[Problem]) -> dict[str, Any]:
    cells = line.values
    numbers = [str(cells[name]) for name in ("mobile", "phone") if cells[name]]
    contact = {"position": cells["position"], "phone": " / ".join(numbers)[:40] or None, "email": cells["email"]}
    if cells["contact"]:
        contacts = [{"name": cells["contact"], "contact_role": None, "survey_recipient": False, **contact}]
    else:
        contacts = []
        if any(contact.values()):
            problems.append(Problem("contact", "name_without_contact"))
    days = cells["reply_days"]
    if isinstance(days, int) and not 0 <= days <= MOST_DAYS:
        problems.append(Problem("reply_days", "days_out_of_range", {"value": days, "most": MOST_DAYS}))
    if isinstance(cells["partner_since"], date) and cells["partner_since"] > known.today:
        problems.append(Problem("partner_since", "in_the_future", {"value": cells["partner_since"].isoformat()}))
    same = ("english_name", "products", "address", "delivery_address", "partner_since", "reply_days", "tax_id", "legal_representative",
            "organisation_type", "scale", "industry", "payment_terms", "currency", "remarks")
    values = {name: cells[name] for name in same} | {
        "full_name": cells["full_name"], "short_name": cells["short_name"] or cells["full_name"], "customer_type": cells["customer_type"] or "other",
        "status": cells["status"] or "active", "contacts": contacts, "rep_id": known.person("rep", cells["rep"], problems),
        "clerk_id": known.person("clerk", cells["clerk"], problems)}
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
    return {"model": cells["model"], "spec": spec, "part_no": cells["part_no"], "unit": cells["unit"] or "pcs", "customer_parts": parts}


def _merge_parts(first: dict[str, Any], again: dict[str, Any]) -> bool:
    """A model that stands in several rows, once for each customer's number, is one model with all of them."""
    more = [part for part in again["customer_parts"] if part not in first["customer_parts"]]
    first["customer_parts"] += more
    return bool(more)


def _read_shipment(line: Line, known: Known, problems: list[Problem]) -> dict[str, Any]:
    cells = line.values
    customer = known.customer(line, CUSTOMER_ORDER, problems)
    if customer is None and not any(cells[name] for name in CUSTOMER_ORDER):
        problems.append(Problem("customer", "required"))
    product = known.model(cells["model"], problems) if cells["model"] else None
    quantity, shipped_on, produced_on = cells["quantity"], cells["shipped_on"], cells["produced_on"]
    if isinstance(quantity, int) and not 0 < quantity <= MOST_PIECES:
        problems.append(Problem("quantity", "not_positive" if quantity <= 0 else "too_many"))
    if isinstance(shipped_on, date) and shipped_on > known.today:
        problems.append(Problem("shipped_on", "in_the_future", {"value": shipped_on.isoformat()}))
    if isinstance(shipped_on, date) and isinstance(produced_on, date) and produced_on > shipped_on:
        problems.append(Problem("produced_on", "made_after_shipping"))
    return {"customer_id": customer, "product_id": product, "quantity": quantity, "shipped_on": shipped_on, "produced_on": produced_on,
            "order_no": cells["order_no"], "lot_no": cells["lot_no"]}


CUSTOMER_ORDER = ("customer_code", "customer", "short_name", "full_name")

CUSTOMERS = Kind(
    "customers", Customer, Permission.EDIT_CUSTOMER,
    (
        ("number", "text", ("客户代码", "客户编码", "客户号", "客户代号", "customer no.", "customer number"), {"label": "customer_code", "max_length": 40}),
        ("full_name", "text", ("客户名称", "公司名称", "单位名称", "企业名称", "全称", "客户", "customer name", "company name", "company"),
         {"required": True, "max_length": 100}),
        ("short_name", "text", ("简称", "公司简称"), {"max_length": 40}),
        ("english_name", "text", ("英文名称", "英文全称"), {"max_length": 100}),
        ("customer_type", "choice", ("类型", "客户类别", "客户性质"), {"group": "customer_type"}),
        ("status", "choice", ("客户状态", "合作状态"), {"label": "customer_status", "group": "customer_status"}),
        ("products", "text", ("产品", "采购产品", "供应产品"), {"label": "main_products", "max_length": 300}),
        ("contact", "text", ("联系人姓名", "主要联系人", "对接人", "contact person", "contact name"), {"max_length": 60}),
        ("position", "text", ("职务", "职位", "post"), {"max_length": 60}),
        ("phone", "text", ("联系电话", "电话号码", "固定电话", "联系方式", "tel", "phone"), {"max_length": 40}),
        ("mobile", "text", ("手机号", "手机号码", "移动电话", "mobile phone"), {"max_length": 40}),
        ("email", "text", ("电子邮箱", "电子邮件", "邮件", "邮箱/传真", "email", "mail"), {"max_length": 100}),
        ("address", "text", ("公司地址", "客户地址", "详细地址", "注册地址"), {"max_length": 300}),
        ("delivery_address", "text", ("收货地址",), {"max_length": 300}),
        ("rep", "text", ("销售员", "销售", "负责业务员", "业务负责人", "sales rep"), {"max_length": 60}),
        ("clerk", "text", ("跟单", "业务跟单", "merchandiser"), {"max_length": 60}),
        ("partner_since", "date", ("合作日期", "开始合作日期", "首次合作时间", "建档日期"), {}),
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
    _read_customer, lambda values: Customer.key_of(values["full_name"]),
    ({"full_name": "广州示例汽车电子有限公司", "short_name": "示例汽电", "customer_type": "oem", "status": "active", "contact": "王工", "position": "品质部",
      "phone": "13800000000", "email": "qa@example.com", "address": "广州市黄埔区示例路1号", "partner_since": date(2024, 3, 1)},))

PRODUCTS = Kind(
    "products", Product, Permission.EDIT_PRODUCT,
    (
        ("model", "text", ("产品型号", "机型", "规格型号", "model no.", "model number"), {"required": True, "max_length": 60}),
        ("product_name", "text", ("产品名称", "名称", "货品名称"), {"max_length": 100}),
        ("spec", "text", ("规格", "产品规格", "描述", "产品描述", "specification", "description"), {"max_length": 100}),
        ("part_no", "text", ("物料编码", "物料编号", "产品编码", "产品编号", "品号", "part number", "P/N"), {"max_length": 60}),
        ("unit", "choice", ("计量单位", "UOM"), {"group": "unit"}),
        ("customer", "text", ("客户名称", "客户简称", "customer name"), {"max_length": 100}),
        ("customer_part_no", "text", ("客户型号", "客户编码", "客户物料号", "客户件号", "customer part number"), {"max_length": 60}),
    ),
    _read_product, lambda values: Product.key_of(values["model"]),
    ({"model": "CA-6920", "product_name": "同轴扬声器", "spec": "6×9 英寸 120 W", "part_no": "P-10-0001", "unit": "pcs"},), _merge_parts)

SHIPMENTS = Kind(
    "shipments", Shipment, Permission.EDIT_SHIPMENT,
    (
        ("customer", "text", ("客户名称", "收货单位", "购货单位", "customer name"), {"max_length": 100}),
        ("customer_code", "text", ("客户代码", "客户编码", "客户代号", "customer no."), {"max_length": 40}),
        ("short_name", "text", ("简称",), {"max_length": 100}),
        ("full_name", "text", ("全称",), {"max_length": 100}),
        ("order_no", "text", ("订单编号", "订单号码", "销售订单号", "客户订单号", "PO", "PO号", "P/O", "PO No.", "order number"), {"required": True, "max_length": 60}),
        ("model", "text", ("产品型号", "机型", "规格型号", "model no."), {"required": True, "max_length": 60}),
        ("lot_no", "text", ("批次", "批次号", "生产批号", "产品批号", "LOT", "lot number", "batch no."), {"required": True, "max_length": 60}),
        ("quantity", "integer", ("数量", "发货数量", "送货数量", "出库数量", "quantity", "QTY"), {"label": "shipped_qty", "required": True}),
        ("shipped_on", "date", ("发货日期", "送货日期", "出库日期", "出货时间", "日期", "ship date", "date"), {"required": True}),
        ("produced_on", "date", ("制造日期", "生产时间", "production date"), {}),
    ),
    _read_shipment,
    lambda values: Shipment.key_of(values["customer_id"], values["product_id"], values["order_no"], values["lot_no"], values["shipped_on"]),
    ({"customer": "示例汽电", "order_no": "PO-2026-0101", "model": "CA-6920", "lot_no": "L260301", "quantity": 500, "shipped_on": date(2026, 3, 5),
      "produced_on": date(2026, 3, 1)},), any_of=CUSTOMER_ORDER)

KINDS = {kind.section: kind for kind in (CUSTOMERS, PRODUCTS, SHIPMENTS)}


# Plan and apply


def plan(kind: Kind, table: Table, on: datetime) -> Plan:
    """What of the table is new, there already, repeated or wrong. A void record counts as there: somebody took it out."""
    known, made = Known(on), Plan()
    keyed: list[tuple[str, Fresh]] = []
    for line in table.lines:
        problems = list(line.problems)
        values = kind.read(line, known, problems)
        if problems:
            made.bad.append((line, problems))
        else:
            keyed.append((kind.key(values), Fresh(line, values)))
    there = _there(kind.model, [key for key, _ in keyed])
    first: dict[str, Fresh] = {}
    numbers: dict[str, int] = {}
    for key, fresh in keyed:
        if key in there:
            made.known.append((fresh.line, there[key]))
        elif key in first:
            if not kind.merge(first[key].values, fresh.values):
                made.again.append((fresh.line, first[key].line.number))
        elif problem := _number_problem(fresh, known, numbers):
            made.bad.append((fresh.line, [problem]))
        else:
            first[key] = fresh
            made.fresh.append(fresh)
    made.bad.sort(key=lambda entry: entry[0].number)
    return made


def _number_problem(fresh: Fresh, known: Known, numbers: dict[str, int]) -> Problem | None:
    """A factory's own customer code must be one customer's."""
    code = fresh.values.get("number")
    if not code:
        return None
    if plain(code) in known.numbers:
        return Problem("number", "number_taken", {"value": code, "name": known.numbers[plain(code)]})
    if plain(code) in numbers:
        return Problem("number", "number_twice", {"value": code, "row": numbers[plain(code)]})
    numbers[plain(code)] = fresh.line.number
    return None


def _there(model: type[MasterData], keys: list[str]) -> dict[str, str]:
    """{key: state} of those that are in the database; valid records before void ones."""
    found: dict[str, str] = {}
    for start in range(0, len(keys), AT_ONCE):
        query = select(model.natural_key, model.state).where(model.natural_key.in_(keys[start:start + AT_ONCE])).order_by(model.state.desc())
        found |= {row.natural_key: row.state for row in db.session.execute(query)}
    return found


def apply(kind: Kind, made: Plan, source: list[str], *, by: User, on: datetime) -> list[Any]:
    """Writes what is new; `source` is the file's [name, hash]. Call inside a writing transaction, with a plan made in it."""
    rows = [fresh.values for fresh in made.fresh]
    referred = []  # held while the records are made: the session alone lets them go
    for model, name in ((Customer, "customer_id"), (Product, "product_id")):
        ids = sorted({values[name] for values in rows if values.get(name)})
        for start in range(0, len(ids), AT_ONCE):
            referred += list(db.session.execute(select(model).where(model.id.in_(ids[start:start + AT_ONCE]))).scalars())
    records = kind.model.bring_in(rows, files=[source], by=by, on=on)
    referred.clear()
    return records
