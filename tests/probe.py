"""Routes of the tests' own, to see what holds for every route."""

from typing import Any

import marshmallow as ma
from flask import request
from sqlalchemy import text

from app.errors import Conflict, NotFound, TooManyRequests
from app.extensions import db
from app.openapi import Blueprint
from app.schemas.common import Flag, Kilograms, PageArgs, Table, Whole

KIB = 1024


class Inner(ma.Schema):
    reps = Whole(0, 100, required=True)


class EchoIn(ma.Schema):
    name = ma.fields.String()
    flag = Flag()
    weight_kg = Kilograms()
    sets = ma.fields.List(ma.fields.Nested(Inner))
    loads = Table(keys=ma.fields.String(), values=ma.fields.List(Kilograms()))
    anything = ma.fields.Raw()


class EchoOut(ma.Schema):
    seen = ma.fields.List(ma.fields.String(), required=True)


def make_blueprint() -> Blueprint:
    """A new one each time: a blueprint takes no route once it is registered."""
    blp = Blueprint("probe", __name__, url_prefix="/probe")
    add_routes_that_take_input(blp)
    add_routes_with_keys(blp)
    add_routes_that_refuse(blp)
    add_routes_that_break(blp)
    return blp


def add_routes_that_take_input(blp: Blueprint) -> None:
    @blp.post("/echo", auth="public")
    @blp.arguments(EchoIn)
    @blp.response(200, EchoOut)
    def echo(data: dict[str, Any]) -> dict[str, Any]:
        return {"seen": sorted(data)}

    @blp.post("/large", auth="public", max_body=2 * KIB * KIB)
    @blp.arguments(EchoIn)
    @blp.response(200, EchoOut)
    def large(data: dict[str, Any]) -> dict[str, Any]:
        return {"seen": sorted(data)}

    @blp.get("/list", auth="public")
    @blp.arguments(PageArgs, location="query")
    @blp.response(200, EchoOut)
    def page(args: dict[str, Any]) -> dict[str, Any]:
        return {"seen": sorted(args)}


def add_routes_with_keys(blp: Blueprint) -> None:
    @blp.post("/client", auth="client")
    @blp.arguments(EchoIn)
    @blp.response(200, EchoOut)
    def for_clients(data: dict[str, Any]) -> dict[str, Any]:
        return {"seen": []}

    @blp.get("/operator", auth="operator")
    @blp.response(200, EchoOut)
    def for_operators() -> dict[str, Any]:
        return {"seen": []}


def add_routes_that_refuse(blp: Blueprint) -> None:
    @blp.get("/conflict/<uuid:plan_id>", auth="public")
    @blp.response(200, EchoOut)
    @blp.alt_response(409, "CONFLICT")
    def conflict(plan_id: Any) -> dict[str, Any]:
        raise Conflict("That day has a plan.", plan_id=plan_id)

    @blp.get("/busy", auth="public")
    @blp.response(200, EchoOut)
    @blp.alt_response(429, "TOO_MANY_REQUESTS")
    def busy() -> dict[str, Any]:
        raise TooManyRequests("Slowly.", headers={"Retry-After": "7"})

    @blp.get("/path/<name>", auth="public")
    @blp.response(200, EchoOut)
    @blp.alt_response(404, "NOT_FOUND")
    def by_name(name: str) -> dict[str, Any]:
        if name == "nobody":
            raise NotFound("No such name.")
        return {"seen": [name]}


def add_routes_that_break(blp: Blueprint) -> None:
    @blp.get("/bug", auth="public")
    @blp.response(200, EchoOut)
    @blp.alt_response(500, "INTERNAL_SERVER_ERROR")
    def bug() -> dict[str, Any]:
        raise ValueError("the secret is 01012345678")

    @blp.get("/database", auth="public")
    @blp.response(200, EchoOut)
    @blp.alt_response(503, "SERVICE_UNAVAILABLE")
    @blp.alt_response(500, "INTERNAL_SERVER_ERROR")
    def database() -> dict[str, Any]:
        db.session.execute(text(request.args.get("sql", "SELECT 1")))
        return {"seen": []}
