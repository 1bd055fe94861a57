"""The only globals: what needs an application, each unbound until `init_app(app)`; nothing connects here."""

from pathlib import Path
from typing import Any

from flask import Flask, current_app
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer

from app.clients.alimtalk import Alimtalk
from app.clients.kakao import Kakao
from app.clients.llm import Llm
from app.models.base import Base
from app.openapi import Api

MIGRATIONS = Path(__file__).parents[1] / "migrations"
RING_TIMEOUT_S = 0.04


class Jobs:
    """The doorbell: RQ queues on a Redis that may be slow or away.

    Its commands are not tried again and wait 40 ms to connect and 40 ms to be answered, so that a
    request that rings loses little; they raise `redis.exceptions.RedisError`.
    """

    def init_app(self, app: Flask) -> None:
        """Make the connection pool; the first command connects."""
        app.extensions["jobs"] = connect_redis(app.config, RING_TIMEOUT_S)

    @property
    def redis(self) -> Redis:
        """The client of the current application."""
        client: Redis = current_app.extensions["jobs"]
        return client

    def is_silent(self, name: str) -> bool:
        """Whether no job waits in the queue of that name: asked without making it, which takes longer."""
        return self.redis.llen(f"{Queue.redis_queue_namespace_prefix}{name}") == 0

    def queue(self, name: str) -> Queue:
        """The queue of that name; its jobs carry JSON."""
        return Queue(name, connection=self.redis, serializer=JSONSerializer)


def connect_redis(config: dict[str, Any], timeout_s: float) -> Redis:
    """A client that gives up after one try; `timeout_s` holds for connecting and again for each answer."""
    url = config["REDIS_URL"]
    options = tls_options(url, verify=config["REDIS_TLS_VERIFY"])
    if not url.startswith("unix://"):
        options["socket_connect_timeout"] = timeout_s
    return Redis.from_url(url, socket_timeout=timeout_s, **options)


def tls_options(url: str, *, verify: bool) -> dict[str, Any]:
    """What a Redis client needs to take a self-signed certificate; nothing when it must verify."""
    if verify or not url.startswith("rediss://"):
        return {}
    return {"ssl_cert_reqs": "none", "ssl_check_hostname": False}


db = SQLAlchemy(
    metadata=Base.metadata, session_options={"expire_on_commit": False}, add_models_to_shell=False
)
migrate = Migrate()  # type: ignore[no-untyped-call]
api = Api()
jobs = Jobs()
kakao = Alimtalk()
kakao_api = Kakao()
llm = Llm()


def init_app(app: Flask) -> None:
    """Bind all of them to one application."""
    db.init_app(app)
    migrate.init_app(app, db, directory=str(MIGRATIONS))  # type: ignore[no-untyped-call]
    api.init_app(app)
    jobs.init_app(app)
    kakao.init_app(app)
    kakao_api.init_app(app)
    llm.init_app(app)
