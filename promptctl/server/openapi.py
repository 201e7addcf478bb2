"""The description of the API: what the routes say of themselves, with the shapes of their answers and true examples."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from promptctl.server.problem import MEDIA_TYPE
from promptctl.server.shapes.asked import BODIES, EXAMPLES, parameter_example
from promptctl.server.shapes.problem import Problem
from promptctl.server.shapes.shape import Shape
from promptctl.server.shapes.table import READS, WRITES

_REFERENCE = "#/components/schemas/answer.{model}"
_REPORT = "/api/v1/experiments/{name}/report"
_REFUSED = {
    400: "What was asked means nothing: a parameter, a body, a reference, inputs that do not fit.",
    401: "A token is needed, or it is wrong, revoked or expired.",
    403: "The token is not for that, or the page that asks is another host's.",
    404: "There is no such thing.",
    408: "The body took too long.",
    409: "The registry refuses: a rule, a gate, a state, or a file that cannot be read.",
    413: "The body is too large.",
    414: "Path and query are too long.",
    415: "The body is of another media type than those that are taken, or packed.",
    421: "The server is not called that.",
    422: "The idempotency key was used for something else.",
    429: "Too many requests; `Retry-After` says when to come again, where that is known.",
    503: "What is outside did not answer: Git, a remote, a store.",
}
_OF_WRITES = (408, 413, 415, 422)


def describe(routes: FastAPI) -> None:
    """Makes ``/openapi.json`` tell all of it."""

    @cache
    def described() -> dict[str, Any]:
        document = get_openapi(title=routes.title, version=routes.version, summary=routes.summary, routes=routes.routes)
        for path, method, operation in operations(document):
            _complete(path, method, operation)
        document["components"]["schemas"] |= _schemas()
        document["components"]["schemas"].pop("HTTPValidationError", None)
        document["components"]["schemas"].pop("ValidationError", None)
        document["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
        return document

    routes.openapi = described  # type: ignore[method-assign]


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Path, method and description of each operation."""
    for path, found in document["paths"].items():
        for method, operation in found.items():
            yield path, method.upper(), operation


def _complete(path: str, method: str, operation: dict[str, Any]) -> None:
    reads = method == "GET"
    operation["security"] = [{}, {"token": []}] if reads or path.endswith("/render") else [{"token": []}]
    for parameter in operation.get("parameters", ()):
        if parameter["name"] in EXAMPLES:
            parameter["example"] = parameter_example(path, parameter["name"])
    if path in BODIES and not reads:
        operation["requestBody"]["content"]["application/json"]["example"] = BODIES[path]
    refused = [status for status in _REFUSED if not reads or status not in _OF_WRITES]
    operation["responses"] = {
        "200": _answer(path, method, operation["responses"]["200"]),
        **({"304": {"description": "What the client has still holds."}} if reads else {}),
        **{str(status): _problem(status) for status in refused},
    }


def _answer(path: str, method: str, found: dict[str, Any]) -> dict[str, Any]:
    shapes = (READS if method == "GET" else WRITES).get(path, ())
    tag = {"ETag": {"description": "Of the answer, for If-None-Match.", "schema": {"type": "string"}}}
    answer: dict[str, Any] = {"description": "The answer."} | ({"headers": tag} if method == "GET" else {})
    if path == "/metrics":
        return answer | {"content": {"text/plain": {"schema": {"type": "string"}}}}
    references = [{"$ref": _REFERENCE.format(model=shape.__name__)} for shape in shapes]
    if path == _REPORT:
        references = [{"$ref": _REFERENCE.format(model="ExperimentReport")}]
    if not references:
        return answer | {"content": found["content"]}
    content: dict[str, Any] = {"schema": references[0] if len(references) == 1 else {"anyOf": references}}
    if example := examples().get(f"{method} {path}"):
        content["example"] = example
    return answer | {"content": {"application/json": content}}


def _problem(status: int) -> dict[str, Any]:
    schema = {"$ref": _REFERENCE.format(model="Problem")}
    return {"description": _REFUSED[status], "content": {MEDIA_TYPE: {"schema": schema}}}


def _schemas() -> dict[str, Any]:
    shapes = {shape for table in (READS, WRITES) for row in table.values() for shape in row} | {Problem}
    wanted: list[tuple[type[Shape], Any]] = [(shape, "serialization") for shape in sorted(shapes, key=str)]
    _, found = models_json_schema(wanted, ref_template=_REFERENCE)
    return {f"answer.{name}": schema for name, schema in found["$defs"].items()} | _report()


def _report() -> dict[str, Any]:
    """The report of an experiment, which has a schema of its own."""
    text = files("promptctl.schemas").joinpath("experiment-report.json").read_text("utf-8")
    schema = json.loads(text.replace('"#/$defs/', '"#/components/schemas/report.'))
    parts = {f"report.{name}": part for name, part in schema["$defs"].items()}
    left_out = ("$schema", "$id", "$defs")
    return parts | {"answer.ExperimentReport": {key: part for key, part in schema.items() if key not in left_out}}


@cache
def examples() -> dict[str, Any]:
    """Answers as a small registry gave them, by method and path."""
    found: dict[str, Any] = json.loads(files("promptctl.server.shapes").joinpath("examples.json").read_text("utf-8"))
    return found
