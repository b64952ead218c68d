"""The demo's photographs, drawn: what a clerk or an inspector would hold the tablet over. The same Random
gives the same bytes."""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from functools import cache
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFont

WIDE, HIGH = 960, 720  # as it is drawn
SIZE = (640, 480)  # as it is stored
RED = (214, 32, 30)
Spot = tuple[int, int, int]  # where the defect is: x, y, radius


def photograph(scene: str, label: str, rng: Random) -> bytes:
    """A JPEG of a scene with a steel rule, a paper slip that says `label` (model and lot first), and the
    defect ringed.

    `scene` is one of SCENES; after a colon, what it shows: "meter:38.2 mA", "display:line".
    """
    name, _, detail = scene.partition(":")
    draw, millimetre = SCENES[name]
    picture, spot = draw(rng, label, detail)
    if millimetre:
        _rule(picture, millimetre, rng)
    _slip(picture, label, rng)
    _ring(picture, spot, rng)
    content = io.BytesIO()
    _taken(picture, rng).save(content, "JPEG", quality=80)
    return content.getvalue()


# What is in the picture


@cache
def _noise(wide: int, high: int, size: tuple[int, int]) -> Image.Image:
    """Chance grey of wide × high points drawn out to a size: made once, laid differently into each
    picture."""
    grey = Random(wide).randbytes(wide * high)  # noqa: S311 - a picture, not a secret
    return Image.frombytes("L", (wide, high), grey).resize(size, Image.Resampling.BILINEAR)


def _laid(noise: Image.Image, rng: Random) -> Image.Image:
    return ImageChops.offset(noise, rng.randrange(noise.width), rng.randrange(noise.height))


