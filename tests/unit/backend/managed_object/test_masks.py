"""The mask of a secret never replaces what is known, whichever resource is read."""

from __future__ import annotations

from typing import Any

import pytest

from constructs_lib.backend.elastic.provider import ElasticOps
from constructs_lib.backend.fivetran.provider import FivetranOps
from constructs_lib.backend.managed_object.checks import mask_replaces_nothing
from constructs_lib.backend.plugin.consistency.rules import violations
from constructs_lib.backend.plugin.consistency.state_rules import ReadAnswer
from constructs_lib.backend.plugin.diagnostics import Path
from constructs_lib.backend.plugin.values.value import Dynamic
from constructs_lib.schemas import MASK

ATTRIBUTES: Any = dict.fromkeys(("token", "config", "labels"))


def broken(before: Any, now: Any) -> list[tuple[str, Path]]:
    answer = ReadAnswer(ATTRIBUTES, before, now)
    return [(one.rule, one.path) for one in violations([mask_replaces_nothing], answer)]


@pytest.mark.parametrize(
    ("before", "now", "path"),
    [
        ({"token": "t-1"}, {"token": MASK}, ("token",)),
        ({"token": "t-1"}, {"token": "\u2022" * 8}, ("token",)),
        (
            {"config": Dynamic.of({"a": {"p": "s", "q": 1}})},
            {"config": Dynamic.of({"a": {"p": MASK, "q": 2}})},
            ("config", "a", "p"),
        ),
        ({"labels": {"a": "x"}}, {"labels": {"a": MASK}}, ("labels", "a")),
    ],
)
def test_mask_replaces_nothing(before: Any, now: Any, path: Path) -> None:
    assert broken(before, now) == [("mask_replaces_nothing", path)]
    assert broken({}, now) == []
    assert broken(now, now) == []


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ({"token": "t-1"}, {"token": "t-2"}),
        ({"config": Dynamic.of({"a": ["s"]})}, {"config": Dynamic.of({"a": [MASK]})}),
        ({"config": Dynamic.of({"p": "s"})}, {"config": Dynamic.of({"q": MASK})}),
        ({"token": "t-1"}, None),
        (None, {"token": MASK}),
    ],
)
def test_changes_and_items_of_lists_are_accepted(before: Any, now: Any) -> None:
    assert broken(before, now) == []


@pytest.mark.parametrize("provider", [FivetranOps, ElasticOps])
def test_each_provider_checks_its_reads_for_masks(provider: Any) -> None:
    assert mask_replaces_nothing in provider().read_rules()
