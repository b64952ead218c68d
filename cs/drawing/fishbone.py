"""The fishbone 鱼骨图 (6M 人机料法环测) as a drawn picture: SVG without styles or scripts, read in Chinese
and English, on screen and in print."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from html import escape
from itertools import starmap
from math import ceil

WIDTH, HEAD, MARGIN = 860, 150, 14
SIZE, LINE, GAP = 15, 20, 12  # of the letters, from line to line, between causes
MAX_CAUSE_LINES = 3  # of one cause; the sheet below the picture has the whole text
LEAN = 46  # how far a rib leans back over its height
INK, BONE, ROOT = "#1d2a26", "#6c7a75", "#b3261e"
FONT = "'Noto Sans CJK SC','Microsoft YaHei','PingFang SC',sans-serif"


def width_of(text: str) -> float:
    """Estimate how wide a text is drawn, in letters of Chinese."""
    return sum(1.0 if unicodedata.east_asian_width(letter) in "WF" else 0.56 for letter in text)


def wrapped_lines(text: str, room: float, max_lines: int = MAX_CAUSE_LINES) -> list[str]:
    """Return the text in lines that fit into so many letters, English broken between words; what does not
    fit ends in …."""
    lines: list[str] = [""]
    for word in _breakable_pieces(" ".join(text.split())):
        if lines[-1] and width_of((lines[-1] + word).rstrip()) > room:
            lines.append("")
        lines[-1] += word if lines[-1] else word.lstrip()
    lines = [line.rstrip() for line in lines]
    if len(lines) > max_lines:
        lines = [*lines[: max_lines - 1], f"{lines[max_lines - 1][:-1]}…"]
    return lines


def _breakable_pieces(text: str) -> list[str]:
    """Split a line where it may break: after each Chinese character, before each English word; a word
    longer than any line breaks anywhere."""
    pieces: list[str] = []
    for letter in text:
        joined = (
            pieces
            and letter != " "
            and width_of(letter) < 1
            and width_of(pieces[-1][-1]) < 1
            and len(pieces[-1]) < 18
        )
        if joined:
            pieces[-1] += letter
        else:
            pieces.append(letter)
    return pieces


def _height_of_causes(causes: Sequence[tuple[Sequence[str], bool]]) -> float:
    return sum(len(lines) * LINE + GAP for lines, _root in causes)


def draw_fishbone(
    problem: str, ribs: Sequence[tuple[str, Sequence[tuple[str, bool]]]], root_word: str
) -> str:
    """Return the picture. `ribs`: (name, its causes as (text, whether it is a root cause)); the first half
    stands above the spine.

    `root_word` says in words what the colour says. All text is escaped.
    """
    half = ceil(len(ribs) / 2)
    slot = (WIDTH - HEAD - 2 * MARGIN) / half
    room = (slot - LEAN - 12) / SIZE

    def laid_out(text: str, is_root: bool) -> tuple[list[str], bool]:
        return wrapped_lines(f"★ {text}({root_word})" if is_root else text, room), is_root

    laid = [(name, list(starmap(laid_out, causes))) for name, causes in ribs]
    tall = [_height_of_causes(causes) for _name, causes in laid]
    above, below = (max([72, *part]) + GAP for part in (tall[:half], tall[half:]))
    spine = MARGIN + 30 + above
    height = spine + below + 30 + MARGIN
    parts = [_draw_line(MARGIN, spine, WIDTH - HEAD - MARGIN, spine, BONE, 4), _draw_head(problem, spine)]
    for position, (name, causes) in enumerate(laid):
        up = position < half
        foot = MARGIN + slot * (position % half + 1) - 4
        parts += _draw_rib(name, causes, foot, spine, -above if up else below, room)
    title = escape(problem, quote=True)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" width="{WIDTH}" '
        f'height="{height:.0f}" role="img" '
        f'font-family="{FONT}" font-size="{SIZE}" fill="{INK}"><title>{title}</title><rect width="100%" '
        'height="100%" fill="#fff"/>'
        f"{''.join(parts)}</svg>"
    )


def _draw_rib(
    name: str, causes: Sequence[tuple[list[str], bool]], foot: float, spine: float, reach: float, room: float
) -> list[str]:
    """Draw a rib with its name at the end and its causes along it, each on a small bone that ends at the
    rib."""
    tip = foot - LEAN
    parts = [_draw_line(tip, spine + reach, foot, spine, BONE, 2)]
    box = width_of(name) * SIZE + 22
    top = spine + reach - (28 if reach < 0 else 0)
    parts.append(
        f'<rect x="{tip - box / 2:.1f}" y="{top:.1f}" width="{box:.1f}" height="28" rx="5" '
        f'fill="#e7f0ed" stroke="{BONE}"/>'
    )
    parts.append(_draw_text([name], tip, top + 19.5, anchor="middle", weight=600))
    at = spine + min(0, reach) + GAP
    for lines, is_root in causes:
        bottom = at + len(lines) * LINE
        end, narrowest = (
            foot - LEAN * abs(y - spine) / abs(reach) for y in (bottom, at if reach < 0 else bottom)
        )
        start = narrowest - 6 - room * SIZE  # the rib leans over the text above its bone
        parts.append(_draw_line(start, bottom, end, bottom, ROOT if is_root else BONE, 2 if is_root else 1))
        parts.append(
            _draw_text(
                lines, start, at + LINE - 6, colour=ROOT if is_root else INK, weight=700 if is_root else 400
            )
        )
        at = bottom + GAP
    return parts


def _draw_head(problem: str, spine: float) -> str:
    lines = wrapped_lines(problem, (HEAD - 34) / SIZE, 6)
    tall = len(lines) * LINE + 20
    left, top = WIDTH - HEAD, spine - tall / 2
    return (
        f'<path d="M{left - MARGIN},{spine - 9:.1f} l14,9 l-14,9 z" fill="{BONE}"/>'
        f'<rect x="{left}" y="{top:.1f}" width="{HEAD - MARGIN}" height="{tall}" rx="6" fill="#fff" '
        f'stroke="{INK}" stroke-width="2"/>' + _draw_text(lines, left + 10, top + LINE + 4, weight=600)
    )


def _draw_line(x1: float, y1: float, x2: float, y2: float, colour: str, thick: int) -> str:
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" '
        f'stroke-width="{thick}"/>'
    )


def _draw_text(
    lines: Sequence[str], x: float, y: float, *, anchor: str = "start", colour: str = INK, weight: int = 400
) -> str:
    spans = "".join(
        f'<tspan x="{x:.1f}" y="{y + position * LINE:.1f}">{escape(line)}</tspan>'
        for position, line in enumerate(lines)
    )
    return f'<text text-anchor="{anchor}" fill="{colour}" font-weight="{weight}">{spans}</text>'
