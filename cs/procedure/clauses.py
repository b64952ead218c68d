"""The clause list: each clause of the procedure, what the program does for it, and on which screens.

The words of the clauses stand in the procedure file; what the program does is a matter of the program and
stands here. A row of DOES is true today: a clause whose section is not built has none.
"""

from __future__ import annotations

from dataclasses import dataclass

from cs.procedure.rulebook import ClauseText, Name, Rulebook, load


@dataclass(frozen=True)
class Clause:
    """One clause. Without `text_zh` it is a heading; without `does` nothing is built for it yet.

    `screens` are endpoints; one that ends in '.detail' is the page of a single record.
    """

    id: str
    title: Name
    text_zh: str
    does: Name | None
    screens: tuple[str, ...]

    @property
    def is_heading(self) -> bool:
        """Whether the clause only names a section and asks for nothing itself."""
        return not self.text_zh


@dataclass(frozen=True)
class Done:
    """What the program does for a clause, and where."""

    does: Name
    screens: tuple[str, ...]


def _done(zh: str, en: str, *screens: str) -> Done:
    return Done(Name(zh, en), screens)


PROCEDURE = "procedure.index"
COMPLAINTS = ("complaints.index", "complaints.detail")
CAPA = ("capa.index", "capa.detail")
RETURNS = ("returns.index", "returns.detail")
REPLENISHMENTS = ("replenishments.index", "replenishments.detail")
CUSTOMERS = ("customers.index", "customers.detail")
REGISTER = "reports.register"

_SHOWN = _done("在程序页显示原文。", "Its text is shown on the procedure page.", PROCEDURE)
_TRIAGE = _done(
    "品质接收投诉，登记严重度、性质、责任方和证据，签名确认并选择处理路径。",
    "Quality receives the complaint, records severity, nature, liability and evidence, signs, and "
    "chooses the path.",
    *COMPLAINTS,
)

