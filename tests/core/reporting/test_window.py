"""Windows, filters and groups as options name them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from promptctl.core.reporting.window import (
    Grouping,
    Window,
    microseconds,
    moment_of,
    parse_grouping,
    parse_moment,
    window_of,
)
from promptctl.errors import UsageError

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("7d", datetime(2026, 11, 14, 12, tzinfo=UTC)),
        ("24h", datetime(2026, 11, 20, 12, tzinfo=UTC)),
        ("90m", datetime(2026, 11, 21, 10, 30, tzinfo=UTC)),
        ("2w", datetime(2026, 11, 7, 12, tzinfo=UTC)),
        ("2026-11-20", datetime(2026, 11, 20, tzinfo=UTC)),
        ("2026-11-20T06:00:00+02:00", datetime(2026, 11, 20, 4, tzinfo=UTC)),
        ("2026-11-20T06:00:00.000001Z", datetime(2026, 11, 20, 6, 0, 0, 1, tzinfo=UTC)),
    ],
)
def test_times(text: str, moment: datetime) -> None:
    assert moment_of(parse_moment(text, NOW)) == moment


def test_times_that_no_calendar_has() -> None:
    assert moment_of(2**63 - 1) == datetime.max.replace(tzinfo=UTC)
    assert moment_of(-(2**63)) == datetime.min.replace(tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "7", "d", "7y", "-1d", "yesterday", "2026-13-01", "٧d"])
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(UsageError, match="is not a time"):
        parse_moment(text, NOW)


def test_a_window_holds_what_was_asked_for() -> None:
    window = window_of(NOW, "2d", "1d", {"prompt": "a/b", "model": None}, ["region=eu=west"])
    at = microseconds(NOW)
    day = 86_400 * 1_000_000
    assert window == Window(
        since=at - 2 * day, until=at - day, equal={"prompt": "a/b"}, attributes={"region": "eu=west"}
    )
    assert window_of(NOW, None, None, {}) == Window()


@pytest.mark.parametrize(
    ("since", "until", "equal", "attributes"),
    [
        ("1d", "2d", {}, []),
        ("1d", "1d", {}, []),
        (None, None, {}, ["region"]),
        (None, None, {}, ["=eu"]),
        (None, None, {}, ['a"b=eu']),
        (None, None, {"model": "a\0b"}, []),
    ],
)
def test_what_is_no_window(since: str | None, until: str | None, equal: dict[str, str], attributes: list[str]) -> None:
    with pytest.raises(UsageError) as refused:
        window_of(NOW, since, until, equal, attributes)
    assert refused.value.code == "PC230"


def test_groups() -> None:
    assert parse_grouping([]) == Grouping()
    assert parse_grouping(["model,day"]) == Grouping(columns=("model",), unit="day")
    assert parse_grouping(["attribute region", "hour, version"]) == Grouping(
        columns=("version",), attributes=("region",), unit="hour"
    )
    assert parse_grouping(["version,attribute x"]).names == ("version", "x")


@pytest.mark.parametrize("text", ["modle", "day,hour", "model,model", "", "attribute", "cost"])
def test_what_nothing_is_grouped_by(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse_grouping([text])
    assert refused.value.code == "PC230"
