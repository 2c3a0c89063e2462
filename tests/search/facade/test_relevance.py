"""What authors look for is the first that they find, in two real courses."""

from __future__ import annotations

import pytest

from .conftest import SearchClient

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("real index")]


@pytest.mark.parametrize(
    ("q", "title"),
    [
        ("simple dropdown", "Simple Dropdown"),
        ("advanced dropd", "Advanced Dropdown"),
        ("clickable image map", "Clickable Image Map Code Example"),
        ("colour", 'Or "colour", if you prefer.'),
        ("numerical fractions", "Advanced Numerical Problem with Fractions and Constants"),
        ("numericl fractoins", "Advanced Numerical Problem with Fractions and Constants"),
        ("multiple choice hints feedback", "Multiple Choice with Hints and Feedback"),
        ("basic multiple choice", "Basic Multiple Choice"),
        ("randomized groups", "Randomized Groups"),
        ("guessing game", "Guessing Game"),
        ("partial credit", "Partial Credit"),
        ("upload restrictions", "Upload Restrictions"),
        ("SIMPLE QUESTION MARKUP", "Simple Question Markup"),
        ("tone back css", "Tone back the CSS"),
        ("sample walkthru", "Sample Walkthrough"),
        ("adaptive assignment demo", "Adaptive Assignment Demo"),
        ("bridge for adaptivity", "Setup: the Bridge for Adaptivity"),
        ("realtime data tracking edx", "Realtime Data Tracking in edX"),
        ('"hints and feedback"', "Multiple Choice with Hints and Feedback"),
        ("光合", "我们学习光合作用"),
        ("light reactions", "我们学习光合作用"),
        ("whats in our solar system", "What's In Our Solar System?"),
    ],
)
def test_the_first_hit(staff_search: SearchClient, q: str, title: str) -> None:
    found = staff_search.search(q=q, limit=3)

    assert found["hits"][0]["display_name"] == title, [hit["display_name"] for hit in found["hits"]]


def test_titles_come_before_texts(staff_search: SearchClient) -> None:
    hits = staff_search.search(q="cohort", limit=50)["hits"]
    in_title = ["cohort" in hit["display_name"].lower() for hit in hits]

    assert in_title[0]
    assert not in_title[-1]
    assert in_title == sorted(in_title, reverse=True)


def test_a_chosen_order_wins(staff_search: SearchClient) -> None:
    hits = staff_search.search(q="problem", sort=["display_name:desc"], limit=50)["hits"]
    titles = [hit["display_name"].lower() for hit in hits]

    assert titles == sorted(titles, reverse=True)


def test_words_that_are_not_there_may_be_dropped_unless_all_are_wanted(staff_search: SearchClient) -> None:
    assert staff_search.search(q="dropdown zzzzqqqq")["hits"]
    assert staff_search.search(q="dropdown zzzzqqqq", matchingStrategy="all")["hits"] == []
    assert staff_search.search(q="zzzzqqqq dropdown")["hits"] == []
