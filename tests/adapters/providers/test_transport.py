from __future__ import annotations

import asyncio
import gzip
import json
import tracemalloc
import zlib
from collections.abc import Iterator

import pytest

from promptctl.adapters.providers.exchange import Answer, Bounds
from promptctl.adapters.providers.fault import ProviderError
from promptctl.adapters.providers.transport import Transport
from tests.servers import (
    ModelServer,
    cut,
    drip,
    hang_up,
    meeting,
    model_server,
    openai_answer,
    raw,
    redirect,
    silence,
    status,
    zipped,
)

BODY = json.dumps({"messages": [{"role": "user", "content": "hi"}]}).encode()
BOUNDS = Bounds(connect=5, read=5, max_bytes=100_000)


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with model_server() as model:
        yield model


def post(url: str, bounds: Bounds = BOUNDS, times: int = 1) -> list[Answer]:
    async def run() -> list[Answer]:
        transport = Transport(url + "/chat/completions", bounds)
        try:
            return [await transport.post({"Authorization": "Bearer k"}, BODY) for _ in range(times)]
        finally:
            await transport.aclose()

    return asyncio.run(run())


def fails(url: str, bounds: Bounds = BOUNDS) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        post(url, bounds)
    return caught.value


def test_an_answer_comes_whole_over_one_kept_connection(server: ModelServer) -> None:
    answers = post(server.url, times=5)
    assert [answer.status for answer in answers] == [200] * 5
    assert json.loads(answers[0].body)["choices"][0]["message"]["content"] == "HI"
    assert len({received.connection for received in server.received}) == 1
    sent = server.received[0].headers
    assert (sent["authorization"], sent["accept-encoding"]) == ("Bearer k", "identity")
    assert sent["content-type"] == "application/json"
    assert "cookie" not in sent


def test_calls_at_the_same_time_have_connections_of_their_own_that_are_kept(server: ModelServer) -> None:
    server.always = meeting(8)

    async def run() -> None:
        transport = Transport(server.url, BOUNDS)
        for _ in range(2):
            answers = await asyncio.gather(*(transport.post({}, BODY) for _ in range(8)))
            assert {answer.status for answer in answers} == {200}
        await transport.aclose()

    asyncio.run(run())
    assert server.busiest == 8
    assert len({received.connection for received in server.received}) == 8


def test_statuses_are_answers_for_others_to_judge(server: ModelServer) -> None:
    server.then(status(429, "slow", {"Retry-After": "3"}), status(500), redirect("http://127.0.0.1:1/elsewhere"))
    answers = post(server.url, times=3)
    assert [answer.status for answer in answers] == [429, 500, 307]
    assert answers[0].headers["retry-after"] == "3"


def test_a_redirect_is_not_followed(server: ModelServer) -> None:
    with model_server() as elsewhere:
        server.then(redirect(elsewhere.url + "/stolen"))
        assert post(server.url)[0].status == 307
        assert elsewhere.received == []


def test_a_proxy_of_the_environment_is_not_used(server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> None:
    with model_server() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        assert post(server.url)[0].status == 200
        assert proxy.received == []


def test_cookies_are_not_kept(server: ModelServer) -> None:
    server.then(raw(json.dumps(openai_answer()).encode(), {"Set-Cookie": "session=abc; Path=/"}))
    post(server.url, times=2)
    assert "cookie" not in server.received[1].headers


def test_compression_that_was_not_asked_for_is_undone(server: ModelServer) -> None:
    server.then(zipped(b'{"a": 1}'), raw(zlib.compress(b'{"a": 2}'), {"Content-Encoding": "Deflate"}))
    assert [answer.body for answer in post(server.url, times=2)] == [b'{"a": 1}', b'{"a": 2}']


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (b"not gzip", "gzip"),
        (gzip.compress(b'{"a": 1}' * 50, mtime=0)[:-12], "gzip"),
        (b"{}", "br"),
        (b"{}", "gzip, gzip"),
    ],
)
def test_what_cannot_be_decoded_is_no_answer(server: ModelServer, body: bytes, encoding: str) -> None:
    server.then(raw(body, {"Content-Encoding": encoding}))
    assert fails(server.url).code == "PC083"


def test_a_small_body_that_unpacks_to_a_huge_one_is_stopped(server: ModelServer) -> None:
    server.then(zipped(b" " * 100_000_000))
    tracemalloc.start()
    try:
        fault = fails(server.url)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (fault.code, fault.passing) == ("PC084", False)
    assert peak < 20_000_000


def test_a_huge_body_is_stopped(server: ModelServer) -> None:
    server.then(raw(b" " * 100_001), raw(b" " * 100_000))
    assert fails(server.url).code == "PC084"
    assert len(post(server.url)[0].body) == 100_000


def test_an_errors_text_is_cut_not_refused(server: ModelServer) -> None:
    server.then(status(400, "x" * 200_000))
    answer = post(server.url)[0]
    assert (answer.status, len(answer.body)) == (400, 64 * 1024)


def test_an_answer_that_ends_early_is_no_answer(server: ModelServer) -> None:
    server.then(cut)
    fault = fails(server.url)
    assert (fault.code, fault.passing) == ("PC083", False)


def test_a_connection_that_is_cut_before_the_answer_may_be_tried_again(server: ModelServer) -> None:
    server.then(hang_up)
    fault = fails(server.url)
    assert (fault.code, fault.passing) == ("PC077", True)


def test_a_server_that_is_not_there(server: ModelServer) -> None:
    with model_server() as gone:
        pass
    fault = fails(gone.url)
    assert (fault.code, fault.passing) == ("PC077", True)
    assert gone.url.removeprefix("http://") in str(fault)


def test_silence_ends_at_the_read_bound(server: ModelServer) -> None:
    server.then(silence)
    fault = fails(server.url, Bounds(connect=5, read=0.1))
    assert (fault.code, fault.passing) == ("PC078", False)


def test_a_drip_is_not_silence_and_ends_with_the_callers_deadline(server: ModelServer) -> None:
    server.then(drip)

    async def run() -> None:
        transport = Transport(server.url, Bounds(connect=5, read=1))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await transport.post({}, BODY)
        # The abandoned connection is not used again.
        assert (await transport.post({}, BODY)).status == 200
        await transport.aclose()

    asyncio.run(run())
    assert len({received.connection for received in server.received}) == 2


def test_a_key_that_is_no_header_stays_out_of_the_error(server: ModelServer) -> None:
    async def run() -> None:
        transport = Transport(server.url, BOUNDS)
        with pytest.raises(ProviderError) as caught:
            await transport.post({"Authorization": "Bearer se\r\ncret"}, BODY)
        assert "cret" not in str(caught.value)
        await transport.aclose()

    asyncio.run(run())
    assert server.received == []
