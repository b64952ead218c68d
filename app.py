"""The entry that `flask` and the server load."""

from cs import create_app

app = create_app()
