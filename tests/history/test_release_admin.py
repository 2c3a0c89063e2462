"""Releases in the Django admin."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from content_libraries.history import api as history
from content_libraries.history.models import Release
from content_libraries.libraries.models import ContentLibrary

from .client import HistoryClient


@pytest.fixture
def release(bob: HistoryClient, ann: HistoryClient, contributor: User, library: ContentLibrary) -> Release:
    """A release that a contributor has requested, with drafts of two users."""
    bob.create("problem:a")
    bob.create("unit:u", children=["problem:a"])
    ann.rename("problem:a", "Acids")
    made = history.create_release(library.library_key, user=contributor, title="Week one")
    return history.request_release(made.uuid, user=contributor, reason="It is done.")


@pytest.fixture
def page(release: Release) -> str:
    return reverse("admin:content_libraries_release_change", args=[release.pk])


def act(client: Client, release: Release, action: str, **fields: str) -> str:
    """Do something on the page of a release. Returns the page afterwards."""
    url = reverse("admin:content_libraries_release_act", args=[release.pk])
    return client.post(url, {"action": action, **fields}, follow=True).content.decode()


def fingerprint(html: str) -> str:
    found = re.search(r'name="fingerprint" value="(\w+)"', html)
    assert found is not None
    return found[1]


@pytest.fixture
def client(staff: User) -> Client:
    client = Client()
    client.force_login(staff)
    return client


def test_a_release_is_listed_and_shown_with_its_preview_and_comments(
    client: Client, release: Release, page: str
) -> None:
    listed = client.get("/admin/content_libraries/release/", {"q": "week"}).content.decode()
    assert "Week one" in listed
    shown = client.get(page).content.decode()
    for text in ("Acids", "library_author", "It is done.", "Approve this content", "Decline"):
        assert text in shown
    assert "Publish now" not in shown


def test_it_is_approved_scheduled_and_published(client: Client, release: Release, page: str, staff: User) -> None:
    shown = act(client, release, "approve", fingerprint=fingerprint(client.get(page).content.decode()))
    assert "The release is approved." in shown
    assert "Choose a time." in act(client, release, "schedule")
    assert "This time has passed." in act(client, release, "schedule", publish_at="2001-01-01T10:00")
    later = (datetime.now(UTC) + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    assert "The release is scheduled." in act(client, release, "schedule", publish_at=later)
    assert "The release is published." in act(client, release, "publish")
    assert Release.objects.get().approved_by == staff


def test_it_is_declined_with_a_reason_and_canceled(client: Client, release: Release) -> None:
    assert "Write a text." in act(client, release, "decline")
    assert "Not yet." in act(client, release, "decline", text="Not yet.")
    assert "The release is canceled." in act(client, release, "cancel")
    assert "The release is canceled now." in act(client, release, "approve", fingerprint="x")


def test_what_was_edited_since_the_page_was_shown_is_not_approved(
    client: Client, release: Release, page: str, ann: HistoryClient
) -> None:
    seen = fingerprint(client.get(page).content.decode())
    ann.rename("problem:a", "Sneaked in")
    assert "has changed since the preview" in act(client, release, "approve", fingerprint=seen)
    assert Release.objects.get().state == "requested"


def test_titles_are_escaped(client: Client, release: Release, page: str) -> None:
    Release.objects.update(title="<script>alert(1)</script>")
    history.comment_release(release.uuid, user=User.objects.get(username="Bob"), text="<script>alert(2)</script>")
    assert "<script>alert" not in client.get(page).content.decode()


def test_others_than_staff_do_nothing(release: Release, page: str, author: User) -> None:
    client = Client()
    client.force_login(author)
    url = reverse("admin:content_libraries_release_act", args=[release.pk])
    assert client.get(page).status_code == 302
    assert client.post(url, {"action": "cancel"}).status_code == 302
    assert Release.objects.get().state == "requested"


def test_unknown_actions_and_releases_are_refused(client: Client, release: Release) -> None:
    assert (
        client.post(reverse("admin:content_libraries_release_act", args=[0]), {"action": "cancel"}).status_code == 404
    )
    assert "errorlist" not in act(client, release, "explode")
    assert client.get(reverse("admin:content_libraries_release_act", args=[release.pk])).status_code == 405
    assert Release.objects.get().state == "requested"
