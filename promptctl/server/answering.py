"""The outermost part of the server: each request sees one view; what was answered before is not worked out again."""

from __future__ import annotations

import asyncio
import time

from promptctl.server.asgi import Application, Message, Receive, Scope, Send
from promptctl.server.follower import Follower
from promptctl.server.shelf import Answer, Key
from promptctl.server.view import View

NO_ROUTE = "none"
"""The route of what leads nowhere, or is refused before."""
READING = ("GET", "HEAD")


class Answering:
    """Answers from the view's shelf, else by the application, whose answer is kept as long as it says.

    The application finds the view as ``request.state.view``, and sets ``request.state.keep``: seconds, infinity for
    as long as the view lasts; without it an answer is not kept. An answer that is there whole it sets as
    ``request.state.answer``. Every 200 to a read has an entity tag.
    """

    def __init__(self, application: Application, follower: Follower) -> None:
        self._application, self._follower = application, follower

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        view = self._follower.view
        scope.setdefault("state", {})["view"] = view
        if scope["method"] in READING:
            await self._read(view, scope, receive, send)
        else:
            await self._application(scope, receive, send)

    async def _read(self, view: View, scope: Scope, receive: Receive, send: Send) -> None:
        key = (scope["raw_path"], scope["query_string"])
        answer = view.shelf.find(key)
        if answer is None:
            answer = await self._once(view, key, scope, receive)
        else:
            scope["state"]["kept"] = True
        scope["state"]["route"] = answer.route
        status, headers, body = answer.fits(scope["headers"])
        length = () if status == 304 else ((b"content-length", str(len(body)).encode()),)
        await send({"type": "http.response.start", "status": status, "headers": [*headers, *length]})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    async def _once(self, view: View, key: Key, scope: Scope, receive: Receive) -> Answer:
        """The answer to what many may ask at the same time, worked out by one of them."""
        # Errors, which are not kept, are told to people as pages and to programs as problems.
        same = (*key, next((value for name, value in scope["headers"] if name == b"accept"), b""))
        asking = view.asking.get(same)
        if asking is None:
            asking = view.asking[same] = asyncio.ensure_future(self._made(view, key, scope, receive))
            asking.add_done_callback(lambda _: view.asking.pop(same, None))
        return await asyncio.shield(asking)

    async def _made(self, view: View, key: Key, scope: Scope, receive: Receive) -> Answer:
        answer = await self._asked({**scope, "method": "GET"}, receive)
        if answer.status == 200 and answer.until > time.monotonic():
            view.shelf.put(key, answer)
        return answer

    async def _asked(self, scope: Scope, receive: Receive) -> Answer:
        """What the application says, whole."""
        start: Message = {}
        parts: list[bytes] = []

        async def take(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                parts.append(message.get("body", b""))

        try:
            await self._application(scope, receive, take)
        except Exception:
            # A handler of bugs has answered, and logged it; the framework raises it all the same.
            if not start:
                raise
        if prepared := scope["state"].get("answer"):
            return prepared  # type: ignore[no-any-return]
        headers = tuple((name, value) for name, value in start["headers"] if name != b"content-length")
        until = time.monotonic() + scope["state"].get("keep", 0)
        return Answer(status=start["status"], headers=headers, body=b"".join(parts), until=until, route=route_of(scope))


def route_of(scope: Scope) -> str:
    """The path of the route that answered, as it is written down: with names in braces."""
    return getattr(scope.get("route"), "path_format", NO_ROUTE)
