"""gunicorn's worker as in production, with short deadlines, for tests that would wait for those."""

from app import web


class Connection(web.Connection):
    head_s, body_s, send_s, linger_s = 1.0, 1.0, 1.0, 0.2


class Worker(web.Worker):
    connection_class = Connection
