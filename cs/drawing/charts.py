"""Charts as SVG pictures: bars, stacked bars, bars with a line. Drawn by pygal in the program's own colours.

The page shows them as `<img>`. What pygal adds for pages of its own is taken out: scripts, comments with the
day, tooltips. The same numbers give the same bytes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import radians, sin
from typing import Any

import pygal
from pygal.graph.bar import Bar
from pygal.graph.line import Line
from pygal.style import Style

# pygal puts a finder of an old kind there, at which every failing import of others would warn.
sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__module__ != pygal.__name__]

WIDTH = 760
# cs.css: ink-2, line, accent and its shades, soon, late
INK, GUIDE, ACCENT, SOFT, PALE, SOON, LATE = (
    "#475552",
    "#dfe5e3",
    "#0f6b66",
    "#8fbfba",
    "#d5dfdc",
    "#c98a1c",
    "#b3261e",
)
FONTS = (
    '-apple-system, "Segoe UI", "PingFang SC", "Microsoft YaHei UI", "Microsoft YaHei", "Noto Sans CJK '
    'SC", "Noto Sans SC", '
    '"Source Han Sans SC", "WenQuanYi Micro Hei", sans-serif'
)
TEXT = 13  # the size of all letters
DOT = 3
THINNEST = 0.05  # of the axis: in a thinner part of a bar no number fits
TURNED = 325  # degrees of labels that do not fit side by side
MAX_LABEL_LENGTH = 16
MAX_LABELS = 20  # of more, every second or third is written
LAST_NARROW, NARROW = (
    0x2E7F,
    0.56,
)  # the last character before the Chinese ones; how wide the others are, of their height
PYGAL_CSS = ("file://style.css", "file://graph.css")
# numbers stay readable on a line
HALO = ".text-overlay text.value{paint-order:stroke;stroke:#fff!important;stroke-width:3px}"
# a picture opened by itself keeps its own colours and nothing else
CONTENT_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


@dataclass(frozen=True)
class Series:
    """The values of one colour; None draws nothing. `words`: what is written at each value instead of the
    number."""

    title: str
    values: Sequence[float | None]
    color: str = ACCENT
    words: Sequence[str] = ()
    dashed: bool = False  # a line without points: a target


@dataclass(frozen=True)
class Chart:
    """What is drawn: bars side by side or on each other, and perhaps a line through their middles, on one
    axis.

    `percent`: the axis goes to 100 per cent. `level`: the bars lie, the first on top. `each`: a colour for
    each bar instead of the series'.
    """

    labels: Sequence[str]
    series: Sequence[Series]
    line: Series | None = None
    percent: bool = False
    level: bool = False
    bar_colors: Sequence[str] = ()
    height: int = 380


class _BarsAndLine(Bar, Line):  # type: ignore[misc]
    """Bars, and the last series as a line with its values above it. pygal itself knows one kind of series a
    chart."""

    def _compute_margin(self) -> None:
        """Widen the margin that pygal computes as if a Chinese character were as narrow as any other:
        turned labels reach further down."""
        super()._compute_margin()
        if self.x_label_rotation:
            labels = [label for label, _place in self._x_labels]
            further = sin(radians(360 - TURNED)) * max(
                _label_width(label) - len(label[:MAX_LABEL_LENGTH]) * TEXT * NARROW for label in labels
            )
            self._x_labels_height += further
            self.margin_box.bottom += further

    def _plot(self) -> None:
        *bars, line = self.series
        self._order = len(bars)
        for serie in bars:
            self.bar(serie)
        self._order = len(self.series)
        line.points = [(x + 0.5 / self._len, y) for x, y in line.points]
        self.line(line)

    def _static_value(
        self,
        serie_node: Any,
        value: str,
        x: float,
        y: float,
        metadata: Any,
        align_text: str = "left",
        classes: Any = None,
    ) -> None:
        if align_text == "left":  # of the line, which puts it below to the right, where the bars are
            x, y, align_text = x - TEXT, y - 2.6 * TEXT, "middle"
        else:
            y -= 2 * DOT
        super()._static_value(serie_node, value, x, y, metadata, align_text, classes)


def _as_whole_number(value: float) -> str:
    return f"{value:.0f}"


def _as_percent(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0") + "%"


def _chart_class(chart: Chart, stacked: bool) -> Any:
    if chart.line:
        return _BarsAndLine
    if chart.level:
        return pygal.HorizontalBar
    return pygal.StackedBar if stacked else pygal.Bar


def draw_chart(chart: Chart, title: str) -> bytes:
    """Return the chart as SVG; `title` gives the numbers to those who cannot see it."""
    shown = [*chart.series, *([chart.line] if chart.line else [])]
    stacked = len(chart.series) > 1
    way = -1 if chart.level else 1  # lying bars are drawn from below
    written = _as_percent if chart.percent else _as_whole_number
    ticks = _axis_ticks(100 if chart.percent else _highest_value(chart))
    turned = not chart.level and not _labels_fit(chart.labels)
    drawn = _chart_class(chart, stacked)(
        style=_chart_style(shown, stacked),
        css=PYGAL_CSS if stacked else (*PYGAL_CSS, f"inline:{HALO}"),
        js=(),
        no_prefix=True,
        title=None,
        width=WIDTH,
        height=chart.height,
        margin=8,
        margin_top=20,
        margin_right=16,
        spacing=12,
        show_legend=len(shown) > 1,
        legend_at_bottom=True,
        legend_at_bottom_columns=len(shown),
        legend_box_size=12,
        truncate_legend=40,
        x_label_rotation=TURNED if turned else 0,
        truncate_label=MAX_LABEL_LENGTH,
        range=(0, ticks[-1]),
        rounded_bars=2,
        dots_size=DOT,
        print_values=True,
        print_values_position="center" if stacked else "top",
        print_zeroes=False,
        no_data_text="",
    )
    drawn.value_formatter = written
    every = -(-len(chart.labels) // MAX_LABELS) or 1
    drawn.x_labels, drawn.y_labels = (
        ["" if position % every else label for position, label in enumerate(chart.labels)][::way],
        ticks,
    )
    for series in shown:
        colors = chart.bar_colors or [series.color] * len(series.values)
        least = THINNEST * ticks[-1] if stacked else 0
        words = series.words or [
            "" if (value or 0) < least else written(value or 0) for value in series.values
        ]
        drawn.add(
            series.title,
            [
                None
                if value is None
                else {"value": value, "color": color, "formatter": _value_label(word, chart.level)}
                for value, color, word in zip(series.values, colors, words, strict=True)
            ][::way],
            show_dots=not series.dashed,
            stroke_style={"dasharray": "7,5"} if series.dashed else None,
        )
    drawn.add_xml_filter(lambda root: _without_scripts(root, title))
    return bytes(drawn.render())


def _chart_style(shown: Sequence[Series], stacked: bool) -> Style:
    inside = [stacked and series.color in (ACCENT, LATE) for series in shown]  # values in dark bars are white
    return Style(
        background="#fff",
        plot_background="#fff",
        foreground=INK,
        foreground_strong=INK,
        foreground_subtle=GUIDE,
        font_family=FONTS,
        label_font_size=TEXT,
        major_label_font_size=TEXT,
        value_font_size=TEXT,
        legend_font_size=TEXT,
        opacity="1",
        opacity_hover="1",
        stroke_opacity="1",
        stroke_width="2",
        transition="0s",
        guide_stroke_color=GUIDE,
        major_guide_stroke_color=GUIDE,
        guide_stroke_dasharray="none",
        major_guide_stroke_dasharray="none",
        colors=tuple(series.color for series in shown),
        value_colors=tuple("#fff" if white else INK for white in inside),
    )


def _value_label(word: str, level: bool) -> Any:
    return lambda _value: f"\u2003{word}" if level else word  # beside a lying bar, not on its end


def _label_width(label: str) -> float:
    """Return how wide a label is drawn; a Chinese character is as wide as high."""
    cut = label[:MAX_LABEL_LENGTH]
    return sum(TEXT if ord(letter) > LAST_NARROW else TEXT * NARROW for letter in cut)


def _labels_fit(labels: Sequence[str]) -> bool:
    """Return whether the labels fit side by side."""
    return all(_label_width(label) + 4 < (WIDTH - 70) / len(labels) for label in labels)


def _highest_value(chart: Chart) -> float:
    """Return the height of the highest bar or of the line."""
    stacks = zip(*(series.values for series in chart.series), strict=False)
    line = chart.line.values if chart.line else ()
    return max([*map(_height_of_stack, stacks), *(value or 0 for value in line), 1])


def _height_of_stack(values: Iterable[float | None]) -> float:
    return sum(value or 0 for value in values)


def _axis_ticks(highest: float) -> list[float]:
    """Return ticks from 0 in at most five even steps of a round number, up to `highest` or just above."""
    steps = (size * 10**power for power in range(12) for size in (1, 2, 5))
    step = next(step for step in steps if highest <= 5 * step)
    return [float(step * number) for number in range(-int(-highest // step) + 1)]


def _without_scripts(root: Any, title: str) -> Any:
    """Return the drawing without scripts, comments and tooltips; its title gives the numbers."""
    for parent in list(root.iter()):
        for child in list(parent):
            name = child.tag.rsplit("}", 1)[-1] if isinstance(child.tag, str) else ""
            if name in ("", "script", "desc") or (name == "title" and parent is not root):
                parent.remove(child)
            elif name == "title":
                child.text = title
    return root
