"""The guide is complete, sourced, and says what CBP's publications say."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest

from rev603 import cli
from rev603.cli import main
from rev603.vocabulary.guide import STEPS, guide

TOPICS = [
    "enroll", "suffix", "account", "4811", "foreign", "roles", "contacts", "reports", "bank", "reissue", "objections",
]  # fmt: skip


@pytest.mark.parametrize("topic", TOPICS)
def test_every_topic_has_points_that_name_a_source(topic: str) -> None:
    points = guide().topics[topic].points
    assert len(points) >= 3
    assert all(point.text and point.source and point.sure for point in points)


def test_every_step_of_the_worklist_is_explained_and_has_a_contact() -> None:
    assert set(guide().steps) == set(STEPS)
    assert all("@" in step.contact.email for step in guide().steps.values())


def test_the_steps_in_ace_come_in_the_order_of_cbps_guide() -> None:
    text = " ".join(point.text for point in guide().topics["enroll"].points)
    marks = [
        "CBP Form 5106", "10 minutes", "importer sub-account view", "Adding Sub-Account Types", "ACH Refund Authorization",
        "Get Info/Refresh", "Add ACH Info", "9-digit routing number", "twice", "Submit", "Get Info/Refresh", "reissue",
    ]  # fmt: skip
    place = 0
    for mark in marks:
        place = text.find(mark, place)
        assert place >= 0, mark


def test_contacts_are_those_that_cbp_prints() -> None:
    known = {name: (each.email.casefold(), each.phone) for name, each in guide().contacts.items()}
    assert known == {
        "refunds": ("revenuerefunds@cbp.dhs.gov", "317-298-1200 ext. 4015"),
        "accounts": ("ace.support@cbp.dhs.gov", "866-530-4172"),
        "routing": ("gmb.achrefundsupport@cbp.dhs.gov", "317-298-1200 ext. 1178"),
        "ieepa": ("ieeparefunds@cbp.dhs.gov", ""),
        "reports": ("ace.reports@cbp.dhs.gov", ""),
    }


def test_nobody_is_asked_for_bank_data() -> None:
    text = " ".join(point.text for topic in guide().topics.values() for point in topic.points)
    assert not re.search(r"send (us|me) (your|the) (bank|account|routing)", text, re.IGNORECASE)
    assert "entered in ACE only" in text


def test_the_command_prints_a_topic_with_its_sources(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["guide", "objections"]) == 0
    out = capsys.readouterr().out
    assert '"We already pay duty by ACH."' in out
    assert "[CBP Publications 5286-1225 and 5292-1225, December 2025]" in out
    assert max(map(len, out.splitlines())) <= 100


def test_without_a_topic_the_command_lists_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["guide"]) == 0
    listed = [line.split()[0] for line in capsys.readouterr().out.splitlines() if line[:1] not in ("", "`")]
    assert set(TOPICS) <= set(listed)


def test_as_json_every_point_bears_its_source(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["guide", "4811", "--json"]) == 0
    (topic,) = json.loads(capsys.readouterr().out)["topics"]
    assert topic["name"] == "4811"
    assert all(point["source"] for point in topic["points"])


def test_the_command_line_offers_every_topic() -> None:
    told = tomllib.loads(Path(cli.__file__).with_name("commands.toml").read_text(encoding="utf-8"))
    topic = told["commands"]["guide"]["options"]["topic"]
    assert topic["choices"] == list(guide().topics)
    assert topic["help"] == f"one of {', '.join(guide().topics)}"


def test_a_topic_that_is_not_there_gets_a_hint(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["guide", "enrol"]) == 2
    assert "Did you mean enroll?" in capsys.readouterr().err
