"""The demo's photographs, drawn: what a clerk or an inspector would hold the tablet over. The same Random
gives the same bytes."""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from random import Random

from PIL import Image, ImageChops, ImageDraw

from cs.demo.canvas import HIGH, SIZE, WIDE, Spot, draw_rule, draw_slip, grey_noise, shifted_noise
from cs.demo.instruments import draw_caliper, draw_connector, draw_display, draw_meter
from cs.demo.scenes import draw_board, draw_carton, draw_cone, draw_faceplate, draw_heatsink, draw_label

RED = (214, 32, 30)


def photograph(scene: str, label: str, rng: Random) -> bytes:
    """Return a JPEG of a scene with a steel rule, a paper slip that says `label` (model and lot first), and
    the defect ringed.

    `scene` is one of SCENES; after a colon, what it shows: "meter:38.2 mA", "display:line".
    """
    name, _, detail = scene.partition(":")
    draw, millimetre = SCENES[name]
    picture, spot = draw(rng, label, detail)
    if millimetre:
        draw_rule(picture, millimetre, rng)
    draw_slip(picture, label, rng)
    _draw_ring(picture, spot, rng)
    content = io.BytesIO()
    _as_taken_by_tablet(picture, rng).save(content, "JPEG", quality=80)
    return content.getvalue()


# What is in the picture


# What can be photographed: how it is drawn, and how many points of the picture are a millimetre (0: no rule
# beside it).
SCENES: dict[str, tuple[Callable[[Random, str, str], tuple[Image.Image, Spot]], int]] = {
    "cone": (draw_cone, 4),
    "board": (draw_board, 24),
    "faceplate": (draw_faceplate, 4),
    "heatsink": (draw_heatsink, 4),
    "carton": (draw_carton, 0),
    "label": (draw_label, 8),
    "display": (draw_display, 4),
    "connector": (draw_connector, 12),
    "meter": (draw_meter, 0),
    "caliper": (draw_caliper, 0),
}


# What makes a photograph of it


def _as_taken_by_tablet(picture: Image.Image, rng: Random) -> Image.Image:
    """Return the picture as a tablet takes it: tilted, lit from one side, a little soft, with grain."""
    turn, near = math.radians(rng.uniform(-2.5, 2.5)), 0.955
    a, b = near * math.cos(turn), near * math.sin(turn)
    shift = ((WIDE - a * WIDE - b * HIGH) / 2, (HIGH + b * WIDE - a * HIGH) / 2)
    # Turned point by point and then made smaller, which smooths it: a third of the time of turning it
    # smoothly.
    picture = picture.transform(
        picture.size, Image.Transform.AFFINE, (a, b, shift[0], -b, a, shift[1]), Image.Resampling.NEAREST
    )
    picture = picture.resize(SIZE, Image.Resampling.BILINEAR)
    x, y = rng.randint(40, 130), rng.randint(60, 130)
    light = (
        Image.radial_gradient("L")
        .point([255 - int(v * 0.62) for v in range(256)])
        .resize(SIZE, Image.Resampling.BILINEAR, (x, y, x + 96, y + 72))
    )
    picture = ImageChops.multiply(
        picture, Image.merge("RGB", (light, light, light.point([int(v * 0.96) for v in range(256)])))
    )
    grain = shifted_noise(grey_noise(SIZE[0] // 2, SIZE[1] // 2, SIZE), rng)
    return Image.blend(picture, Image.merge("RGB", (grain, grain, grain)), 0.05)


def _draw_ring(picture: Image.Image, spot: Spot, rng: Random) -> None:
    """Draw the red ring that somebody draws on the screen before sending."""
    x, y, r = spot
    draw = ImageDraw.Draw(picture)
    for n in range(3):
        off = rng.randint(-4, 4)
        draw.arc(
            (x - r + off, y - r * 0.85, x + r + n, y + r * 0.85 + off),
            rng.randint(0, 30),
            rng.randint(330, 388),
            fill=RED,
            width=5,
        )
