from __future__ import annotations

import pytest

from promptctl.core.caching.limits import CacheLimits, cache_limits, parse_age, parse_size
from promptctl.errors import UsageError


@pytest.mark.parametrize(
    ("written", "size"),
    [("500MB", 500_000_000), ("1.5 GB", 1_500_000_000), ("2GiB", 2 << 30), ("10kb", 10_000), ("0B", 0), (" 1b ", 1)],
)
def test_sizes(written: str, size: int) -> None:
    assert parse_size(written) == size


@pytest.mark.parametrize(("written", "age"), [("30d", 30 * 86_400), ("12h", 43_200), ("1.5w", 907_200), ("5m", 300)])
def test_ages(written: str, age: float) -> None:
    assert parse_age(written) == age


@pytest.mark.parametrize(
    "written", ["", "500", "MB", "-1MB", "1e9B", "nanMB", "5 days", "1TB", "٣MB", "1MB\n2MB", "9" * 20]
)
def test_what_is_no_amount(written: str) -> None:
    for parse in (parse_size, parse_age):
        with pytest.raises(UsageError) as caught:
            parse(written)
        assert (caught.value.code, caught.value.exit_code) == ("PC182", 2)


@pytest.mark.parametrize(
    ("environment", "limits"),
    [
        ({}, CacheLimits(max_bytes=500_000_000, max_age=None)),
        ({"PROMPTCTL_CACHE_MAX_SIZE": " ", "PROMPTCTL_CACHE_MAX_AGE": ""}, CacheLimits()),
        ({"PROMPTCTL_CACHE_MAX_SIZE": "none"}, CacheLimits(max_bytes=None)),
        (
            {"PROMPTCTL_CACHE_MAX_SIZE": "1MB", "PROMPTCTL_CACHE_MAX_AGE": "7d"},
            CacheLimits(max_bytes=10**6, max_age=604_800),
        ),
        ({"PROMPTCTL_CACHE_MAX_AGE": "none"}, CacheLimits()),
    ],
)
def test_the_users_limits(environment: dict[str, str], limits: CacheLimits) -> None:
    assert cache_limits(environment) == limits
