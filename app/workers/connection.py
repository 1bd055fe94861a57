"""The Redis client of `rq worker`, which connects before there is a worker or an application."""

import logging
from threading import Event
from typing import Any

from redis import Redis
from redis.exceptions import AuthenticationError, ConnectionError, TimeoutError

from app import config, logs
from app.extensions import tls_options

log = logging.getLogger(__name__)
RETRY_S = 2.0


class Connection(Redis):
    """Redis as the environment wants it: `REDIS_TLS_VERIFY=0` holds for workers too."""

    @classmethod
    def from_url(cls, url: str, **options: Any) -> Redis:
        """A client for `url`, once Redis answers: a worker that starts while it is away waits for it.

        Raises `config.ConfigError` when the environment is not usable, AuthenticationError when the password
        is wrong.
        """
        logs.configure(config.load()["LOG_LEVEL"])
        client = cls.unconnected(url, **options)
        while not _answers(client):
            log.warning("waiting for Redis")
            Event().wait(RETRY_S)
        return client

    @classmethod
    def unconnected(cls, url: str, **options: Any) -> Redis:
        """The same without a look whether Redis is there."""
        verify = config.load()["REDIS_TLS_VERIFY"]
        return super().from_url(url, **tls_options(url, verify=verify), **options)


def _answers(client: Redis) -> bool:
    try:
        client.ping()
    except AuthenticationError:
        raise
    except (ConnectionError, TimeoutError):
        return False
    return True
