"""How often a webhook asks the database: once, for an event that is new."""

from typing import Any

from kakao import change, tell
from openapi_client import SpecClient
from sqlalchemy import Engine, event


def test_a_new_event_takes_one_query(client: SpecClient, engine: Engine) -> None:
    seen: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    tell(client, change("added"), "r-1")
    event.remove(engine, "before_cursor_execute", note)

    assert len(seen) == 1, seen
