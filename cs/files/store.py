"""The attachment store: files by the hash of their content, checked by content, photographs without their
place.

Pure: no Flask and no database. Texts of refusals are in FILE_MESSAGES, in English for gettext.
"""

import errno
import hashlib
import os
import re
import time
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO

from cs.files.images import ENDINGS, cleaned_picture, thumbnail_of
from cs.files.types import (
    FILE_MESSAGES,
    FILE_TYPES,
    TABLE_ENDINGS,
    FileRefused,
    check_content,
    fitting_ending,
    location_boxes,
    picture_format,
)

__all__ = [
    "FILE_MESSAGES",
    "FILE_TYPES",
    "FileRefused",
    "FileStore",
    "NoSuchFile",
    "StoredFile",
    "clean_name",
]

MIMES = {
    "jpg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "doc": "application/msword",
    "xlsm": "application/vnd.ms-excel.sheet.macroEnabled.12",
    "xls": "application/vnd.ms-excel",
    "ppt": "application/vnd.ms-powerpoint",
    "txt": "text/plain",
    "csv": "text/csv",
    "mp4": "video/mp4",
    "mov": "video/quicktime",
    "m4a": "audio/mp4",
    "mp3": "audio/mpeg",
    "wav": "audio/wav",
    "amr": "audio/amr",
}
PICTURE_ENDINGS = {
    "JPEG": {"jpg", "jpeg"},
    "PNG": {"png"},
    "WEBP": {"webp"},
    "BMP": {"bmp"},
    "HEIF": {"heic", "heif"},
}
THUMBNAIL_SIZES = (160, 480)
CHUNK = 64 * 1024
MAX_NAME_LENGTH = 200
STALE_SECONDS = 24 * 3600
MEGABYTE = 1024 * 1024
_HASH = re.compile(r"[0-9a-f]{64}")
_RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])", re.IGNORECASE)


class NoSuchFile(LookupError):
    """No file is stored under this hash, or it is no hash at all."""


@dataclass(frozen=True)
class StoredFile:
    """A file as it was stored: size in bytes; width and height in pixels for pictures, else None."""

    sha256: str
    name: str
    mime: str
    size: int
    is_image: bool
    width: int | None = None
    height: int | None = None


def clean_name(filename: str) -> str:
    """Return a file name that every system takes and that shows what it is: no path, no control or
    direction marks.

    At most 200 characters, the extension kept; Chinese and emoji stay as they are.
    """
    name = re.split(r"[/\\]", filename)[-1]
    # U+200D joins emoji; every other format or control character can make "fdp.exe" look like "exe.pdf".
    name = "".join(
        c for c in name if c == "\u200d" or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Zl", "Zp")
    )
    name = re.sub(r'[<>:"|?*]', "_", name).strip(" .\u3000\xa0")
    stem, dot, ending = name.rpartition(".")
    if not dot:
        stem, ending = name, ""
    ending = ending[:20]
    stem = stem[: MAX_NAME_LENGTH - len(dot + ending)].rstrip(" .") or "file"
    if _RESERVED.fullmatch(stem.split(".")[0].rstrip()):
        stem = "_" + stem[: MAX_NAME_LENGTH - len(dot + ending) - 1]
    return stem + dot + ending


