"""`python -m dev.sandbox`: start the sandbox and say where it listens."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading

from dev.sandbox.server import create_app, make_server
from dev.sandbox.state import Settings


def read_arguments(arguments: list[str] | None = None) -> argparse.Namespace:
    defaults = Settings()
    parser = argparse.ArgumentParser(
        "python -m dev.sandbox", description="A stand-in for Kakao, the dealer and the LLM."
    )
    parser.add_argument("--port", type=int, default=0, help="0, the default, takes a free one and prints it")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--webhook-url", help="where delivery results are posted; none are when not given")
    parser.add_argument("--webhook-signature", help="the value of X-Toast-Webhook-Signature")
    parser.add_argument("--app-key", default=defaults.app_key)
    parser.add_argument("--secret-key", default=defaults.secret_key)
    parser.add_argument("--sender-key", help="any is taken when not given")
    parser.add_argument("--app-url", help="base address of the app, for what is said in the chat")
    parser.add_argument("--skill-token", help="the value of X-Skill-Token")
    parser.add_argument("--admin-key", help="signs the channel and unlink webhooks")
    parser.add_argument("--app-id", default=defaults.app_id)
    parser.add_argument("--bot-id", default=defaults.bot_id)
    parser.add_argument("--latency-ms", type=float, default=0, help="added to every provider request")
    parser.add_argument("--delivery-delay-s", type=float, default=defaults.delivery_delay_s)
    parser.add_argument("--keep-bodies", type=int, default=defaults.keep_bodies, help="in the request log")
    parser.add_argument("--exit-with-stdin", action="store_true", help="stop when standard input closes")
    return parser.parse_args(arguments)


def main() -> None:
    arguments = vars(read_arguments())
    host, port = arguments.pop("host"), arguments.pop("port")
    exit_with_stdin = arguments.pop("exit_with_stdin")
    server = make_server(create_app(Settings(**arguments)), host, port)
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: os._exit(0))  # at once: there is nothing to save
    if exit_with_stdin:
        threading.Thread(target=lambda: (sys.stdin.buffer.read(), os._exit(0)), daemon=True).start()
    print(f"Sandbox on http://{host}:{server.port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
