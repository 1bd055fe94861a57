"""`flask ops verify-schema`: the live catalogue against the models."""

import click
from flask.cli import with_appcontext

from app.domain import catalogue, schema_check
from app.extensions import db
from app.ops.output import Line, reports

KINDS = {
    "table": "tables",
    "column": "columns",
    "index": "indexes",
    "constraint": "constraints",
    "trigger": "triggers",
    "sequence": "sequences",
}


@click.command("verify-schema", short_help="Compare the live database with the models.")
@with_appcontext
@reports
def verify_schema() -> list[Line]:
    """Compare the live database with the models: revision, tables, columns, indexes, constraints, triggers.

    One line a kind of object, and one for each that is missing or another than it should be. Tables, columns
    and indexes that the models do not know are no fault: a newer release may have added them.
    """
    connection = db.session().connection()
    found = catalogue.drift(connection)
    counts = catalogue.expected()
    lines = [_revision(schema_check.current_revision(connection))]
    for kind, plural in KINDS.items():
        wrong = [each for each in found if each.kind == kind]
        lines.append(
            Line(not wrong, plural, f"{counts[kind] - len(wrong)} of {counts[kind]} as they should be")
        )
        lines += [Line(False, kind, f"{each.name}: {each.detail}", {"name": each.name}) for each in wrong]
    return [*lines, _required(catalogue.missing_required(connection))]


def _required(missing: list[str]) -> Line:
    """What the promises rest on, by name."""
    if missing:
        return Line(False, "required", f"missing: {', '.join(missing)}", {"missing": missing})
    return Line(True, "required", f"there: {', '.join(catalogue.REQUIRED)}", {"missing": []})


def _revision(current: str | None) -> Line:
    known = schema_check.known_revisions()
    state = schema_check.revision_state(current, known, known[0])
    told = f"{current or 'none'}, this code's head is {known[0]}: {state}"
    return Line(
        state in schema_check.FIT, "revision", told, {"current": current, "head": known[0], "state": state}
    )
