"""From a provider's code table to what the domain does about a code."""

from app.clients.alimtalk_codes import delivery_code
from app.clients.codes import Code
from app.domain.consequences import Meaning


def meaning(known: Code) -> Meaning:
    """What the domain needs of a row of a code table."""
    return Meaning(
        outcome=known.outcome,
        reason_code=known.reason_code,
        reason=known.ko,
        holds=known.holds,
        window=known.hold_until,
        template_only=known.scope == "template",
        review=known.review,
        may_recover=known.may_recover,
        once=known.once,
        slow=known.slow,
        at_once=known.refresh,
    )


def delivery_meaning(code: str) -> Meaning:
    """What a delivery result of the dealer means."""
    return meaning(delivery_code(code))
