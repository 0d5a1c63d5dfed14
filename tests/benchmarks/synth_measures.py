"""What describing many connections costs before Terraform starts: the synth, and its checks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from catalogue_measures import PLACE, configured
from jsonschema import Draft202012Validator
from processes import python
from side_by_side import Measure, timed

from constructs_lib.validation import check_connection
from constructs_lib.validation.schema_check import parameter_schema

_MANY = 1000
_ENTRIES = 10_000
_BEGIN = """
import os, tempfile
os.environ["CHECKPOINT_DISABLE"] = "1"
from constructs_lib.toolkit import App, TerraformProvider, TerraformResource, TerraformStack
folder = tempfile.TemporaryDirectory()
app = App(outdir=folder.name)
stack = TerraformStack(app, "bench")

def values(number):
    config = {{"schema": f"bench_{{number}}", "python_version": "3.12", "package_id": "bench"}}
    return {{
        "group_id": "group", "service": "connector_sdk", "config": config, "paused": False,
        "sync_frequency": 360, "run_setup_tests": False,
    }}
"""
_BARE = """
class Provider(TerraformProvider):
    def _synthesize_attributes(self):
        return {{"api_url": "sandbox"}}

class Resource(TerraformResource):
    def __init__(self, scope, id_, values):
        self._values = values
        super().__init__(scope, id_, terraform_resource_type="fivetranops_connection")

    def _synthesize_attributes(self):
        return self._values

    def _synthesize_hcl_attributes(self):
        return {{}}

Provider(
    stack, "p", terraform_resource_type="fivetranops",
    terraform_provider_source="terraform.local/connections-as-code/fivetranops",
)
for number in range({count}):
    Resource(stack, f"c{{number}}", values(number))
app.synth()
"""
_OURS = """
from constructs_lib import Connection, FivetranProvider

FivetranProvider(stack, "p", api_url="sandbox")
for number in range({count}):
    Connection(stack, f"c{{number}}", **values(number))
app.synth()
"""


def bare(count: int) -> str:
    """Code that synthesises as many bare resources of the CDK."""
    return (_BEGIN + _BARE).format(count=count)


def ours(count: int) -> str:
    """Code that synthesises as many connections, with all checks."""
    return (_BEGIN + _OURS).format(count=count)


def measures() -> Iterator[Measure]:
    """The measures, in the order of the report."""
    yield Measure(
        f"Synth of {_MANY:,} connections, the whole process",
        "bare `TerraformResource`",
        "`Connection`, validation included",
        python(bare(_MANY)),
        python(ours(_MANY)),
        runs=7,
    )
    entries = [configured(number) for number in range(_ENTRIES)]
    yield Measure(
        f"Validating {_ENTRIES:,} connection entries",
        "one bare pass of jsonschema",
        "all checks before synth",
        timed(lambda: bare_pass(entries)),
        timed(lambda: all_checks(entries)),
        runs=7,
    )


def bare_pass(entries: list[dict[str, Any]]) -> None:
    """JSON Schema alone, without words for what is wrong."""
    validator = Draft202012Validator(parameter_schema("fivetranops_connection"))
    for entry in entries:
        for error in validator.iter_errors(entry):
            raise error


def all_checks(entries: list[dict[str, Any]]) -> None:
    """What runs before synth."""
    for entry in entries:
        if check_connection(entry, place=PLACE):
            raise RuntimeError("a connection that is measured must have no findings")
