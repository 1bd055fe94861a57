"""The Redis client of `rq worker`, which connects before there is a worker or an application."""

from typing import Any

from redis import Redis

from app import config
from app.extensions import tls_options


class Connection(Redis):
    """Redis as the environment wants it: `REDIS_TLS_VERIFY=0` holds for workers too."""

    @classmethod
    def from_url(cls, url: str, **options: Any) -> Redis:
        """A client for `url`; raises `config.ConfigError` when the environment is not usable."""
        verify = config.load()["REDIS_TLS_VERIFY"]
        return super().from_url(url, **tls_options(url, verify=verify), **options)
