"""The guide about moving in names each attribute of Fivetran's own provider, and its name here."""

from __future__ import annotations

import re
from typing import Any

import pytest
from pages.catalogue import DOCS

from constructs_lib import schemas
from constructs_lib.schemas.official_state import official_connection

GUIDE = DOCS / "guides" / "moving_in.md"
OURS = schemas.load("fivetranops_connection").attributes
SETTINGS = {"run_setup_tests", "trust_certificates", "trust_fingerprints", "config", "auth", "id"}
# What that provider keeps of each type, as its states have shown.
THEIRS = {
    "fivetran_connection": SETTINGS
    | {"name", "service", "group_id", "connected_by", "created_at", "destination_schema"}
    | {"data_delay_sensitivity", "data_delay_threshold", "networking_method", "private_link_id"}
    | {"proxy_agent_id", "hybrid_deployment_agent_id", "local_processing_agent_id", "timeouts"},
    "fivetran_connection_config": SETTINGS | {"connection_id"},
    "fivetran_connector_schedule": {"id", "connector_id", "group_id", "connector_name", "paused"}
    | {"pause_after_trial", "sync_frequency", "schedule_type", "daily_sync_time", "schedule"},
}
SAMPLES: dict[str, Any] = {
    "data_delay_threshold": 90,
    "run_setup_tests": False,
    "trust_certificates": True,
    "trust_fingerprints": True,
    "config": {"host": "db"},
    "auth": {"user_agent": "me"},
}
NOT_TAKEN_OVER = {"connected_by", "created_at", "timeouts", "destination_schema"}
"""What is read from Fivetran, lost, or becomes a part of another attribute."""


def table(type_name: str) -> dict[str, list[str]]:
    """The names here by the names there, of the table after the sentence about a type."""
    text = GUIDE.read_text(encoding="utf-8").partition("## Old and new names")[2]
    rows = re.split(r"^In ", text, flags=re.MULTILINE)
    (found,) = (part for part in rows if re.match(f"[^:]*`{type_name}`[^:]*:\n", part))
    cells = [line.split(" | ") for line in found.splitlines() if line.startswith("| `")]
    return {each[0].strip("| `"): re.findall("`([^`]+)`", each[1]) for each in cells}


@pytest.mark.parametrize("type_name", THEIRS)
def test_each_attribute_that_moves_is_named(type_name: str) -> None:
    assert table(type_name).keys() == THEIRS[type_name]


@pytest.mark.parametrize("type_name", THEIRS)
def test_each_attribute_becomes_one_that_there_is(type_name: str) -> None:
    named = {name for names in table(type_name).values() for name in names}

    assert named <= OURS.keys()


def test_each_attribute_becomes_what_the_guide_says() -> None:
    for theirs, (ours, *_) in table("fivetran_connection").items():
        if theirs not in NOT_TAKEN_OVER:
            sample = SAMPLES.get(theirs, "some_text")

            found = official_connection("fivetran_connection", {theirs: sample}).attributes

            assert found[ours] == sample, theirs
