"""The embedded servers: started for real, and ended in every way a developer's machine ends things."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psutil
import psycopg2
import pytest
import redis
from sqlalchemy import create_engine, text
from supervisors import gone, has, new_base, supervisor, write

from dev import processes
from dev.layout import lay_out, outside_folders, own_folder
from dev.processes import wait_until
from dev.services import ServiceError, Services, services


@pytest.fixture(scope="module")
def base() -> Iterator[Path]:
    """One base for all tests here, made by the first: later starts find data and take a tenth of a second."""
    with new_base() as path:
        yield path


def setting(running: Services, name: str) -> str:
    """What PostgreSQL says a setting is."""
    with closing(psycopg2.connect(running.postgres.dsn)) as connection, connection.cursor() as cursor:
        cursor.execute(f"SHOW {name}")
        return cursor.fetchone()[0]


def test_both_servers_answer_at_their_urls(base: Path) -> None:
    with services(base, durable=False) as running:
        engine = create_engine(running.database_url)
        with engine.connect() as connection:
            assert connection.execute(text("SELECT current_database()")).scalar_one() == "app"
        engine.dispose()
        with redis.from_url(running.redis_url) as client:
            assert client.ping()
        assert setting(running, "max_connections") == "200"
        assert setting(running, "listen_addresses") == ""


@pytest.mark.parametrize(("durable", "expected"), [(True, "on"), (False, "off")])
def test_only_tests_do_without_waiting_for_the_disk(base: Path, durable: bool, expected: str) -> None:
    with services(base, durable=durable) as running:
        names = ("fsync", "synchronous_commit", "full_page_writes")
        assert {setting(running, name) for name in names} == {expected}


def test_data_survives_a_second_start(base: Path) -> None:
    with services(base, durable=True) as running:
        word = write(running.postgres.dsn, running.redis_url)

    with services(base, durable=True) as running:
        assert has(running, word)


def test_a_stop_leaves_no_process_and_no_temporary_folder(base: Path) -> None:
    before = {each.pid for each in psutil.Process().children()}  # the servers of the whole run, say
    with services(base, durable=False) as running:
        family = [psutil.Process(pid).children(recursive=True) for pid in running.pids]
        pids = [*running.pids, *(each.pid for group in family for each in group)]
        started = {each.pid for each in psutil.Process().children()} - before

    assert len(pids) > 4
    assert gone(pids)
    assert gone(list(started))
    assert not any(folder.exists() for folder in outside_folders(base))


def test_a_second_supervisor_is_refused(base: Path) -> None:
    with supervisor(base) as (first, _), pytest.raises(ServiceError, match=rf"Already running.*{first.pid}"):
        services(base, durable=True).__enter__()


def test_two_bases_run_side_by_side(base: Path) -> None:
    with services(base, durable=False) as one, services(base.with_name("other"), durable=False) as other:
        words = {write(each.postgres.dsn, each.redis_url): each for each in (one, other)}

        first, second = words
        assert has(one, first)
        assert has(other, second)
        assert not has(other, first)


def test_the_guard_stops_the_servers_of_a_killed_supervisor(base: Path) -> None:
    with supervisor(base) as (process, started):
        word = write(started["dsn"], started["redis"])
        process.kill()
        process.wait()
        wait_until(lambda: gone(started["pids"]), 20, "the guard's work")

    with services(base, durable=True) as running:
        assert has(running, word)


def test_a_start_may_follow_at_once_upon_a_kill(base: Path) -> None:
    with supervisor(base) as (process, started):
        word = write(started["dsn"], started["redis"])
        process.kill()
        process.wait()

        with services(base, durable=True) as running:
            assert gone(started["pids"])
            assert has(running, word)


def test_the_next_start_stops_orphans_when_the_guard_was_killed_too(base: Path) -> None:
    with supervisor(base) as (process, started):
        children = psutil.Process(process.pid).children()
        guards = [each for each in children if each.pid not in started["pids"]]
        process.send_signal(signal.SIGSTOP)
        processes.send(guards, signal.SIGKILL)
        process.kill()
        process.wait()
        assert not gone(started["pids"])

        with services(base, durable=True) as running:
            assert gone(started["pids"])
            assert set(running.pids).isdisjoint(started["pids"])


def test_rows_survive_when_everything_is_killed(base: Path) -> None:
    with supervisor(base) as (process, started):
        word = write(started["dsn"], started["redis"])
        family = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGSTOP)
        processes.send([*family, psutil.Process(process.pid)], signal.SIGKILL)
        process.wait()

    with services(base, durable=True) as running:
        assert has(running, word)


def test_a_pid_file_may_name_a_stranger(base: Path) -> None:
    with services(base, durable=True) as running:
        layout = running.layout
        remains = (layout.postgres / "postmaster.pid").read_bytes()
        word = write(running.postgres.dsn, running.redis_url)

    with subprocess.Popen(["/bin/sh", "-c", "read _"], stdin=subprocess.PIPE) as stranger:
        number = b"%d\n" % stranger.pid
        layout = lay_out(own_folder(base), durable=True)
        lock = layout.postgres_sockets / ".s.PGSQL.5432.lock"
        for path in (layout.postgres / "postmaster.pid", lock, layout.run / "valkey.pid"):
            path.write_bytes(number + remains.partition(b"\n")[2])
            if layout.account:
                os.chown(path, layout.account.pw_uid, layout.account.pw_gid)

        with services(base, durable=True) as running:
            assert has(running, word)

        assert stranger.poll() is None
        stranger.stdin.close()


@pytest.mark.parametrize("how", ["restart", "kill"])
def test_each_server_can_go_and_come_back(base: Path, how: str) -> None:
    with services(base, durable=True) as running:
        word = write(running.postgres.dsn, running.redis_url)
        for server in (running.postgres, running.redis):
            before = server.pid
            getattr(server, how)()
            server.start()
            assert server.pid != before
        assert has(running, word)


def test_a_server_that_is_down_refuses_connections(base: Path) -> None:
    with services(base, durable=False) as running:
        running.redis.stop()
        running.postgres.kill()

        assert running.pids == []
        with redis.from_url(running.redis_url) as client, pytest.raises(redis.ConnectionError):
            client.ping()
        with pytest.raises(psycopg2.OperationalError):
            psycopg2.connect(running.postgres.dsn)


def test_a_paused_server_takes_connections_and_says_nothing(base: Path) -> None:
    with services(base, durable=False) as running:
        running.redis.pause()

        with redis.from_url(running.redis_url, socket_timeout=0.2, retry=None) as client:
            with pytest.raises(redis.TimeoutError):
                client.ping()
            running.redis.resume()
            assert client.ping()


def test_paused_servers_can_be_stopped(base: Path) -> None:
    with services(base, durable=False) as running:
        pids = running.pids
        running.postgres.pause()
        running.redis.pause()

    assert gone(pids)


def test_one_server_may_run_without_the_other(base: Path) -> None:
    with services(base, durable=False, database=False) as running:
        assert len(running.pids) == 1
        with pytest.raises(ServiceError):
            _ = running.database_url

    with services(base, durable=False, redis=False) as running:
        assert running.pids == [running.postgres.pid]


def test_a_failed_start_shows_the_log(base: Path) -> None:
    with services(base, durable=True) as running:
        data = running.postgres.data
    with (data / "postgresql.auto.conf").open("a") as conf:
        conf.write("nonsense = 1\n")

    with pytest.raises(ServiceError, match="(?s)did not start.*nonsense"):
        services(base, durable=True).__enter__()
    with (data / "postgresql.auto.conf").open("w"), services(base, durable=True) as running:
        assert len(running.pids) == 2


def test_data_of_another_major_version_is_refused(base: Path) -> None:
    with services(base, durable=True) as running:
        version = running.postgres.data / "PG_VERSION"
    ours = version.read_text()
    version.write_text("17\n")

    with pytest.raises(ServiceError, match="made by PostgreSQL 17, this is 18"):
        services(base, durable=True).__enter__()
    version.write_text(ours)
