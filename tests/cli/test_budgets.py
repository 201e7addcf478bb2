"""``costs --check``: budgets judged, and webhooks told once they are trusted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from promptctl.adapters.webhooks import tell
from promptctl.core.reporting.budget import BudgetResult, SpendingBudget, parse_budgets
from promptctl.core.reporting.cost import Amounts
from promptctl.core.reporting.window import Window, microseconds
from promptctl.core.webhook import webhook
from promptctl.errors import OutsideError, UsageError
from tests.cli.reporting import ran
from tests.event_samples import event
from tests.event_stores import write_sqlite
from tests.servers import ModelServer, json_answer, model_server, redirect, status
from tests.support import STARTER, build_files

NOW = datetime(2026, 11, 19, 15, 30, tzinfo=UTC)


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with model_server() as found:
        found.always = json_answer({})
        yield found


def budget(**fields: object) -> SpendingBudget:
    (found,) = parse_budgets({"all": {"usd": 1, "per": "day"} | fields})
    return found


@pytest.mark.parametrize(
    ("per", "since"),
    [
        ("day", datetime(2026, 11, 19, tzinfo=UTC)),
        ("week", datetime(2026, 11, 16, tzinfo=UTC)),
        ("month", datetime(2026, 11, 1, tzinfo=UTC)),
    ],
)
def test_periods(per: str, since: datetime) -> None:
    assert budget(per=per, prompt="a").window(NOW) == Window(since=microseconds(since), equal={"prompt": "a"})


@pytest.mark.parametrize(
    ("cost", "unpriced", "means", "outcome"),
    [
        (10**12, 0, "fail", "kept"),
        (10**12 + 1, 0, "fail", "exceeded"),
        (0, 1, "fail", "unknown"),
        (0, 1, "ignore", "kept"),
        (10**12 + 1, 1, "ignore", "exceeded"),
    ],
)
def test_outcomes(cost: int, unpriced: int, means: str, outcome: str) -> None:
    spent = Amounts(calls=2, cost=cost, unpriced=unpriced)
    judged = BudgetResult(budget=budget(unpriced=means), window=Window(), spent=spent)
    assert judged.outcome == outcome
    assert budget(usd=0.1).usd == Decimal("0.1")


def test_a_budget_is_judged_and_told(
    folder: Path, server: ModelServer, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    at = microseconds(datetime.now(UTC))
    store = write_sqlite(folder / "e.sqlite3", [event(1, at=at, cost=3 * 10**12), event(2, at=at, cost=None)])
    tables = (
        f'[budgets.large]\nusd = 5\nper = "month"\nunpriced = "ignore"\n'
        f'[budgets.small]\nusd = 2.5\nper = "day"\nwebhook = "{server.url}/hook-secret"\n'
    )
    build_files(folder, STARTER | {"promptctl.toml": STARTER["promptctl.toml"] + tables, ".git/HEAD": ""})
    line = ("costs", "--check", "--store", store, "-C", str(folder))

    untrusted = ran(capsys, *line, code=1)
    assert "exceeded  small" in untrusted
    assert "kept      large" in untrusted
    assert "not trusted here" in untrusted
    assert "hook-secret" not in untrusted
    assert server.received == []

    monkeypatch.setenv("CANARY_TOKEN", "canary-0123456789abcdef")
    assert "hook-secret" not in ran(capsys, "trust", "-C", str(folder))
    assert "told 127.0.0.1" in ran(capsys, *line, code=1)
    (told,) = server.received
    assert (told.path, told.body["kind"], told.body["spent"], told.body["usd"]) == (
        "/hook-secret",
        "budget",
        "3",
        "2.5",
    )
    assert told.body["unpriced"] == 1


def test_without_budgets_nothing_passes(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    build_files(folder, STARTER | {".git/HEAD": ""})
    assert "error[PC233]" in ran(capsys, "costs", "--check", "-C", str(folder), code=2)


def test_a_webhook_is_tried_again_never_followed_and_masks_secrets(server: ModelServer) -> None:
    environment = {"HOOK": server.url, "API_KEY": "sk-canary0123456789abcdef"}
    hook = webhook("HOOK", environment, "quality")
    server.then(status(500), status(429))
    tell(hook, {"text": "key sk-canary0123456789abcdef"}, environment, pauses=(0.0, 0.0))
    assert [it.body["text"] for it in server.received] == ["key [masked]"] * 3
    for reaction, calls in ((redirect(server.url), 1), (status(404), 1)):
        server.received.clear()
        server.then(reaction)
        with pytest.raises(OutsideError) as refused:
            tell(hook, {}, environment, pauses=(0.0,))
        assert (refused.value.code, len(server.received)) == ("PC234", calls)
    with pytest.raises(OutsideError, match="took nothing"):
        tell(
            webhook("http://127.0.0.1:9", {}, "x"),
            {},
            {"PROMPTCTL_TRUST": str(webhook("http://127.0.0.1:9", {}, "x").digest)},
            (),
        )


@pytest.mark.parametrize(
    "written", ["ftp://a/b", "https://", "https://a b", "nonsense", "UNSET", "https://a\\@b/", "https://me:word@b/"]
)
def test_what_is_no_webhook(written: str) -> None:
    with pytest.raises(UsageError) as refused:
        webhook(written, {}, "quality")
    assert refused.value.code == "PC232"
