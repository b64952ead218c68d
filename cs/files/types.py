"""What a file is by its content, whatever its name says. Pure: standard library only, nothing is unpacked or
decoded."""

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import BinaryIO

from cs.files.encodings import possible_texts

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# The folder inside an Office file that tells which program it belongs to.
OFFICE_FOLDERS = {"docx": "word/", "xlsx": "xl/", "xlsm": "xl/", "pptx": "ppt/"}

# Marks a text for translation where it stands; gettext is asked where it is shown.
_N = str

FILE_MESSAGES = {
    "empty": _N("The file is empty."),
    "too_little": _N("There is next to nothing in this file."),
    "too_big": _N("The file is larger than %(megabytes)s MB."),
    "type_not_allowed": _N("Files that end in “%(ending)s” are not accepted. Accepted: %(endings)s"),
    "type_mismatch": _N("The content does not match the file name: this is not a “%(ending)s” file."),
    "damaged_picture": _N("The picture is damaged and cannot be opened. Please take or send it again."),
    "too_many_pixels": _N(
        "The picture has more than %(megapixels)s million pixels. Please send a smaller one."
    ),
    "zip_bomb": _N("The file would unpack to far more than its size. It is not accepted."),
    "disk_full": _N("The server's disk is full; the file was not stored. Please tell the administrator."),
}

# Extension without dot -> kind. A setting may allow fewer; what is not here is never accepted (no SVG, no
# HTML).
FILE_TYPES: Mapping[str, str] = MappingProxyType(
    dict.fromkeys(("jpg", "jpeg", "png", "webp", "bmp", "heic", "heif"), "picture")
    | dict.fromkeys(("docx", "xlsx", "xlsm", "pptx"), "office")
    | dict.fromkeys(("doc", "xls", "ppt"), "old_office")
    | dict.fromkeys(("txt", "csv"), "text")
    | dict.fromkeys(("mp4", "mov"), "video")
    | dict.fromkeys(("m4a", "mp3", "wav", "amr"), "audio")
    | {"pdf": "pdf"}
)
# Every name under which a table comes; what is in it decides how it is read and under which it is kept.
TABLE_ENDINGS = ("xlsx", "xlsm", "xls", "csv", "tsv", "txt")
WEB_PAGE = re.compile(rb"^\s*(\xef\xbb\xbf)?\s*<(!doctype|html|\?xml|table|head|meta)", re.IGNORECASE)
MAX_ENTRIES = 2_000
MAX_UNPACKED = 200 * 1024 * 1024
# A sheet of a hundred thousand like rows packs about 60 : 1; a bomb of one repeated byte about 1000 : 1.
MAX_RATIO = 200
# Less is no document: a text of fewer letters and digits, any other file that is hardly more than its mark.
FEWEST_LETTERS, FEWEST_BYTES = 4, 12
SMALL_UNPACKED = 20 * 1024 * 1024


class FileRefused(Exception):
    """The file is not accepted: `.code` is a key of FILE_MESSAGES, `.params` its values."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params: Mapping[str, object] = params

    def describe(self) -> tuple[str, Mapping[str, object]]:
        """Return the English text, to be translated, and the values to put into it."""
        return FILE_MESSAGES[self.code], self.params


@dataclass(frozen=True)
class ZipWeight:
    """The directory of a zip: its names, with slashes, and how much it unpacks to from how much (bytes)."""

    names: frozenset[str]
    entries: int
    packed: int
    unpacked: int

    def is_bomb(self, max_unpacked: int = MAX_UNPACKED) -> bool:
        """Return whether unpacking would cost far more than the file's size promises."""
        if self.entries > MAX_ENTRIES or self.unpacked > max_unpacked:
            return True
        return self.unpacked > SMALL_UNPACKED and self.unpacked > MAX_RATIO * max(self.packed, 1)


def weigh_zip(stream: BinaryIO) -> ZipWeight | None:
    """Read a zip's directory without unpacking anything; None when it is not a readable zip."""
    try:
        stream.seek(0)
        with zipfile.ZipFile(stream) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, struct.error, NotImplementedError, OverflowError):
        return None
    return ZipWeight(
        names=frozenset(entry.filename.replace("\\", "/") for entry in entries),
        entries=len(entries),
        packed=sum(entry.compress_size for entry in entries),
        unpacked=sum(entry.file_size for entry in entries),
    )


def is_office(weight: ZipWeight | None, extension: str) -> bool:
    """Return whether it is a zip that holds a Word, Excel or PowerPoint file of this extension."""
    folder = OFFICE_FOLDERS.get(extension)
    if weight is None or folder is None:
        return False
    return "[Content_Types].xml" in weight.names and any(name.startswith(folder) for name in weight.names)


def is_control(character: str) -> bool:
    """Return whether a character is NUL or another control, but not tab and line ends."""
    code = ord(character)
    return (code < 32 and character not in "\t\n\r") or (0x7F <= code < 0xA0 and code != 0x85)


def is_program(data: bytes) -> bool:
    """Return whether it is a program of Windows, Linux or macOS."""
    # A text may begin with MZ too, but holds no NUL.
    return data.startswith((b"\x7fELF", b"\xcf\xfa\xed\xfe")) or (data.startswith(b"MZ") and 0 in data[:64])


