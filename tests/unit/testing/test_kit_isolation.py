"""A stack that could reach an account is refused, whatever form its document has."""

from __future__ import annotations

from typing import Any

import pytest

from constructs_lib import launchers
from constructs_lib.testing import DeployFailed, FivetranSandbox
from constructs_lib.testing.isolation import isolate, own_providers

OURS = {"source": launchers.source("fivetranops"), "version": "1.0.0"}
DECLARED = {"required_providers": {"fivetranops": OURS}}
COMMAND = {"provisioner": [{"local-exec": {"command": "true"}}]}
BUCKET = {"aws_s3_bucket": {"logs": {"bucket": "logs"}}}
AWS = "real systems: aws ("

REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "module": ({"module": {"net": {"source": "./net"}}}, "module.net: the stack has a module"),
    "modules": ({"module": [{"net": [{"source": "./net"}]}]}, "module.net: the stack has a module"),
    "resource": ({"resource": BUCKET}, f"{AWS}aws_s3_bucket.logs)"),
    "resources": ({"resource": [{"aws_s3_bucket": [{"logs": {}}]}]}, f"{AWS}aws_s3_bucket.logs)"),
    "data": ({"data": BUCKET}, f"{AWS}data.aws_s3_bucket.logs)"),
    "ephemeral": ({"ephemeral": BUCKET}, f"{AWS}ephemeral.aws_s3_bucket.logs)"),
    "action": ({"action": BUCKET}, f"{AWS}action.aws_s3_bucket.logs)"),
    "check": ({"check": {"up": {"data": BUCKET}}}, f"{AWS}check.up.data.aws_s3_bucket.logs)"),
    "import": ({"import": [{"to": "aws_s3_bucket.a", "id": "b"}]}, f"{AWS}import aws_s3_bucket.a)"),
    "argument": (
        {"resource": {"fivetranops_connection": {"a": {"provider": "${aws.west}"}}}},
        f"{AWS}fivetranops_connection.a)",
    ),
    "block": ({"provider": {"aws": [{}]}}, f"{AWS}provider.aws)"),
    "version": ({"terraform": {"required_providers": {"aws": "~> 5"}}}, "real systems: aws."),
    "namesake": (
        {"terraform": {"required_providers": {"fivetranops": {"source": "fivetran/fivetranops"}}}},
        "real systems: fivetranops.",
    ),
    "state": (
        {"data": {"terraform_remote_state": {"net": {"backend": "s3"}}}},
        "real systems: terraform (data.terraform_remote_state.net)",
    ),
    "provisioner": (
        {"resource": {"terraform_data": {"a": COMMAND}}},
        "terraform_data.a: the stack has the provisioner local-exec",
    ),
    "removed": (
        {"removed": [{"from": "terraform_data.a", **COMMAND}]},
        "terraform_data.a: the stack has the provisioner local-exec",
    ),
    "undeclared": (
        {"terraform": {}, "resource": {"fivetranops_connection": {"a": {}}}},
        "fivetranops_connection.a: the stack has no provider fivetranops; make a FivetranProvider",
    ),
}


@pytest.mark.parametrize(("more", "message"), REFUSED.values(), ids=REFUSED)
def test_what_could_reach_an_account_is_refused(more: dict[str, Any], message: str) -> None:
    with pytest.raises(DeployFailed) as failure:
        own_providers({"terraform": DECLARED, **more}, ())

    assert message in str(failure.value)


@pytest.mark.parametrize("kind", ["resource", "data", "ephemeral", "action", "block", "state"])
def test_a_provider_that_is_allowed_may_be_used(kind: str) -> None:
    document = {"terraform": DECLARED, **REFUSED[kind][0]}

    assert own_providers(document, ("aws", "terraform")) == {"fivetranops": "fivetranops"}


def test_what_reaches_nothing_needs_no_permission() -> None:
    resources = {"fivetranops_connection": {"a": {}}, "terraform_data": {"b": {"input": 1}}}

    found = own_providers({"terraform": DECLARED, "resource": resources}, ())

    assert found == {"fivetranops": "fivetranops"}


def test_all_refusals_are_in_one_message() -> None:
    document = {"terraform": DECLARED, **REFUSED["module"][0], **REFUSED["resource"][0]}

    with pytest.raises(DeployFailed, match=r"(?s)module\.net: .*\n.*aws_s3_bucket\.logs"):
        own_providers(document, ())


@pytest.mark.parametrize(
    "blocks",
    [
        None,
        {"fv": {"api_url": "https://api.fivetran.com", "api_key": "k"}},
        [{"fv": [{"api_url": "https://api.fivetran.com", "api_secret": "s"}]}],
    ],
    ids=["declared_only", "block", "list"],
)
def test_a_provider_of_any_local_name_is_pointed(
    fivetran_sandbox: FivetranSandbox, blocks: Any
) -> None:
    source = {"source": OURS["source"].upper()}
    document: dict[str, Any] = {"terraform": [{"required_providers": [{"fv": source}]}]}
    if blocks is not None:
        document["provider"] = blocks

    own = own_providers(document, ())
    isolate(document, own, {"fivetranops": fivetran_sandbox})

    assert own == {"fv": "fivetranops"}
    assert document["provider"] == {"fv": [fivetran_sandbox.provider_arguments()]}
    assert document["terraform"]["backend"] == {"local": {"path": "terraform.tfstate"}}
