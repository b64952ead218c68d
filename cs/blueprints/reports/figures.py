"""The KPIs of the reports page (FORMS 6): each a chart, a table, and the records behind each number.

`cs.queries.kpis` says what a number counts, the procedure file what it is called. A number links to the
complaint register, filtered by the condition that counted it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate

from flask import url_for
from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from cs.blueprints.reports.periods import Span
from cs.drawing import charts
from cs.drawing.charts import Chart, Series
from cs.procedure.rulebook import Kpi
from cs.queries.kpis import (
    CLOSED,
    COUNTED,
    DATED,
    MAX_PARETO_LINES,
    OPEN,
    PARETO,
    REPEATED,
    Durations,
    count_by_span,
    count_complaints,
    durations_in_period,
    first_reply_conditions,
    most_frequent,
    open_ages,
    reply_conditions,
    within_period,
)
from cs.records.procedure import local_day, rulebook
from cs.registers.complaints import NOT_STATED, age_in_words, keys_in_words
from cs.wording.formats import format_duration, list_in_words
from cs.wording.labels import choice
from cs.wording.language import in_language

# Parts of a KPI


@dataclass(frozen=True)
class Cell:
    """A number in words; `url` leads to the `count` records behind it."""

    text: str
    url: str | None = None
    count: int | None = None


@dataclass(frozen=True)
class Line:
    name: str
    cells: Sequence[Cell]
    kpi: Kpi | None = None

    @property
    def in_words(self) -> str:
        return f"{self.name}: {' / '.join(cell.text for cell in self.cells)}"


@dataclass(frozen=True)
class Figure:
    """A chart and its table, with `total` as the last line."""

    name: str
    kpi: Kpi
    heads: Sequence[str]
    lines: Sequence[Line]
    total: Line | None
    chart: Chart
    by: str | None = None  # what the Pareto sorts by

    @property
    def is_empty(self) -> bool:
        return not any(cell.count for line in self.lines for cell in line.cells)

    @property
    def alt(self) -> str:
        numbers = (line.in_words for line in self.lines)
        return f"{in_language(self.kpi.name)} ({list_in_words(self.heads[1:])}): {list_in_words(numbers)}"

    def svg(self) -> bytes:
        return charts.draw_chart(self.chart, self.alt)


@dataclass(frozen=True)
class Pareto:
    """What the Pareto sorts by, and whether its table shows all lines."""

    by: str
    in_full: bool = False


def _register_url(span: Span | None, by: str = "heard", **filters: str) -> str:
    period = {"from": span.first.isoformat(), "to": span.last.isoformat()} if span else {}
    return url_for(
        "reports.register", name="complaints", **filters, **({"by": by} if by != "heard" else {}), **period
    )


def _count_cell(number: int, span: Span | None, by: str = "heard", **filters: str) -> Cell:
    return Cell(str(number), _register_url(span, by, **filters) if number else None, number)


def _rate_in_percent(part: int, whole: int) -> float | None:
    """Return the share in per cent; None of nothing, where 0 would mislead."""
    return part * 100 / whole if whole else None


def _in_percent(rate: float | None) -> Cell:
    return Cell("" if rate is None else f"{rate:.1f}%")


def _hide_zero(numbers: Sequence[int]) -> list[float | None]:
    return [number or None for number in numbers]


# The figures


def complaints_by_month(span: Span, _on: datetime, _of: Pareto) -> Figure:
    """Count all complaints of each month 投诉件数, by outcome."""
    codes = tuple(COUNTED)
    months = span.months
    counted = count_by_span(
        DATED["heard"], [month.begin for month in months], span.end, list(COUNTED.values())
    )

    def line(name: str, of: Span, numbers: Sequence[int]) -> Line:
        by_code = zip(codes, numbers, strict=True)
        return Line(name, [_count_cell(number, of, counted=code) for code, number in by_code])

    lines = [line(month.name, month, numbers) for month, numbers in zip(months, counted, strict=True)]
    columns = dict(zip(codes, zip(*counted, strict=True), strict=True))
    total = line(gettext("Total"), span, [sum(column) for column in columns.values()])
    colors = {"valid": charts.ACCENT, "not_counted": charts.SOFT, "unjudged": charts.PALE}
    series = [
        Series(choice("counted", code), _hide_zero(columns[code]), color) for code, color in colors.items()
    ]
    return Figure(
        "complaints",
        rulebook().kpis["complaints"],
        [gettext("Month"), *(choice("counted", code) for code in codes)],
        lines,
        total,
        Chart([month.name for month in months], series),
    )


def replies_in_time(span: Span, on: datetime, _of: Pareto) -> Figure:
    """Count the replies in time 回复及时率, by the month in which they were due."""
    conditions, months, kpi = reply_conditions(on), span.months, rulebook().kpis["replies"]
    counted = count_by_span(
        DATED["due"], [month.begin for month in months], span.end, list(conditions.values())
    )

    def line(name: str, of: Span, numbers: Sequence[int]) -> Line:
        by_code = dict(zip(conditions, numbers, strict=True))
        return Line(
            name,
            [
                *(_count_cell(number, of, "due", reply=code) for code, number in by_code.items()),
                _in_percent(_rate_in_percent(by_code["in_time"], by_code["due"])),
            ],
        )

    lines = [line(month.name, month, numbers) for month, numbers in zip(months, counted, strict=True)]
    columns = dict(zip(conditions, zip(*counted, strict=True), strict=True))
    total = line(gettext("Total"), span, [sum(column) for column in columns.values()])
    rates = [
        _rate_in_percent(part, whole) for part, whole in zip(columns["in_time"], columns["due"], strict=True)
    ]
    target = (
        Series(
            gettext("Target %(target)s%%", target=kpi.target),
            [kpi.target] * len(months),
            charts.SOON,
            [""] * len(months),
            dashed=True,
        )
        if kpi.target is not None
        else None
    )
    return Figure(
        "replies",
        kpi,
        [gettext("Reply due in"), *(choice("reply_state", code) for code in conditions), gettext("Rate")],
        lines,
        total,
        Chart([month.name for month in months], [Series(in_language(kpi.name), rates)], target, percent=True),
    )


def pareto(span: Span, _on: datetime, of: Pareto) -> Figure:
    """Sort valid complaints 缺陷柏拉图 by defect, customer, model or department.

    The chart shows the most frequent; the table shows all on request.
    """
    by = of.by
    counts, whole = most_frequent(by, span.begin, span.end, None if of.in_full else MAX_PARETO_LINES)
    numbers = [number for _key, number in counts]
    labels = keys_in_words(by, (key for key, _number in counts))
    sums, names = list(accumulate(numbers)), [labels.get(key, str(key)) for key, _number in counts]
    lines = [
        Line(
            name,
            [
                _count_cell(number, span, counted="valid", **{by: NOT_STATED if key is None else str(key)}),
                _in_percent(_rate_in_percent(number, whole)),
                _in_percent(_rate_in_percent(running, whole)),
            ],
        )
        for name, (key, number), running in zip(names, counts, sums, strict=True)
    ]
    if left := whole - sum(numbers):
        others = url_for("reports.figure", name="pareto", of=by, lines="all", **span.url_arguments)
        lines.append(
            Line(
                gettext("others"),
                [
                    Cell(str(left), others),
                    _in_percent(_rate_in_percent(left, whole)),
                    _in_percent(_rate_in_percent(whole, whole)),
                ],
            )
        )
    total = Line(
        gettext("Total"),
        [_count_cell(whole, span, counted="valid"), _in_percent(_rate_in_percent(whole, whole)), Cell("")],
    )
    bars, shares = numbers[:MAX_PARETO_LINES], sums[:MAX_PARETO_LINES]
    line = Series(
        gettext("Cumulative"),
        shares,
        charts.SOON,
        [f"{_rate_in_percent(running, whole):.0f}%" if index else "" for index, running in enumerate(shares)],
    )
    chart = Chart(names[:MAX_PARETO_LINES], [Series(choice("counted", "valid"), bars)], line, height=420)
    return Figure(
        "pareto",
        rulebook().kpis["pareto"],
        [choice("pareto_by", by), choice("counted", "valid"), gettext("Share"), gettext("Cumulative")],
        lines,
        total,
        chart,
        by,
    )


def open_by_age(_span: Span, on: datetime, _of: Pareto) -> Figure:
    """Count open complaints 未结案投诉 by age, as of now."""
    ages = open_ages(on)
    numbers = count_complaints(*(condition for _first, _last, condition in ages.values()), where=OPEN)
    names = [age_in_words(first, last) for first, last, _condition in ages.values()]
    lines = [
        Line(
            name, [_count_cell(number, None, open=code), _in_percent(_rate_in_percent(number, sum(numbers)))]
        )
        for name, code, number in zip(names, ages, numbers, strict=True)
    ]
    total = Line(
        gettext("Total"),
        [
            _count_cell(sum(numbers), None, open="all"),
            _in_percent(_rate_in_percent(sum(numbers), sum(numbers))),
        ],
    )
    return Figure(
        "open",
        rulebook().kpis["open"],
        [gettext("Age"), gettext("Open"), gettext("Share")],
        lines,
        total,
        Chart(
            names,
            [Series(gettext("Open"), numbers)],
            level=True,
            bar_colors=(charts.ACCENT, charts.SOON, charts.LATE),
            height=210,
        ),
    )


FIGURES: Mapping[str, Callable[[Span, datetime, Pareto], Figure]] = {
    "complaints": complaints_by_month,
    "replies": replies_in_time,
    "pareto": pareto,
    "open": open_by_age,
}


def figure(name: str, args: MultiDict[str, str], on: datetime) -> tuple[Span, Figure]:
    """Return the period that the URL asks for and the KPI; `of` and `lines` are for the Pareto.

    Raise KeyError for an unknown name.
    """
    span, of = Span.of(args, local_day(on)), args.get("of", "")
    return span, FIGURES[name](
        span, on, Pareto(of if of in PARETO else next(iter(PARETO)), args.get("lines") == "all")
    )


# The summary of a period and of the year to date


def summary(span: Span, on: datetime) -> list[Line]:
    """Return a line for each KPI, with its value for the period and for the year up to its last day."""
    of_period, of_year = (_summary_cells(period, on) for period in (span, span.year_to_date))
    kpis = rulebook().kpis
    return [
        Line(in_language(kpis[code].name), [cell, of_year[code]], kpis[code])
        for code, cell in of_period.items()
    ]


def _summary_cells(of: Span, on: datetime) -> dict[str, Cell]:
    replied, first = reply_conditions(on), first_reply_conditions()
    heard = count_complaints(
        COUNTED["all"],
        COUNTED["valid"],
        CLOSED,
        REPEATED,
        where=within_period(DATED["heard"], of.begin, of.end),
    )
    due = count_complaints(
        replied["in_time"], replied["due"], where=within_period(DATED["due"], of.begin, of.end)
    )
    accepted = count_complaints(
        first["accepted"], first["answered"], where=within_period(DATED["replied"], of.begin, of.end)
    )
    took, closing = (durations_in_period(DATED[by], of.begin, of.end) for by in ("replied", "closed"))
    whole, valid, closed, repeated = heard
    return {
        "complaints": _count_cell(whole, of, counted="all"),
        "valid": _count_cell(valid, of, counted="valid"),
        "replies": _share_cell(*due, _register_url(of, "due", reply="in_time")),
        "reply_hours": _duration_cell(took, of, "replied"),
        "first_pass": _share_cell(*accepted, _register_url(of, "replied", first_reply="accepted")),
        "repeats": _share_cell(repeated, whole, _register_url(of, is_repeat="yes")),
        "closure": _share_cell(closed, whole, _register_url(of, is_closed="yes")),
        "closing_days": _duration_cell(closing, of, "closed"),
    }


def _share_cell(part: int, whole: int, url: str) -> Cell:
    rate = _rate_in_percent(part, whole)
    return Cell("" if rate is None else f"{rate:.1f}% ({part}/{whole})", url if part else None, part)


def _duration_cell(took: Durations, of: Span, by: str) -> Cell:
    if took.mean is None or took.median is None:
        return Cell("")
    text = gettext(
        "%(mean)s, median %(median)s (%(number)s)",
        mean=format_duration(took.mean),
        median=format_duration(took.median),
        number=took.number,
    )
    return Cell(text, _register_url(of, by, counted="all"), took.number)
