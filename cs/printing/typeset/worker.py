"""Sets one sheet, in a process of its own: the job as JSON on standard input, the PDF on standard output.

It imports nothing of the application. A warning goes to standard error; a missing font ends it with a
failure.
"""

import datetime
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any, cast

import typst

if sys.platform != "win32":  # which has no such limit; there the process alone must do
    import resource

MEMORY = 3 * 1024 * 1024 * 1024
LAYOUTS = ("common.typ", "register.typ", "paper.typ")
NO_FONT = "unknown font family"


def main() -> None:
    if sys.platform != "win32":
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        os.nice(5)  # the pages of the others come first
    job = json.load(sys.stdin)
    with tempfile.TemporaryDirectory() as folder:
        for name in LAYOUTS:
            shutil.copy(Path(__file__).with_name(name), folder)
        for name, path in job["pictures"].items():
            shutil.copy(path, Path(folder, name))
        sys.stdout.buffer.write(typeset(Path(folder), job))


def typeset(folder: Path, job: dict[str, Any]) -> bytes:
    """Return the PDF. It holds no date of its own making: `date` of the sheet, if it has one."""
    fonts = typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(Path(font["path"]).parent) for font in job["fonts"]],
    )
    names: dict[str | None, str] = {}
    for font in fonts.fonts():
        names.setdefault(font.path, font.family)
    families = [
        {"name": names.get(font["path"], font["path"]), "lacks": font["lacks"]} for font in job["fonts"]
    ]
    compiler = typst.Compiler(
        folder / f"{job['layout']}.typ", root=folder, font_paths=fonts, ignore_system_fonts=True
    )
    inputs = {"sheet": json.dumps(job["sheet"] | {"fonts": families})}
    pdf, warnings = compiler.compile_with_warnings(
        format="pdf",
        sys_inputs=inputs,
        pdf_tags=job["layout"] == "paper",
        timestamp=datetime.datetime.fromtimestamp(0, datetime.UTC),
    )
    for warning in warnings:
        sys.stderr.write(f"{warning.message}\n")
        if warning.message.startswith(NO_FONT):
            sys.exit(1)
    return cast(bytes, pdf)  # of one PDF there is one file


if __name__ == "__main__":
    main()
