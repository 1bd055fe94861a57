"""What can go wrong, as exceptions that know no HTTP framework; `app/openapi.py` renders them."""

from typing import Any


class DomainError(Exception):
    """A refusal the caller can understand. `detail` is for people, `code` for programs.

    `extra` are further members of the problem document (`plan_id=…`); `headers` go with the answer.
    """

    status = 500
    code = "internal"
    title = "Internal error"

    def __init__(self, detail: str, *, headers: dict[str, str] | None = None, **extra: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.headers = headers or {}
        self.extra = extra

    def members(self, request_id: str, status: int | None = None) -> dict[str, Any]:
        """The problem document (RFC 9457); `status` replaces the class's own."""
        return {
            "type": "/problems/" + self.code.replace("_", "-"),
            "title": self.title,
            "status": status or self.status,
            "detail": self.detail,
            "code": self.code,
            "request_id": request_id,
            **self.extra,
        }


class InvalidInput(DomainError):
    """`errors` is a list of `{"pointer": "#/target_date", "detail": "…"}`."""

    status = 400
    code = "validation"
    title = "Invalid input"

    def __init__(self, detail: str, errors: list[dict[str, str]] | None = None) -> None:
        super().__init__(detail, errors=errors or [{"pointer": "#", "detail": detail}])

    @classmethod
    def at(cls, pointer: str, detail: str) -> "InvalidInput":
        """One field is wrong: `pointer` is a JSON pointer such as `#/target_date`."""
        return cls("The request is not valid.", [{"pointer": pointer, "detail": detail}])


class Unauthorized(DomainError):
    status = 401
    code = "unauthorized"
    title = "No valid key"


class Forbidden(DomainError):
    status = 403
    code = "forbidden"
    title = "Not allowed"


class NotFound(DomainError):
    status = 404
    code = "not_found"
    title = "Not found"


class MethodNotAllowed(DomainError):
    status = 405
    code = "method_not_allowed"
    title = "Method not allowed"


class Conflict(DomainError):
    status = 409
    code = "conflict"
    title = "Conflict"


class NeedsReview(DomainError):
    status = 409
    code = "needs_review"
    title = "A human has to look first"


class SetOrder(DomainError):
    status = 409
    code = "set_order"
    title = "An earlier set is pending"


class IdempotencyMismatch(DomainError):
    status = 409
    code = "idempotency_mismatch"
    title = "The key was used for another body"


class Gone(DomainError):
    status = 410
    code = "gone"
    title = "Gone"


class TooLarge(DomainError):
    status = 413
    code = "too_large"
    title = "Too large"


class UnsupportedMediaType(DomainError):
    status = 415
    code = "unsupported_media_type"
    title = "Unsupported media type"


class TooManyRequests(DomainError):
    status = 429
    code = "too_many_requests"
    title = "Too many requests"


class Internal(DomainError):
    """A fault of ours; its detail says nothing about it."""


class Unavailable(DomainError):
    status = 503
    code = "unavailable"
    title = "Unavailable"
