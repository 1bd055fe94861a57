"""gunicorn's settings; it reads this file by itself. https://gunicorn.org/reference/settings/"""

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

# In memory if there is such a folder: a slow disk is no hang.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
# Where each worker keeps its metrics, for whichever is asked: a new folder for each start of the master,
# unless the environment names one. The library looks for it when it is imported, as the app does.
FOLDER, PREFIX = "PROMETHEUS_MULTIPROC_DIR", "godlife-metrics-"


def remove_left_over(base: Path) -> None:
    """Folders of masters that were killed, and could not remove them: they take memory."""
    for each in base.glob(f"{PREFIX}*"):
        owner = each.name.removeprefix(PREFIX).partition("-")[0]
        if owner.isdigit() and not Path(f"/proc/{owner}").exists() and Path("/proc/self").exists():
            shutil.rmtree(each, ignore_errors=True)


if FOLDER not in os.environ:
    remove_left_over(Path(worker_tmp_dir or tempfile.gettempdir()))
    os.environ[FOLDER] = tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=worker_tmp_dir)

from app.config import load, secrets  # noqa: E402
from app.logs import gunicorn_config, hide  # noqa: E402

# Read here and not only in the workers: a bad environment ends the master at once, with one message and exit
# code 1. From the workers it would come once for each, and gunicorn would end with 3.
settings = load()
hide(secrets(settings))

bind = f"0.0.0.0:{os.environ.get('PORT', '8000')}"  # noqa: S104 - a PaaS routes from outside
worker_class = "app.web.Worker"  # gthread, with deadlines for slow clients
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


def child_exit(_server: Any, worker: Any) -> None:
    """A worker has ended: what it counted stays, what it held does not."""
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def on_exit(_server: Any) -> None:
    """Leave no files behind."""
    shutil.rmtree(os.environ[FOLDER], ignore_errors=True)


control_socket_disable = True  # it would be a file in the home folder, shared by all clones
accesslog = None  # the app writes a line of JSON for each request
logconfig_dict = gunicorn_config(settings["LOG_LEVEL"])
