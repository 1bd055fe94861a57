"""What the conversation is told of the world around it."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from app.domain import links
from app.domain.days import utc_now
from app.domain.talk_base import World


def world(config: Mapping[str, Any], now: datetime | None = None) -> World:
    """The time, the keys and the addresses, from the application's configuration."""
    keys = tuple(config["SECRET_KEYS"])
    page_of = partial(links.page_address, config["PUBLIC_BASE_URL"], keys)
    return World(now or utc_now(), keys, page_of, config)
