"""Whether answers are what the API's description says: asked of every answer that any test gets from a server."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

import jsonschema_rs

from promptctl.server.openapi import operations
from promptctl.server.routes import described_routes


def check_answer(method: str, path: str, status: int, headers: Any, body: bytes) -> None:
    """Insists on a status, a media type and a body that are described. What is described nowhere may be anything."""
    plain = path.partition("?")[0]
    found = next((it for it in _templates() if it[0] == method and it[1].fullmatch(plain)), None)
    if found is None:
        return
    responses = _document()["paths"][found[2]][method.lower()]["responses"]
    assert str(status) in responses or status == 405, (path, status, body)
    content = responses.get(str(status), {}).get("content")
    if content is None or not body:
        return
    kind = headers["content-type"].partition(";")[0]
    assert kind in content, (path, status, kind)
    if kind.endswith("json") and headers.get("content-encoding") is None:
        validator(json.dumps(content[kind]["schema"])).validate(json.loads(body))


@cache
def _document() -> dict[str, Any]:
    return described_routes().openapi()


@cache
def _templates() -> list[tuple[str, re.Pattern[str], str]]:
    """Those with most that is fixed come first, as among routes."""
    found = [(method, _pattern(path), path) for path, method, _ in operations(_document())]
    return sorted(found, key=lambda it: -len(re.sub(r"\{\w+\}", "", it[2])))


def _pattern(path: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", path)
    names = [".+" if name == "name" and "/experiments/" not in path else "[^/]+" for name in parts[1::2]]
    spelled = [re.escape(text) + name for text, name in zip(parts[::2], [*names, ""], strict=True)]
    return re.compile("".join(spelled))


@cache
def validator(schema: str) -> jsonschema_rs.Draft202012Validator:
    """The validator of a schema within the description."""
    whole = json.loads(schema) | {"components": _document()["components"]}
    return jsonschema_rs.Draft202012Validator(whole)
