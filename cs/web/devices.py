"""Where a request comes from: the network address, and the device on which a person has signed in before.

A good login leaves a cookie that the site has signed. It opens nothing: it says on whose behalf wrong
passwords of others are no reason to wait.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from flask import current_app, request
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.wrappers import Response

from cs.records.users import User
from cs.web.hosts import ip_address

MAX_PEOPLE = 40  # a shared tablet remembers, the last ones
DAYS_KNOWN = 180
NETWORK_BITS = 64  # of an IPv6 address: one machine has all the addresses behind them


@dataclass(frozen=True)
class Device:
    """A browser: its own number, and the ids of those who have signed in on it."""

    number: str
    people: tuple[int, ...] = ()


def address_source(address: str | None) -> str:
    """Return the source that wrong passwords from a network address are counted by."""
    parsed = ip_address(address)
    if parsed is None:
        return "address ?"
    if parsed.version == 6:
        bits = 128 - NETWORK_BITS
        parsed = type(parsed)(int(parsed) >> bits << bits)
    return f"address {parsed}"


def login_source(user: User | None) -> str:
    """Return the source of this try to sign in: the device where it is known for this person, else the
    address."""
    device = _known_device()
    if user is not None and user.id in device.people:
        return f"device {device.number}"
    return address_source(request.remote_addr)


def remember_device(response: Response, user_id: int) -> None:
    """Give the browser the cookie by which this person is known on it."""
    device = _known_device()
    people = [known for known in device.people if known != user_id] + [user_id]
    response.set_cookie(
        _cookie_name(),
        _serializer().dumps({"device": device.number, "people": people[-MAX_PEOPLE:]}),
        max_age=DAYS_KNOWN * 24 * 3600,
        httponly=True,
        samesite="Lax",
        secure=current_app.config["SESSION_COOKIE_SECURE"],
    )


def _known_device() -> Device:
    try:
        content: Any = _serializer().loads(
            request.cookies.get(_cookie_name(), ""), max_age=DAYS_KNOWN * 24 * 3600
        )
    except BadData:
        return Device(secrets.token_urlsafe(12))
    return Device(content["device"], tuple(content["people"]))


def _cookie_name() -> str:
    return f"{current_app.config['SESSION_COOKIE_NAME']}_device"


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="known-device")
