"""The KPIs of the reports page that set one record against another (FORMS 6): each with the period before it
and the year to date, and the lists of the records behind it.

`cs.queries.rates` counts, `cs.procedure.figures` holds the formulas, the procedure file says what each is
called.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from flask import url_for
from flask_babel import gettext

from cs.blueprints.reports.periods import Span
from cs.procedure import figures
from cs.procedure.rulebook import Kpi
from cs.queries.rates import Rates, rates_of
from cs.records.procedure import rulebook
from cs.wording.formats import format_money
from cs.wording.labels import choice, term
from cs.wording.language import in_language

NOTHING = "—"  # there is nothing to measure by


@dataclass(frozen=True)
class Basis:
    """What a rate rests on, in words that end in the number of records; `url` leads to them."""

    text: str
    url: str | None


@dataclass(frozen=True)
class Rate:
    """A KPI of one period."""

    text: str
    basis: Sequence[Basis]


@dataclass(frozen=True)
class RateLine:
    """A KPI: of the period, of the one before it, of the year to date."""

    kpi: Kpi
    rates: Sequence[Rate]

    @property
    def name(self) -> str:
        return in_language(self.kpi.name)


def rate_lines(span: Span, on: datetime) -> list[RateLine]:
    """Return a line for each KPI, in the order of the procedure's clauses."""
    spans = (span, span.before, span.year_to_date)
    counted = rates_of([(each.first, each.last) for each in spans], on)
    by_span = [_rates_of_span(each, sums) for each, sums in zip(spans, counted, strict=True)]

    def line(code: str) -> RateLine:
        return RateLine(rulebook().kpis[code], [rates[code] for rates in by_span])

    return [line(code) for code in by_span[0]]


class _Lists:
    """The lists that the records of one period stand in, each narrowed as they were counted."""

    def __init__(self, span: Span) -> None:
        self.span = span

    def basis(self, words: str, count: int, endpoint: str, by: str | None, **filters: Any) -> Basis:
        address: dict[str, Any] = {"from": self.span.first.isoformat(), "to": self.span.last.isoformat()}
        address |= {"by": by} if by else {}
        url = url_for(endpoint, **filters, **address) if count else None
        return Basis(f"{words} {count}", url)

    def register(self, words: str, count: int, name: str, by: str | None = None, **filters: str) -> Basis:
        return self.basis(words, count, "reports.register", by, name=name, **filters)


def _rates_of_span(span: Span, sums: Rates) -> dict[str, Rate]:
    return {
        "same_day": _same_day(_Lists(span), sums),
        **_of_capas(_Lists(span), sums),
        **_against_shipments(_Lists(span), sums),
        **_of_goods(_Lists(span), sums),
        "costs": _costs(_Lists(span), sums),
    }


def _in_percent(rate: Decimal | None) -> str:
    return NOTHING if rate is None else f"{rate}%"


def _same_day(lists: _Lists, sums: Rates) -> Rate:
    counted = sums.complaints
    return Rate(
        _in_percent(figures.in_percent(counted["same_day"], counted["settled"])),
        [
            lists.register(choice("result", code), counted[code], "complaints", result=code)
            for code in ("same_day", "settled")
        ],
    )


def _of_capas(lists: _Lists, sums: Rates) -> dict[str, Rate]:
    """Return the rates of CARs: of one round only, since a later one has its own day and proof."""
    capas, measures = sums.capas, sums.measures
    answered = [
        lists.basis(choice("kept", code), capas[code], "capa.index", "due", answer=code)
        for code in ("in_time", "due")
    ]
    carried_out = [
        lists.register(choice("kept", code), measures[code], "capa", "planned", measure=code)
        for code in ("in_time", "due")
    ]
    proven = [
        lists.basis(choice("first_effect", code), capas[code], "capa.index", "proof", first_effect=code)
        for code in ("effective", "proven")
    ]
    return {
        "car_answers": Rate(_in_percent(figures.in_percent(capas["in_time"], capas["due"])), answered),
        "car_measures": Rate(
            _in_percent(figures.in_percent(measures["in_time"], measures["due"])), carried_out
        ),
        "car_effective": Rate(_in_percent(figures.in_percent(capas["effective"], capas["proven"])), proven),
    }


def _against_shipments(lists: _Lists, sums: Rates) -> dict[str, Rate]:
    complaints, shipped, returned = sums.complaints, sums.shipments, sums.returns
    defective, pieces = complaints["defective"] or 0, shipped["pieces"] or 0
    pieces_back = returned["pieces"] or 0
    ppm = figures.per_million(defective, pieces)

    def sent(words: str, number: Any) -> Basis:
        return lists.basis(
            f"{words} {number} · {gettext('Shipments')}",
            shipped["rows"],
            "shipments.index",
            None,
            state="active",
        )

    def back(words: str, number: Any) -> Basis:
        return lists.basis(
            f"{words} {number} · {gettext('Returns')}",
            returned["rows"],
            "returns.index",
            "arrived",
            goods="arrived",
        )

    def complained(words: str) -> Basis:
        return lists.register(words, complaints["valid"], "complaints", counted="valid")

    lots_shipped, pieces_shipped = gettext("Lots shipped"), gettext("Pieces shipped")
    return {
        "lot_complaints": Rate(
            _in_percent(figures.in_percent(complaints["valid"], shipped["lots"])),
            [complained(choice("counted", "valid")), sent(lots_shipped, shipped["lots"])],
        ),
        "ppm": Rate(
            NOTHING if ppm is None else f"{ppm}",
            [
                complained(f"{term('defect_qty')} {defective} · {choice('counted', 'valid')}"),
                sent(pieces_shipped, pieces),
            ],
        ),
        "return_rate": Rate(
            _in_percent(figures.in_percent(pieces_back, pieces, 2)),
            [back(gettext("Pieces returned"), pieces_back), sent(pieces_shipped, pieces)],
        ),
        "return_lots": Rate(
            _in_percent(figures.in_percent(returned["lots"], shipped["lots"])),
            [back(gettext("Lots returned"), returned["lots"]), sent(lots_shipped, shipped["lots"])],
        ),
    }


def _of_goods(lists: _Lists, sums: Rates) -> dict[str, Rate]:
    days, delivered = figures.mean_days(sums.cycles["seconds"]), sums.replenishments
    return {
        "return_days": Rate(
            NOTHING if days is None else gettext("%(days)s days", days=days),
            [
                lists.basis(
                    choice("return_goods", "handled"),
                    sums.cycles["rows"],
                    "returns.index",
                    "close",
                    goods="handled",
                )
            ],
        ),
        "replenishments": Rate(
            _in_percent(figures.in_percent(delivered["in_time"], delivered["due"])),
            [
                lists.register(
                    choice("kept", code), delivered[code], "replenishments", "wanted", delivery=code
                )
                for code in ("in_time", "due")
            ],
        ),
    }


def _costs(lists: _Lists, sums: Rates) -> Rate:
    costs = sums.costs
    total = figures.total_cost(amount for name, amount in costs.items() if name != "rows")
    basis = lists.register(
        term("complaints_with_costs"), costs["rows"], "complaints", "closed", has_cost="yes"
    )
    return Rate(NOTHING if total is None else f"{format_money(total)} RMB", [basis])
