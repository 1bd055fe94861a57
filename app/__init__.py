"""갓생 코치, the back end of a workout coach that lives in KakaoTalk."""

from collections.abc import Mapping
from typing import Any

from flask.json.provider import DefaultJSONProvider

from app import blueprints, cli, config, deposits, extensions, guesses, hooks, logs, readiness


def create_app(overrides: Mapping[str, Any] | None = None) -> logs.App:
    """The application, configured from the environment; connects to nothing.

    `overrides` go over the environment: settings by their names there, as text, or values of Flask's own.
    Raises `config.ConfigError`, which ends the process, when the environment is not usable.
    """
    app = logs.App(__name__, static_folder=None)
    app.config.from_mapping(config.load(overrides))
    logs.configure(app.config["LOG_LEVEL"])
    logs.hide(config.secrets(app.config))
    if isinstance(app.json, DefaultJSONProvider):
        app.json.ensure_ascii = False
        app.json.sort_keys = False
    hooks.init_app(app)
    extensions.init_app(app)
    readiness.init_app(app)
    deposits.init_app(app)
    guesses.init_app(app)
    blueprints.register(extensions.api)
    cli.init_app(app)
    return app
