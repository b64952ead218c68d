"""The web address at which the people of the factory reach this site, as it is printed on account slips."""

from __future__ import annotations

import contextlib
import socket
from urllib.parse import urlsplit

from flask import request

from cs.records.company import company
from cs.web.hosts import ip_address, is_host, leads_here

MAX_ADDRESS_LENGTH = 200


def site_address() -> str:
    """Return the address for tablets, with a slash at its end: the administrator's, else the address of this
    machine in the factory's network where the page was opened on the server itself, else the page's own."""
    return company().web_address or detected_address()


def detected_address() -> str:
    """Return the address that the site has without the administrator's setting."""
    parts = urlsplit(request.host_url)
    if _is_reachable(parts.hostname):
        return request.host_url
    network_address = lan_address()
    if network_address is None:
        return request.host_url
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{network_address}{port}/"


def lan_address() -> str | None:
    """Return this machine's address in the factory's network; None without a network."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))  # sends nothing: asks the system which of its addresses leads out
        address = str(probe.getsockname()[0])
        if _is_reachable(address):
            return address
    return None


def is_reachable_by_others(address: str) -> bool:
    """Return whether an address leads tablets to this site: not one that means the tablet itself."""
    return _is_reachable(urlsplit(address).hostname)


def is_of_this_server(address: str) -> bool:
    """Return whether an address leads to this machine: a page can be opened under a name that does not."""
    host = urlsplit(address).hostname or ""
    return host == lan_address() or leads_here(host)


def normal_address(typed: str) -> str | None:
    """Return a typed address as it is stored, http:// and the slash at its end added; None for what is no
    address of a site."""
    text = typed.strip()
    scheme, _, rest = text.partition(":")
    if rest.startswith("/") and scheme not in ("http", "https"):
        return None
    try:
        parts = urlsplit(text if "://" in text else f"http://{text}")
        port = "" if parts.port is None else f":{parts.port}"
    except ValueError:
        return None
    plain = not (parts.username or parts.password or parts.query or parts.fragment)
    if parts.scheme not in ("http", "https") or not parts.hostname or not plain:
        return None
    if any(letter.isspace() or not letter.isprintable() for letter in text):
        return None
    if not is_host(parts.hostname) or parts.port == 0:
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}{port}{parts.path.rstrip('/')}/"


def _is_reachable(host: str | None) -> bool:
    """Return whether a host may be another machine's way here: not a name or address that every machine uses
    for itself or for many at once."""
    if host is None or host == "localhost" or host.endswith(".localhost"):
        return False
    address = ip_address(host)
    if address is None:
        return True
    return not (
        address.is_loopback or address.is_unspecified or address.is_multicast or address.is_reserved
    ) and not str(address).startswith("0.")