def is_text(data: bytes) -> bool:
    """Return whether a file reads as text and holds no control characters."""
    return not is_program(data) and not all(map(_holds_controls, possible_texts(data)))


def _holds_controls(text: str) -> bool:
    # A form feed ends a printed page in old reports, a vertical tab a line within a cell, ^Z a DOS file.
    return any(is_control(c) for c in set(text) - {"\f", "\v", "\x1a"})


def fitting_ending(file: BinaryIO, ending: str) -> str:
    """Return the ending that fits the content of a table: programs write a workbook of today, or text, and
    call it .xls. Any other file keeps its ending."""
    file.seek(0)
    head = file.read(1024)
    if ending not in TABLE_ENDINGS or is_program(head) or (ending == "xls" and WEB_PAGE.match(head)):
        return ending
    if head.startswith(b"PK"):
        return _workbook_ending(file) or ending
    if head.startswith(OLE_MAGIC):
        # A workbook with a password is an OLE file under its new name.
        return ending if ending in ("xlsx", "xlsm") else "xls"
    return "txt" if ending in ("tsv", "xls") else ending


def _workbook_ending(file: BinaryIO) -> str | None:
    """Return the ending of a workbook of today; None where it is none, or not to be unpacked."""
    weight = weigh_zip(file)
    if weight is None or not is_office(weight, "xlsx") or weight.is_bomb():
        return None
    return "xlsm" if _has_macros(file) else "xlsx"


def _has_macros(file: BinaryIO) -> bool:
    """Return whether a workbook declares itself one with macros: Excel opens it under no other name."""
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            return b".macroEnabled." in archive.read("[Content_Types].xml")
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError):
        return False


def says_too_little(data: bytes, kind: str) -> bool:
    """Return whether a document has next to nothing in it, so that it shows nothing to anybody."""
    if kind != "text":
        return len(data) < FEWEST_BYTES
    texts = possible_texts(data)
    return not texts or sum(map(str.isalnum, texts[0])) < FEWEST_LETTERS


def picture_format(head: bytes) -> str | None:
    """Return the picture format (as Pillow names it) that these first bytes announce; None for anything
    else."""
    if head.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    if head[:2] == b"BM" and head[6:10] == b"\0\0\0\0":
        return "BMP"
    if head[4:8] == b"ftyp" and head[8:12] in (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1"):
        return "HEIF"
    return None


def is_video(head: bytes) -> bool:
    """Return whether it is MP4 or QuickTime: a file of boxes that is not one of the picture kinds."""
    if head[4:8] == b"ftyp":
        return picture_format(head) is None and head[8:12] not in (b"avif", b"avis")
    return head[4:8] in (b"moov", b"mdat", b"wide", b"free", b"skip")


def is_audio(head: bytes, extension: str) -> bool:
    """Return whether the first bytes are those of a sound file of this extension (m4a, mp3, wav, amr)."""
    if extension == "m4a":
        return is_video(head)
    if extension == "wav":
        return head[:4] == b"RIFF" and head[8:12] == b"WAVE"
    if extension == "amr":
        return head.startswith(b"#!AMR")
    # An MPEG audio frame: eleven set bits, then a version, layer, bitrate and rate that exist.
    frame = len(head) > 3 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0 and head[1] & 0x06 != 0
    return head.startswith(b"ID3") or (
        frame and head[1] & 0x18 != 0x08 and head[2] < 0xF0 and head[2] & 0x0C != 0x0C
    )


def location_boxes(
    stream: BinaryIO, start: int = 0, end: int | None = None, depth: int = 0
) -> Iterator[tuple[int, int]]:
    """Find where a video keeps notes about itself, among them the place it was taken: (offset, length) of
    each such box.

    The boxes `udta`, `meta` and `uuid` of the film and its tracks; no player needs them.
    """
    if end is None:
        end = stream.seek(0, 2)
    while start + 8 <= end:
        stream.seek(start)
        size, kind = struct.unpack(">I4s", stream.read(8))
        header = 8
        if size == 1:
            if start + 16 > end:
                return
            size, header = struct.unpack(">Q", stream.read(8))[0], 16
        elif size == 0:
            size = end - start
        if size < header or start + size > end:
            return
        if kind in (b"udta", b"meta", b"uuid"):
            yield start, size
        elif kind in (b"moov", b"trak") and depth < 3:
            yield from location_boxes(stream, start + header, start + size, depth + 1)
        start += size


def check_content(file: BinaryIO, kind: str, ending: str) -> None:
    """Refuse a file whose content is not of the kind that its name says, or that says too little."""
    file.seek(0)
    head = file.read(1024)
    if kind == "office":
        weight = weigh_zip(file)
        right = is_office(weight, ending)
        if weight is not None and right and weight.is_bomb():
            raise FileRefused("zip_bomb")
        # A workbook with a password is an OLE file under its new name.
        right = right or head.startswith(OLE_MAGIC)
    elif kind == "old_office":
        right = head.startswith(OLE_MAGIC)
    elif kind == "pdf":
        right = b"%PDF-" in head
    elif kind == "video":
        right = is_video(head)
    elif kind == "audio":
        right = is_audio(head, ending)
    else:
        file.seek(0)
        head = file.read()
        right = is_text(head)
    if not right:
        raise FileRefused("type_mismatch", ending=ending)
    if says_too_little(head, kind):
        raise FileRefused("too_little")
