"""What a demo case says: one problem of problems.toml, one shipment, and all its sentences from the call to the reply."""
from __future__ import annotations

import tomllib
from datetime import date, datetime
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from cs.demo.trade import UNITS, Trade
from cs.models.customers import Contact, Customer, Shipment

PLACES = ("左前门", "右前门", "左后门", "右后门")
DEMANDS = {"QTY": (["replenishment"], ["return"]), "DOC": ([],), "DEL": ([],), "SW": (["on_site"], ["rework"]),
           "LBL": (["rework"], ["on_site"], ["exchange"]), "PKG": (["exchange"], ["rework"], ["deduction"])}
USUAL_DEMANDS = (["exchange"], ["exchange"], ["replenishment"], ["exchange", "report_8d"], ["report_8d", "return"], ["rework"],
                 ["deduction", "exchange"], ["on_site"])
ASKED = {"report_8d": "提供8D报告", "replenishment": "尽快补货", "rework": "安排返工", "return": "退货", "exchange": "换货", "deduction": "扣款",
         "on_site": "派人到现场处理"}
SETTLED = {
    "exchange": ("{n}{u}不良品随下批换新", "不良{n}{u}当天寄出新品更换，旧品退回分析"),
    "replenishment": ("{n}{u}已安排补货，三个工作日内送到", "{n}{u}随明天的车补足"),
    "rework": ("我司派两人到客户仓库返工，半天完成", "客户在库品由我司人员现场重工，不占客户产线"),
    "return": ("{n}{u}由我司安排拉回，客户已开退货单", "退回{n}{u}，冲减当月对账单"),
    "deduction": ("按{n}{u}货值从当月货款扣除", "扣款以客户开具的扣款单为准，限{n}{u}"),
    "on_site": ("品质与工程当天到客户现场确认处理", "派驻点人员到现场全检客户在库品"),
    "report_8d": ("书面改善报告随回复附上", "8D报告D1–D3先行提交，其余随后补齐"),
}
NO_DEMAND = {  # what the customer wants where the form has no word for it, and how it was settled
    "DOC": ("补齐资料", "电子版当天补发，原件随下批附上"), "DEL": ("马上安排送货", "余量当天专车送达，以后变更交期先书面通知"),
}
TECHNICAL = {"FUN", "REL", "SOL", "ASM", "DIM", "APP", "SW", "ENV"}  # what is analysed on the part; the rest in papers
ORAL = {"phone", "visit", "chat"}
FRACTIONS = {"incoming": (32, 50, 80, 125), "line": (60, 96, 120, 200, 300), "field": (20, 30, 48, 60), "customer_warehouse": (20, 40, 60, 100)}
FOUND = {"incoming": ("来料抽检{checked}{u}，", "进料检验抽{checked}{u}，"), "line": ("产线装机时发现，", "上线装配{checked}{u}，其中", "装车试机时，"),
         "field": ("终端门店反馈，", "4S店转来车主反映，", "售后换件汇总，"), "customer_warehouse": ("收货清点时，", "仓库拆箱时，")}
BATCH = ("不良集中在一个批次，原因明确，在库和在途已全部隔离，客户同意按简易途径先行回复。", "客户等货，要求先处理本批；原因已查明，客户书面同意按简易途径回复。")
CHRONIC = ("半年内第二次出现，原因与上次相同，改善措施本周导入；客户要求先答复本批。", "同类问题再次出现，涉及数量少，客户同意先处理本批，专题改善另行安排。")
TALKS = ("客户说不良都出在上线第一天，之后两天未再出现；同意先用库存顶上。", "问清了使用条件：车内12V供电，连续播放约一小时后出现。",
         "客户补充：不良集中在三箱内，外箱完好，已隔离待处理。", "已告知分析进度，客户同意明天上午前给结论。", "客户确认其他批次未见同类不良，只追这一批。")