def _bench(rng: Random, colour: tuple[int, int, int]) -> Image.Image:
    """A work surface: a green mat, grey steel or cardboard, with fine streaks."""
    streaks = _laid(_noise(WIDE // 8, HIGH, (WIDE, HIGH)), rng)
    dark = tuple(int(part * 0.9) for part in colour)
    return Image.composite(
        Image.new("RGB", (WIDE, HIGH), colour), Image.new("RGB", (WIDE, HIGH), dark), streaks
    )


def _disc(size: int, inner: int, outer: int) -> Image.Image:
    """A round shading from `inner` in the middle to `outer` at the rim."""
    return (
        Image.radial_gradient("L")
        .resize((size, size))
        .point([int(inner + (outer - inner) * min(1, v / 180)) for v in range(256)])
    )


def _cone(rng: Random, _label: str, _detail: str) -> tuple[Image.Image, Spot]:
    """A loudspeaker from above; the surround is torn or the glue has come off."""
    picture = _bench(rng, rng.choice([(58, 104, 88), (172, 170, 164), (70, 88, 112)]))
    draw = ImageDraw.Draw(picture)
    x, y, radius = WIDE // 2 + rng.randint(-60, 40), HIGH // 2 - 20, rng.randint(265, 290)

    def ring(
        r: float, fill: tuple[int, int, int], outline: tuple[int, int, int] | None = None, width: int = 1
    ) -> None:
        draw.ellipse((x - r, y - r, x + r, y + r), fill=fill, outline=outline, width=width)

    ring(radius + 14, (22, 22, 22))
    ring(radius, (92, 94, 96), (140, 142, 144), 3)
    for n in range(8):
        a = math.tau * (n + 0.5) / 8
        hole = (x + math.cos(a) * (radius - 14), y + math.sin(a) * (radius - 14))
        draw.ellipse(
            (hole[0] - 7, hole[1] - 7, hole[0] + 7, hole[1] + 7), fill=(30, 30, 32), outline=(150, 150, 150)
        )
    ring(radius - 30, (26, 26, 28))
    ring(radius - 44, (44, 44, 47))
    ring(radius - 62, (24, 24, 26))
    cone = int(radius - 70)
    shade = _disc(cone * 2, 30, 92)
    mask = Image.new("L", shade.size, 0)
    ImageDraw.Draw(mask).ellipse((0, 0, *shade.size), fill=255)
    picture.paste(Image.merge("RGB", (shade, shade, shade)), (x - cone, y - cone), mask)
    for r in range(90, cone, 22):
        draw.ellipse((x - r, y - r, x + r, y + r), outline=(66, 66, 69))
    ring(74, (52, 52, 55), (96, 96, 100), 3)
    draw.ellipse((x - 44, y - 52, x + 8, y - 8), fill=(86, 86, 90))
    angle = rng.uniform(0, math.tau)
    where = (int(x + math.cos(angle) * (radius - 56)), int(y + math.sin(angle) * (radius - 56)))
    across = angle + math.pi / 2
    points = [
        (
            where[0] + math.cos(across) * d + rng.randint(-5, 5),
            where[1] + math.sin(across) * d + rng.randint(-5, 5),
        )
        for d in range(-36, 40, 12)
    ]
    draw.line(points, fill=(206, 190, 158), width=6, joint="curve")
    draw.line(points, fill=(8, 8, 8), width=3, joint="curve")
    return picture, (*where, 58)


def _board(rng: Random, _label: str, _detail: str) -> tuple[Image.Image, Spot]:
    """A populated board close up; one joint is bridged or cracked."""
    picture = Image.new("RGB", (WIDE, HIGH), rng.choice([(18, 92, 58), (20, 74, 112), (26, 88, 44)]))
    draw = ImageDraw.Draw(picture)
    light = tuple(min(255, part + 22) for part in picture.getpixel((0, 0)))
    for _ in range(26):
        x, y = rng.randint(0, WIDE), rng.randint(0, HIGH)
        bend = rng.choice((-90, 90))
        draw.line(
            [(x, y), (x + rng.randint(80, 320), y), (x + 330, y + bend), (x + 330, y + bend * 3)],
            fill=light,
            width=rng.choice((5, 8)),
        )
    for _ in range(40):
        x, y = rng.randint(10, WIDE), rng.randint(10, HIGH)
        draw.ellipse((x - 7, y - 7, x + 7, y + 7), fill=(184, 176, 140), outline=light, width=2)
        draw.ellipse((x - 3, y - 3, x + 3, y + 3), fill=(20, 30, 26))
    for _ in range(16):
        x, y, tall = rng.randint(20, WIDE - 90), rng.randint(20, HIGH - 120), rng.random() < 0.5
        w, h = (26, 54) if tall else (54, 26)
        draw.rectangle((x - 6, y - 6, x + w + 6, y + h + 6), outline=(214, 218, 210), width=1)
        draw.rectangle((x, y, x + w, y + h), fill=(196, 196, 192))
        inset = (x, y + 12, x + w, y + h - 12) if tall else (x + 12, y, x + w - 12, y + h)
        draw.rectangle(inset, fill=rng.choice([(34, 34, 36), (150, 112, 74)]))
    left, top, pins = rng.randint(250, 330), rng.randint(170, 240), 12
    draw.rectangle(
        (left, top, left + 34 * pins + 16, top + 190), fill=(30, 31, 34), outline=(60, 60, 64), width=3
    )
    draw.ellipse((left + 16, top + 150, left + 36, top + 170), fill=(58, 58, 62))
    draw.text(
        (left + 70, top + 62),
        f"MJ{rng.randint(2030, 8900)}A\n{rng.randint(2538, 2652)}",
        font=_font(34),
        fill=(150, 150, 152),
    )
    for n in range(pins):
        for foot in (top - 44, top + 190):
            draw.rectangle(
                (left + 14 + 34 * n, foot, left + 32 + 34 * n, foot + 44),
                fill=(206, 208, 210),
                outline=(120, 122, 124),
            )
            draw.ellipse(
                (left + 10 + 34 * n, foot + 18, left + 36 + 34 * n, foot + 42),
                fill=(226, 228, 230),
                outline=(150, 150, 152),
            )
    pin = rng.randint(2, pins - 3)
    x, y = left + 14 + 34 * pin, top + 204
    if rng.random() < 0.5:
        draw.rounded_rectangle(
            (x - 6, y + 2, x + 60, y + 30), 12, fill=(222, 224, 226), outline=(160, 160, 162), width=2
        )
        draw.line((x + 4, y + 8, x + 44, y + 8), fill=(255, 255, 255), width=4)
    else:
        draw.ellipse((x - 8, y - 2, x + 26, y + 32), fill=(150, 146, 138), outline=(90, 86, 80), width=3)
        draw.arc((x - 3, y + 3, x + 21, y + 27), 20, 300, fill=(30, 28, 26), width=4)
    return picture, (x + 16, y + 14, 56)


def _faceplate(rng: Random, _label: str, _detail: str) -> tuple[Image.Image, Spot]:
    """The front of a radio or an amplifier, with a scratch or poor print."""
    picture = _bench(rng, (186, 186, 182))
    draw = ImageDraw.Draw(picture)
    tone = rng.choice((28, 40, 58))
    draw.rounded_rectangle(
        (90, 130, WIDE - 90, HIGH - 190),
        26,
        fill=(tone, tone, tone + 3),
        outline=(tone + 46, tone + 46, tone + 48),
        width=5,
    )
    shine = Image.linear_gradient("L").resize((WIDE - 200, 150)).point([int(v * 0.16) for v in range(256)])
    picture.paste(Image.new("RGB", shine.size, (200, 205, 210)), (100, 140), shine)
    for x in (190, WIDE - 190):
        draw.ellipse(
            (x - 62, 270, x + 62, 394),
            fill=(tone + 26, tone + 26, tone + 27),
            outline=(128, 128, 130),
            width=4,
        )
        draw.ellipse((x - 40, 292, x + 40, 372), fill=(tone + 44, tone + 44, tone + 46))
        draw.line((x, 296, x, 322), fill=(230, 230, 230), width=5)
    draw.rounded_rectangle((300, 220, WIDE - 300, 330), 8, fill=(10, 22, 34))
    draw.text(
        (330, 240),
        rng.choice(("FM 98.6", "AUX  IN", "BT  PLAY", "VOL  22")),
        font=_font(58),
        fill=(96, 190, 236),
    )
    for n, word in enumerate(("MUTE", "BAND", "SEEK", "DISP")):
        draw.rounded_rectangle(
            (306 + n * 90, 380, 382 + n * 90, 430),
            8,
            fill=(tone + 18, tone + 18, tone + 20),
            outline=(110, 110, 112),
        )
        draw.text((318 + n * 90, 394), word, font=_font(20), fill=(226, 226, 226))
    x, y = rng.randint(250, 640), rng.randint(170, 470)
    length, slope = rng.randint(70, 150), rng.uniform(-0.7, 0.7)
    for n in range(rng.randint(1, 4)):
        line = [
            (x + n * 9, y + n * 7),
            (x + n * 9 + length / 2, y + n * 7 + slope * length / 2 + rng.randint(-4, 4)),
            (x + length, y + slope * length + n * 8),
        ]
        draw.line(line, fill=(212, 212, 210), width=rng.choice((2, 3)))
    return picture, (x + length // 2, int(y + slope * length / 2), 84)


def _heatsink(rng: Random, _label: str, _detail: str) -> tuple[Image.Image, Spot]:
    """An amplifier from above: fins, a name plate, and what scratched them."""
    picture = _bench(rng, (176, 178, 172))
    draw = ImageDraw.Draw(picture)
    tone = rng.choice((30, 44, 118))
    draw.rounded_rectangle(
        (110, 110, WIDE - 110, HIGH - 170),
        14,
        fill=(tone, tone, tone + 2),
        outline=(tone + 60, tone + 60, tone + 62),
        width=4,
    )
    for n in range(26):
        x = 130 + n * 27
        if not 330 < x < 610:
            draw.rectangle((x, 126, x + 15, HIGH - 186), fill=(tone + 22, tone + 22, tone + 24))
            draw.line((x + 15, 126, x + 15, HIGH - 186), fill=(max(0, tone - 24),) * 3, width=4)
    draw.text((352, 220), "MJ AUDIO", font=_font(50), fill=(214, 216, 218))
    draw.text(
        (374, 290),
        f"{rng.choice(('4x80W', '2x150W', '6CH DSP', '8CH DSP'))}",
        font=_font(40),
        fill=(170, 172, 174),
    )
    for x, y in ((134, 132), (WIDE - 160, 132), (134, HIGH - 218), (WIDE - 160, HIGH - 218)):
        draw.ellipse((x, y, x + 26, y + 26), fill=(150, 150, 152), outline=(90, 90, 92), width=2)
        draw.line((x + 6, y + 13, x + 20, y + 13), fill=(60, 60, 62), width=4)
    x, y, length = rng.randint(360, 470), rng.randint(360, 460), rng.randint(90, 170)
    for n in range(rng.randint(1, 3)):
        draw.line(
            [(x + n * 11, y + n * 9), (x + length // 2, y + n * 9 - 14), (x + length, y - 30 + n * 10)],
            fill=(224, 222, 216),
            width=rng.choice((2, 3, 4)),
        )
    return picture, (x + length // 2, y - 10, 96)


def _carton(rng: Random, label: str, _detail: str) -> tuple[Image.Image, Spot]:
    """A carton with a crushed or wet corner and its label."""
    picture = _bench(rng, (128, 130, 132))
    draw = ImageDraw.Draw(picture)
    draw.polygon([(110, 190), (690, 130), (690, 590), (110, 610)], fill=(190, 152, 104))
    draw.polygon([(690, 130), (880, 200), (880, 560), (690, 590)], fill=(160, 124, 80))
    draw.polygon([(110, 190), (690, 130), (880, 200), (330, 270)], fill=(206, 170, 122))
    draw.polygon([(250, 232), (770, 166), (800, 178), (284, 246)], fill=(222, 206, 170))
    for n in range(0, 560, 7):
        draw.line([(112 + n, 192 - n * 0.1), (112 + n, 606)], fill=(184, 146, 99))
    draw.rectangle((170, 330, 420, 520), fill=(246, 246, 242))
    draw.text(
        (186, 342),
        f"{label.split(maxsplit=1)[0]}\nQTY {rng.choice((12, 20, 24))} PCS\nC/NO {rng.randint(2, 48)}",
        font=_font(34),
        fill=(20, 20, 20),
    )
    _bars(draw, 186, 462, 200, 44, rng)
    x, y = rng.choice([(190, 540), (660, 550), (660, 190), (520, 440)])
    points = [(x + rng.randint(-70, 70), y + rng.randint(-60, 40)) for _ in range(7)]
    points.sort(key=lambda point: math.atan2(point[1] - y, point[0] - x))
    draw.polygon(points, fill=(112, 84, 52))
    for a, b in zip(points, points[2:], strict=False):
        draw.line([a, (x, y), b], fill=(74, 54, 32), width=3)
    return picture, (x, y, 96)


def _label(rng: Random, label: str, _detail: str) -> tuple[Image.Image, Spot]:
    """A carton's material label close up, struck by what does not fit."""
    picture = _bench(rng, (196, 160, 112))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((110, 110, WIDE - 110, HIGH - 170), fill=(248, 248, 245), outline=(210, 210, 204), width=2)
    model, lot, *_ = label.split()
    rows = [
        ("P/N", f"{rng.randint(1000, 9999)}-{rng.randint(100000, 999999)}"),
        ("MODEL", model),
        ("LOT", lot),
        ("QTY", f"{rng.choice((100, 200, 240))} PCS"),
    ]
    for n, (name, value) in enumerate(rows):
        y = 130 + n * 74
        draw.text((136, y), name, font=_font(30), fill=(60, 60, 60))
        draw.text((300, y - 6), value, font=_font(46), fill=(15, 15, 15))
        draw.line((130, y + 58, WIDE - 130, y + 58), fill=(150, 150, 150), width=2)
    _bars(draw, 150, 440, 620, 84, rng)
    row = rng.randrange(len(rows))
    if rng.random() < 0.4:
        draw.line((240, 440, 620, 524), fill=(248, 248, 245), width=26)
        return picture, (430, 482, 100)
    return picture, (440, 152 + row * 74, 110)


def _display(rng: Random, _label: str, detail: str) -> tuple[Image.Image, Spot]:
    """A lit screen with a bright line, a dark corner or a torn picture; "good": as it should be."""
    picture = _bench(rng, (46, 48, 52))
    draw = ImageDraw.Draw(picture)
    draw.rounded_rectangle(
        (90, 90, WIDE - 90, HIGH - 140), 22, fill=(12, 12, 14), outline=(70, 70, 74), width=5
    )
    screen = (130, 126, WIDE - 130, HIGH - 180)
    wide, high = screen[2] - screen[0], screen[3] - screen[1]
    glow = Image.linear_gradient("L").resize((wide, high)).point([int(v * 0.6) for v in range(256)])
    picture.paste(
        Image.composite(
            Image.new("RGB", (wide, high), (60, 132, 196)), Image.new("RGB", (wide, high), (14, 34, 84)), glow
        ),
        screen[:2],
    )
    for n, colour in enumerate(
        [(240, 176, 60), (90, 200, 130), (226, 92, 84), (150, 130, 226), (96, 190, 230)]
    ):
        x = 170 + n * 128
        draw.rounded_rectangle((x, 330, x + 92, 422), 20, fill=colour)
        draw.ellipse((x + 28, 358, x + 64, 394), outline=(255, 255, 255), width=6)
    draw.text(
        (170, 170), f"{rng.randint(8, 17):02d}:{rng.randint(0, 59):02d}", font=_font(84), fill=(238, 244, 250)
    )
    if detail == "good":
        return picture, (300, 210, 150)
    if detail == "line":
        x = rng.randint(560, 780)
        draw.rectangle((x, screen[1], x + 4, screen[3]), fill=(250, 250, 250))
        draw.rectangle((x + 4, screen[1], x + 5, screen[3]), fill=(80, 255, 120))
        return picture, (x, 300, 90)
    if detail == "dark":
        dark = _disc(340, 215, 0)
        picture.paste(Image.new("RGB", dark.size, (2, 4, 10)), (screen[0] - 120, screen[3] - 210), dark)
        draw.rectangle((90, screen[3] + 1, 130, HIGH - 145), fill=(12, 12, 14))
        return picture, (200, 470, 90)
    draw.rectangle((screen[0], screen[1] + 150, screen[2], screen[1] + 260), fill=(6, 8, 12))
    for _ in range(60):
        x = rng.randint(screen[0], screen[2] - 30)
        y = rng.randint(screen[1] + 150, screen[1] + 256)
        draw.rectangle(
            (x, y, x + rng.randint(6, 28), y + 4),
            fill=(rng.randint(60, 255), rng.randint(60, 255), rng.randint(60, 255)),
        )
    return picture, (480, screen[1] + 204, 120)


def _connector(rng: Random, _label: str, _detail: str) -> tuple[Image.Image, Spot]:
    """A plug from the front with its cables; one terminal is bent or in the wrong place."""
    picture = _bench(rng, (214, 212, 206))
    draw = ImageDraw.Draw(picture)
    colours = [
        (196, 36, 36),
        (232, 196, 40),
        (40, 40, 42),
        (44, 104, 190),
        (240, 240, 238),
        (120, 64, 150),
        (46, 140, 70),
        (150, 96, 52),
    ]
    for n in range(16):
        x = 268 + (n % 8) * 56
        sway = rng.randint(-40, 40)
        draw.line(
            [(x, 420), (x + sway, 540), (x + sway * 2, HIGH)],
            fill=colours[n % 8] if n < 8 else colours[7 - n % 8],
            width=15,
            joint="curve",
        )
    draw.rounded_rectangle((220, 190, 740, 440), 16, fill=(228, 226, 218), outline=(168, 166, 158), width=5)
    draw.rectangle((420, 160, 540, 194), fill=(216, 214, 206), outline=(168, 166, 158), width=4)
    bad = rng.randrange(16)
    spot = (0, 0, 60)
    for n in range(16):
        x, y = 248 + (n % 8) * 60, 226 + (n // 8) * 104
        draw.rectangle((x, y, x + 42, y + 66), fill=(74, 72, 68), outline=(132, 130, 124), width=3)
        if n != bad:
            draw.rectangle((x + 15, y + 10, x + 27, y + 56), fill=(212, 190, 120), outline=(150, 130, 72))
        else:
            draw.polygon(
                [(x + 6, y + 56), (x + 16, y + 58), (x + 40, y + 16), (x + 30, y + 10)],
                fill=(206, 180, 108),
                outline=(140, 120, 66),
            )
            spot = (x + 21, y + 33, 60)
    return picture, spot


def _meter(rng: Random, _label: str, reading: str) -> tuple[Image.Image, Spot]:
    """A multimeter or another instrument on the bench, with its reading."""
    picture = _bench(rng, rng.choice([(58, 104, 88), (150, 152, 150), (96, 84, 70)]))
    draw = ImageDraw.Draw(picture)
    body = rng.choice([(214, 168, 30), (46, 48, 52), (180, 44, 38)])
    left = rng.randint(190, 300)
    for colour, way in (((190, 30, 30), -1), ((24, 24, 26), 1)):
        end = rng.randint(60, 190)
        draw.line(
            [
                (left + 230 + way * 60, 600),
                (left + 230 + way * (160 + end), HIGH - 60),
                (left + 230 + way * 360, HIGH),
            ],
            fill=colour,
            width=14,
            joint="curve",
        )
    draw.rounded_rectangle((left, 90, left + 460, 640), 40, fill=body, outline=(20, 20, 22), width=6)
    draw.rounded_rectangle((left + 26, 112, left + 434, 620), 26, fill=(38, 40, 44))
    draw.rounded_rectangle(
        (left + 60, 150, left + 400, 300), 10, fill=(176, 192, 168), outline=(90, 96, 88), width=4
    )
    value, _, unit = reading.partition(" ")
    draw.text((left + 386 - _font(84).getlength(value), 168), value, font=_font(84), fill=(26, 34, 28))
    draw.text((left + 76, 258), f"AUTO   {unit}", font=_font(30), fill=(40, 50, 42))
    draw.ellipse((left + 130, 350, left + 330, 550), fill=(58, 60, 64), outline=(120, 122, 126), width=4)
    turn = rng.uniform(0, math.tau)
    draw.line(
        (left + 230, 450, left + 230 + math.cos(turn) * 84, 450 + math.sin(turn) * 84),
        fill=(236, 236, 236),
        width=12,
    )
    for n in range(12):
        x, y = left + 230 + math.cos(math.tau * n / 12) * 118, 450 + math.sin(math.tau * n / 12) * 118
        draw.ellipse((x - 4, y - 4, x + 4, y + 4), fill=(214, 214, 214))
    for x, colour in ((left + 170, (200, 40, 40)), (left + 290, (30, 30, 32))):
        draw.ellipse((x - 20, 574, x + 20, 614), fill=colour, outline=(150, 150, 150), width=3)
    return picture, (left + 250, 222, 150)


def _caliper(rng: Random, _label: str, reading: str) -> tuple[Image.Image, Spot]:
    """A digital caliper over a part."""
    picture = _bench(rng, rng.choice([(58, 104, 88), (70, 88, 112), (172, 170, 164)]))
    draw = ImageDraw.Draw(picture)
    wide = rng.randint(230, 330)
    part = rng.choice([(44, 44, 47), (206, 208, 200), (30, 96, 60)])
    draw.rounded_rectangle((190, 380, 190 + wide, HIGH + 40), 20, fill=part, outline=(110, 112, 114), width=4)
    for x in (230, 150 + wide):
        draw.ellipse((x - 16, 430, x + 16, 462), fill=(214, 216, 218), outline=(90, 92, 94), width=4)
    draw.rectangle((60, 210, WIDE - 60, 276), fill=(206, 208, 212), outline=(130, 132, 136), width=3)
    for n in range(80):
        draw.line(
            (80 + n * 10, 276, 80 + n * 10, 276 - (30 if n % 10 == 0 else 16)), fill=(60, 60, 62), width=2
        )
    draw.polygon(
        [(110, 210), (190, 210), (190, 470), (160, 470)], fill=(190, 192, 196), outline=(120, 122, 126)
    )
    draw.polygon(
        [(190 + wide, 210), (270 + wide, 210), (220 + wide, 470), (190 + wide, 470)],
        fill=(190, 192, 196),
        outline=(120, 122, 126),
    )
    draw.rounded_rectangle(
        (200 + wide, 150, 500 + wide, 330), 16, fill=(36, 38, 42), outline=(84, 86, 90), width=4
    )
    draw.rounded_rectangle((226 + wide, 176, 474 + wide, 260), 6, fill=(182, 198, 174))
    draw.text((462 + wide - _font(60).getlength(reading), 182), reading, font=_font(60), fill=(24, 30, 26))
    for n, word in enumerate(("mm/in", "ZERO", "OFF")):
        draw.text((232 + wide + n * 86, 284), word, font=_font(24), fill=(226, 226, 226))
    return picture, (350 + wide, 218, 130)


# What can be photographed: how it is drawn, and how many points of the picture are a millimetre (0: no rule
# beside it).
SCENES: dict[str, tuple[Callable[[Random, str, str], tuple[Image.Image, Spot]], int]] = {
    "cone": (_cone, 4),
    "board": (_board, 24),
    "faceplate": (_faceplate, 4),
    "heatsink": (_heatsink, 4),
    "carton": (_carton, 0),
    "label": (_label, 8),
    "display": (_display, 4),
    "connector": (_connector, 12),
    "meter": (_meter, 0),
    "caliper": (_caliper, 0),
}


# What makes a photograph of it


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Pillow's own font, the same on every machine."""
    return ImageFont.load_default(size)


def _bars(draw: ImageDraw.ImageDraw, x: int, y: int, wide: int, high: int, rng: Random) -> None:
    end = x + wide
    while x < end:
        bar = rng.choice((2, 2, 4, 6))
        draw.rectangle((x, y, x + bar - 1, y + high), fill=(18, 18, 18))
        x += bar + rng.choice((2, 3, 5))


def _rule(picture: Image.Image, millimetre: int, rng: Random) -> None:
    """A steel rule along the lower edge, numbered in millimetres."""
    draw = ImageDraw.Draw(picture)
    top, start = HIGH - rng.randint(92, 108), rng.randint(26, 40)
    draw.rectangle((0, top, WIDE, HIGH), fill=(208, 210, 212), outline=(150, 152, 154), width=2)
    apart = 1 if millimetre > 5 else 5
    numbered = 20 if millimetre < 6 else 10 if millimetre < 20 else 5
    for n in range(0, WIDE // millimetre + 1, apart):
        x = start + n * millimetre
        draw.line(
            (x, top, x, top + (34 if n % 10 == 0 else 24 if n % 5 == 0 else 14)), fill=(40, 40, 42), width=2
        )
        if n % numbered == 0:
            draw.text((x + 6, top + 30), str(n), font=_font(24), fill=(40, 40, 42))


def _slip(picture: Image.Image, label: str, rng: Random) -> None:
    """A slip of paper with model and lot, laid beside the part."""
    font = _font(30)
    wide = int(font.getlength(label)) + 36
    slip = Image.new("RGBA", (wide, 60), (252, 246, 196, 255))
    ImageDraw.Draw(slip).text((18, 12), label, font=font, fill=(24, 34, 96, 255))
    slip = slip.rotate(rng.uniform(-6, 6), expand=True, resample=Image.Resampling.BICUBIC)
    picture.paste(slip, (rng.randint(14, 60), rng.randint(10, 34)), slip)


def _taken(picture: Image.Image, rng: Random) -> Image.Image:
    """As a tablet takes it: tilted, lit from one side, a little soft, with grain."""
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
    grain = _laid(_noise(SIZE[0] // 2, SIZE[1] // 2, SIZE), rng)
    return Image.blend(picture, Image.merge("RGB", (grain, grain, grain)), 0.05)


def _ring(picture: Image.Image, spot: Spot, rng: Random) -> None:
    """The red ring that somebody draws on the screen before sending."""
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
