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
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cs.printing.fonts import typeface
from cs.printing.letters import letters_of

log = logging.getLogger(__name__)

WORKER = Path(__file__).with_name("worker.py")
SECONDS = 120
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

    `layout`: register or paper. `font`: a font file to use before the packaged ones. `pictures`: files by
    the names that the sheet uses. Each letter comes from the first font that has it: left to itself, the
    typesetter builds letters that a font lacks from those that it has, with the accent in a wrong place.
    """
    lacking = typeface(font).lacking(letters_of(sheet))
    job = {
        "layout": layout,
        "sheet": sheet,
        "fonts": [{"path": str(path), "lacks": letters} for path, letters in lacking],
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
