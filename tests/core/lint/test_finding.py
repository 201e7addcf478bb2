from __future__ import annotations

from promptctl.core.lint.finding import EXCERPT, Finding, tidy
from promptctl.errors import Place

KEY = "ghp_" + "a1" * 18


def finding(place: Place, code: str = "L001", message: str = "m", hint: str | None = None) -> Finding:
    return Finding(code=code, level="error", message=message, place=place, hint=hint)


def test_findings_are_sorted_by_file_and_place_and_told_once() -> None:
    places = [Place("b"), Place("a", 10, 1), Place("a", 9, 3), Place("a", 9, 1), Place("a"), Place("a", 9, 1)]
    found = tidy(finding(place) for place in places)
    assert [str(it.place) for it in found] == ["a", "a:9:1", "a:9:3", "a:10:1", "b"]


def test_secrets_are_masked_wherever_they_stand() -> None:
    (found,) = tidy([finding(Place("a", 1, 1, f"x {KEY}"), message=f"m {KEY}", hint=f"h {KEY}")])
    assert (found.message, found.hint, found.place.excerpt) == ("m [masked]", "h [masked]", "x [masked]")


def test_a_long_line_is_cut_to_what_is_near_the_column() -> None:
    line = "a" * 500 + "HERE" + "b" * 500
    (found,) = tidy([finding(Place("a", 1, 501, line))])
    excerpt = found.place.excerpt or ""
    assert "HERE" in excerpt
    assert (excerpt[0], excerpt[-1], len(excerpt)) == ("…", "…", EXCERPT + 2)
    (start,) = tidy([finding(Place("a", 1, None, line))])
    assert (start.place.excerpt or "").startswith("aaa")


def test_a_secret_that_is_cut_by_the_excerpt_does_not_show_its_other_half() -> None:
    line = "a " * 70 + KEY + " b" * 200
    for column in range(1, len(line), 7):
        (found,) = tidy([finding(Place("a", 1, column, line))])
        assert KEY[:20] not in (found.place.excerpt or "")
        assert KEY[-20:] not in (found.place.excerpt or "")
