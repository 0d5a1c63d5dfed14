"""Secrets that are configured without a value: null is none, so Fivetran keeps what it has.

An environment writes the secrets of adopted connections so until somebody gives them values.
Nothing is sent then, which must be seen, and must not turn into something that is lost.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from constructs_lib.backend.fivetran.connection_request import as_object
from constructs_lib.backend.fivetran.ledger import SCOPES, Ledger, secrets_of
from constructs_lib.backend.plugin.diagnostics import Diagnostics, ProviderError
from constructs_lib.backend.plugin.resource import Plan
from constructs_lib.backend.plugin.values import Object, same


def check_kept(plan: Plan, ledger: Ledger, diagnostics: Diagnostics) -> None:
    """Tells which secrets have no value.

    :param ledger: knows which of the others will be sent
    :raises ProviderError: if a setting would be sent without a secret inside of it: whether the API
        keeps what an object lacks is not documented
    """
    kept = _without_value(plan.config)
    if not kept:
        return
    if plan.is_create:
        diagnostics.warning(
            "Secrets have no value",
            f"The connection will be created without {', '.join(kept)}.",
        )
        return
    _refuse_parts(plan, kept, ledger.changed(secrets_of(plan.config)))
    prior = plan.prior or {}
    diagnostics.warning(
        "Secrets without a value are left as they are at Fivetran",
        f"Connection {prior.get('id')} ({prior.get('schema')}): {', '.join(kept)}. Once they have "
        "a value they are sent, and managed from then on.",
    )


def _without_value(config: Object) -> list[str]:
    """The secrets that are null, such as ``config.aws_credentials.s3_role_arn``."""
    attributes = SCOPES.items()
    return [name for s, a in attributes for name in _nulls(as_object(config.get(a)), s)]


def _nulls(value: Any, name: str) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _nulls(inner, f"{name}.{key}")
    elif value is None:
        yield name


def _refuse_parts(plan: Plan, kept: list[str], sent: list[str]) -> None:
    for name in kept:
        scope, key, *_ = name.split(".")
        before, after = (
            as_object(values.get(scope)) for values in (plan.prior or {}, plan.planned)
        )
        is_changed = key in after and not (key in before and same(before[key], after[key]))
        if is_changed or f"{scope}.{key}" in sent:
            raise ProviderError(
                "A setting would be sent without its secret",
                f"{key} in {scope} changes, and {name} has no value, so that Fivetran might lose "
                "it. Give the secret its value, or take the change back. Nothing was changed.",
                (scope,),
            )
