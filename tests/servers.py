"""A real server as a process of its own, and browsers that outlive it."""

from __future__ import annotations

import http.client
import os
import re
import secrets
import socket
import subprocess
import sys
import time
import urllib.parse
from contextlib import closing, suppress
from pathlib import Path

from tests.support import PASSWORD, picture

ROOT = Path(__file__).parents[1]
LOST = (http.client.HTTPException, OSError)


class Server:
    """`flask serve` as its own process."""

    def __init__(self, folder: Path, **settings: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.environment = (
            os.environ
            | {
                "CS_DATA": str(folder),
                "DATABASE_URL": "",
                "CS_PASSWORD_COST": "1",
                "CS_LOGIN_FAILURES": "1000",
            }
            | settings
        )
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(
            self.command("serve", "--port", str(self.port)),
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(300):
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            time.sleep(0.05)
        raise AssertionError("the server does not answer")

    def kill(self) -> None:
        """SIGKILL: no time to say goodbye."""
        self.process.kill()
        self.process.wait()

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "flask", "--app", "app", *words]


class Client:
    """One person's browser: a cookie and a CSRF token, kept over the server's death."""

    def __init__(self, port: int, username: str) -> None:
        self.port, self.cookies = port, {}
        self.token = self._token(self.ask("GET", "/login")[1])
        status, _page = self.ask(
            "POST", "/login", {"csrf_token": self.token, "username": username, "password": PASSWORD}
        )
        assert status == 303
        self.token = self._token(self.ask("GET", "/account")[1])

    @staticmethod
    def _token(page: str) -> str:
        return re.search(r'X-CSRFToken": "([^"]+)"', page).group(1)

    def ask(
        self, method: str, address: str, fields: dict[str, str] | None = None, photo: bytes = b""
    ) -> tuple[int, str]:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers, body = {"Cookie": cookies}, None
        if fields is not None and photo:
            border = secrets.token_hex(8)
            parts = [
                f'--{border}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
                for name, value in fields.items()
            ]
            parts.append(
                f'--{border}\r\nContent-Disposition: form-data; name="files"; '
                'filename="p.jpg"\r\n\r\n'.encode()
                + photo
                + b"\r\n"
            )
            body, headers["Content-Type"] = (
                b"".join(parts) + f"--{border}--\r\n".encode(),
                f"multipart/form-data; boundary={border}",
            )
        elif fields is not None:
            body, headers["Content-Type"] = (
                urllib.parse.urlencode(fields).encode(),
                "application/x-www-form-urlencoded",
            )
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)) as connection:
            connection.request(method, address, body, headers)
            answer = connection.getresponse()
            self.body = answer.read()
            page = self.body.decode() if answer.getheader("Content-Type", "").startswith("text/html") else ""
            for cookie in answer.msg.get_all("Set-Cookie", []):
                name, value = cookie.split(";")[0].split("=", 1)
                self.cookies[name] = value
            return answer.status, page

    def log(self, request_id: str) -> int:
        """A complaint, every third with a photograph."""
        return self.ask(
            "POST",
            "/complaints/new",
            {
                "csrf_token": self.token,
                "request_id": request_id,
                "customer_id": "1",
                "channel": "phone",
                "description": f"无声 {request_id}",
                "heard_at": "2026-01-05T09:00",
            },
            picture() if sum(request_id.encode()) % 3 == 0 else b"",
        )[0]
