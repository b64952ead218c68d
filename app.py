"""The entry that `flask` and the server load."""

import sys

from sqlalchemy.exc import ArgumentError

from cs import create_app

try:
    app = create_app()
except (OSError, ArgumentError) as error:  # a folder that cannot be written, an address that is none
    from cs.cli.starting import refusal

    sys.exit(refusal(error))
