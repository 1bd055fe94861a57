"""`make audit`: known vulnerabilities of every package that is pinned here. Arguments go to pip-audit.

Ends with 0 when there are none, 1 when there are some, and 3 when that is not known, because the service that
knows them was not reached. pip-audit by itself ends with 0 and "No known vulnerabilities found" when the
service has heard of none of the packages, as behind a mirror: so what it skipped is not taken for audited.
"""

import json
import subprocess
import sys
import tempfile
from typing import Any

from dev.environment import ROOT

PINNED = ("requirements.txt", "requirements-dev.txt")  # pip-audit does not follow the second to the first
NONE, SOME, UNKNOWN = 0, 1, 3
TIMEOUT_S = 15


def main() -> int:
    """Ask, and print what came of it; see above for the number."""
    files = [option for name in PINNED for option in ("--requirement", str(ROOT / name))]
    with tempfile.TemporaryDirectory() as cache:  # a kept answer would be taken for today's
        command = (
            *(sys.executable, "-m", "pip_audit", *files, "--no-deps", "--disable-pip"),
            *("--format", "json", "--progress-spinner", "off", "--cache-dir", cache),
            *("--timeout", str(TIMEOUT_S), *sys.argv[1:]),
        )
        done = subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True)
    try:
        found = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError, TypeError):
        reason = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        return tell(UNKNOWN, f"NOT AUDITED: the service of known vulnerabilities was not reached. {reason}")
    return judge(found)


def judge(found: list[dict[str, Any]]) -> int:
    """Say what was found of each package."""
    faulty = [each for each in found if each.get("vulns")]
    skipped = [each["name"] for each in found if "skip_reason" in each]
    for each in faulty:
        for fault in each["vulns"]:
            mended = ", ".join(fault["fix_versions"]) or "no version yet"
            print(f"{each['name']} {each['version']}: {fault['id']}, mended in {mended}")
    if faulty:
        return tell(SOME, f"VULNERABLE: {len(faulty)} of {len(found)} packages.")
    if skipped or not found:
        which = f"{len(skipped)} of {len(found)} packages are unknown to the service that was asked"
        return tell(UNKNOWN, f"NOT AUDITED: {which}. Nothing is said about them.")
    return tell(NONE, f"No known vulnerability in {len(found)} packages.")


def tell(code: int, text: str) -> int:
    print(text)
    return code


if __name__ == "__main__":
    sys.exit(main())
