"""Connections to PostgreSQL over TCP notice by themselves that nobody is there any more."""

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy.engine import make_url

from app.config import LOST_PEER
from app.extensions import db


@contextmanager
def over_tcp(folder: str) -> Iterator[int]:
    """A port that leads to the server's socket in this folder; for one connection."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_forward, args=(listener, f"{folder}/.s.PGSQL.5432"))
        thread.start()
        yield listener.getsockname()[1]
    thread.join(10)


def _forward(listener: socket.socket, path: str) -> None:
    accepted, _ = listener.accept()
    with accepted as client, socket.socket(socket.AF_UNIX) as server:
        server.connect(path)
        back = threading.Thread(target=_pump, args=(server, client))
        back.start()
        _pump(client, server)
        back.join(10)


def _pump(source: socket.socket, target: socket.socket) -> None:
    while data := source.recv(65536):
        target.sendall(data)
    target.shutdown(socket.SHUT_WR)


@pytest.fixture
def tcp_url(env: dict[str, str]) -> Iterator[str]:
    url = make_url(env["DATABASE_URL"])
    folder = url.query.get("host")
    if folder is None:
        yield env["DATABASE_URL"]
        return
    with over_tcp(str(folder)) as port:
        yield url.set(host="127.0.0.1", port=port, query={}).render_as_string(hide_password=False)


def test_the_kernel_is_told_how_long_to_wait_for_a_peer(
    app: Flask, another_app: Callable[..., Flask], tcp_url: str
) -> None:
    with another_app(DATABASE_URL=tcp_url).app_context():
        with db.engine.connect() as connection:
            number = os.dup(connection.connection.driver_connection.fileno())
            with socket.socket(fileno=number) as peer:
                told = {
                    "keepalives_idle": peer.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE),
                    "keepalives_interval": peer.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL),
                    "keepalives_count": peer.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT),
                    "tcp_user_timeout": peer.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT),
                }
                is_alive = peer.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        db.engine.dispose()

    assert told == LOST_PEER
    assert is_alive == 1
