"""``synthesize``: what a stack says, or all that is wrong with it. It runs with both CDKs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from constructs_lib import Connection, FivetranProvider
from constructs_lib.testing import SynthesisFailed, synthesize
from constructs_lib.toolkit import (
    App,
    Construct,
    IValidation,
    TerraformOutput,
    TerraformStack,
    implements,
)


class Pipelines(TerraformStack):
    """A stack as people write it, with a construct of their own."""

    def __init__(self, scope: Construct, name: str, *, service: str = "postgres") -> None:
        super().__init__(scope, name)
        FivetranProvider(self, "fivetran", api_url="sandbox")
        team = Construct(self, "team")
        orders = Connection(
            team,
            "orders",
            group_id="sandbox_warehouse",
            service=service,
            config={"schema_prefix": "orders", "host": "db.example.com"},
        )
        TerraformOutput(self, "orders_id", value=orders.id)


def test_a_class_of_stacks_is_synthesized(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    found = synthesize(Pipelines)

    ((name, orders),) = found.resources("fivetranops_connection").items()
    assert found.resource("fivetranops_connection", name) == orders
    assert orders["config"]["host"] == "db.example.com"
    assert found.outputs == {"orders_id": f"${{fivetranops_connection.{name}.id}}"}
    assert found.warnings == ()
    assert list(tmp_path.iterdir()) == []


def test_a_function_may_return_nothing() -> None:
    def define(app: App) -> None:
        Pipelines(app, "pipelines")

    assert synthesize(define).name == "pipelines"


def test_a_stack_that_is_made_is_synthesized(tmp_path: Path) -> None:
    stack = Pipelines(App(outdir=str(tmp_path)), "pipelines")

    found = synthesize(stack)

    written = tmp_path / "stacks" / "pipelines" / "cdk.tf.json"
    assert found.document == json.loads(written.read_text(encoding="utf-8"))


def test_all_findings_are_one_assertion() -> None:
    def define(app: App) -> TerraformStack:
        stack = Pipelines(app, "pipelines", service="postgress")
        Connection(stack, "shop", group_id="g", service="postgres", config={}, sync_frequency=7)
        return stack

    with pytest.raises(SynthesisFailed) as failure:
        synthesize(define)

    assert isinstance(failure.value, AssertionError)
    places = {str(finding.place) for finding in failure.value.findings}
    assert places == {"pipelines/team/orders", "pipelines/shop"}
    assert all(place in str(failure.value) for place in places)


def test_warnings_are_kept() -> None:
    def define(app: App) -> TerraformStack:
        stack = Pipelines(app, "pipelines")
        Connection(
            stack,
            "shop",
            group_id="g",
            service="postgres",
            config={"schema_prefix": "shop"},
            secrets={"password": "hunter2"},
        )
        return stack

    (warning,) = synthesize(define).warnings
    assert (warning.severity, str(warning.place)) == ("warning", "pipelines/shop")
    assert "hunter2" not in str(warning)


def test_what_is_not_there_names_what_there_is() -> None:
    found = synthesize(Pipelines)

    with pytest.raises(AssertionError, match=r"no resource a\.b; there are fivetranops_connection"):
        found.resource("a", "b")
    with pytest.raises(AssertionError, match=r"no data a\.b; there are none"):
        found.data("a", "b")


@pytest.mark.parametrize(("names", "made"), [((), "none"), (("a", "b"), "a, b")])
def test_one_stack_is_tested_at_a_time(names: tuple[str, ...], made: str) -> None:
    def define(app: App) -> None:
        for name in names:
            Pipelines(app, name)

    with pytest.raises(SynthesisFailed, match=f"made {made}; return the one to test"):
        synthesize(define)


@implements(IValidation)
class Refusal:
    """A validation of somebody else."""

    def validate(self) -> list[str]:
        return ["no stack on a Friday"]


def test_an_error_of_the_cdk_has_no_javascript() -> None:
    def define(app: App) -> None:
        Pipelines(app, "pipelines").node.add_validation(Refusal())

    with pytest.raises(SynthesisFailed, match="no stack on a Friday") as failure:
        synthesize(define)

    assert failure.value.findings == ()
    assert failure.value.__cause__ is None
    assert failure.value.__suppress_context__
    assert "\n    at " not in str(failure.value)


def test_a_snapshot_has_no_noise() -> None:
    found = synthesize(Pipelines)
    other = {
        **found.document,
        "//": {"metadata": {"version": "9.9"}},
        "terraform": {
            **found.document["terraform"],
            "backend": {"local": {"path": "/elsewhere"}},
            "required_providers": {
                "fivetranops": {
                    "source": "terraform.local/connections-as-code/fivetranops",
                    "version": "9.9",
                }
            },
        },
    }

    text = found.snapshot

    assert text == type(found)("other", other, ()).snapshot
    assert "//" not in json.loads(text)
    assert "terraform.local/connections-as-code/fivetranops" in text
    assert set(json.loads(text)["terraform"]) == {"required_providers"}


@pytest.mark.parametrize("stack", ["pipelines", None, 7])
def test_what_is_no_stack_is_refused(stack: Any) -> None:
    with pytest.raises(SynthesisFailed, match=rf"stack, and not a {type(stack).__name__}$"):
        synthesize(stack)


def test_an_unknown_output_names_those_there_are() -> None:
    def pipelines(app: App) -> None:
        stack = TerraformStack(app, "pipelines")
        TerraformOutput(stack, "orders", value="1")

    outputs = synthesize(pipelines).outputs

    with pytest.raises(KeyError, match=r"^there is no output 'order'; there are: orders$"):
        outputs["order"]
    assert outputs.get("order") is None
    assert outputs == {"orders": "1"}
