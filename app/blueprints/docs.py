"""The OpenAPI document, and a page to browse it whose assets come from here."""

from pathlib import Path

import flask_swagger_ui
from flask import Response, current_app, json, send_from_directory
from flask.typing import ResponseReturnValue

from app.errors import NotFound
from app.openapi import Blueprint

blp = Blueprint("docs", __name__, description="This document")

DIST = Path(flask_swagger_ui.__file__).parent / "dist"
ASSETS = {
    "swagger-ui.css": "text/css",
    "swagger-ui-bundle.js": "text/javascript",
    "favicon-32x32.png": "image/png",
}
# Swagger UI sets style attributes and draws its icons from data: addresses.
POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "style-src 'self' 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
PAGE = """<!doctype html>
<html lang="ko">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>갓생 코치 API</title>
<link rel="icon" href="docs/favicon-32x32.png">
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
"""
START = """SwaggerUIBundle({
  dom_id: "#swagger-ui", url: "openapi.json", deepLinking: true, validatorUrl: null,
});
"""


@blp.get("/openapi.json", auth="public")
@blp.response(200, {"type": "object"})
def openapi_json() -> Response:
    """Read this document"""
    spec = current_app.extensions["openapi"]
    return Response(json.dumps(spec.to_dict()), mimetype="application/json")


@blp.get("/docs", auth="public")
@blp.response(200, {"type": "string"}, content_type="text/html")
def docs_page() -> Response:
    """Browse this document"""
    return Response(PAGE, mimetype="text/html", headers={"Content-Security-Policy": POLICY})


@blp.get("/docs/start.js", auth="public")
@blp.response(200, {"type": "string"}, content_type="text/javascript")
def docs_start() -> Response:
    """Start the page"""
    return Response(START, mimetype="text/javascript")


@blp.get("/docs/<name>", auth="public")
@blp.response(200, {"type": "string"}, content_type="*/*")
@blp.alt_response(304, "NOT_MODIFIED")
@blp.alt_response(404, "NOT_FOUND")
def docs_asset(name: str) -> ResponseReturnValue:
    """Read an asset of the page"""
    if name not in ASSETS:
        raise NotFound("There is no such asset.")
    return send_from_directory(DIST, name, mimetype=ASSETS[name], max_age=3600)
