"""Part of `make check`: the committed openapi.json equals what the routes say. Needs no server."""

import difflib
import os
import subprocess
import sys

from dev.environment import ROOT, SECRETS

COMMITTED = ROOT / "openapi.json"


def main() -> int:
    """Print the differences; return 1 when there are any, 0 when there are none."""
    committed = COMMITTED.read_text() if COMMITTED.exists() else ""
    routes = printed_by_routes()
    if committed.strip() == routes.strip():
        print("openapi.json equals the routes.")
        return 0
    before, after = (text.strip().splitlines() for text in (committed, routes))
    print("\n".join(difflib.unified_diff(before, after, "openapi.json", "the routes", lineterm="")))
    print("\nopenapi.json differs from the routes. If they are right: make spec")
    return 1


def printed_by_routes() -> str:
    """Return what `flask openapi print` prints; no log line may come between."""
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "openapi", "print"]
    done = subprocess.run(command, check=False, cwd=ROOT, env=environment(), capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"flask openapi print failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def environment() -> dict[str, str]:
    """Return an environment in which the app can be made; its servers need not exist."""
    return {
        **os.environ,
        **{name: f"spec-{name}-0123456789abcdef" for name in SECRETS},
        "APP_ENV": "test",
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "PUBLIC_BASE_URL": "http://localhost:8000",
        "LOG_LEVEL": "ERROR",
        "PYTHONUTF8": "1",
    }


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        COMMITTED.write_text(printed_by_routes())
    else:
        sys.exit(main())