DOES: dict[str, Done] = {
    "1.0": _SHOWN,
    "2.0": _SHOWN,
    "3.0": _done(
        "部门、岗位和职责权限表取自同一份程序文件。",
        "Departments, roles and the authority matrix come from the one procedure file.",
        PROCEDURE,
    ),
    "3.1": _done(
        "业务部登记投诉、维护客户资料并回复客户。",
        "Sales logs complaints, keeps the customers' data and replies to the customer.",
        *COMPLAINTS,
        *CUSTOMERS,
    ),
    "3.1.4": _done(
        "客户质量问题登记为投诉，经业务部回复客户。",
        "Quality problems are logged as complaints and answered through sales.",
        *COMPLAINTS,
    ),
    "3.2": _done(
        "品质部接收、分析和确认投诉，并填写投诉处理报告。",
        "Quality receives, analyses and confirms complaints, and fills in the complaint report.",
        *COMPLAINTS,
    ),
    "3.4": _done(
        "工艺部为退货制定重工流程，并跟踪同型号同缺陷的后续投诉；顽固性问题由工艺部主导分析。",
        "Process engineering writes the rework instruction of returned goods and follows later "
        "complaints of the same model and defect; it leads "
        "the analysis of stubborn problems.",
        *RETURNS,
        *CAPA,
    ),
    "3.5": _done(
        "生产部按重工流程分批报告重工数量，并报告紧急订单完工。",
        "Production books reworked goods in portions, by the instruction, and reports urgent orders as made.",
        *RETURNS,
        *REPLENISHMENTS,
    ),
    "3.6": _done(
        "计划部按回交时间安排重工，并为紧急订单排程。",
        "Planning schedules rework by the day that the goods are due back, and the urgent orders.",
        *RETURNS,
        *REPLENISHMENTS,
    ),
    "3.7": _done(
        "任何部门都可以把听到的客户问题转达业务部。",
        "Every department can pass on to sales what it hears from a customer.",
        *COMPLAINTS,
    ),
    "4.1": _SHOWN,
    "5.1.3.2": _done(
        "建立并更新客户一览表和客户信息档案，每次修改都留下记录。",
        "Keeps the customer register and the customer files current; every change is on record.",
        *CUSTOMERS,
    ),
    "5.2.1.1": _done(
        "业务部登记口头或书面投诉，立即出现在投诉处理报告、客户抱怨明细表和品质部的待办中。",
        "Sales logs a spoken or written complaint; it appears at once in report, register and quality's "
        "queue.",
        *COMPLAINTS,
        REGISTER,
    ),
    "5.2.1.2": _done(
        "其它部门转达的问题立即到业务部待办，登记为投诉或说明不登记的原因；时限从首次获知算起。",
        "What another department passes on reaches sales at once, which registers it or says why not; "
        "the clock runs from when our people first heard.",
        *COMPLAINTS,
    ),
    "5.2.1.3": _TRIAGE,
    "5.2.2.1": _TRIAGE,
    "5.2.2.2": _done(
        "品质部记录非本公司责任的证据，由品质部或经业务部回复客户并跟踪；客户不接受时退回分析。",
        "Quality records the evidence, which goes to the customer from quality or through sales and is "
        "followed up; "
        "a refusal returns it to analysis.",
        *COMPLAINTS,
    ),
    "5.2.2.3": _done(
        "品质主管当天记录与客户沟通的处理结果，业务回复客户并跟踪客户是否接受；不接受时退回分析。",
        "The quality supervisor records the settlement the same day; sales replies and follows up until "
        "the customer "
        "accepts or refuses; a refusal returns it to analysis.",
        *COMPLAINTS,
    ),
    "5.2.2.4": _done(
        "品质主管召开检讨会,业务部、工程部和责任部门负责人参加并会签;发生品及各处产品逐处决定处置,数量必须相符;"
        "品质开立处理结果,计划部安排补货或重工,未完成前不能结案。",
        "The quality supervisor holds the meeting; the heads of sales, engineering and the responsible "
        "department attend and countersign; "
        "the goods at every place are decided on, to the piece; quality issues the result, planning "
        "arranges replacement or rework; "
        "nothing closes before it is done.",
        *COMPLAINTS,
        "desk.index",
    ),
    "5.2.2.5": _done(
        "纠正预防措施报告发给责任部门:产生、流出、系统原因(五问法、鱼骨图)、措施、责任人和证据;品质部按数据验证,"
        "无效则同号重开,未验证前投诉不能结案。",
        "A CAR goes to the responsible department: occurrence, escape and system cause (5-why, "
        "fishbone), measures with owners and "
        "evidence; quality verifies them by data. Without effect a new round opens; the complaint cannot "
        "close before.",
        *CAPA,
        "desk.index",
    ),
    "5.2.2.6": _done(
        "按客户要求时间、约定时限或两天计算应回复时间，处处显示剩余时间和逾期。",
        "The reply is due at the customer's time, the agreed limit or within two days; time left and "
        "lateness show "
        "wherever the complaint shows.",
        "desk.index",
        *COMPLAINTS,
        REGISTER,
    ),
    "5.3.1": _done(
        "业务登记退货，品质先判定责任，计划安排拉回，到货后品质逐行检验处置；数量随时相符。",
        "Sales registers a return, quality judges the liability before planning has it picked up, and "
        "decides line by line after arrival; "
        "the quantities add up at every moment.",
        *RETURNS,
    ),
    "5.3.2": _done(
        "仓库登记先收到的退货，立即到业务部待办，其后流程相同。",
        "The warehouse registers goods that it received first; sales has them in its queue at once, and "
        "they go the same way.",
        *RETURNS,
        "desk.index",
    ),
    "5.3.3": _done(
        "仓库按退货单逐行点收并指定位置；数量差异一直显示，由具名人员说明原因后处理，不覆盖原数。",
        "The warehouse counts each line against the slip and names its place; a difference shows until a "
        "named person settles it, and both numbers stay.",
        *RETURNS,
        "returns.scan",
        "returns.labels",
    ),
    "5.3.4": _done(
        "业务提出补货申请，业务经理和生产经理核准；同一投诉补货合计达到 1000 元起总经理核准；"
        "变更使签核作废；核准后按紧急订单执行。"
        "等候签核超过规定时限的，同时显示给指定岗位；谁今天能签，管理员随时可查。",
        "Sales applies; sales and production manager approve, from 1000 RMB for one complaint the "
        "general manager too; a change voids the signatures; "
        "then it runs as an urgent order. What waits beyond its working hours is shown to a named role "
        "too; who can sign what today is seen at any time.",
        *REPLENISHMENTS,
        "approvals.index",
        "desk.index",
    ),
    "5.3.5": _done(
        "每张退货单并入或建立一份投诉，退货未结不能结案；非本公司责任的按与客户商定的方式处理。",
        "Each return joins or makes one complaint, which stays open as long; what is not ours is handled "
        "as agreed with the customer.",
        *RETURNS,
        *COMPLAINTS,
    ),
    "5.4.1": _done(
        "每个客户的组织类型、规模、产品类型和需求量建档保存。",
        "Organisation type, size, product types and demand of each customer are kept on file.",
        *CUSTOMERS,
    ),
    "5.6": _done(
        "记录不删除；每次变更记下何人、何时、何事和原因，并可校验未被改动。",
        "Nothing is deleted; each change keeps who, when, what and why, and can be verified as untouched.",
        *COMPLAINTS,
        *CUSTOMERS,
    ),
    "7.1": _done(
        "客户一览表随客户资料更新。", "The customer register follows the customers' data.", "customers.index"
    ),
    "7.5": _done(
        "客户抱怨明细表由投诉自动生成，可导出 Excel 和 CSV；以前用 Excel 登记的旧台账可预览后导入。",
        "The complaint register is drawn from the complaints and can be had as Excel and CSV; an old "
        "register kept in Excel is imported after a preview.",
        REGISTER,
        "complaints.index",
    ),
    "7.6": _done(
        "纠正预防措施改善追踪表由各报告自动生成,每项措施一行,可导出 Excel 和 CSV。",
        "The tracking table is drawn from the reports, a line for each measure, and can be had as Excel "
        "and CSV.",
        *CAPA,
    ),
}


def clauses(book: Rulebook) -> tuple[Clause, ...]:
    """The clauses of this procedure file in its order, with what the program does for each."""
    return tuple(_clause(text, DOES.get(text.id)) for text in book.clauses)


def _clause(text: ClauseText, done: Done | None) -> Clause:
    if done is None:
        return Clause(text.id, text.title, text.text, None, ())
    return Clause(text.id, text.title, text.text, done.does, done.screens)


# The packaged procedure's own; a page shows clauses(rulebook), since a factory may have revised its copy.
CLAUSES = clauses(load())
