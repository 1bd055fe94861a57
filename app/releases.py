"""What a release writes about itself: which revisions it ran, and which commit it deployed.

Called by `migrations/env.py` inside the migration's own transaction and under its lock, so that a row stands
there if and only if the schema changed, and two releases at once write one row.
"""

import getpass
import json
import logging
import os
import re
import socket
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

# Where platforms say which commit runs; the first that is set counts.
COMMIT_NAMES = ("GIT_COMMIT", "SOURCE_VERSION", "HEROKU_BUILD_COMMIT", "HEROKU_SLUG_COMMIT")
COMMIT = re.compile(r"[0-9A-Za-z][0-9A-Za-z._/-]{0,99}", re.ASCII)
LONGEST_ACTOR = 200

log = logging.getLogger(__name__)

_IS_THERE = text("SELECT to_regclass('maintenance_logs') IS NOT NULL")
_ADD = text("""
    INSERT INTO maintenance_logs (kind, actor, message, detail)
    SELECT :kind, :actor, :message, CAST(:detail AS jsonb)
    WHERE :kind <> 'deploy' OR CAST(:detail AS jsonb) ->> 'commit' IS DISTINCT FROM (
        SELECT detail ->> 'commit' FROM maintenance_logs
        WHERE kind = 'deploy' AND jsonb_exists(detail, 'commit') ORDER BY id DESC LIMIT 1
    )
""")


def commit(environ: Mapping[str, str]) -> str | None:
    """The commit that is deployed; None when the environment does not say, or says something odd."""
    given = next((found for name in COMMIT_NAMES if (found := environ.get(name, "").strip())), None)
    return given if given and COMMIT.fullmatch(given) else None


def actor(environ: Mapping[str, str]) -> str:
    """Who runs the release: the name a platform gives to the one-off process (`DYNO`), else user and host."""
    if dyno := environ.get("DYNO", "").strip():
        return dyno[:LONGEST_ACTOR]
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container may run as somebody without a name
        user = f"uid {os.getuid()}"
    return f"{user}@{socket.gethostname()}"[:LONGEST_ACTOR]


def note_migration(connection: Connection, before: str | None, after: str | None, ms: int) -> None:
    """Write that the schema moved from one revision to another; nothing when it did not."""
    if before == after:
        return
    message = f"{before or 'base'} -> {after or 'base'} in {ms} ms"
    _write(connection, "migration", message, {"from": before, "to": after, "ms": ms})


def note_deploy(connection: Connection, revision: str | None) -> None:
    """Write which commit is deployed, unless it is the one that was deployed last.

    So a release that runs twice leaves one row, and one that goes back to an earlier commit leaves a new one.
    """
    known = commit(os.environ)
    if known is not None:
        _write(connection, "deploy", f"commit {known}", {"commit": known, "revision": revision})


def _write(connection: Connection, kind: str, message: str, detail: dict[str, Any]) -> None:
    """Add a row, if the table is there; a log that cannot be written stops no release and no way back."""
    if not connection.scalar(_IS_THERE):
        return
    given = {"kind": kind, "actor": actor(os.environ), "message": message, "detail": json.dumps(detail)}
    try:
        with connection.begin_nested():
            connection.execute(_ADD, given)
    except SQLAlchemyError as error:
        log.warning("release not logged", extra={"kind": kind, "error": type(error).__name__})
