"""What a demo case says: one problem of problems.toml, one shipment, and all its sentences from the call to
the reply."""

from __future__ import annotations

import tomllib
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from cs.demo.market import UNITS
from cs.demo.plots import CRITICAL
from cs.demo.story_words import (
    AGAIN_ANALYSED,
    AGAIN_NOT_OURS,
    AGAIN_SENT,
    AGES,
    AGREED,
    ASKED,
    BATCH,
    CENTRE,
    CHRONIC,
    DEALERS,
    DEMANDS,
    FINDINGS_TALKED,
    FOUND,
    FRACTIONS,
    NO_DEMAND,
    OPENINGS,
    ORAL,
    PLACES,
    SETTLED,
    SETTLED_ABROAD,
    SETTLING,
    TALKS,
    TECHNICAL,
    TURNS,
    USUAL_DEMANDS,
)
from cs.demo.trade import Trade
from cs.models.customers import Contact, Customer, Shipment


@cache
def _book() -> dict[str, list[dict[str, Any]]]:
    return tomllib.loads(Path(__file__).with_name("problems.toml").read_text("utf-8"))


def question(rng: Random) -> dict[str, Any]:
    """Something that is passed on to sales and is no complaint: what was said, and why it is declined."""
    return rng.choice(_book()["question"])


def _found(problem: dict[str, Any], variant: int) -> list[str]:
    """Where one way of a problem comes to light."""
    found: list[Any] = problem["found"]
    return found[min(variant, len(found) - 1)] if isinstance(found[0], list) else found


@cache
def _kind(ours: bool, about: str | None, only: str | None) -> list[dict[str, Any]]:
    """The problems of the kind that a case asks for; what is critical comes only where it is asked for."""
    return [
        one
        for one in _book()["problem" if ours else "elsewhere"]
        if (about is None or one["defect"].startswith(about) or about == one.get("liability"))
        and (only != "field" or any("field" in _found(one, n) for n in range(len(one["seen"]))))
        and (only != "technical" or one["defect"][:3] in TECHNICAL)
        and (one["severity"] != "critical" or about in CRITICAL)
    ]


