"""The data folder of a site: its secret, its compiled catalogues, the mark of a demo."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import tempfile
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

TRANSLATIONS = Path(__file__).parent / "translations"
DEMO_MARK = "demo"  # a file of this name in the data folder says that its data is made up


def write_whole(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Write a file so that it is there whole or not at all."""
    handle, name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    Path(name).chmod(mode)
    Path(name).replace(path)


def make_folder(folder: Path) -> None:
    """Make the data folder, readable by its owner alone, whoever made it before."""
    folder.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(OSError):  # of somebody else, or on a disk that knows no owners
        folder.chmod(0o700)


def secret_key(folder: Path) -> str:
    """Return the site's secret: made once, kept in the data folder."""
    path = folder / "secret_key"
    if not path.exists():
        write_whole(path, secrets.token_hex(32).encode(), 0o600)
    return path.read_text("ascii")


def compiled_translations(folder: Path) -> Path:
    """Return the catalogues as gettext reads them, compiled again when the .po files have changed; kept in
    the data folder."""
    target = folder / "translations"
    sources = sorted(TRANSLATIONS.glob("*/LC_MESSAGES/*.po"))
    mark, wanted = (
        target / "hash",
        hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest(),
    )
    if mark.exists() and mark.read_text("ascii") == wanted:
        return target
    for source in sources:
        compiled = target / source.relative_to(TRANSLATIONS).with_suffix(".mo")
        compiled.parent.mkdir(parents=True, exist_ok=True)
        with source.open("rb") as po, tempfile.TemporaryFile() as mo:
            write_mo(mo, read_po(po))
            mo.seek(0)
            write_whole(compiled, mo.read())
    target.mkdir(exist_ok=True)
    write_whole(mark, wanted.encode())
    return target
