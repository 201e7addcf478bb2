"""Servers over real TLS: whoever ``SSL_CERT_FILE`` vouches for is spoken to, nobody else hears a word."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from promptctl.adapters.bundle_http import HttpSource
from promptctl.adapters.events.otlp import OtlpEvents, _certificates
from promptctl.adapters.providers import transport
from promptctl.adapters.providers.exchange import Bounds
from promptctl.adapters.redis_replies import RedisReplies
from promptctl.adapters.reply_store import Kept
from promptctl.adapters.webhooks import tell
from promptctl.core.caching.entry import EntrySeal
from promptctl.core.events.event import Batch, row
from promptctl.core.webhook import users_webhook
from promptctl.errors import OutsideError
from tests.bundles import small_bundle
from tests.caching import reply
from tests.certificates import Authority, authority
from tests.event_samples import event
from tests.listening import listening
from tests.runtime.prompting import bundle_server
from tests.services import Redis, redis_program
from tests.shipping import done, refused

BODY = b'{"messages": [{"content": "hi"}]}'


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def refusals(tmp_path_factory: pytest.TempPathFactory, certified: Authority) -> dict[str, Path]:
    """What a client may be told to trust, by what it says of the server then."""
    folder = tmp_path_factory.mktemp("others")
    (folder / "text").write_text("no certificate\n")
    return {
        "unable to get local issuer": authority(folder, "stranger").file,
        "no such file": folder / "missing",
        "holds no certificates": folder / "text",
        "is a directory": folder,
    }


@pytest.fixture(autouse=True)
def trust(certified: Authority, monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    """Names whom to trust; at first the authority itself."""

    def trusting(file: Path) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
        transport._certificates.cache_clear()
        _certificates.cache_clear()

    trusting(certified.file)
    return trusting


def post(url: str) -> None:
    async def life() -> None:
        line = transport.Transport(url, Bounds(connect=5.0, read=5.0, max_bytes=1 << 20))
        try:
            status = (await line.post({"authorization": "Bearer secret"}, BODY)).status
            if status != 200:
                raise OutsideError("PC083", f"answered {status}")
        finally:
            await line.aclose()

    asyncio.run(life())


def spans(url: str) -> None:
    with closing(OtlpEvents(url, {"authorization": "Bearer secret"}, "shop")) as store:
        store.write(Batch(events=[row(event(1))]))


SENDERS: dict[str, Callable[[str], object]] = {
    "provider": post,
    "webhook": lambda url: tell(users_webhook(url, "--webhook"), {"text": "secret"}, {}, ()),
    "receiver": spans,
}


@pytest.mark.parametrize("sender", SENDERS)
def test_only_who_is_vouched_for_hears(
    sender: str, certified: Authority, refusals: dict[str, Path], trust: Callable[[Path], None]
) -> None:
    with listening(certified.server_context()) as listener:
        SENDERS[sender](listener.url)
        assert len(listener.heard) == 1
        for said, file in refusals.items():
            trust(file)
            with pytest.raises(OutsideError) as refusal:
                SENDERS[sender](listener.url)
            # The standard library passes over a file that is not there, and then believes nobody.
            assert said in str(refusal.value) or (sender == "receiver" and "certificate verify" in str(refusal.value))
        assert len(listener.heard) == 1


def test_a_certificate_is_for_its_host(tmp_path: Path, trust: Callable[[Path], None]) -> None:
    other = authority(tmp_path, host="elsewhere.example")
    trust(other.file)
    with listening(other.server_context()) as listener:
        for send in SENDERS.values():
            with pytest.raises(OutsideError, match="certificate is not valid for"):
                send(listener.url)
    assert listener.heard == []


def test_a_bundle_comes_from_who_is_vouched_for(
    certified: Authority, refusals: dict[str, Path], trust: Callable[[Path], None], tmp_path: Path
) -> None:
    data = small_bundle().to_bytes()
    with bundle_server(data, certified.server_context()) as shelf:
        fetched = HttpSource(shelf.url, signed=False).fetch(None)
        assert fetched
        assert fetched.data == data
        assert done(tmp_path, "bundle", "verify", shelf.url, "--json").data["environment"] == "prod"
        plain = shelf.url.replace("https", "http")
        with pytest.raises(OutsideError):
            HttpSource(plain, signed=False).fetch(None)
        shelf.asked.clear()
        for said, file in refusals.items():
            trust(file)
            with pytest.raises(OutsideError, match=said):
                HttpSource(shelf.url, signed=False).fetch(None)
            assert said in refused(tmp_path, "bundle", "verify", shelf.url, code=4, error="PC217").err
        assert shelf.asked == []


def test_neither_redirect_nor_proxy_is_followed(
    certified: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    senders: list[Callable[[str], object]] = [*SENDERS.values(), lambda url: HttpSource(url, signed=False).fetch(None)]
    with listening() as elsewhere, listening(certified.server_context()) as listener:
        listener.redirect = elsewhere.url
        for name in ("http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, elsewhere.url)
        for send in senders:
            with pytest.raises(OutsideError, match="307"):
                send(listener.url)
        assert "307" in refused(tmp_path, "bundle", "verify", f"{listener.url}/prod.json", code=4, error="PC217").err
        assert (len(listener.heard), elsewhere.heard) == (len(senders) + 1, [])


@pytest.mark.services
def test_a_redis_over_tls(certified: Authority, refusals: dict[str, Path], trust: Callable[[Path], None]) -> None:
    files = {"cert": certified.certificate, "key": certified.key, "ca-cert": certified.file}
    options = [word for name, file in files.items() for word in (f"--tls-{name}-file", str(file))]
    server = Redis(redis_program(), tls=(*options, "--tls-auth-clients", "no"))
    server.start()

    async def kept() -> tuple[bool, int]:
        store = RedisReplies(server.url, EntrySeal(b"k" * 32))
        await store.put("key", reply("hello"), Kept(seconds=600))
        found = await store.get("key", 600)
        await store.aclose()
        return found is not None, store.faults

    try:
        assert server.url.startswith("rediss://")
        assert asyncio.run(kept()) == (True, 0)
        trust(refusals["unable to get local issuer"])
        assert asyncio.run(kept()) == (False, 1)
    finally:
        server.kill()
