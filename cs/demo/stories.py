"""What a demo case says: one problem of problems.toml, one shipment, and all its sentences from the call to
the reply."""

from __future__ import annotations

from datetime import date, datetime
from random import Random
from typing import Any

from cs.demo.market import UNITS
from cs.demo.story_choice import Choice, problems_of
from cs.demo.story_words import (
    AGAIN_ANALYSED,
    AGAIN_NOT_OURS,
    AGAIN_SENT,
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
    USUAL_DEMANDS,
)
from cs.demo.trade import Trade
from cs.models.customers import Contact, Customer


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
        enquiry: dict[str, Any] | None = None,
    ) -> None:
        """`about`: the beginning of its defect's code, or who is liable. `only`: "field", somebody far from
        any lot number speaks, or "technical". `seen`: there is something to photograph. `waits`: a customer
        with no reply limit of its own. `home`: one whose goods a van can fetch."""
        self.trade, self.rng, self.heard_at = trade, rng, heard_at
        self.ours, self.nature, self.waits = ours, nature, waits
        self.meets: bool | None = None
        choice = Choice(
            trade,
            rng,
            heard_at,
            problems_of(ours, about, only),
            set((enquiry or {}).get("on", UNITS)),
            nature=nature,
            only=only,
            seen=seen,
            waits=waits,
            home=home,
        )
        self.problem, self.variant = choice.problem, choice.variant
        self.shipment, self.found_at = choice.shipment, choice.found_at
        trade.remember(self.shipment, self.problem, choice.sentences, heard_at)
        if self.dealer:  # has no line and no incoming inspection
            self.found_at = {"line": "field", "incoming": "customer_warehouse"}.get(
                self.found_at, self.found_at
            )
        self.family = trade.family[self.shipment.product_id]
        self.category, self.code = self.problem["defect"].split(".")
        self.contact: Contact = rng.choice(self.customer.contacts)
        self.foreign = self.customer.currency != "CNY"
        demands = [
            ways
            for ways in DEMANDS.get(self.category, USUAL_DEMANDS)
            if not (self.foreign and {"on_site", "rework"} & set(ways))
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
        """Let the customer send goods back, and want others at once; `slip`: the slip is how we hear of
        it."""
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
        """Return the problem's sentence that belongs to what was seen."""
        options = self.problem[key]
        return self.say(
            options[min(self.variant, len(options) - 1)] if isinstance(options, list) else options
        )

    @property
    def technical(self) -> bool:
        return self.category in TECHNICAL

    # Receipt

    def who(self) -> str:
        """Return how the customer's person is spoken of."""
        name, post = self.contact.name, self.contact.position or ""
        if self.foreign:
            return name
        titles = (("总", "总"), ("品质", "工"))
        return name[0] + next((title for part, title in titles if part in post), "经理")

    def opening(self) -> str:
        return self.rng.choice(OPENINGS[self.channel]).format(who=self.who())

    def symptom(self) -> str:
        opening = (
            self.rng.choice(FOUND[self.found_at]) if self.ours and self.category not in NO_DEMAND else ""
        )
        return self.say(opening) + self.pick("seen")

    def description(self, *, lot_known: bool = True, deadline: datetime | None = None) -> str:
        """Return the complaint's text 投诉内容 as the clerk writes it down."""
        lot = f"批号{self.shipment.lot_no}。" if lot_known else "外箱已拆，客户一时查不到批号。"
        demanded = (
            "、".join(ASKED[demand] for demand in self.demands)
            or NO_DEMAND.get(self.category, ("尽快说明原因",))[0]
        )
        by_when = f"请于{deadline.month}月{deadline.day}日{deadline:%H:%M}前回复。" if deadline else ""
        complaint = f"{self.opening()}{self.shipment.product.model} {self.symptom()}。"
        return f"{complaint}{lot}客户要求{demanded}。{by_when}"

    def receipt(self) -> dict[str, Any]:
        """Return the fields of block A when nothing is missing."""
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
        """Return block B, signed by quality; `again`: how often the customer has refused our reply.

        A `repeat` (3.4) that is not the batch or chronic problem of the plot goes to the meeting every other
        time, else the short way, with a reason.
        """
        severity = self.problem["severity"]
        analysed = AGAIN_ANALYSED["technical" if self.technical else "papers"]
        sentences = analysed if self.ours else AGAIN_NOT_OURS
        more = sentences[again - 1] if again else ""
        block = {
            "defect_category": self.category,
            "defect_code": self.code,
            "severity": severity,
            "nature": self.nature,
            "analysis": self.pick("analysis") + self.say(more),
            "unknown_reason": None,
            "route_reason": None,
        }
        if not self.ours:
            return block | {
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
            block["route_reason"] = self.rng.choice(BATCH if self.nature == "batch" else CHRONIC)
        return block | {
            "finding": "confirmed",
            "liability": self.problem.get("liability", "ours"),
            "route": "meeting" if self.meets else "occasional",
        }

    def settlement(self, settled_on: date, *, again: int = 0) -> dict[str, Any]:
        """Return what the quality supervisor agreed with the customer (5.2.2.3)."""
        by = "邮件" if self.foreign else "电话"
        ways = SETTLED | (SETTLED_ABROAD if self.foreign else {})
        agreed = (
            "；".join(self.say(self.rng.choice(ways[demand])) for demand in self.demands)
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
        """Return why it is not our responsibility (5.2.2.2)."""
        return self.pick("reply") + ("另附出货检验原始记录与装车照片，供贵司核对。" if again else "")

    def talk(self) -> str:
        return self.rng.choice(TALKS if self.technical else FINDINGS_TALKED)

    def _containment(self) -> str:
        """Return what was done at once with the stock that is still here."""
        if self.category in NO_DEMAND:
            return ""
        stock = f"围堵：成品库存{self.stock}{self.words['u']}"
        if not self.technical:
            return f"{stock}逐箱核对，无误后才放行；\n"
        sorted_out = f"剔除不良{self.in_stock}{self.words['u']}" if self.in_stock else "未发现不良"
        return f"{stock}全检，{sorted_out}；\n"

    def photograph(self) -> tuple[str, str]:
        """Return the scene and the words on the slip of paper beside it."""
        scene = self.pick("scene") if "scene" in self.problem else ""
        if scene == "faceplate" and self.family not in ("head_unit", "navigation"):
            scene = "heatsink" if self.family in ("amplifier", "subwoofer") else "cone"
        return (
            scene,
            f"{self.shipment.product.model}  {self.shipment.lot_no}  {'NG' if self.ours else 'RETURN'}",
        )
