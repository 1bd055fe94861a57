"""How `rq worker` connects to Redis."""

import pytest

from app.workers.connection import Connection

URL = "rediss://:password@redis.test:6380/0"


@pytest.mark.parametrize(("verify", "expected"), [("0", "none"), ("1", None)])
def test_a_self_signed_certificate_is_taken_only_when_the_environment_says_so(
    env: dict[str, str], monkeypatch: pytest.MonkeyPatch, verify: str, expected: str | None
) -> None:
    monkeypatch.setenv("REDIS_TLS_VERIFY", verify)

    client = Connection.from_url(URL)

    assert client.connection_pool.connection_kwargs.get("ssl_cert_reqs") == expected
    client.close()
