"""A null that has nothing to remove is a warning, for it is a mistake of some kind."""

from collections.abc import Callable
from pathlib import Path

import pytest

from constructs_lib.validation import Finding
from stacks.settings import Environment, load_environments, warnings_of

Load = Callable[..., Environment]

BASE = """\
defaults: {sync_frequency: 60, timeouts: {create: 5m}}
connections:
  billing: {service: amplitude, group_id: g, config: {schema: s, export_storage_type: GCS}}
"""


def _only(environment: Environment) -> Finding:
    (warning,) = environment.warnings
    assert (warning.rule, warning.severity) == ("removes-nothing", "warning")
    return warning


@pytest.mark.parametrize(
    "overlay",
    [
        "connections: {billing: null}",
        "connections: {billing: {config: {export_storage_type: null}}}",
        "connections: {billing: {sync_frequency: null, timeouts: {create: null}}}",
        "connections: {billing: {timeouts: null}}",
        "defaults: {sync_frequency: null}",
        "defaults: null",
        "connections: {billing: {config: {project_credentials: [null]}}}",
    ],
)
def test_a_null_that_removes_something_has_no_warning(load: Load, overlay: str) -> None:
    assert load(BASE, overlay).warnings == ()


@pytest.mark.parametrize(
    ("overlay", "pointer", "hint"),
    [
        ("connections: {biling: null}", "/connections/biling", "did you mean 'billing'?"),
        ("connections: {zzz: }", "/connections/zzz", "write its settings, or delete the line"),
        (
            "connections: {billing: {config: {export_storage: null}}}",
            "/connections/billing/config/export_storage",
            "did you mean 'export_storage_type'?",
        ),
        (
            "connections: {billing: {sync_frequenzy: null}}",
            "/connections/billing/sync_frequenzy",
            "did you mean 'sync_frequency'?",
        ),
        (
            "connections: {billing: {config: {gcs_credentials: {bucket_name: null}}}}",
            "/connections/billing/config/gcs_credentials/bucket_name",
            "delete the line",
        ),
        ("defaults: {paused: null}", "/defaults/paused", "delete the line"),
        ("provider: null", "/provider", "delete the line"),
    ],
)
def test_a_null_that_removes_nothing_is_a_warning(
    load: Load, overlay: str, pointer: str, hint: str
) -> None:
    warning = _only(load(BASE, overlay))

    assert (warning.pointer, warning.hint) == (pointer, hint)
    assert str(warning.place).startswith("stacks/environments/dev.yaml:1:")


def test_an_empty_connection_of_the_base_is_a_warning(load: Load) -> None:
    warning = _only(load(BASE + "  empty:\n"))

    assert str(warning.place) == "stacks/environments/base.yaml:4:3"
    assert warning.found == "null, but there is no 'empty' to remove"


def test_a_null_that_the_overlay_replaces_has_no_warning(load: Load) -> None:
    base = BASE.replace("group_id: g", "group_id: null")

    assert load(base, "connections: {billing: {group_id: g}}").warnings == ()


def test_null_of_the_base_need_not_remove_in_each_environment(folder: Path) -> None:
    text = "connections: {a: {service: stripe, group_id: g, config: {schema: s}, paused: null}}"
    (folder / "base.yaml").write_text(text)
    (folder / "dev.yaml").write_text("")
    (folder / "live.yaml").write_text("defaults: {paused: true}")

    assert warnings_of(load_environments(folder)) == []


def test_null_of_the_base_that_removes_nothing_is_one_warning(folder: Path) -> None:
    (folder / "base.yaml").write_text("connections: {a: null}")
    (folder / "dev.yaml").write_text("")
    (folder / "live.yaml").write_text("")

    (warning,) = warnings_of(load_environments(folder))

    assert warning.pointer == "/connections/a"
