"""The things that a photograph of the demo shows."""

from __future__ import annotations

import math
from random import Random

from PIL import Image, ImageDraw

from cs.demo.canvas import HIGH, WIDE, Spot, draw_bars, draw_work_surface, label_font, shaded_disc


def draw_cone(rng: Random, _label: str, _detail: str) -> tuple[Image.Image, Spot]:
    """Draw a loudspeaker from above; the surround is torn or the glue has come off."""
    picture = draw_work_surface(rng, rng.choice([(58, 104, 88), (172, 170, 164), (70, 88, 112)]))
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
    shade = shaded_disc(cone * 2, 30, 92)
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


def draw_board(rng: Random, _label: str, _detail: str) -> tuple[Image.Image, Spot]:
    """Draw a populated board close up; one joint is bridged or cracked."""
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
        font=label_font(34),
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


def draw_faceplate(rng: Random, _label: str, _detail: str) -> tuple[Image.Image, Spot]:
    """Draw the front of a radio or an amplifier, with a scratch or poor print."""
    picture = draw_work_surface(rng, (186, 186, 182))
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
        font=label_font(58),
        fill=(96, 190, 236),
    )
    for n, word in enumerate(("MUTE", "BAND", "SEEK", "DISP")):
        draw.rounded_rectangle(
            (306 + n * 90, 380, 382 + n * 90, 430),
            8,
            fill=(tone + 18, tone + 18, tone + 20),
            outline=(110, 110, 112),
        )
        draw.text((318 + n * 90, 394), word, font=label_font(20), fill=(226, 226, 226))
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


def draw_heatsink(rng: Random, _label: str, _detail: str) -> tuple[Image.Image, Spot]:
    """Draw an amplifier from above: fins, a name plate, and what scratched them."""
    picture = draw_work_surface(rng, (176, 178, 172))
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
    draw.text((352, 220), "MJ AUDIO", font=label_font(50), fill=(214, 216, 218))
    draw.text(
        (374, 290),
        f"{rng.choice(('4x80W', '2x150W', '6CH DSP', '8CH DSP'))}",
        font=label_font(40),
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


def draw_carton(rng: Random, label: str, _detail: str) -> tuple[Image.Image, Spot]:
    """Draw a carton with a crushed or wet corner and its label."""
    picture = draw_work_surface(rng, (128, 130, 132))
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
        font=label_font(34),
        fill=(20, 20, 20),
    )
    draw_bars(draw, 186, 462, 200, 44, rng)
    x, y = rng.choice([(190, 540), (660, 550), (660, 190), (520, 440)])
    points = [(x + rng.randint(-70, 70), y + rng.randint(-60, 40)) for _ in range(7)]
    points.sort(key=lambda point: math.atan2(point[1] - y, point[0] - x))
    draw.polygon(points, fill=(112, 84, 52))
    for a, b in zip(points, points[2:], strict=False):
        draw.line([a, (x, y), b], fill=(74, 54, 32), width=3)
    return picture, (x, y, 96)


def draw_label(rng: Random, label: str, _detail: str) -> tuple[Image.Image, Spot]:
    """Draw a carton's material label close up, struck by what does not fit."""
    picture = draw_work_surface(rng, (196, 160, 112))
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
        draw.text((136, y), name, font=label_font(30), fill=(60, 60, 60))
        draw.text((300, y - 6), value, font=label_font(46), fill=(15, 15, 15))
        draw.line((130, y + 58, WIDE - 130, y + 58), fill=(150, 150, 150), width=2)
    draw_bars(draw, 150, 440, 620, 84, rng)
    row = rng.randrange(len(rows))
    if rng.random() < 0.4:
        draw.line((240, 440, 620, 524), fill=(248, 248, 245), width=26)
        return picture, (430, 482, 100)
    return picture, (440, 152 + row * 74, 110)
