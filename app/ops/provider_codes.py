"""`flask ops provider-codes`: whether answers are collected, and what they say."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import click
from flask.cli import with_appcontext

from app.clients.alimtalk_answers import BAD_RESPONSE
from app.clients.alimtalk_codes import API_CODES, DELIVERY_CODES
from app.clients.codes import Code
from app.clients.kakao_codes import KAPI_CODES, KAUTH_CODES
from app.domain import provider_codes as rows
from app.domain.provider_codes import Collection
from app.extensions import db
from app.ops.output import Line, moment, reports

LOWEST_RATE = 0.95
ENOUGH = 20
NO_ANSWER = "답을 받지 못했습니다. / There was no usable answer."
# Ours, for calls without an answer that has a code of its own.
OWN_CODES = {
    *("TIMEOUT", "CONNECTION_ERROR", BAD_RESPONSE, "WORKER_LOST"),
    *("NO_TOKEN", "TOKEN_BUSY", "TOKEN_EXPIRED", "TOKEN_UNREADABLE", "LEASE_SHORT"),
}
NUMBERS = {"alimtalk": API_CODES, "memo": KAPI_CODES}


class _Read(NamedTuple):
    """A code with our reading of it; `is_known`: it stands in a table, or is one of ours."""

    kind: str
    row: Any
    outcome: str
    reading: str
    is_known: bool


@click.command("provider-codes", short_help="Show whether answers are collected, and all codes.")
@click.option(
    "--hours", type=click.IntRange(1, 24 * 90), default=24, show_default=True, help="How far to look back."
)
@with_appcontext
@reports
def provider_codes(hours: int) -> list[Line]:
    """Show whether providers' answers are collected, and every code with its count.

    collection-rate fails below 0.95 of at least 20 attempts that began more than two minutes ago.
    unknown-codes fails when a provider sent a code that stands in no table of ours; such codes are listed
    first, the newest on top. Behind each code: provider, code, outcome, count, and what it means.
    """
    session = db.session()
    found = [_read_answer(row) for row in rows.answers(session, hours)]
    found += [_read_result(row) for row in rows.results(session, hours)]
    unknown = sorted((each for each in found if not each.is_known), key=_newest, reverse=True)
    known = [each for each in found if each.is_known]
    checks = [_rate_line(rows.collection(session, hours), hours), _unknown_line(unknown, hours)]
    return [*checks, *map(_code_line, unknown), *map(_code_line, known)]


def _read_answer(row: Any) -> _Read:
    known = _api_code(row.provider, row.code)
    reading = _reading(known) or (NO_ANSWER if row.code in OWN_CODES else "")
    is_known = known is not None or row.code in OWN_CODES
    return _Read("code", row, row.outcome or "unknown", reading, is_known)


def _read_result(row: Any) -> _Read:
    known = DELIVERY_CODES.get(row.code) if row.provider == "alimtalk" else None
    outcome = row.outcome or (known.outcome if known else "unknown")
    return _Read("delivery-code", row, outcome, _reading(known), known is not None or outcome != "unknown")


def _api_code(provider: str, code: str) -> Code | None:
    try:
        return NUMBERS[provider].get(int(code))
    except ValueError:
        return KAUTH_CODES.get(code) if provider == "memo" else None


def _reading(known: Code | None) -> str:
    return f"{known.ko} / {known.en}" if known else ""


def _newest(each: _Read) -> Any:
    return each.row.last_at


def _rate_line(found: Collection, hours: int) -> Line:
    is_low = found.due >= ENOUGH and (found.due_rate or 0) < LOWEST_RATE
    rate = "-" if found.rate is None else f"{found.rate:.4f}"
    detail = (
        f"{rate}: {found.completed} of {found.started} in {hours} h;"
        f" of those over two minutes old {found.due_completed} of {found.due}"
    )
    data = {
        "rate": found.rate,
        "started": found.started,
        "completed": found.completed,
        "due": found.due,
        "due_completed": found.due_completed,
    }
    return Line(not is_low, "collection-rate", detail, data)


def _unknown_line(unknown: Sequence[_Read], hours: int) -> Line:
    times = sum(each.row.count for each in unknown)
    detail = f"{len(unknown)} in no table, seen {times}× in {hours} h" if unknown else "none"
    return Line(not unknown, "unknown-codes", detail, {"codes": len(unknown), "times": times})


def _code_line(each: _Read) -> Line:
    row = each.row
    detail = f"{row.provider} {row.code}  {each.outcome}  {row.count}×"
    if not each.is_known:
        detail += f"  first {moment(row.first_at)}, last {moment(row.last_at)}"
    data = {
        "provider": row.provider,
        "code": row.code,
        "outcome": each.outcome,
        "count": row.count,
        "reading": each.reading,
        "is_known": each.is_known,
        "first_at": row.first_at,
        "last_at": row.last_at,
    }
    return Line(each.is_known, each.kind, f"{detail}  {each.reading}".rstrip(), data)
