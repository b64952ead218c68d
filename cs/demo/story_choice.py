"""The choice of what a demo case is about: one problem of problems.toml and one shipment."""

from __future__ import annotations

import tomllib
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from cs.demo.plots import CRITICAL
from cs.demo.story_words import AGES, TECHNICAL, TURNS
from cs.demo.trade import Trade
from cs.models.customers import Shipment


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
def problems_of(ours: bool, about: str | None, only: str | None) -> list[dict[str, Any]]:
    """The problems of the kind that a case asks for; what is critical comes only where it is asked for."""
    return [
        one
        for one in _book()["problem" if ours else "elsewhere"]
        if (about is None or one["defect"].startswith(about) or about == one.get("liability"))
        and (only != "field" or any("field" in _found(one, n) for n in range(len(one["seen"]))))
        and (only != "technical" or one["defect"][:3] in TECHNICAL)
        and (one["severity"] != "critical" or about in CRITICAL)
    ]


class Choice:
    """A problem in one of its ways, where it came to light, and the shipment that has it."""

    problem: dict[str, Any]
    variant: int
    found_at: str
    shipment: Shipment

    def __init__(
        self,
        trade: Trade,
        rng: Random,
        heard_at: datetime,
        problems: list[dict[str, Any]],
        families: set[str],
        *,
        nature: str,
        only: str | None,
        seen: bool,
        waits: bool,
        home: bool,
    ) -> None:
        self.trade, self.rng, self.heard_at = trade, rng, heard_at
        self.nature, self.only, self.waits, self.home = nature, only, waits, home
        self._choose(problems, families, seen)

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
