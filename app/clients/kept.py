"""What may be kept of a provider's answer: known fields, each short, without phone numbers or secrets."""

import re
from collections.abc import Sequence
from typing import Any, Final

from app.clients.untrusted import line, whole

RESPONSE_BYTES: Final = 4096
FIELD_CHARS: Final = 100  # nine fields of characters of up to 4 bytes stay below RESPONSE_BYTES
MASK: Final = "***"
_GAP = r"[\s().\-\u2010-\u2015\u00b7_/]{0,3}"
_MOBILE = re.compile(rf"(?<!\d)(?:\+?(?:00)?82{_GAP}0?|0){_GAP}1[016789](?:{_GAP}\d){{7,8}}(?!\d)")


def mask(text: str, secrets: Sequence[str] = ()) -> str:
    """The same text without Korean mobile numbers (010-1234-5678, +82 10 1234 5678, …) and without `secrets`.

    At most 4096 bytes of UTF-8: a longer text is cut between two characters.
    """
    for secret in secrets:
        if secret:
            text = text.replace(secret, MASK)
    masked = _MOBILE.sub(MASK, text)
    return masked.encode("utf-8", "replace")[:RESPONSE_BYTES].decode("utf-8", "ignore")


def keep(source: dict[str, Any], names: Sequence[str], secrets: Sequence[str]) -> dict[str, Any]:
    """Those of the fields that are there; a list or an object is only named by its type."""
    return {name: _scalar(source[name], secrets) for name in names if name in source}


def _scalar(value: object, secrets: Sequence[str]) -> object:
    if value is None or isinstance(value, bool) or whole(value) is not None:
        return value
    return line(mask(value, secrets), FIELD_CHARS) if isinstance(value, str) else f"({type(value).__name__})"
