"""Guesses: how many wrong keys and links an address may send before it is told to wait.

Counted by each process in its memory, and the limit divided among the processes: the database and Redis,
which may be away, have no part in refusing, and guessing makes them no work. Who comes with a valid key is
never refused here, whatever others at the same address do. What keeps keys safe is their length.
"""

import logging
from collections import OrderedDict
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from math import ceil
from threading import Lock
from time import monotonic

from flask import Flask, current_app, request

from app.errors import TooManyRequests

WINDOW_S = 60.0
AN_INSTANCE = 120  # of one address in a window, over the processes of one instance
MOST_ADDRESSES = 10_000  # what is remembered of more is forgotten, the oldest first
FORGERIES_NOTED = 300  # of a provider, a process and window; each is a transaction

log = logging.getLogger(__name__)


class Windows:
    """Counts by name, each for a window that begins with the first; bounded, and safe for threads."""

    def __init__(
        self,
        what: str,
        limit: int,
        most: int = MOST_ADDRESSES,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._what, self.limit, self._most, self._clock = what, limit, most, clock
        self._lock = Lock()
        self._begun: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def add(self, name: str) -> float:
        """Count one more; the seconds until the window's end if it is over the limit, else 0."""
        now = self._clock()
        with self._lock:
            began, count = self._begun.get(name, (now, 0))
            if now - began >= WINDOW_S:
                del self._begun[name]
                began, count = now, 0
            self._begun[name] = began, count + 1
            if len(self._begun) > self._most:
                self._begun.popitem(last=False)
        if count == self.limit:
            log.warning("too many wrong guesses", extra={"of": self._what})
        return began + WINDOW_S - now if count >= self.limit else 0.0


class Forgeries:
    """How often a forged webhook may cost a transaction; what was not noted is counted onto the next."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._windows = Windows("a provider's webhooks", FORGERIES_NOTED, clock=clock)
        self._lock = Lock()
        self._unnoted: dict[str, int] = {}

    def to_note(self, provider: str) -> int:
        """How many forged requests to note now, this one among them; 0: not now."""
        is_late = self._windows.add(provider) > 0
        with self._lock:
            count = self._unnoted.pop(provider, 0) + 1
            if is_late:
                self._unnoted[provider] = count
        return 0 if is_late else count


def init_app(app: Flask) -> None:
    """Begin to count in this process."""
    limit = max(1, AN_INSTANCE // app.config["WEB_CONCURRENCY"])
    app.extensions["guesses"] = Windows("keys and links, at one address", limit)
    app.extensions["forgeries"] = Forgeries()


def note() -> None:
    """Count a wrong guess of this request's address; TooManyRequests from the one over the limit on."""
    windows: Windows = current_app.extensions["guesses"]
    wait_s = windows.add(client_address())
    if wait_s:
        raise TooManyRequests(
            "Too many wrong keys or links came from this address.", headers={"Retry-After": str(ceil(wait_s))}
        )


def forgeries_to_note(provider: str) -> int:
    """`Forgeries.to_note` of the current application."""
    forgeries: Forgeries = current_app.extensions["forgeries"]
    return forgeries.to_note(provider)


def client_address() -> str:
    """Who asks: the address that the outermost of `TRUSTED_PROXIES` saw, of IPv6 the network of 64 bits.

    Each proxy adds to the end of `X-Forwarded-For` whom it was asked by, so what a client puts there itself
    stands before that. With fewer entries than proxies, or nonsense, it is whoever is connected to us.
    """
    hops = request.headers.get("X-Forwarded-For", "").split(",")
    trusted: int = current_app.config["TRUSTED_PROXIES"]
    given = hops[-trusted] if 0 < trusted <= len(hops) else ""
    return _parsed(given) or _parsed(request.remote_addr or "") or "unknown"


def _parsed(text: str) -> str | None:
    """An address in one spelling, without the port that some proxies write; None if it is none."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found: IPv4Address | IPv6Address = ip_address(text)
    except ValueError:
        return None
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or ip_network((found, 64), strict=False))
    return str(found)
