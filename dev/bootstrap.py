"""Make .venv and install what requirements-dev.txt names; nothing is done when that has been done.

Run by dev/bootstrap.sh from the repository's folder, by any Python from 3.11 on, so only the standard library
is imported. A stamp in .venv says what it was made from. It is made anew when it does not run any more, or
stands at another path than it was made for: scripts in .venv/bin name their Python by its full path.
"""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

VENV = Path(".venv")
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "stamp.json"
REQUIREMENTS = ("requirements.txt", "requirements-dev.txt")
CHECK = "import sys; print(sys.version_info >= (3, 11), sys.prefix, *sys.version_info[:2], sep='\\n')"


def main() -> None:
    """Do what is missing; exits with 1 and a message that says what to do."""
    with open(REQUIREMENTS[-1]) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # `make run` and `make test` at once: one of them installs
        wanted = {"path": str(VENV.resolve()), "python": venv_python(), "requirements": requirements_hash()}
        if wanted["python"] and wanted == read_stamp():
            return
        if not wanted["python"]:
            make_venv()
            wanted["python"] = venv_python()
        install()
        STAMP.write_text(json.dumps(wanted))


def venv_python() -> str | None:
    """Return the version of .venv's Python, like `3.11`; None when it has to be made (anew)."""
    try:
        answer = subprocess.check_output([PYTHON, "-c", CHECK], text=True, stderr=subprocess.DEVNULL).split(
            "\n"
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    stamp = read_stamp()
    here = str(VENV.resolve())
    if answer[0] != "True" or Path(answer[1]).resolve() != Path(here) or stamp.get("path", here) != here:
        return None
    return ".".join(answer[2:4])


def read_stamp() -> dict[str, Any]:
    """Return what .venv was made from; empty when it is not known."""
    try:
        return dict(json.loads(STAMP.read_text()))
    except (OSError, ValueError):
        return {}


def requirements_hash() -> str:
    """Return the SHA-256 of the requirements files, one after the other."""
    return hashlib.sha256(b"\0".join(Path(name).read_bytes() for name in REQUIREMENTS)).hexdigest()


def make_venv() -> None:
    """Make .venv from the interpreter that runs this; without pip inside where Debian has split that off."""
    version = ".".join(map(str, sys.version_info[:3]))
    print(f"Making .venv with Python {version} …", flush=True)
    python = getattr(sys, "_base_executable", sys.executable)  # not a venv that happens to be active
    nowhere = subprocess.DEVNULL
    shutil.rmtree(VENV, ignore_errors=True)
    if subprocess.call([python, "-m", "venv", VENV], stdout=nowhere, stderr=nowhere):
        shutil.rmtree(VENV, ignore_errors=True)
        if subprocess.call([python, "-m", "venv", "--without-pip", VENV]):
            sys.exit(
                f"Python {version} cannot make a virtual environment; on Debian: apt install python3-venv"
            )


def install() -> None:
    """Let pip install by name and from wheels only: no compiler is ever needed."""
    print("Installing requirements-dev.txt into .venv …", flush=True)
    options = ["install", "--disable-pip-version-check", "--only-binary=:all:", "-r", REQUIREMENTS[-1]]
    environment = {**os.environ, "PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0"}
    if subprocess.call([*pip(), *options], env=environment):
        sys.exit(
            "pip failed, see above. The servers for development come as wheels for Linux (glibc, x86_64 and "
            "aarch64) and macOS 11 and newer."
        )


def pip() -> list[str]:
    """Return the command of a pip that installs into .venv: its own, or this interpreter's."""
    if not subprocess.call([PYTHON, "-c", "import pip"], stderr=subprocess.DEVNULL):
        return [str(PYTHON), "-m", "pip"]
    python = getattr(sys, "_base_executable", sys.executable)
    if subprocess.call([python, "-c", "import pip"], stderr=subprocess.DEVNULL):
        sys.exit("There is no pip; on Debian: apt install python3-venv (or python3-pip)")
    return [python, "-m", "pip", "--python", str(PYTHON)]


if __name__ == "__main__":
    main()
