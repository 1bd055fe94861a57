"""gunicorn's settings; it reads this file by itself. https://gunicorn.org/reference/settings/"""

import os
from pathlib import Path

from app.config import load
from app.logs import gunicorn_config

# Read here and not only in the workers: a bad environment ends the master at once, with one message and exit
# code 1. From the workers it would come once for each, and gunicorn would end with 3.
settings = load()

bind = f"0.0.0.0:{os.environ.get('PORT', '8000')}"  # noqa: S104 - a PaaS routes from outside
worker_class = "gthread"
workers = settings["WEB_CONCURRENCY"]
threads = settings["WEB_THREADS"]

# Each worker loads the app itself. A preloaded app would save some memory, but connections, locks and metrics
# made before the fork would be shared by processes that know nothing of each other.
preload_app = False

timeout = 30  # a worker that has not moved for so long is replaced; requests have deadlines of their own
graceful_timeout = 25  # platforms kill 30 s after SIGTERM
keepalive = 75  # longer than the 60 s of usual load balancers, so that they are the ones who close

# Our longest address, with a trainee's token or a list's cursor, has a few hundred bytes.
limit_request_line = 4094
limit_request_fields = 64
limit_request_field_size = 8190

control_socket_disable = True  # it would be a file in the home folder, shared by all clones
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - a slow disk is no hang
accesslog = None  # the app writes a line of JSON for each request
logconfig_dict = gunicorn_config(settings["LOG_LEVEL"])
