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
def _problem_book() -> dict[str, list[dict[str, Any]]]:
    return tomllib.loads(Path(__file__).with_name("problems.toml").read_text("utf-8"))


def declined_enquiry(rng: Random) -> dict[str, Any]:
    """Return something that is passed on to sales and is no complaint, with the reason for declining it."""
    return rng.choice(_problem_book()["question"])


def places_of(problem: dict[str, Any], variant: int) -> list[str]:
    """Return the places where one way of a problem comes to light."""
    places: list[Any] = problem["found"]
    return places[min(variant, len(places) - 1)] if isinstance(places[0], list) else places


@cache
def problems_of(ours: bool, about: str | None, only: str | None) -> list[dict[str, Any]]:
    """Return the problems of the kind that a case needs; critical ones only where the plot names them."""

    def fits(problem: dict[str, Any]) -> bool:
        if about not in (None, problem.get("liability")) and not problem["defect"].startswith(about):
            return False
        if only == "field" and not _ways_in(problem, "field"):
            return False
        if only == "technical" and problem["defect"][:3] not in TECHNICAL:
            return False
        return problem["severity"] != "critical" or about in CRITICAL

    return [problem for problem in _problem_book()["problem" if ours else "elsewhere"] if fits(problem)]


def _ways_in(problem: dict[str, Any], place: str) -> list[int]:
    """Return the ways of a problem that come to light in a place."""
    return [way for way in range(len(problem["seen"])) if place in places_of(problem, way)]


def _weight_in(month: int, problem: dict[str, Any]) -> float:
    seasonal = 3 if month in problem.get("months", ()) else 0.4
    return problem.get("weight", 1) * (seasonal if "months" in problem else 1)


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
        """Return the symptom and the analysis, as the book of problems has them."""
        analysis = self.problem["analysis"]
        return self.problem["seen"][self.variant], analysis[
            min(self.variant, len(analysis) - 1)
        ] if isinstance(analysis, list) else analysis

    def _choose(self, problems: list[dict[str, Any]], families: set[str], seen: bool) -> None:
        """Choose the problem, its way, where it came to light and the goods; try until the customer has not
        reported the same before.

        A chronic problem is one that this customer had with this model before.
        """
        rng, trade = self.rng, self.trade
        if seen:
            problems = [problem for problem in problems if problem.get("scene")] or problems
        sent: dict[int, list[tuple[int, Shipment]]] = {}
        for product, shipments in trade.sent_lately(self.heard_at.date()).items():
            if trade.family[product] in families:
                sent[product] = [pair for pair in shipments if self._may_speak(pair[1])]
        if self.nature == "chronic" and self._choose_again(problems, sent):
            return

        def pairs_of(problem: dict[str, Any]) -> list[tuple[int, Shipment]]:
            return [pair for product in trade.fitting(problem) for pair in sent.get(product, ())]

        month = self.heard_at.month
        weights = [_weight_in(month, problem) * len(pairs_of(problem)) ** 0.5 for problem in problems]
        for turn in range(TURNS):
            self._set(rng.choices(problems, weights)[0])
            least, most = (1, 365) if turn > TURNS // 2 else AGES[self.found_at]
            least = max(least, self.problem.get("after", 0))
            goods = [shipment for ago, shipment in pairs_of(self.problem) if least <= ago <= most]
            goods = [
                shipment for shipment in goods if not trade.knows(shipment, self.problem, self.sentences)
            ] or (goods if turn > TURNS * 2 // 3 else [])
            if goods:
                silent = [shipment for shipment in goods if shipment.customer_id not in trade.complained]
                self.shipment = rng.choice(silent if silent and rng.random() < 0.45 else goods)
                return
        raise LookupError("nothing was sent that this case could be about")

    def _choose_again(
        self, problems: list[dict[str, Any]], sent: dict[int, list[tuple[int, Shipment]]]
    ) -> bool:
        since = self.heard_at - timedelta(days=150)
        again = []
        for (customer_id, product_id, _), (problem, when) in self.trade.known_problems.items():
            if when < since or problem not in problems:
                continue
            for ago, shipment in sent.get(product_id, ()):
                if shipment.customer_id == customer_id and ago >= problem.get("after", 0):
                    again.append((shipment, problem))
        if again:
            self.shipment, problem = self.rng.choice(again)
            self._set(problem)
        return bool(again)

    def _set(self, problem: dict[str, Any]) -> None:
        """Set the problem, in the way that was used least so far."""
        times_used, self.problem = self.trade.times_used, problem
        ways = _ways_in(problem, "field") if self.only == "field" else range(len(problem["seen"]))
        self.variant = min(ways, key=lambda n: times_used[problem["seen"][n]])
        self.found_at = "field" if self.only == "field" else self.rng.choice(places_of(problem, self.variant))

    def _may_speak(self, shipment: Shipment) -> bool:
        return (
            shipment.state == "active"
            and shipment.customer.status == "active"
            and not (self.waits and shipment.customer.reply_days is not None)
            and not (self.home and shipment.customer.currency != "CNY")
        )
