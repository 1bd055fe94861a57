"""The floors of delivery: one job a message under the stock worker, and a bare loop over batches.

Settings come by the environment: `DATABASE_URL`, and what the dealer wants to know. Every worker process
imports this before it forks, so that a job does not pay for the imports.
"""

import os
import sys
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg2
import requests
from psycopg2.extras import execute_values

from bench.stage import dsn

TIMEOUT_S = 20.0
DUE = """
    SELECT n.id::text, u.phone_number, n.variables FROM notifications AS n JOIN users AS u ON u.id = n.user_id
    WHERE n.kind = 'daily_plan' AND n.status = 'SCHEDULED' AND n.due_at <= now()
    ORDER BY n.due_at LIMIT %s
"""
ONE = """
    SELECT n.id::text, u.phone_number, n.variables FROM notifications AS n JOIN users AS u ON u.id = n.user_id
    WHERE n.id = %s
"""
SENT = """
    UPDATE notifications AS n SET status = 'SENT', sent_at = now(), updated_at = now(), attempt_count = 1,
        request_key = sent.key, provider_response_code = sent.code
    FROM (VALUES %s) AS sent (id, key, code) WHERE n.id = sent.id::uuid
"""
ATTEMPTS = """
    INSERT INTO notification_provider_codes (notification_id, provider, attempt_no, request_key, captured_at,
        outcome, provider_status_code, provider_response, http_status, latency_ms, provider_request_id,
        recipient_seq) VALUES %s
"""


def send_one(notification_id: str) -> None:
    """A job: read the message, send it alone, mark its row."""
    connection = psycopg2.connect(dsn(os.environ["DATABASE_URL"]))
    with connection, connection.cursor() as cursor:
        cursor.execute(ONE, (notification_id,))
        key = str(uuid4())
        answer = _post(requests, key, cursor.fetchall()).json()
        taken = answer["message"]["sendResults"][0]
        execute_values(cursor, SENT, [(notification_id, key, str(taken["resultCode"]))])
    connection.close()


def loop(batch: int, signal: Path) -> None:
    """Send all that is due, a batch a request; each batch is written in one transaction after the answer.

    Starts once `signal` is there, so that the start of a process is not part of the measurement.
    """
    connection = psycopg2.connect(dsn(os.environ["DATABASE_URL"]))
    session = requests.Session()
    signal.with_suffix(".ready").touch()
    while not signal.exists():
        time.sleep(0.001)
    while True:
        with connection, connection.cursor() as cursor:
            cursor.execute(DUE, (batch,))
            rows = cursor.fetchall()
            connection.commit()
            if not rows:
                return
            key = str(uuid4())
            reply = _post(session, key, rows)
            _write(cursor, key, reply)


def _post(session: Any, key: str, rows: list[Any]) -> requests.Response:
    environment = os.environ
    base, app_key = environment["KAKAO_ALIMTALK_BASE_URL"], environment["KAKAO_ALIMTALK_APP_KEY"]
    recipients = [
        {
            "recipientNo": phone,
            "templateParameter": variables,
            "resendParameter": {"isResend": False},
            "recipientGroupingKey": row_id,
        }
        for row_id, phone, variables in rows
    ]
    body = {
        "senderKey": environment["KAKAO_SENDER_KEY"],
        "templateCode": environment["KAKAO_TEMPLATE_DAILY_PLAN"],
        "senderGroupingKey": key,
        "recipientList": recipients,
    }
    headers = {"X-Secret-Key": environment["KAKAO_TOKEN"], "X-NC-API-IDEMPOTENCY-KEY": key}
    url = f"{base}/alimtalk/v2.3/appkeys/{app_key}/messages"
    reply: requests.Response = session.post(url, json=body, headers=headers, timeout=TIMEOUT_S)
    reply.raise_for_status()
    return reply


def _write(cursor: Any, key: str, reply: requests.Response) -> None:
    message = reply.json()["message"]
    latency_ms = int(reply.elapsed.total_seconds() * 1000)
    results = [
        (each["recipientGroupingKey"], str(each["resultCode"]), each["resultMessage"], each["recipientSeq"])
        for each in message["sendResults"]
    ]
    execute_values(cursor, SENT, [(row_id, key, code) for row_id, code, *_ in results], page_size=1000)
    attempts = [
        (row_id, "alimtalk", 1, key, "now", "ok", code, text, 200, latency_ms, message["requestId"], seq)
        for row_id, code, text, seq in results
    ]
    execute_values(cursor, ATTEMPTS, attempts, page_size=1000)


if __name__ == "__main__":
    loop(int(sys.argv[1]), Path(sys.argv[2]))
