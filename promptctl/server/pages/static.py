"""The files that stand beside pages. Their names change with them, so that clients never ask for one again."""

from __future__ import annotations

from functools import cache

from fastapi import APIRouter, HTTPException, Request, Response

from promptctl.server.shelf import Answer

router = APIRouter(include_in_schema=False)
_HEADERS = (
    (b"content-type", b"text/javascript; charset=utf-8"),
    (b"cache-control", b"public, max-age=31536000, immutable"),
)


@router.get("/static/{name}")
def static(request: Request, name: str) -> Response:
    """A script of pages."""
    answer = _answers().get(name)
    if answer is None:
        raise HTTPException(404)
    request.state.answer = answer
    return Response()


@cache
def _answers() -> dict[str, Answer]:
    from promptctl.reports.pages.static import FOLDER, static_files

    return {
        path.removeprefix(FOLDER): Answer(status=200, headers=_HEADERS, body=text.encode())
        for path, text in static_files().items()
    }