MINUTES = ("会议决定：立即隔离同批产品，责任部门三天内提交纠正措施。", "会议决定：在库全检后放行，作业标准本周内换版。", "会议决定：停用相关治具，工程当天重新验证参数。")
PLANS = ("插单安排在二线，补货随下批送达。", "利用周六加班补做，周一上午送货。", "重工排在成品线末班，完成后复检入库。")
GOODS_DONE = {"replace": "新品已送达，不良品拉回。", "sort": "全检完成，合格品贴绿标放行。", "rework": "重工完成，复检合格后转下工序。"}


@cache
def _book() -> dict[str, list[dict[str, Any]]]:
    return tomllib.loads(Path(__file__).with_name("problems.toml").read_text("utf-8"))


def question(rng: Random) -> dict[str, str]:
    """Something that is passed on to sales and is no complaint: what was said, and why it is declined."""
    return rng.choice(_book()["question"])


class Story:
    """One case in words and numbers. `ours` False: a case of 5.2.2.2."""

    def __init__(self, trade: Trade, rng: Random, heard_at: datetime, *, ours: bool = True, nature: str = "sporadic", only: str | None = None,
                 plain_limit: bool = False, harmless: bool = False) -> None:
        """`harmless`: nothing critical. `only`: "field", somebody far from any lot number speaks, or "technical"; `plain_limit`: a customer with no reply limit of its own."""
        self.rng, self.ours, self.nature, self.heard_at = rng, ours, nature, heard_at
        problems = [one for one in _book()["problem" if ours else "elsewhere"]
                    if not (harmless and one["severity"] == "critical") and (only != "field" or "field" in one["found"]) and (only != "technical" or one["defect"][:3] in TECHNICAL)]
        self.shipment = self._goods(trade, {family for problem in problems for family in problem["on"]}, plain_limit)
        self.family = trade.family[self.shipment.product_id]
        fitting = [problem for problem in problems if self.family in problem["on"]]
        self.problem = rng.choices(fitting, [problem.get("weight", 1) for problem in fitting])[0]
        self.category, self.code = self.problem["defect"].split(".")
        self.found_at = "field" if only == "field" else rng.choice(self.problem.get("found", ("field", "customer_warehouse")))
        self.variant = rng.randrange(len(self.problem["seen"]))
        self.contact: Contact = rng.choice(self.customer.contacts)
        self.foreign = self.customer.currency != "CNY"
        self.channel = rng.choice(("email", "email", "letter") if self.foreign else ("phone", "chat") if heard_at.hour >= 18 else
                                  ("phone", "phone", "phone", "email", "email", "chat", "letter", "visit"))
        demands = [one for one in DEMANDS.get(self.category, USUAL_DEMANDS) if not (self.foreign and {"on_site", "rework"} & set(one))]
        self.demands = sorted(rng.choice(demands or [["exchange"]]))
        self._count()
        self.words = {"n": self.n, "checked": self.checked, "u": UNITS[self.family], "pos": rng.choice(PLACES) if self.found_at in ("line", "field") else "", "model": self.shipment.product.model,
                      "lot": self.shipment.lot_no, "boxes": max(1, self.n // 20), "mm": rng.randint(8, 60), "short": 200 - self.n}

    @property
    def customer(self) -> Customer:
        return self.shipment.customer

    def _goods(self, trade: Trade, families: set[str], plain_limit: bool) -> Shipment:
        """What the customer speaks of: sent some days to some months before, and known to us."""
        day = self.heard_at.date()
        known = [one for one in trade.sent if one.state == "active" and trade.family[one.product_id] in families
                 and one.customer.status == "active" and not (plain_limit and one.customer.reply_days is not None)]
        fresh = [one for one in known if 3 <= (day - one.shipped_on).days <= 75]
        return self.rng.choice(fresh or known)

    def _count(self) -> None:
        rng, shipped = self.rng, self.shipment.quantity
        self.checked = min(rng.choice(FRACTIONS[self.found_at]), shipped)
        if self.nature == "batch" or self.category in ("DOC", "DEL", "PKG", "LBL", "QTY"):
            self.n = max(2, self.checked * rng.choice((15, 20, 35, 50)) // 100)
        else:
            self.n = min(rng.choice((1, 1, 2, 2, 3, 3, 4, 5)), self.checked)
        if self.category == "QTY":
            self.n = min(self.n, 40)

    def say(self, sentence: str) -> str:
        return sentence.format(**self.words)

    def pick(self, key: str) -> str:
        """The problem's sentence that belongs to what was seen."""
        options = self.problem[key]
        return self.say(options[min(self.variant, len(options) - 1)] if isinstance(options, list) else options)

    @property
    def technical(self) -> bool:
        return self.category in TECHNICAL

    # Receipt

    def who(self) -> str:
        """How the customer's person is spoken of."""
        name, post = self.contact.name, self.contact.position or ""
        if self.foreign:
            return name
        return name[0] + ("总" if "总" in post else "工" if "品质" in post else "经理")

    def opening(self) -> str:
        return {"phone": f"客户{self.who()}来电：", "email": "客户来邮件：", "letter": "客户发来品质异常联络单：", "chat": "客户在对接群里反馈：",
                "visit": f"客户{self.who()}来厂时提出："}[self.channel]

    def symptom(self) -> str:
        opening = self.rng.choice(FOUND[self.found_at]) if self.ours and self.category not in NO_DEMAND else ""
        return self.say(opening) + self.pick("seen")

    def description(self, *, lot_known: bool = True, deadline: datetime | None = None) -> str:
        """投诉内容 as the clerk writes it down."""
        lot = f"批号{self.shipment.lot_no}。" if lot_known else "外箱已拆，客户一时查不到批号。"
        asked = "、".join(ASKED[one] for one in self.demands) or NO_DEMAND.get(self.category, ("尽快说明原因",))[0]
        by_when = f"请于{deadline.month}月{deadline.day}日{deadline:%H:%M}前回复。" if deadline else ""
        return f"{self.opening()}{self.shipment.product.model} {self.symptom()}。{lot}客户要求{asked}。{by_when}"

    def receipt(self) -> dict[str, Any]:
        """The fields of block A that are known when nothing is missing."""
        goods, rng = self.shipment, self.rng
        part_no = next((part.part_no for part in goods.product.customer_parts if part.customer_id == goods.customer_id), None)
        written = self.channel not in ORAL
        return {"customer_id": goods.customer_id, "channel": self.channel, "oral_written": "written" if written else "oral",
                "contact_name": self.contact.name, "contact_phone": self.contact.phone, "product_id": goods.product_id, "lot_no": goods.lot_no,
                "order_no": goods.order_no, "shipped_on": goods.shipped_on, "shipped_qty": goods.quantity, "checked_qty": self.checked,
                "defect_qty": self.n, "found_at": self.found_at, "customer_part_no": part_no, "demand": list(self.demands),
                "customer_ref": f"{rng.choice(('NCR', 'SCAR', 'QR', 'YC'))}{self.heard_at:%y%m}{rng.randint(1, 60):03d}" if written else None}

    # Analysis and answer

    def confirmation(self, *, again: bool = False, repeat: bool = False, overruled: bool = False) -> dict[str, Any]:
        """Block B, signed by quality; `again` after the customer refused the reply; a `repeat` (3.4) is answered the short way, with a reason."""
        severity = self.problem["severity"]
        checks = ("复核：库存三批各抽80{u}复检，未发现同类不良；流出工位已找到。", "补充验证：模拟原条件重现不良3次，原因判断不变。")
        more = "" if not again else self.rng.choice(checks) if self.technical else "补充：调出当日全部记录复核，原因判断不变，流出环节已找到。"
        facts = {"defect_category": self.category, "defect_code": self.code, "severity": severity, "nature": self.nature,
                 "analysis": self.pick("analysis") + self.say(more), "unknown_reason": None, "route_reason": None}
        if not self.ours:
            return facts | {"finding": self.problem["finding"], "liability": self.problem["liability"], "route": "not_ours"}
        if self.to_meeting(overruled=overruled):
            return facts | {"finding": "confirmed", "liability": self.problem.get("liability", "ours"), "route": "meeting"}
        if self.nature != "sporadic" or repeat:
            facts["route_reason"] = self.rng.choice(BATCH if self.nature == "batch" else CHRONIC)
        return facts | {"finding": "confirmed", "liability": self.problem.get("liability", "ours"), "route": "occasional"}

    def to_meeting(self, *, overruled: bool = False) -> bool:
        """Whether it goes to the meeting of 5.2.2.4: critical, batch or chronic, and nobody overruled that."""
        return self.ours and (self.problem["severity"] == "critical" or (self.nature != "sporadic" and not overruled))

    def settlement(self, settled_on: date, *, again: bool = False) -> dict[str, Any]:
        """What the quality supervisor agreed with the customer (5.2.2.3)."""
        by = "邮件" if self.foreign else "电话"
        agreed = "；".join(self.say(self.rng.choice(SETTLED[one])) for one in self.demands) or NO_DEMAND.get(self.category, ("", "原因与改善措施已说明，本次不补不退"))[1]
        more = "；另附库存全检记录和流出原因说明，今后三批随货附加严检验报告" if again else ""
        return {"reply_text": f"与{self.who()}{by}沟通确认：{agreed}{more}。客户同意按此处理。",
                "cause": f"产生原因：{self.pick('cause')}\n流出原因：{self.pick('escape')}",
                "actions": self._containment() + self.pick("actions").replace("；", "；\n"), "agreed_with": self.contact.name, "settled_on": settled_on}

    def _containment(self) -> str:
        """What was done at once with what is still here."""
        if self.category in NO_DEMAND:
            return ""
        stock = f"围堵：成品库存{self.rng.choice((120, 180, 240, 360, 500))}{self.words['u']}"
        if not self.technical:
            return f"{stock}逐箱核对，无误后才放行；\n"
        found = self.rng.choice(("未发现不良", f"剔除不良{self.rng.randint(1, 6)}{self.words['u']}"))
        return f"{stock}全检，{found}；\n"

    # What is said around it

    def late_reason(self) -> str:
        options = ["当天客诉集中，分析人员不足，已调整排班。", "客户联系人休假，次日才确认处理方式。", "品质主管出差，未及时安排代理人。"]
        if self.problem.get("liability") == "supplier":
            options = ["责任供应商的分析报告晚一天收到，已先电话告知客户。"]
        elif self.technical:
            options += ["不良样品晚到一天，解剖分析推迟；已先电话告知客户进展。", "需要上机老化复现，时间不够，事先已征得客户同意延后。",
                        "复测设备校准，次日才能使用。"]
        return self.rng.choice(options)

    def refusal(self) -> str:
        options = ["客户认为原因分析太笼统，要求补充验证数据。", "客户品质主管要求增加后三批的加严检验报告。", "只处理不良品不够，客户要求说明为什么没检出来，并对在库品全检。"]
        return "客户不同意扣款方式，要求派人现场挑选，并说明流出原因。" if "deduction" in self.demands else self.rng.choice(options)

    def acceptance(self) -> str | None:
        if not self.ours:
            return self.rng.choice(("客户认可检测结论。", "客户来电表示理解，同意按建议处理。", "客户邮件回复收到，无异议。"))
        got = ["电话确认，换货品已收到，客户满意。"] * 2 if {"exchange", "replenishment"} & set(self.demands) else []
        return self.rng.choice([*got, "客户邮件确认接受。", "客户在报告上签字回传。", "客户在群里回复“OK，按此处理”。", None])

    def closing(self) -> str | None:
        if not self.ours:
            return self.rng.choice(("客户已认可，结案。", None))
        done = ["后续一批到货未再出现，结案。", "措施已落实，现场查核有记录。"] if self.category not in NO_DEMAND else ["资料与交货均已补齐，结案。"]
        return self.rng.choice([*done, "客户已确认，结案。", None])

    def photograph(self) -> tuple[str, str]:
        """The scene and the words on the slip of paper beside it."""
        scene = self.problem["scene"]
        if scene == "faceplate" and self.family != "head_unit":
            scene = {"amplifier": "heatsink", "navigation": "display"}.get(self.family, "cone")
        return scene, f"{self.shipment.product.model}  {self.shipment.lot_no}  NG"
