"""Whether this process has been asked to stop: finish what is in flight, claim nothing new."""

from threading import Event

_asked = Event()


def ask() -> None:
    """From now on this process is to stop; safe in a signal handler."""
    _asked.set()


def is_asked() -> bool:
    """Whether it is."""
    return _asked.is_set()
