"""A sheet as a PDF. What people wrote goes in as data and never into the source; the fonts are the program's
own, embedded.

typst keeps what it has set for later settings and takes 0.4 MB for each line of a wide register: so each
sheet is set in a process of its own, which gives all of it back. Pure: no Flask and no database.
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pylopdf_fonts_zh_cn

log = logging.getLogger(__name__)

WORKER = Path(__file__).with_name("worker.py")
SECONDS = 120
KEPT = "\n\t\u200b"  # of the letters that are no letters: line ends, and where a long word may break
_at_once = threading.BoundedSemaphore(2)


class NotTypeset(RuntimeError):
    """The sheet could not be set: a font is missing, or it took too long or too much memory."""


def typeset(
    layout: str,
    sheet: Mapping[str, Any],
    *,
    font: Path | None = None,
    pictures: Mapping[str, Path] | None = None,
) -> bytes:
    """Return the sheet as the bytes of a PDF; the same sheet gives the same bytes. NotTypeset says why
    there is none.

    `layout`: register or paper. `font`: a font file to use before the packaged one. `pictures`: files by the
    names that the sheet uses.
    """
    fonts = [str(path) for path in (font, pylopdf_fonts_zh_cn.sans_path()) if path]
    job = {
        "layout": layout,
        "sheet": printable(sheet),
        "fonts": fonts,
        "pictures": {name: str(path) for name, path in (pictures or {}).items()},
    }
    with _at_once:
        try:
            done = subprocess.run(  # noqa: S603 - no word of the command comes from a user
                [sys.executable, "-I", str(WORKER)],
                input=json.dumps(job).encode(),
                capture_output=True,
                timeout=SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise NotTypeset(f"not done after {SECONDS} s") from error
    if done.returncode:
        raise NotTypeset(done.stderr.decode(errors="replace")[-2000:])
    if done.stderr:
        log.warning("typst: %s", done.stderr.decode(errors="replace"))
    return done.stdout


def printable(value: Any) -> Any:
    """Return the value without what no paper can show: marks that turn the direction of reading are left
    out, control characters become �."""
    if isinstance(value, str):
        return "".join(_printable_letter(letter) for letter in value.replace("\r\n", "\n"))
    if isinstance(value, Mapping):
        return {key: printable(one) for key, one in value.items()}
    return [printable(one) for one in value] if isinstance(value, list | tuple) else value


def _printable_letter(letter: str) -> str:
    kind = unicodedata.category(letter)
    if letter in KEPT or kind not in ("Cc", "Cf", "Cs", "Cn", "Zl", "Zp"):
        return letter
    if kind == "Cf":
        return ""
    return "\n" if kind.startswith("Z") else "\ufffd"
