"""Names of hosts: what one may look like, and which of them lead to this machine."""

from __future__ import annotations

import contextlib
import ipaddress
import re
import socket
from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, abort, request

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
MAX_HOST_LENGTH = 253
HIGHEST_PORT = 65535
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMERIC = re.compile(r"\d+|0x[0-9a-f]*")  # browsers read a name that ends so as an IPv4 address
_HOST_AND_PORT = re.compile(r"(\[[0-9a-fA-F:.]+\]|[^\[\]:]+)(?::(\d{0,5}))?")
BAD_HOST = "cs.bad_host"


def ip_address(host: str | None) -> IpAddress | None:
    """Return the address that a host is written as; an IPv4 address within IPv6 is that address."""
    with contextlib.suppress(ValueError):
        address = ipaddress.ip_address(host or "")
        return getattr(address, "ipv4_mapped", None) or address
    return None


def is_host(host: str) -> bool:
    """Return whether it is an IP address or a name made of labels, written as it is commonly written."""
    if "%" not in host and ip_address(host) is not None:
        return True
    labels = host.lower().split(".")
    return (
        len(host) <= MAX_HOST_LENGTH
        and _is_readable(host)
        and all(_LABEL.fullmatch(label) for label in labels)
        and not _NUMERIC.fullmatch(labels[-1])
    )


def _is_readable(host: str) -> bool:
    """Return whether the letters that labels such as xn--fsq stand for can be read."""
    try:
        return bool(host.encode("ascii").decode("idna"))
    except UnicodeError:
        return False


def is_host_header(text: str) -> bool:
    """Return whether a Host header names a host and, at most, a port."""
    found = _HOST_AND_PORT.fullmatch(text)
    if found is None or int(found[2] or 0) > HIGHEST_PORT:
        return False
    host = found[1]
    if host.startswith("["):
        return isinstance(_address_in_brackets(host), ipaddress.IPv6Address)
    return is_host(host.removesuffix("."))


def _address_in_brackets(host: str) -> IpAddress | None:
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host[1:-1])
    return None


def leads_here(host: str) -> bool:
    """Return whether a host is this machine: one of its addresses, or a name that is known for one."""
    address = ip_address(host)
    return any(map(_is_own, [address] if address else _addresses_of(host)))


def _addresses_of(name: str) -> Iterable[IpAddress]:
    with contextlib.suppress(OSError, UnicodeError):
        found = {ip_address(str(row[4][0])) for row in socket.getaddrinfo(name, None)}
        return [address for address in found if address is not None]
    return []


def _is_own(address: IpAddress) -> bool:
    """Return whether the system lets a socket stand at the address, as it does at its own alone."""
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    if address.is_unspecified or address.is_multicast:
        return False
    with contextlib.suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
        probe.bind((str(address), 0))
        return True
    return False


def init_hosts(app: Flask) -> None:
    """Refuse with 400 a request whose Host header names no host: no URL can be built from it."""
    answer = app.wsgi_app

    def checked(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        host = environ.get("HTTP_HOST")
        if host and not is_host_header(host):
            environ = environ | {"HTTP_HOST": "localhost", BAD_HOST: host}
        return answer(environ, start_response)

    def refuse_bad_host() -> None:
        if BAD_HOST in request.environ:
            abort(400)

    app.before_request_funcs.setdefault(None, []).insert(0, refuse_bad_host)
    app.wsgi_app = checked  # type: ignore[method-assign]
