"""How long to wait before the next try."""

import random

FIRST_S, CAP_S = 5, 900


def backoff_s(tries: int, floor_s: float | None = None) -> float:
    """Seconds until the next try: full jitter under an exponential cap, from 5 s to 15 min.

    Source: "Exponential Backoff and Jitter", AWS Architecture Blog. `floor_s` is the provider's Retry-After,
    of which at most 15 minutes are heeded.
    """
    cap = min(CAP_S, FIRST_S * 2 ** min(tries, 10))
    delay = random.uniform(FIRST_S, cap)  # noqa: S311 - jitter, no secret
    return max(delay, min(floor_s or 0.0, CAP_S))
