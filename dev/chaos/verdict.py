"""Counting: what was sent twice, what was lost, how long a recovery took. Pure: rows in, figures out."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

SETTLED = frozenset({"DELIVERED", "FAILED", "EXPIRED", "CANCELED", "MANUAL_REVIEW", "SENT"})
TAKEN = frozenset({"SENT", "DELIVERED"})
# A claim or a take-over has a lease of 60 s; between two questions to the dealer a row is held for 30 s at
# most, and nobody works on it.
WORKING_LEASE_S = 40.0


@dataclass(frozen=True, slots=True)
class Row:
    """A notification at the end."""

    id: str
    status: str
    reason_code: str | None
    key: str


@dataclass(frozen=True, slots=True)
class Taken:
    """A message that the dealer took; `failed`: the dealer says that it did not reach the phone."""

    notification_id: str
    at: datetime
    failed: bool


@dataclass(frozen=True, slots=True)
class Move:
    """One change of a notification's row; `who` is the database role that made it."""

    at: datetime
    who: str
    notification_id: str
    old: str | None
    new: str
    old_fence: int | None
    fence: int
    lease_s: float | None


@dataclass(frozen=True, slots=True)
class Kill:
    """A worker, or its child, that was killed."""

    at: datetime
    who: str


@dataclass(frozen=True, slots=True)
class Recovery:
    """The longest time from a kill until its victim's rows were taken over, and until they were settled.

    `late_s`: the longest time from the end of a victim's lease to the take-over.
    """

    victims: int = 0
    taken_over_s: float = 0.0
    late_s: float = 0.0
    settled_s: float = 0.0
    unsettled: frozenset[str] = frozenset()


def repeated(taken: Iterable[Taken]) -> set[str]:
    """Notifications that the dealer took more than once, for whatever reason."""
    counts = Counter(each.notification_id for each in taken)
    return {each for each, count in counts.items() if count > 1}


def duplicated(taken: Iterable[Taken], moves: Iterable[Move]) -> set[str]:
    """Notifications that were taken again although no failed delivery of the one before was known.

    A message whose delivery has definitely failed reached nobody, so a resend after that result is right. It
    was known if the row went from `SENT` to `RETRY_SCHEDULED` between the two: only such a result does that.
    """
    by_id: dict[str, list[Taken]] = defaultdict(list)
    for one in sorted(taken, key=lambda one: one.at):
        by_id[one.notification_id].append(one)
    known: dict[str, list[datetime]] = defaultdict(list)
    for move in moves:
        if (move.old, move.new) == ("SENT", "RETRY_SCHEDULED"):
            known[move.notification_id].append(move.at)
    return {key for key, ones in by_id.items() if not _was_legal(ones, known[key])}


def _was_legal(ones: Sequence[Taken], known: Sequence[datetime]) -> bool:
    pairs = zip(ones, ones[1:], strict=False)
    return all(a.failed and any(a.at < at <= b.at for at in known) for a, b in pairs)


def lost(accepted: Collection[str], rows: Iterable[Row], effects: Mapping[str, int]) -> dict[str, str]:
    """Accepted notifications (ids) that vanished, hang, or are said to be sent and are not; why, by id."""
    by_id = {row.id: row for row in rows}
    found = {each: "accepted, and there is no row" for each in accepted if each not in by_id}
    for row in by_id.values():
        if row.status not in SETTLED:
            found[row.id] = f"still {row.status}"
        elif row.status in TAKEN and not effects.get(row.id):
            found[row.id] = f"{row.status}, and the dealer never took it"
    return found


def illegal(moves: Iterable[Move], legal: Mapping[str, Collection[str]]) -> list[Move]:
    """Changes of state that the table of legal moves does not have."""
    changes = (each for each in moves if each.old is not None and each.old != each.new)
    return [each for each in changes if each.new not in legal.get(each.old or "", ())]


def recovery(kills: Iterable[Kill], moves: Iterable[Move], end: datetime) -> Recovery:
    """How long the rows stayed behind that a killed worker was working on (`SENDING` under its lease).

    A row that never settled counts until `end`.
    """
    by_id: dict[str, list[Move]] = defaultdict(list)
    for each in moves:
        by_id[each.notification_id].append(each)
    victims, unsettled = 0, set()
    taken_over, late, settled = [timedelta()], [timedelta()], [timedelta()]
    for kill in kills:
        for row_id, history in by_id.items():
            after = _left_behind(kill, history)
            if after is None:
                continue
            victims += 1
            fence = after[0].fence
            moved = (each.at for each in after[1:] if each.new != "SENDING" or each.fence != fence)
            over = next(moved, end)
            done = next((each.at for each in after[1:] if each.new != "SENDING"), None)
            if done is None:
                unsettled.add(row_id)
            taken_over.append(over - kill.at)
            late.append(over - after[0].at - timedelta(seconds=after[0].lease_s or 0))
            settled.append((done or end) - kill.at)
    longest = (max(each).total_seconds() for each in (taken_over, late, settled))
    return Recovery(victims, *longest, frozenset(unsettled))


def _left_behind(kill: Kill, history: Sequence[Move]) -> list[Move] | None:
    """The victim's claim and what followed it, or None when it was not working on this row."""
    before = [place for place, each in enumerate(history) if each.at <= kill.at]
    if not before:
        return None
    last = history[before[-1]]
    working = last.new == "SENDING" and last.who == kill.who and (last.lease_s or 0) > WORKING_LEASE_S
    held_s = (kill.at - last.at).total_seconds()
    return list(history[before[-1] :]) if working and held_s < (last.lease_s or 0) else None
