from __future__ import annotations

from promptctl.core.models.provider_health import RETURNS_AFTER, Health, HealthLimits

LIMITS = HealthLimits(error_rate=0.2, latency_p95_ms=500, window=10, probe_seconds=5)


def after(health: Health, *calls: float | None, now: float = 0.0) -> Health:
    for call in calls:
        health = health.failed(now) if call is None else health.answered(call, now)
    return health


def test_too_many_faults_and_too_slow_answers_make_it_ill() -> None:
    assert not after(Health(limits=LIMITS), 1, 1, 1, 1, None).ill
    assert after(Health(limits=LIMITS), 1, 1, 1, None, None).ill
    assert after(Health(limits=LIMITS), 1, 1, 1, 1, 501).ill
    assert not after(Health(limits=LIMITS), 500, 500, 500, 500, 500).ill
    assert not after(Health(limits=HealthLimits(window=4)), None, None, 9e9, 9e9).ill


def test_few_calls_tell_nothing_and_old_ones_are_forgotten() -> None:
    assert not after(Health(limits=LIMITS), None, None, None, None).ill
    well = after(Health(limits=LIMITS), *[1] * 9, None)
    assert not after(well, *[1] * 9, None).ill
    assert after(well, None, None).ill


def test_an_ill_one_gets_probes_and_comes_back_by_good_ones() -> None:
    ill = after(Health(limits=LIMITS), *[None] * 5, now=100)
    assert (ill.admits(104.9), ill.admits(105)) == (False, True)
    assert ill.given(105).admits(109.9) is False
    assert after(ill, *[1] * (RETURNS_AFTER - 1)).ill
    assert after(ill, 1, 1, None, 1, 1).ill
    assert after(ill, 1, 1, 501, 1, 1).ill
    back = after(ill, *[1] * RETURNS_AFTER)
    assert (back.ill, back.calls, back.admits(0)) == (False, (), True)
    assert back.given(7) is back
