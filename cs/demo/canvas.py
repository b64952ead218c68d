"""What the pictures of the demo are drawn with: noise, fonts, bars, rulers, slips."""

from __future__ import annotations

from functools import cache
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFont

WIDE, HIGH = 960, 720  # as it is drawn
SIZE = (640, 480)  # as it is stored
Spot = tuple[int, int, int]  # where the defect is: x, y, radius


@cache
def grey_noise(wide: int, high: int, size: tuple[int, int]) -> Image.Image:
    """Draw random grey of wide × high points, stretched to a size: made once, laid differently into each
    picture."""
    grey = Random(wide).randbytes(wide * high)  # noqa: S311 - a picture, not a secret
    return Image.frombytes("L", (wide, high), grey).resize(size, Image.Resampling.BILINEAR)


def shifted_noise(noise: Image.Image, rng: Random) -> Image.Image:
    return ImageChops.offset(noise, rng.randrange(noise.width), rng.randrange(noise.height))


def draw_work_surface(rng: Random, colour: tuple[int, int, int]) -> Image.Image:
    """Draw a work surface: a green mat, grey steel or cardboard, with fine streaks."""
    streaks = shifted_noise(grey_noise(WIDE // 8, HIGH, (WIDE, HIGH)), rng)
    dark = tuple(int(part * 0.9) for part in colour)
    return Image.composite(
        Image.new("RGB", (WIDE, HIGH), colour), Image.new("RGB", (WIDE, HIGH), dark), streaks
    )


def shaded_disc(size: int, inner: int, outer: int) -> Image.Image:
    """Draw a round shading from `inner` in the middle to `outer` at the rim."""
    return (
        Image.radial_gradient("L")
        .resize((size, size))
        .point([int(inner + (outer - inner) * min(1, v / 180)) for v in range(256)])
    )


@cache
def label_font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Return Pillow's own font, the same on every machine."""
    return ImageFont.load_default(size)


def draw_bars(draw: ImageDraw.ImageDraw, x: int, y: int, wide: int, high: int, rng: Random) -> None:
    end = x + wide
    while x < end:
        bar = rng.choice((2, 2, 4, 6))
        draw.rectangle((x, y, x + bar - 1, y + high), fill=(18, 18, 18))
        x += bar + rng.choice((2, 3, 5))


def draw_rule(picture: Image.Image, millimetre: int, rng: Random) -> None:
    """Draw a steel rule along the lower edge, numbered in millimetres."""
    draw = ImageDraw.Draw(picture)
    top, start = HIGH - rng.randint(92, 108), rng.randint(26, 40)
    draw.rectangle((0, top, WIDE, HIGH), fill=(208, 210, 212), outline=(150, 152, 154), width=2)
    apart = 1 if millimetre > 5 else 5
    numbered = next((step for pixels, step in ((6, 20), (20, 10)) if millimetre < pixels), 5)
    for n in range(0, WIDE // millimetre + 1, apart):
        x = start + n * millimetre
        length = next((length for step, length in ((10, 34), (5, 24)) if n % step == 0), 14)
        draw.line((x, top, x, top + length), fill=(40, 40, 42), width=2)
        if n % numbered == 0:
            draw.text((x + 6, top + 30), str(n), font=label_font(24), fill=(40, 40, 42))


def draw_slip(picture: Image.Image, label: str, rng: Random) -> None:
    """Draw a slip of paper with model and lot, laid beside the part."""
    letters = label_font(30)
    wide = int(letters.getlength(label)) + 36
    slip = Image.new("RGBA", (wide, 60), (252, 246, 196, 255))
    ImageDraw.Draw(slip).text((18, 12), label, font=letters, fill=(24, 34, 96, 255))
    slip = slip.rotate(rng.uniform(-6, 6), expand=True, resample=Image.Resampling.BICUBIC)
    picture.paste(slip, (rng.randint(14, 60), rng.randint(10, 34)), slip)
