"""How `rq worker` connects to Redis."""

import pytest

from app.workers.connection import Connection

URL = "rediss://:password@redis.test:6380/0"


@pytest.mark.parametrize(("verify", "expected"), [("0", "none"), ("1", None)])
def test_a_self_signed_certificate_is_taken_only_when_the_environment_says_so(
    env: dict[str, str], monkeypatch: pytest.MonkeyPatch, verify: str, expected: str | None
) -> None:
    monkeypatch.setenv("REDIS_TLS_VERIFY", verify)

    client = Connection.unconnected(URL)

    assert client.connection_pool.connection_kwargs.get("ssl_cert_reqs") == expected
    client.close()


def test_redis_as_the_environment_has_it_is_taken_when_it_answers(env: dict[str, str]) -> None:
    client = Connection.from_url(env["REDIS_URL"])

    assert client.ping()
    client.close()
