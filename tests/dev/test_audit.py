"""`make audit`: vulnerable, not vulnerable and not known are three answers."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest
from raw_server import RawServer, Script, read_request, response, serving

from dev.environment import ROOT

FAULT = {
    "id": "TEST-2026-1",
    "summary": "made up",
    "affected": [
        {
            "package": {"name": "flask", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "99.1"}]}],
        }
    ],
}


def knows(*vulnerable: str) -> Script:
    """A service that knows a fault of these packages and none of all others."""

    def script(connection: socket.socket, server: RawServer) -> None:
        asked = json.loads(read_request(connection, server).partition(b"\r\n\r\n")[2])
        faults = {"vulns": [FAULT]} if asked["package"]["name"] in vulnerable else {}
        connection.sendall(response(json.dumps(faults).encode(), "200 OK", "Connection: close"))

    return script


def audit(*arguments: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "dev.audit", *arguments]
    proxies = {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
    done = subprocess.run(command, cwd=ROOT, env=os.environ | proxies, capture_output=True, text=True)
    return done.returncode, done.stdout


def pinned() -> Iterator[str]:
    for name in ("requirements.txt", "requirements-dev.txt"):
        yield from (line.split("==")[0] for line in (ROOT / name).read_text().splitlines() if "==" in line)


@pytest.mark.parametrize(("vulnerable", "code"), [((), 0), (("flask",), 1), (("pytest",), 1)])
def test_what_the_service_knows_decides(vulnerable: tuple[str, ...], code: int) -> None:
    with serving(knows(*vulnerable)) as service:
        ended, said = audit("--vulnerability-service", "osv", "--osv-url", service.url)

    asked = {json.loads(each.partition(b"\r\n\r\n")[2])["package"]["name"] for each in service.requests}
    assert ended == code, said
    assert asked == set(pinned())
    assert all(f"{name} " in said and "TEST-2026-1" in said for name in vulnerable)


def test_a_service_that_is_not_reached_is_neither() -> None:
    ended, said = audit("--vulnerability-service", "osv", "--osv-url", "http://127.0.0.1:9")

    assert ended == 3
    assert said.startswith("NOT AUDITED") and "No known" not in said


def test_a_package_that_the_service_has_not_heard_of_is_not_audited() -> None:
    unknown = [{"name": "flask", "version": "1", "vulns": []}, {"name": "rq", "skip_reason": "not found"}]
    code = f"import sys; from dev.audit import judge; sys.exit(judge({unknown!r}))"

    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)

    assert (ended.returncode, ended.stdout.split(":")[0]) == (3, "NOT AUDITED")
