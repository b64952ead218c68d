"""Photographs: verified, upright, without any note of where and by whom they were taken. Pure: Pillow
only."""

import io
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

import pillow_heif
from PIL import Image, ImageOps

from cs.files.types import FileRefused

pillow_heif.register_heif_opener()

# What every browser shows: an iPad's HEIC and a phone's double picture become JPEG, a bitmap becomes PNG.
STORED_AS = {"JPEG": "JPEG", "MPO": "JPEG", "HEIF": "JPEG", "PNG": "PNG", "BMP": "PNG", "WEBP": "WEBP"}
OPENED = ("JPEG", "PNG", "WEBP", "BMP", "HEIF")  # a double picture is found by the JPEG reader
ENDINGS = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp"}

# Parts of a file that hold the picture and its colours. Any other may tell where and by whom it was taken.
JPEG_PARTS = {"APP0": b"JFIF\0", "APP2": b"ICC_PROFILE\0", "APP14": b"Adobe"}
PNG_PARTS = frozenset(
    [
        b"IHDR",
        b"PLTE",
        b"IDAT",
        b"IEND",
        b"tRNS",
        b"gAMA",
        b"cHRM",
        b"sRGB",
        b"iCCP",
        b"cICP",
        b"sBIT",
        b"bKGD",
        b"pHYs",
    ]
)
WEBP_PARTS = frozenset([b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"])

QUALITY = 90
THUMBNAIL_QUALITY = 80
# A decoded photograph takes 3 bytes a pixel: two at a time, so that a burst of uploads does not eat the
# memory.
_decoding = threading.BoundedSemaphore(2)


@dataclass(frozen=True)
class Picture:
    """A picture to keep: its format, upright size in pixels, and its new content; None where the file is fit
    as it is."""

    format: str
    width: int
    height: int
    content: bytes | None


def cleaned_picture(file: BinaryIO, max_pixels: int) -> Picture:
    """Return the picture upright and without notes. Raise FileRefused 'damaged_picture' or
    'too_many_pixels'."""
    with _open_picture(file, max_pixels) as picture:
        target = STORED_AS[picture.format]
        picture.load()
        if picture.format == target and not _tells_more(picture, file):
            return Picture(target, picture.width, picture.height, None)
        upright = ImageOps.exif_transpose(picture)
        profile = picture.info.get("icc_profile")
        content = (
            _jpeg_without_notes(upright, QUALITY, profile)
            if target == "JPEG"
            else _encoded_without_notes(upright, target, profile)
        )
        return Picture(target, upright.width, upright.height, content)


def thumbnail_of(file: BinaryIO, size: int, max_pixels: int) -> bytes:
    """Return a JPEG that fits into `size` × `size` pixels. Raise FileRefused 'damaged_picture' or
    'too_many_pixels'."""
    with _open_picture(file, max_pixels) as picture:
        picture.draft("RGB", (size, size))
        small = _in_eight_bits(ImageOps.exif_transpose(picture))
        small.thumbnail((size, size))
        return _jpeg_without_notes(small, THUMBNAIL_QUALITY)


@contextmanager
def _open_picture(file: BinaryIO, max_pixels: int) -> Iterator[Image.Image]:
    """Open the picture, its size checked before a pixel is decoded; whatever a decoder raises inside
    becomes a refusal."""
    too_many = FileRefused("too_many_pixels", megapixels=max_pixels // 1_000_000)
    try:
        with _decoding:
            for verify in (True, False):  # a verified picture is used up and must be opened again
                file.seek(0)
                with Image.open(file, formats=OPENED) as picture:
                    if picture.width * picture.height > max_pixels:
                        raise too_many
                    if verify:
                        picture.verify()
                    else:
                        yield picture
    except (FileRefused, MemoryError):
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise too_many from None
    except Exception as error:  # decoders raise whatever they like on damaged data
        raise FileRefused("damaged_picture") from error


def _tells_more(picture: Image.Image, file: BinaryIO) -> bool:
    """Return whether the file holds more than the picture: EXIF, XMP, IPTC, comments, or anything after its
    end."""
    file.seek(0)
    data = file.read()
    if picture.format == "JPEG":
        known = all(body.startswith(JPEG_PARTS.get(marker, b"\0none")) for marker, body in picture.applist)
        # A second beginning is a preview or a second picture, with notes of its own.
        return not known or not data.endswith(b"\xff\xd9") or data.count(b"\xff\xd8\xff") > 1
    if picture.format == "PNG":
        parts, end = _chunk_names(data, 8, ">I4s", 12, padded=False)
        return not parts <= PNG_PARTS or end != len(data)
    parts, end = _chunk_names(data, 12, "<4sI", 8, padded=True)
    return not parts <= WEBP_PARTS or end != len(data)


def _chunk_names(data: bytes, at: int, header: str, around: int, padded: bool) -> tuple[set[bytes], int]:
    """Return the names of the parts of a PNG or WebP file, and where the last one ends: after IEND in a
    PNG."""
    names = set()
    while at + 8 <= len(data) and b"IEND" not in names:
        first, second = struct.unpack_from(header, data, at)
        name, length = (first, second) if padded else (second, first)
        names.add(name)
        at += around + length + (length % 2 if padded else 0)
    return names, at


def _in_eight_bits(picture: Image.Image) -> Image.Image:
    """Return a grey picture of 16 bits a pixel, as test instruments make them, with the 8 that a JPEG holds;
    Pillow would make every value above 255 white."""
    if not picture.mode.startswith("I"):
        return picture
    grey = picture.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    grey.info.pop("transparency", None)  # a value of 16 bits
    return grey


def _jpeg_without_notes(picture: Image.Image, quality: int, profile: bytes | None = None) -> bytes:
    """Return a JPEG without any notes; what was transparent becomes white."""
    if picture.mode == "CMYK":
        profile = None  # it describes inks, and the picture is now in light
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture)
    picture = picture.convert("RGB")
    picture.info = {}  # Pillow would carry a comment over
    content = io.BytesIO()
    picture.save(content, "JPEG", quality=quality, icc_profile=profile)
    return content.getvalue()


def _encoded_without_notes(picture: Image.Image, target: str, profile: bytes | None) -> bytes:
    picture.info = {key: value for key, value in picture.info.items() if key == "transparency"}
    content = io.BytesIO()
    picture.save(content, target, icc_profile=profile, **({"quality": QUALITY} if target == "WEBP" else {}))
    return content.getvalue()
