from __future__ import annotations

from typing import Any

import pytest
from plugin_samples import ATTRIBUTES, TYPE, thing

from constructs_lib.backend.plugin.diagnostics import Diagnostics, dotted
from constructs_lib.backend.plugin.protocol import conversion
from constructs_lib.backend.plugin.values.decoding import decode


@pytest.mark.parametrize(
    ("path", "steps"),
    [
        (("name",), [("attribute_name", "name")]),
        (("window", "from"), [("attribute_name", "window"), ("attribute_name", "from")]),
        (("labels", "a"), [("attribute_name", "labels"), ("element_key_string", "a")]),
        (
            ("config", "tables", 0, "name"),
            [
                ("attribute_name", "config"),
                ("attribute_name", "tables"),
                ("element_key_int", 0),
                ("attribute_name", "name"),
            ],
        ),
    ],
)
def test_the_steps_of_a_path_follow_the_schema(path: Any, steps: Any) -> None:
    written = conversion.write_path(path, ATTRIBUTES)
    found = [(step.WhichOneof("selector"), getattr(step, step.WhichOneof("selector")))
             for step in written.steps]  # fmt: skip
    assert found == steps


def test_a_path_reads_as_in_a_configuration() -> None:
    assert dotted(("config", "tables", 0, "name")) == "config.tables[0].name"


def test_a_diagnostic_without_a_path_has_no_attribute() -> None:
    diagnostics = Diagnostics()
    diagnostics.warning("Careful", "half a pair: \ud800")
    [message] = conversion.write_diagnostics(diagnostics, ATTRIBUTES)
    assert (message.severity, message.detail) == (message.WARNING, "half a pair: ?")
    assert not message.HasField("attribute")


@pytest.mark.parametrize("data", [b"", b"[1]", b"\xff\x00", b"{"])
def test_private_state_that_is_not_ours_is_empty(data: bytes) -> None:
    assert conversion.read_private(data) == {}


def test_private_state_survives() -> None:
    private = {"digest": "ab", "n": [1, None]}
    assert conversion.read_private(conversion.write_private(private)) == private
    assert conversion.write_private({}) == b""


def test_one_misfit_attribute_does_not_lose_the_state() -> None:
    diagnostics = Diagnostics()
    data = conversion.write_state(thing(id="x", level="high"), TYPE, diagnostics)
    assert decode(data, TYPE) == thing(id="x")
    assert [diagnostic.path for diagnostic in diagnostics] == [("level",)]
