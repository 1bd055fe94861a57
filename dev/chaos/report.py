"""What came out, as a table and as the stories of offenders."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from app.models.notification import LEGAL_MOVES
from dev.chaos import verdict
from dev.chaos.clients import NAME, TEXT, TITLE, Ledger
from dev.chaos.facts import Facts, count_lines
from dev.chaos.faults import Faults
from dev.chaos.stage import Stage
from dev.chaos.verdict import Recovery, Row, Taken
from dev.sandbox.client import Sandbox

STORIES = 5
ALL_MESSAGES = 1_000_000


def _escaped(word: str) -> str:
    return word.encode("ascii", "backslashreplace").decode()


WORDS = [re.escape(each) for word in (NAME, TITLE, TEXT) for each in (word, _escaped(word))]
PERSONAL = re.compile("|".join([r"(?:0|82[-. ]?)10[-. ]?0000[-. ]?\d{4}", *WORDS]))
DEADLOCK = re.compile("deadlock detected")
REFUSED_MOVE = re.compile("may not move from")


@dataclass
class Findings:
    """All figures of a run."""

    rows: list[Row]
    accepted: int
    repeated: set[str]
    duplicated: set[str]
    lost: dict[str, str]
    recovery: Recovery
    illegal: int
    deadlocks: int
    personal: int
    broken: list[str]
    events_left: int
    longest_receipt_s: float
    answers: Counter[str] = field(default_factory=Counter)
    codes: dict[str, int] = field(default_factory=dict)

    @property
    def is_well(self) -> bool:
        """Whether every promise was kept."""
        harm = (self.duplicated, self.lost, self.illegal, self.deadlocks, self.personal, self.broken)
        return not any(harm)

    @property
    def offenders(self) -> dict[str, str]:
        """What is wrong, by notification."""
        return dict.fromkeys(self.duplicated, "the trainee got it twice") | self.lost


def find(stage: Stage, facts: Facts, faults: Faults, ledger: Ledger, dealer: Sandbox) -> Findings:
    """Read everything and count."""
    rows, moves = facts.rows(), facts.moves()
    taken = [
        Taken(each.notification_id, each.accepted_at, failed=each.status == "failed")
        for each in dealer.messages(limit=ALL_MESSAGES)
        if each.notification_id
    ]
    postgres_log = [stage.servers.postgres.log]
    return Findings(
        rows=rows,
        accepted=len(ledger.accepted),
        repeated=verdict.repeated(taken),
        duplicated=verdict.duplicated(taken, moves),
        lost=verdict.lost(ledger.accepted.values(), rows, dealer.effects()),
        recovery=verdict.recovery(faults.kills, moves, datetime.now(UTC)),
        illegal=len(verdict.illegal(moves, LEGAL_MOVES)) + count_lines(postgres_log, REFUSED_MOVE),
        deadlocks=count_lines(postgres_log, DEADLOCK),
        personal=count_lines(stage.app_logs, PERSONAL),
        broken=ledger.broken,
        events_left=(facts.unsettled() or (0, 0))[1],
        longest_receipt_s=facts.longest_receipt_s(),
        answers=ledger.answers,
        codes=facts.codes(),
    )


def table(found: Findings, ledger: Ledger, faults: Faults, lifts: int) -> str:
    """The figures, a line each."""
    states = Counter(row.status for row in found.rows)
    back = found.recovery
    lines = [
        ("accepted", found.accepted, f"again with the same key: {ledger.again}"),
        ("accepted without Redis", ledger.without_redis, ""),
        ("delivered", states["DELIVERED"], ""),
        ("failed", states["FAILED"], _reasons(found.rows, "FAILED")),
        ("in review", states["MANUAL_REVIEW"], _reasons(found.rows, "MANUAL_REVIEW")),
        ("expired, canceled", states["EXPIRED"] + states["CANCELED"], ""),
        ("waiting for a receipt", states["SENT"], "SENT; its webhook was lost or is late"),
        ("automatic cap lifted by hand", lifts, "how often most attempts failed"),
        ("attempts left open", found.codes.get("open", 0), "no answer and no code, though all has settled"),
        ("webhook events left", found.events_left, ""),
        ("slowest webhook", f"{found.longest_receipt_s:.1f} s", "from its arrival until it was applied"),
        ("kills of workers", len(faults.kills), f"rows under a victim's lease: {back.victims}"),
        ("longest take-over", f"{back.taken_over_s:.1f} s", "from the kill to a new fence or state"),
        ("latest take-over", f"{back.late_s:.1f} s", "after the end of the victim's lease"),
        ("longest recovery", f"{back.settled_s:.1f} s", "from the kill to an end of SENDING"),
        ("accepted more than once", len(found.repeated), "by the dealer, legal resends included"),
        ("DUPLICATED", len(found.duplicated), "no failed delivery was known before the resend"),
        ("LOST", len(found.lost), ""),
        ("illegal moves", found.illegal, "made or refused"),
        ("deadlocks", found.deadlocks, "in PostgreSQL's log"),
        ("personal data", found.personal, "lines of the app's logs with a number, name or text"),
        ("ended by themselves", faults.ended.total(), _counts(faults.ended)),
        ("broken answers", len(found.broken), "; ".join(found.broken[:3])),
    ]
    text = [f"  {name:<26}{figure!s:>9}   {note}".rstrip() for name, figure, note in lines]
    text += ["", f"  HTTP answers: {_counts(found.answers)}", f"  Attempts: {_counts(found.codes)}"]
    text += [f"  Faults: {_counts(faults.counts)}"]
    return "\n".join(text)


def stories(found: Findings, facts: Facts) -> str:
    """What happened to the first few offenders."""
    lines = []
    for row_id, why in list(found.offenders.items())[:STORIES]:
        lines += [f"{row_id}: {why}", *(f"  {line}" for line in facts.story(row_id)), ""]
    return "\n".join([*lines, *found.broken])


def _reasons(rows: list[Row], status: str) -> str:
    return _counts(Counter(str(row.reason_code) for row in rows if row.status == status))


def _counts(counter: Mapping[str, int]) -> str:
    ordered = sorted(counter.items(), key=lambda each: (-each[1], each[0]))
    return ", ".join(f"{name} {count}" for name, count in ordered)
