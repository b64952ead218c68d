"""Read the workbook on standard input and write its visible sheets to standard output; argument: most sheets
allowed."""

import json
import struct
import sys
import zipfile
import zlib
from xml.etree.ElementTree import ParseError

from python_calamine import CalamineError, PasswordError
from workbook.xls import read_xls
from workbook.xlsx import read_xlsx

try:
    import resource
except ImportError:  # Windows has no such limit; there the process alone must do.
    resource = None

MEMORY = 1024 * 1024 * 1024


def main() -> None:
    """Answer with the rows of every visible sheet, or with the reason why not."""
    if resource is not None:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    data, max_sheets = sys.stdin.buffer.read(), int(sys.argv[1])
    try:
        for answer in (read_xlsx if data.startswith(b"PK") else read_xls)(data, max_sheets):
            _write_answer(answer)
    except PasswordError:
        _write_answer({"refused": "encrypted"})
    except (CalamineError, ParseError, zipfile.BadZipFile, zlib.error, struct.error):
        _write_answer({"refused": "damaged"})
    except (LookupError, ValueError, OSError, EOFError, OverflowError, RuntimeError):
        _write_answer({"refused": "damaged"})


def _write_answer(answer: object) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")


main()
