"""An app that answers what a test scripted, where the sandbox is the thing tested."""

import json
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

DRIP = "a byte now and then, until the silence ends"


@dataclass(frozen=True)
class Asked:
    """A request as it came in."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: str

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class StubApp:
    """`replies` are used once each, in order: (status, JSON, bytes or DRIP); then every answer is an echo."""

    url: str = ""
    replies: deque[tuple[int, Any]] = field(default_factory=deque)
    asked: list[Asked] = field(default_factory=list)
    silence: threading.Event = field(default_factory=threading.Event)  # cleared: no answer until it is set

    def answers(self, *outputs: Any, replies: Any = None) -> None:
        """Script the next answer of the skill."""
        self.replies.append((200, skill(*outputs, replies=replies)))


def skill(*outputs: Any, replies: Any = None) -> dict[str, Any]:
    template: dict[str, Any] = {"outputs": list(outputs)}
    return {"version": "2.0", "template": template | ({"quickReplies": replies} if replies else {})}


def text(words: str) -> dict[str, Any]:
    return {"simpleText": {"text": words}}


def tappable(label: str, **extra: Any) -> dict[str, Any]:
    """A quick reply that runs a block."""
    return {"label": label, "action": "block", "blockId": "b1", "messageText": label, "extra": extra}


@contextmanager
def running_app() -> Iterator[StubApp]:
    """The stub on a free port, until the end of the block."""
    app = StubApp()
    app.silence.set()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            query = dict(parse_qsl(parts.query))
            app.asked.append(Asked(self.command, parts.path, query, dict(self.headers), body))
            if not app.replies or app.replies[0][1] is not DRIP:
                app.silence.wait(30)
            self.answer(*(app.replies.popleft() if app.replies else echo(app.asked[-1])))

        do_POST = do_GET

        def answer(self, status: int, what: Any) -> None:
            content = what if isinstance(what, bytes) else json.dumps(what).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            if 300 <= status < 400:
                self.send_header("Location", f"{app.url}/elsewhere")
            if what is not DRIP:
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            while what is DRIP and not app.silence.wait(0.02):
                self.wfile.write(b" ")
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        app.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield app
        finally:
            app.silence.set()
            server.shutdown()


def echo(asked: Asked) -> tuple[int, Any]:
    if not asked.path.endswith("/skill"):
        return 200, b""
    return 200, skill(text(f"'{asked.json['userRequest']['utterance']}'라고 하셨어요."))