class FileStore:
    """Files under `folder`, each once, named by the SHA-256 of its content. Safe for threads and
    processes."""

    def __init__(
        self,
        folder: Path,
        allowed: Mapping[str, str] = FILE_TYPES,
        max_bytes: int = 20 * MEGABYTE,
        max_pixels: int = 64_000_000,
    ) -> None:
        """`allowed`: extension (no dot, lower case) -> kind, a part of FILE_TYPES; ValueError for anything
        else."""
        for ending, kind in allowed.items():
            if FILE_TYPES.get(ending) != kind:
                raise ValueError(f"files ending in {ending!r} can never be allowed as {kind!r}")
        self.folder = Path(folder)
        self.allowed = dict(allowed)
        self.max_bytes = max_bytes
        self.max_pixels = max_pixels
        self._incoming = self.folder / "incoming"
        self._incoming.mkdir(parents=True, exist_ok=True)
        self._sweep()

    def accept(self, stream: BinaryIO, filename: str) -> StoredFile:
        """Check, clean and store a file. Reads at most `max_bytes` and one chunk of the stream.

        Raises FileRefused; then nothing is left on the disk.
        """
        name = clean_name(filename)
        stem, _, ending = name.rpartition(".")
        ending = ending.lower()
        if not stem or ending not in self.allowed.keys() | TABLE_ENDINGS:
            raise self._not_allowed(name)
        with self._temporary() as incoming:
            self._receive(stream, incoming)
            if self.allowed.get(ending) == "picture":
                return self._accept_picture(incoming, stem, ending)
            fitting = fitting_ending(incoming, ending)
            if fitting not in self.allowed:
                raise self._not_allowed(name)
            if fitting != ending:
                name, ending = clean_name(f"{stem}.{fitting}"), fitting
            check_content(incoming, self.allowed[ending], ending)
            if self.allowed[ending] == "video" or ending == "m4a":
                _blank_location(incoming)
            sha256, size = self._keep(incoming)
        return StoredFile(sha256, name, MIMES[ending], size, is_image=False)

    def _not_allowed(self, name: str) -> FileRefused:
        stem, _, _ = name.rpartition(".")
        return FileRefused(
            "type_not_allowed", ending=name[len(stem) :][:20], endings=" ".join(sorted(self.allowed))
        )

    def path(self, sha256: str) -> Path:
        """Return where the file of this hash is or would be stored. Raise NoSuchFile for what is no hash."""
        if not _HASH.fullmatch(sha256):
            raise NoSuchFile(sha256)
        return self.folder / sha256[:2] / sha256

    def open(self, sha256: str) -> BinaryIO:
        """Open the stored file for reading. Raise NoSuchFile when there is none."""
        try:
            return self.path(sha256).open("rb")
        except FileNotFoundError:
            raise NoSuchFile(sha256) from None

    def thumbnail(self, sha256: str, size: int = THUMBNAIL_SIZES[0]) -> Path:
        """Return a JPEG of a stored picture that fits into `size` × `size` pixels, made when first asked
        for.

        NoSuchFile when there is none; FileRefused('damaged_picture') when it is no readable picture.
        """
        if size not in THUMBNAIL_SIZES:
            raise ValueError(f"thumbnails are made in {THUMBNAIL_SIZES}, not {size}")
        target = (
            self.folder
            / "thumbnails"
            / str(size)
            / self.path(sha256).relative_to(self.folder).with_suffix(".jpg")
        )
        if target.exists():
            return target
        with self.open(sha256) as file:
            data = thumbnail_of(file, size, self.max_pixels)
        with self._temporary() as file:
            file.write(data)
            self._place(file, target)
        return target

    def verify(self, known: Iterable[str] = ()) -> Iterator[tuple[str, str]]:
        """Return the files that are not as they were stored: (hash, 'differs') and, of the known hashes,
        (hash, 'missing')."""
        for path in sorted(self.folder.glob("[0-9a-f][0-9a-f]/*")):
            with path.open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != path.name:
                    yield path.name, "differs"
        for sha256 in known:
            if not self.path(sha256).exists():
                yield sha256, "missing"

    def _receive(self, stream: BinaryIO, incoming: BinaryIO) -> None:
        size = 0
        while chunk := stream.read(CHUNK):
            size += len(chunk)
            if size > self.max_bytes:
                raise FileRefused("too_big", megabytes=self.max_bytes // MEGABYTE)
            incoming.write(chunk)
        if size == 0:
            raise FileRefused("empty")
        incoming.flush()

    def _accept_picture(self, incoming: BinaryIO, stem: str, ending: str) -> StoredFile:
        """Accept any picture under any picture's name: messengers rename them. The stored name tells what
        it really is."""
        incoming.seek(0)
        picture_kind = picture_format(incoming.read(32))
        if picture_kind is None or self.allowed.keys().isdisjoint(PICTURE_ENDINGS[picture_kind]):
            raise FileRefused("type_mismatch", ending=ending)
        picture = cleaned_picture(incoming, self.max_pixels)
        if picture.content is not None:
            incoming.seek(0)
            incoming.truncate()
            incoming.write(picture.content)
        sha256, size = self._keep(incoming)
        stored_as = ENDINGS[picture.format]
        name = clean_name(f"{stem}.{ending if ending == 'jpeg' and stored_as == 'jpg' else stored_as}")
        return StoredFile(sha256, name, MIMES[stored_as], size, True, picture.width, picture.height)

    def _keep(self, file: BinaryIO) -> tuple[str, int]:
        """Put a finished temporary file in its place; the hash and the size in bytes."""
        file.flush()
        file.seek(0)
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        size = file.seek(0, os.SEEK_END)
        self._place(file, self.path(sha256))
        return sha256, size

    def _place(self, file: BinaryIO, target: Path) -> None:
        file.flush()
        os.fsync(file.fileno())
        target.parent.mkdir(parents=True, exist_ok=True)
        file.close()
        try:
            Path(file.name).replace(target)
        except PermissionError:
            # Windows does not replace a file that somebody reads; the one in place has the same content.
            if not target.exists():
                raise
        sync_folder(target.parent)

    @contextmanager
    def _temporary(self) -> Iterator[BinaryIO]:
        """Open a file on the same disk, gone at the end unless it was moved to its place; a full disk
        becomes a refusal."""
        try:
            file = NamedTemporaryFile(dir=self._incoming, suffix=".part", delete=False)  # noqa: SIM115 - closed below
            try:
                yield file
            finally:
                with suppress(
                    OSError
                ):  # closing writes what is still in the buffer, which a full disk refuses
                    file.close()
                Path(file.name).unlink(missing_ok=True)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise FileRefused("disk_full") from error
            raise

    def _sweep(self) -> None:
        """Remove what a killed process left behind."""
        for part in self._incoming.glob("*.part"):
            try:
                if part.stat().st_mtime < time.time() - STALE_SECONDS:
                    part.unlink()
            except OSError:
                continue  # another process was quicker, or still holds it


def sync_folder(folder: Path) -> None:
    """Make the new name itself survive a power cut; Windows opens no folders and does this by itself."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _blank_location(file: BinaryIO) -> None:
    """Overwrite a video's notes about itself, and name their boxes `free`, which players pass over; sizes
    stay."""
    for start, size in list(location_boxes(file)):
        file.seek(start + 4)
        file.write(b"free")
        left = size - 8
        while left > 0:
            file.write(bytes(min(left, CHUNK)))
            left -= CHUNK
