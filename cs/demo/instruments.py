"""Measuring instruments and connectors in the photographs of the demo."""

from __future__ import annotations

import math
from random import Random

from PIL import Image, ImageDraw

from cs.demo.canvas import HIGH, WIDE, Spot, draw_work_surface, label_font, shaded_disc


def draw_display(rng: Random, _label: str, detail: str) -> tuple[Image.Image, Spot]:
    """Draw a lit screen with a bright line, a dark corner or a torn picture; "good": as it should be."""
    picture = draw_work_surface(rng, (46, 48, 52))
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
        (170, 170),
        f"{rng.randint(8, 17):02d}:{rng.randint(0, 59):02d}",
        font=label_font(84),
        fill=(238, 244, 250),
    )
    if detail == "good":
        return picture, (300, 210, 150)
    if detail == "line":
        x = rng.randint(560, 780)
        draw.rectangle((x, screen[1], x + 4, screen[3]), fill=(250, 250, 250))
        draw.rectangle((x + 4, screen[1], x + 5, screen[3]), fill=(80, 255, 120))
        return picture, (x, 300, 90)
    if detail == "dark":
        dark = shaded_disc(340, 215, 0)
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


def draw_connector(rng: Random, _label: str, _detail: str) -> tuple[Image.Image, Spot]:
    """Draw a plug from the front with its cables; one terminal is bent or in the wrong place."""
    picture = draw_work_surface(rng, (214, 212, 206))
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


def draw_meter(rng: Random, _label: str, reading: str) -> tuple[Image.Image, Spot]:
    """Draw a multimeter or another instrument on the bench, with its reading."""
    picture = draw_work_surface(rng, rng.choice([(58, 104, 88), (150, 152, 150), (96, 84, 70)]))
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
    draw.text(
        (left + 386 - label_font(84).getlength(value), 168), value, font=label_font(84), fill=(26, 34, 28)
    )
    draw.text((left + 76, 258), f"AUTO   {unit}", font=label_font(30), fill=(40, 50, 42))
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


def draw_caliper(rng: Random, _label: str, reading: str) -> tuple[Image.Image, Spot]:
    """Draw a digital caliper over a part."""
    picture = draw_work_surface(rng, rng.choice([(58, 104, 88), (70, 88, 112), (172, 170, 164)]))
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
    draw.text(
        (462 + wide - label_font(60).getlength(reading), 182), reading, font=label_font(60), fill=(24, 30, 26)
    )
    for n, word in enumerate(("mm/in", "ZERO", "OFF")):
        draw.text((232 + wide + n * 86, 284), word, font=label_font(24), fill=(226, 226, 226))
    return picture, (350 + wide, 218, 130)
