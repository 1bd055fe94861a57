"""Which addresses an answer may be posted to: Kakao's, and in development the sandbox's."""

import pytest

from app.clients.callbacks import is_allowed


@pytest.mark.parametrize(
    ("url", "also", "allowed"),
    [
        ("https://bot-api.kakao.com/v1/x", None, True),
        ("https://kakao.com/x", None, True),
        ("https://bot-api.kakao.com:443/x", None, True),
        ("http://bot-api.kakao.com/x", None, False),
        ("https://bot-api.kakao.com:8443/x", None, False),
        ("https://evilkakao.com/x", None, False),
        ("https://kakao.com.evil.example/x", None, False),
        ("https://user@kakao.com/x", None, False),
        ("https://kakao.com@evil.example/x", None, False),
        ("https://169.254.169.254/latest", None, False),
        ("https://169.254.169.254\\.kakao.com/latest", None, False),
        ("https://169.254.169.254%5c.kakao.com/latest", None, False),
        ("https://evil.example;.kakao.com/x", None, False),
        ("https://.kakao.com/x", None, False),
        ("http://127.0.0.1:8001/callback", "http://127.0.0.1:8001", True),
        ("http://127.0.0.1:8001/callback", None, False),
        ("http://127.0.0.1:8001@evil.example/", "http://127.0.0.1:8001", False),
        ("http://127.0.0.1:80010/callback", "http://127.0.0.1:8001", False),
        ("https://[::1", None, False),
        ("https://kakao.com:port/", None, False),
        ("", None, False),
        (None, None, False),
    ],
)
def test_only_kakao_is_called_back(url: str | None, also: str | None, allowed: bool) -> None:
    assert is_allowed(url, also) is allowed
