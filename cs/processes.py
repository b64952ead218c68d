"""Work in a process of its own: our Python with other words, which answers in JSON, one line each.

What breaks, hangs or eats memory there ends only that process, and what keeps a processor busy there does not
hold the pages up: one Python runs one thread at a time.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any


@contextmanager
def answers_of(
    *words: str, seconds: float, stdin: int | IO[bytes], **options: Any
) -> Iterator[Iterator[Any]]:
    """Start it and yield its answers as they come. It is ended after so many seconds, and in any case on
    leaving.

    The answers end without a last word when the process did. With `stdin=subprocess.PIPE` it can see the end
    of this process: then its input ends.
    """
    process = subprocess.Popen([sys.executable, *words], stdin=stdin, stdout=subprocess.PIPE, **options)  # noqa: S603 - no word comes from a user
    watch = threading.Timer(seconds, process.kill)
    watch.daemon = True  # a server that stops does not wait for it
    watch.start()
    try:
        yield _decoded(process.stdout)  # type: ignore[arg-type]
    finally:
        watch.cancel()
        process.kill()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                stream.close()
        process.wait()


def _decoded(lines: IO[bytes]) -> Iterator[Any]:
    for line in lines:
        try:
            answer = json.loads(line)
        except ValueError:  # it was ended amid a line
            return
        yield answer
