"""A model that tells every secret of ``tests.planting`` that it could know, spelled in many ways."""

from __future__ import annotations

import json
from urllib.parse import quote

from tests.planting import PLACES, as_json, escaped, in_base64
from tests.servers import Handler, last_text, openai_answer, stream

TELLING = (
    "PGPASSWORD PROMPTCTL_CACHE AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN CI_JOB_TOKEN NPM_AUTH MYSQL_PWD AZURE_PAT "
    "SMTP_PASSWORD VAULT_PASSPHRASE GOOGLE_CREDENTIALS SECRET_PEPPER RELAY_KEY OPENAI_API_KEY ANTHROPIC_API_KEY "
    "GITHUB_TOKEN DATABASE_URL BROKER HTTP_PROXY HTTPS_PROXY ALL_PROXY OTEL_EXPORTER_OTLP_HEADERS PROMPTCTL_CACHE_KEY"
).split()
"""Variables whose values the model knows, and tells."""
PLAIN = " ".join(PLACES[name].text for name in TELLING)
KEY = PLACES["RELAY_KEY"].secret
KINDS = "plain base64 percent escaped tool refuse refuse64 refuse-percent refuse-escaped garble header redirect".split()


def telling(handler: Handler) -> None:
    """Says every secret it knows, spelled as the message asks."""
    message = last_text(handler.request_body)
    in_64 = " ".join(in_base64(PLACES[name].text) for name in TELLING)
    said = {
        "base64": in_64,
        "refuse64": in_64,
        "percent": quote(PLAIN, safe=" "),
        "refuse-percent": quote(PLAIN, safe=" "),
    }
    text = said.get(message.split()[0], PLAIN)
    headers = {"x-request-id": PLAIN, "set-cookie": f"key={KEY}", "warning": KEY}
    if message.startswith("redirect"):
        return handler.reply(302, PLAIN.encode(), {"location": f"http://127.0.0.1:1/?key={KEY}"})
    if message.startswith("garble"):
        return handler.reply(200, f"<html>{text}".encode(), headers)
    if message.startswith("refuse-escaped"):
        return handler.reply(401, f'{{"error": {{"message": {escaped(text)}, "code": {escaped(KEY)}}}}}'.encode())
    if message.startswith("refuse"):
        return handler.reply(401, as_json({"error": {"message": text, "type": text, "code": text}}), headers)
    if handler.request_body.get("stream"):
        pieces = [text[index : index + 5] for index in range(0, len(text), 5)]
        return stream([json.dumps({"choices": [{"index": 0, "delta": {"content": it}}]}) for it in pieces])(handler)
    answer = openai_answer(text, model=f"m-1 {KEY}")
    if message.startswith("tool"):
        call = {"id": KEY, "type": "function", "function": {"name": KEY, "arguments": json.dumps({"key": text})}}
        answer["choices"][0]["message"] |= {"tool_calls": [call]}
    body = json.dumps(answer)
    return handler.reply(
        200, (body.replace(json.dumps(text), escaped(text)) if "escaped" in message else body).encode(), headers
    )
