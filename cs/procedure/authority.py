"""Who may do what: role × permission, each row with the clause that gives it. Gates the views; is the matrix
users read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from cs.procedure.names import Name


class Permission(StrEnum):
    ADMINISTER = "administer"
    ANALYSE_COMPLAINT = "analyse_complaint"
    ATTACH_FILE = "attach_file"
    CONSENT_TO_CLOCK = "consent_to_clock"
    CLOSE_COMPLAINT = "close_complaint"
    ANSWER_CAPA = "answer_capa"
    APPLY_REPLENISHMENT = "apply_replenishment"
    APPROVE_REPLENISHMENT = "approve_replenishment"
    BOOK_REWORK = "book_rework"
    CARRY_OUT_DISPOSITION = "carry_out_disposition"
    CLOSE_RETURN = "close_return"
    CONTACT_CUSTOMER = "contact_customer"
    COUNTERSIGN = "countersign"
    EDIT_CUSTOMER = "edit_customer"
    EDIT_PRODUCT = "edit_product"
    EDIT_SHIPMENT = "edit_shipment"
    IMPORT_HISTORY = "import_history"
    ISSUE_CAPA = "issue_capa"
    JUDGE_RETURN = "judge_return"
    LOG_COMPLAINT = "log_complaint"
    MAKE_ORDER = "make_order"
    PASS_ON_COMPLAINT = "pass_on_complaint"
    PLAN_GOODS = "plan_goods"
    PLAN_RETURN = "plan_return"
    READ = "read"
    READ_TRACES = "read_traces"
    RECEIVE_RETURN = "receive_return"
    RECEIVE_SAMPLE = "receive_sample"
    REGISTER_RETURN = "register_return"
    REPLY_TO_CUSTOMER = "reply_to_customer"
    SEE_REFUSAL = "see_refusal"
    SETTLE_COMPLAINT = "settle_complaint"
    SETTLE_DIFFERENCE = "settle_difference"
    SHIP_ORDER = "ship_order"
    VERIFY_CAPA = "verify_capa"
    VOID_CAPA = "void_capa"
    VOID_COMPLAINT = "void_complaint"
    VOID_MASTER_DATA = "void_master_data"
    VOID_REPLENISHMENT = "void_replenishment"
    VOID_RETURN = "void_return"
    WRITE_REWORK = "write_rework"


class Actor(Protocol):
    """Whoever acts on a record: what the procedure asks of them."""

    @property
    def id(self) -> int: ...

    @property
    def name(self) -> str: ...

    @property
    def active(self) -> bool:
        """Return whether they still work here."""
        ...

    @property
    def roles(self) -> tuple[str, ...]: ...

    @property
    def departments(self) -> tuple[str, ...]: ...

    @property
    def password_at(self) -> datetime | None:
        """Return when they typed the password that covers this signature; None: with the signature itself."""
        ...

    def may(self, permission: Permission) -> bool: ...


class _System:
    """Nobody: what follows by itself when the program starts, or when people come and go."""

    id: Any = None
    name = ""
    active = True
    roles: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    password_at: datetime | None = None

    def may(self, permission: Permission) -> bool:
        return False


SYSTEM: Actor = _System()


@dataclass(frozen=True)
class Authority:
    permission: Permission
    clause: str
    name: Name
    roles: tuple[str, ...]


SALES = ("sales_clerk", "sales_manager")
QUALITY = ("quality_inspector", "quality_supervisor")
ANY_DEPARTMENT = "department_member"  # the one role that every department may have
OTHER_WORK = (
    "engineer",
    "process_engineer",
    "production_operator",
    "production_manager",
    "planner",
    "warehouse_keeper",
    "mould_keeper",
    "document_controller",
    "general_manager",
    ANY_DEPARTMENT,
)
WORK = (*SALES, *QUALITY, *OTHER_WORK)

AUTHORITY: tuple[Authority, ...] = (
    Authority(
        Permission.READ,
        "5.6",
        Name("查阅记录、清单和报表", "Read records, lists and reports"),
        (*WORK, "auditor"),
    ),
    Authority(Permission.ATTACH_FILE, "5.6", Name("上传照片和文件", "Add photographs and documents"), WORK),
    Authority(
        Permission.EDIT_CUSTOMER,
        "5.1.3.2",
        Name("维护客户一览表和客户信息档案", "Maintain the customer register and files"),
        SALES,
    ),
    Authority(
        Permission.EDIT_PRODUCT, "5.1", Name("维护产品型号", "Maintain product models"), (*SALES, "engineer")
    ),
    Authority(
        Permission.EDIT_SHIPMENT,
        "5.1",
        Name("维护出货记录", "Maintain shipments"),
        (*SALES, "planner", "warehouse_keeper"),
    ),
    Authority(
        Permission.VOID_MASTER_DATA,
        "5.6",
        Name("作废客户、产品和出货记录", "Void customers, products and shipments"),
        ("sales_manager",),
    ),
    Authority(Permission.LOG_COMPLAINT, "5.2.1.1", Name("登记客户投诉", "Log complaints"), SALES),
    Authority(
        Permission.PASS_ON_COMPLAINT,
        "5.2.1.2",
        Name("将听到的问题转达业务部", "Pass problems on to sales"),
        (*QUALITY, *OTHER_WORK),
    ),
    Authority(
        Permission.ANALYSE_COMPLAINT,
        "5.2.1.3",
        Name("接收、分析和确认投诉", "Receive, analyse and confirm complaints"),
        QUALITY,
    ),
    Authority(
        Permission.SETTLE_COMPLAINT,
        "5.2.2.3",
        Name("与客户沟通处理并记录结果", "Settle with the customer and record the result"),
        ("quality_supervisor",),
    ),
    Authority(
        Permission.REPLY_TO_CUSTOMER,
        "5.2.2.3",
        Name("回复客户并跟踪确认", "Reply to the customer and follow up"),
        SALES,
    ),
    Authority(
        Permission.CLOSE_COMPLAINT, "5.2.2.3", Name("投诉结案", "Close complaints"), ("quality_supervisor",)
    ),
    Authority(
        Permission.CONSENT_TO_CLOCK,
        "5.2.2.6",
        Name("同意变更回复时间", "Consent to a change of the reply time"),
        ("sales_manager", "general_manager"),
    ),
    Authority(
        Permission.SEE_REFUSAL,
        "5.6",
        Name("知悉本人申请被驳回", "Take note that an own request was refused"),
        WORK,
    ),
    Authority(
        Permission.CONTACT_CUSTOMER,
        "5.2.1.3",
        Name("与客户沟通并记录", "Contact the customer and record it"),
        (*QUALITY, *SALES),
    ),
    Authority(
        Permission.RECEIVE_SAMPLE,
        "5.2.1.3",
        Name("接收缺陷样板", "Receive defect samples"),
        (*QUALITY, *SALES, "warehouse_keeper"),
    ),
    Authority(
        Permission.COUNTERSIGN, "5.2.2.4", Name("会签检讨会结果", "Countersign the result of a meeting"), WORK
    ),
    Authority(Permission.CARRY_OUT_DISPOSITION, "5.2.2.4", Name("执行处置", "Carry out dispositions"), WORK),
    Authority(
        Permission.PLAN_GOODS, "5.2.2.4", Name("安排补货或重工", "Plan replenishment or rework"), ("planner",)
    ),
    Authority(
        Permission.ISSUE_CAPA,
        "5.2.2.5",
        Name("开出纠正预防措施报告", "Issue CAPA reports"),
        (*QUALITY, *SALES),
    ),
    Authority(
        Permission.ANSWER_CAPA,
        "5.2.2.5",
        Name("分析原因、制定并执行措施", "Analyse causes, set and carry out measures"),
        WORK,
    ),
    Authority(
        Permission.VERIFY_CAPA,
        "5.2.2.5",
        Name("退件和验证效果", "Send back and verify effectiveness"),
        QUALITY,
    ),
    Authority(
        Permission.VOID_CAPA,
        "5.6",
        Name("作废纠正预防措施报告", "Void CAPA reports"),
        ("quality_supervisor", "sales_manager"),
    ),
    Authority(
        Permission.IMPORT_HISTORY,
        "5.6",
        Name("导入旧投诉台账", "Import an old complaint register"),
        ("sales_manager",),
    ),
    Authority(
        Permission.REGISTER_RETURN,
        "5.3.1",
        Name("登记客户退货并与客户确认", "Register returns and settle them with the customer"),
        SALES,
    ),
    Authority(
        Permission.RECEIVE_RETURN,
        "5.3.3",
        Name("接收、清点、摆放和返还退货", "Receive, count, place and give back returned goods"),
        ("warehouse_keeper",),
    ),
    Authority(
        Permission.JUDGE_RETURN,
        "5.3.1",
        Name("判定退货责任并检验退货", "Judge the liability of returns and inspect them"),
        QUALITY,
    ),
    Authority(
        Permission.PLAN_RETURN,
        "5.3.1",
        Name("安排退货拉回和重工排程", "Arrange pick-up of returns and schedule rework"),
        ("planner",),
    ),
    Authority(
        Permission.SETTLE_DIFFERENCE,
        "5.3.3",
        Name("处理退货数量差异", "Settle differences in returned quantities"),
        SALES,
    ),
    Authority(
        Permission.WRITE_REWORK,
        "3.4",
        Name("制定重工流程", "Write rework instructions"),
        ("process_engineer",),
    ),
    Authority(
        Permission.BOOK_REWORK,
        "3.5",
        Name("报告重工数量", "Report reworked quantities"),
        ("production_operator", "production_manager"),
    ),
    Authority(Permission.CLOSE_RETURN, "5.3.5", Name("退货结案", "Close returns"), ("quality_supervisor",)),
    Authority(Permission.VOID_RETURN, "5.6", Name("作废退货单", "Void returns"), ("sales_manager",)),
    Authority(
        Permission.APPLY_REPLENISHMENT, "5.3.4", Name("提出和修改补货申请", "Apply for replenishment"), SALES
    ),
    Authority(
        Permission.APPROVE_REPLENISHMENT,
        "5.3.4",
        Name("核准或驳回补货申请", "Approve or refuse replenishment"),
        ("sales_manager", "production_manager", "general_manager"),
    ),
    Authority(
        Permission.MAKE_ORDER,
        "3.5",
        Name("报告紧急订单完工", "Report completion of urgent orders"),
        ("production_operator", "production_manager"),
    ),
    Authority(
        Permission.SHIP_ORDER, "5.3.4", Name("紧急订单出货", "Ship urgent orders"), ("warehouse_keeper",)
    ),
    Authority(
        Permission.VOID_REPLENISHMENT, "5.6", Name("作废补货申请", "Void replenishment"), ("sales_manager",)
    ),
    Authority(Permission.VOID_COMPLAINT, "5.6", Name("作废投诉", "Void complaints"), ("sales_manager",)),
    Authority(
        Permission.ADMINISTER,
        "5.6",
        Name("管理人员、部门和节假日", "Manage people, departments and holidays"),
        ("administrator",),
    ),
    Authority(
        Permission.READ_TRACES,
        "5.6",
        Name("查看访问记录和账号变动", "Read the access log and changes of accounts"),
        ("general_manager", "auditor", "administrator"),
    ),
)

_ROLES = {row.permission: frozenset(row.roles) for row in AUTHORITY}


def may(roles: Iterable[str], permission: Permission) -> bool:
    """Return whether one of the roles holds the permission: a person's roles add up."""
    return not _ROLES[permission].isdisjoint(roles)


def permissions_of(roles: Iterable[str]) -> frozenset[Permission]:
    """Return everything that a person with these roles may do."""
    held = frozenset(roles)
    return frozenset(permission for permission, holders in _ROLES.items() if not holders.isdisjoint(held))


def role_for(roles: Iterable[str], permission: Permission) -> str | None:
    """Return the role under which a person acts: the first in the row's order that they hold; None when
    none does."""
    held = frozenset(roles)
    rows = (row for row in AUTHORITY if row.permission == permission)
    roles_in_order = (role for row in rows for role in row.roles)
    return next((role for role in roles_in_order if role in held), None)


def roles_with(permission: Permission) -> tuple[str, ...]:
    """Return the roles that hold a permission, in the procedure's order."""
    return next(row.roles for row in AUTHORITY if row.permission == permission)