class Story:
    """One case in words and numbers. `ours` False: a case of 5.2.2.2."""

    def __init__(
        self,
        trade: Trade,
        rng: Random,
        heard_at: datetime,
        *,
        ours: bool = True,
        nature: str = "sporadic",
        about: str | None = None,
        only: str | None = None,
        seen: bool = False,
        waits: bool = False,
        home: bool = False,
        asked: dict[str, Any] | None = None,
    ) -> None:
        """`about`: the beginning of its defect's code, or who is liable. `only`: "field", somebody far from
        any lot number speaks, or "technical". `seen`: there is something to photograph. `waits`: a customer
        with no reply limit of its own. `home`: one whose goods a van can fetch."""
        self.trade, self.rng, self.ours, self.nature, self.heard_at, self.waits, self.only, self.home = (
            trade,
            rng,
            ours,
            nature,
            heard_at,
            waits,
            only,
            home,
        )
        self.meets: bool | None = None
        self._choose(_kind(ours, about, only), set((asked or {}).get("on", UNITS)), seen)
        trade.remember(self.shipment, self.problem, self.sentences, heard_at)
        if self.dealer:  # has no line and no incoming inspection
            self.found_at = {"line": "field", "incoming": "customer_warehouse"}.get(
                self.found_at, self.found_at
            )
        self.family = trade.family[self.shipment.product_id]
        self.category, self.code = self.problem["defect"].split(".")
        self.contact: Contact = rng.choice(self.customer.contacts)
        self.foreign = self.customer.currency != "CNY"
        demands = [
            one
            for one in DEMANDS.get(self.category, USUAL_DEMANDS)
            if not (self.foreign and {"on_site", "rework"} & set(one))
        ]
        self.demands = sorted(rng.choice(demands or [["exchange"]]))
        self.channel = self._channel()
        self._count()
        pos = rng.choice(PLACES) if self.found_at in ("line", "field") else ""
        self.words = {
            "n": self.n,
            "checked": self.checked,
            "u": UNITS[self.family],
            "pos": "仪表台" if pos and self.shipment.product.model == CENTRE else pos,
            "model": self.shipment.product.model,
            "lot": self.shipment.lot_no,
            "boxes": max(1, self.n // 20),
            "short": 200 - self.n,
            "mm": rng.randint(8, 60),
        }

    @property
    def sentences(self) -> tuple[str, str]:
        """What was seen and what was found, as the book of problems has it."""
        analysis = self.problem["analysis"]
        return self.problem["seen"][self.variant], analysis[
            min(self.variant, len(analysis) - 1)
        ] if isinstance(analysis, list) else analysis

    def _choose(self, problems: list[dict[str, Any]], families: set[str], seen: bool) -> None:
        """What is wrong, in which of its ways, where that was found, and with which goods; it is tried until
        the customer has not told the same before.

        A chronic problem is one that this customer had with this model before.
        """
        rng, trade = self.rng, self.trade
        if seen:
            problems = [one for one in problems if one.get("scene")] or problems
        sent = {
            what: [pair for pair in pairs if self._may_speak(pair[1])]
            for what, pairs in trade.sent_lately(self.heard_at.date()).items()
            if trade.family[what] in families
        }
        if self.nature == "chronic" and self._choose_again(problems, sent):
            return
        month = self.heard_at.month
        weights = [
            one.get("weight", 1)
            * (1 if "months" not in one else 3 if month in one["months"] else 0.4)
            * sum(len(sent.get(what, ())) for what in trade.fitting(one)) ** 0.5
            for one in problems
        ]
        for turn in range(TURNS):
            self._set(rng.choices(problems, weights)[0])
            least, most = (1, 365) if turn > TURNS // 2 else AGES[self.found_at]
            goods = [
                one
                for what in trade.fitting(self.problem)
                for ago, one in sent.get(what, ())
                if max(least, self.problem.get("after", 0)) <= ago <= most
            ]
            goods = [one for one in goods if not trade.knows(one, self.problem, self.sentences)] or (
                goods if turn > TURNS * 2 // 3 else []
            )
            if goods:
                silent = [one for one in goods if one.customer_id not in trade.complained]
                self.shipment = rng.choice(silent if silent and rng.random() < 0.45 else goods)
                return
        raise LookupError("nothing was sent that this case could be about")

    def _choose_again(
        self, problems: list[dict[str, Any]], sent: dict[int, list[tuple[int, Shipment]]]
    ) -> bool:
        since = self.heard_at - timedelta(days=150)
        again = [
            (one, problem)
            for (who, what, _), (problem, when) in self.trade.told.items()
            if when >= since and problem in problems
            for ago, one in sent.get(what, ())
            if one.customer_id == who and ago >= problem.get("after", 0)
        ]
        if again:
            self.shipment, problem = self.rng.choice(again)
            self._set(problem)
        return bool(again)

    def _set(self, problem: dict[str, Any]) -> None:
        """The problem, in the way that was told least so far."""
        said, self.problem = self.trade.said, problem
        ways = [
            n for n in range(len(problem["seen"])) if self.only != "field" or "field" in _found(problem, n)
        ]
        self.variant = min(ways, key=lambda n: said[problem["seen"][n]])
        self.found_at = "field" if self.only == "field" else self.rng.choice(_found(problem, self.variant))

    def _may_speak(self, one: Shipment) -> bool:
        return (
            one.state == "active"
            and one.customer.status == "active"
            and not (self.waits and one.customer.reply_days is not None)
            and not (self.home and one.customer.currency != "CNY")
        )

    def _channel(self) -> str:
        rng = self.rng
        if self.foreign:
            return rng.choice(("email", "email", "letter"))
        if self.heard_at.hour >= 18:
            return rng.choice(("phone", "chat"))
        if (
            self.found_at in ("incoming", "customer_warehouse")
            and {"return", "exchange"} & set(self.demands)
            and rng.random() < 0.2
        ):
            return "return"
        return rng.choice(("phone", "phone", "phone", "email", "email", "chat", "letter", "visit"))

    def sends_back(self, *, wants_more: bool, slip: bool) -> None:
        """The customer sends goods back, and may want others at once; by the `slip` itself we hear of it
        first."""
        self.demands = ["replenishment", "return"] if wants_more else ["return"]
        if slip:
            self.channel = "return"

    @property
    def customer(self) -> Customer:
        return self.shipment.customer

    def _count(self) -> None:
        rng, shipped = self.rng, self.shipment.quantity
        self.checked = min(rng.choice(FRACTIONS[self.found_at]), shipped)
        if self.nature == "batch" or self.category in ("DOC", "DEL", "PKG", "LBL", "QTY", "ENV", "SRV"):
            self.n = max(2, self.checked * rng.choice((15, 20, 35, 50)) // 100)
        else:
            self.n = min(rng.choice((1, 1, 2, 2, 3, 3, 4, 5)), self.checked)
        self.stock = max(10, int(shipped * rng.uniform(0.08, 0.35)) // 10 * 10)
        self.in_stock = rng.choice((0, 0, 1, 2, 3, 5))
        if self.category == "QTY":
            self.n = min(self.n, 40)

    @property
    def dealer(self) -> bool:
        return self.customer.customer_type in DEALERS

    def say(self, sentence: str) -> str:
        return sentence.format(**self.words)

    def pick(self, key: str) -> str:
        """The problem's sentence that belongs to what was seen."""
        options = self.problem[key]
        return self.say(
            options[min(self.variant, len(options) - 1)] if isinstance(options, list) else options
        )

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
        return self.rng.choice(OPENINGS[self.channel]).format(who=self.who())

    def symptom(self) -> str:
        opening = (
            self.rng.choice(FOUND[self.found_at]) if self.ours and self.category not in NO_DEMAND else ""
        )
        return self.say(opening) + self.pick("seen")

    def description(self, *, lot_known: bool = True, deadline: datetime | None = None) -> str:
        """投诉内容 as the clerk writes it down."""
        lot = f"批号{self.shipment.lot_no}。" if lot_known else "外箱已拆，客户一时查不到批号。"
        asked = (
            "、".join(ASKED[one] for one in self.demands)
            or NO_DEMAND.get(self.category, ("尽快说明原因",))[0]
        )
        by_when = f"请于{deadline.month}月{deadline.day}日{deadline:%H:%M}前回复。" if deadline else ""
        return (
            f"{self.opening()}{self.shipment.product.model} {self.symptom()}。{lot}客户要求{asked}。{by_when}"
        )

    def receipt(self) -> dict[str, Any]:
        """The fields of block A that are known when nothing is missing."""
        goods, rng = self.shipment, self.rng
        part_no = next(
            (part.part_no for part in goods.product.customer_parts if part.customer_id == goods.customer_id),
            None,
        )
        written = self.channel not in ORAL
        return {
            "customer_id": goods.customer_id,
            "channel": self.channel,
            "oral_written": "written" if written else "oral",
            "contact_name": self.contact.name,
            "contact_phone": self.contact.phone,
            "product_id": goods.product_id,
            "lot_no": goods.lot_no,
            "order_no": goods.order_no,
            "shipped_on": goods.shipped_on,
            "shipped_qty": goods.quantity,
            "checked_qty": self.checked,
            "defect_qty": self.n,
            "found_at": self.found_at,
            "customer_part_no": part_no,
            "demand": list(self.demands),
            "customer_ref": f"{rng.choice(('NCR', 'SCAR', 'QR', 'YC'))}{self.heard_at:%y%m}"
            f"{rng.randint(1, 60):03d}"
            if written
            else None,
        }

    # Analysis and answer

    def confirmation(
        self, *, again: int = 0, repeat: bool = False, overruled: bool = False
    ) -> dict[str, Any]:
        """Block B, signed by quality; `again`: how often the customer has refused our reply.

        A `repeat` (3.4) that is not the batch or chronic problem of the plot goes to the meeting every other
        time, else the short way, with a reason.
        """
        severity = self.problem["severity"]
        more = (
            ""
            if not again
            else AGAIN_ANALYSED["technical" if self.technical else "papers"][again - 1]
            if self.ours
            else AGAIN_NOT_OURS[again - 1]
        )
        facts = {
            "defect_category": self.category,
            "defect_code": self.code,
            "severity": severity,
            "nature": self.nature,
            "analysis": self.pick("analysis") + self.say(more),
            "unknown_reason": None,
            "route_reason": None,
        }
        if not self.ours:
            return facts | {
                "finding": self.problem["finding"],
                "liability": self.problem["liability"],
                "route": "not_ours",
            }
        if self.meets is None:
            serious = severity == "critical" or (self.nature != "sporadic" and not overruled)
            self.meets = serious or (
                repeat
                and self.nature == "sporadic"
                and not self.waits
                and self.technical
                and self.rng.random() < 0.5
            )
        if not self.meets and (self.nature != "sporadic" or repeat):
            facts["route_reason"] = self.rng.choice(BATCH if self.nature == "batch" else CHRONIC)
        return facts | {
            "finding": "confirmed",
            "liability": self.problem.get("liability", "ours"),
            "route": "meeting" if self.meets else "occasional",
        }

    def settlement(self, settled_on: date, *, again: int = 0) -> dict[str, Any]:
        """What the quality supervisor agreed with the customer (5.2.2.3)."""
        by = "邮件" if self.foreign else "电话"
        ways = SETTLED | (SETTLED_ABROAD if self.foreign else {})
        agreed = (
            "；".join(self.say(self.rng.choice(ways[one])) for one in self.demands)
            or NO_DEMAND.get(self.category, ("", "原因与改善措施已说明，本次不补不退"))[1]
        )
        more = "；另附" + AGAIN_SENT[again - 1] if again else ""
        return {
            "reply_text": f"{self.rng.choice(SETTLING).format(who=self.who(), by=by)}{agreed}{more}。"
            f"{self.rng.choice(AGREED)}",
            "cause": f"产生原因：{self.pick('cause')}\n流出原因：{self.pick('escape')}",
            "actions": self._containment() + self.pick("actions").replace("；", "；\n"),
            "agreed_with": self.contact.name,
            "settled_on": settled_on,
        }

    def explanation(self, *, again: int = 0) -> str:
        """Why it is not our responsibility (5.2.2.2)."""
        return self.pick("reply") + ("另附出货检验原始记录与装车照片，供贵司核对。" if again else "")

    def talk(self) -> str:
        return self.rng.choice(TALKS if self.technical else FINDINGS_TALKED)

    def _containment(self) -> str:
        """What was done at once with what is still here."""
        if self.category in NO_DEMAND:
            return ""
        stock = f"围堵：成品库存{self.stock}{self.words['u']}"
        if not self.technical:
            return f"{stock}逐箱核对，无误后才放行；\n"
        found = f"剔除不良{self.in_stock}{self.words['u']}" if self.in_stock else "未发现不良"
        return f"{stock}全检，{found}；\n"

    # What is said around it

    def late_reason(self) -> str:
        options = [
            "当天客诉集中，分析人员不足，已调整排班。",
            "客户联系人休假，次日才确认处理方式。",
            "品质主管出差，未及时安排代理人。",
            "处理方式与业务意见不一，会商后才定。",
        ]
        if self.problem.get("liability") == "supplier":
            options = [
                "责任供应商的分析报告晚一天收到，已先电话告知客户。",
                "供应商工程师第二天才到厂一起拆解，已先告知客户。",
            ]
        elif self.category in ("FUN", "REL", "SW", "SOL"):
            options += [
                "需要上机老化复现，时间不够，事先已征得客户同意延后。",
                "不良时有时无，复现用了一天半，期间通报两次。",
                "不良样品晚到一天，解剖分析推迟；已先电话告知客户进展。",
            ]
        elif self.technical:
            options += ["不良样品晚到一天，分析推迟；已先电话告知客户进展。", "检具送校，次日才能复测。"]
        return self.rng.choice(options)

    def refusal(self, number: int) -> str:
        """Why the customer does not accept our reply of this number."""
        if not self.ours:
            return self.rng.choice(
                (
                    "客户认为出厂前就有问题，要求提供出货检验原始记录。",
                    "客户不认可由他们承担，要求补充证据后再谈。",
                )
            )
        if number > 1:
            return self.rng.choice(
                (
                    "数据看了，但客户要求说明同批已装车的怎么处理。",
                    "客户领导要求措施写明完成日期和责任人，再次退回。",
                    "客户认为检验水平仍偏低，要求连续五批加严。",
                )
            )
        if "deduction" in self.demands and not self.foreign:
            return "客户不同意扣款方式，要求派人现场挑选，并说明流出原因。"
        return self.rng.choice(
            (
                "客户认为原因分析太笼统，要求补充验证数据。",
                "客户品质主管要求增加后三批的加严检验报告。",
                "只处理不良品不够，客户要求说明为什么没检出来，并对在库品全检。",
                "客户要求附上改善前后的照片，否则不予结案。",
            )
        )

    def acceptance(self) -> str | None:
        if not self.ours:
            return self.rng.choice(
                (
                    "客户认可检测结论。",
                    "客户来电表示理解，同意按建议处理。",
                    "客户邮件回复收到，无异议。",
                    "客户看过照片后撤回索赔。",
                    "客户安装部门确认，以后按接线说明施工。"
                    if self.technical
                    else "客户同意由物流公司赔付。",
                )
            )
        if self.foreign:
            return self.rng.choice(
                (
                    "客户邮件确认接受。",
                    "客户来邮件：措施收到，后续到货再看。",
                    "客户在8D报告上签字回传。" if "report_8d" in self.demands else "客户邮件回复同意。",
                    None,
                )
            )
        got = (
            ["电话确认，换货品已收到，客户满意。", "换货品已上线，客户确认可以结。"]
            if {"exchange", "replenishment"} & set(self.demands)
            else []
        )
        return self.rng.choice(
            [
                *got,
                "客户邮件确认接受。",
                "客户在报告上签字回传。",
                None,
                "客户来邮件：措施收到，后续到货再看。",
                "电话确认接受，要求下批留意。",
                "客户在群里回复“OK，按此处理”。",
                f"{self.who()}口头同意，报告存档即可。",
            ]
        )

    def closing(self) -> str | None:
        if not self.ours:
            return self.rng.choice(("客户已认可，结案。", "责任已厘清，资料归档。", None))
        done = (
            [
                "后续一批到货未再出现，结案。",
                "措施已落实，现场查核有记录。",
                "查核巡检记录，措施在执行。",
                "换版的作业标准已在产线使用，结案。",
            ]
            if self.category not in NO_DEMAND
            else ["资料与交货均已补齐，结案。"]
        )
        return self.rng.choice([*done, "客户已确认，结案。", None])

    def photograph(self) -> tuple[str, str]:
        """The scene and the words on the slip of paper beside it."""
        scene = self.pick("scene") if "scene" in self.problem else ""
        if scene == "faceplate" and self.family not in ("head_unit", "navigation"):
            scene = "heatsink" if self.family in ("amplifier", "subwoofer") else "cone"
        return (
            scene,
            f"{self.shipment.product.model}  {self.shipment.lot_no}  {'NG' if self.ours else 'RETURN'}",
        )
