"""Whether this process has been asked to stop: finish what is in flight, claim nothing new."""

_asked = [False]  # no Event: its lock makes a signal that interrupts its own handler wait for ever


def ask() -> None:
    """From now on this process is to stop; safe in a signal handler, also in one that interrupts another."""
    _asked[0] = True


def is_asked() -> bool:
    """Whether it is."""
    return _asked[0]
