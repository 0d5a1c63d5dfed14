"""Changes that a plan shows and an apply does not send.

Terraform counts each of them as a change. So the plan says of each that nothing is sent to the
vendor.
"""

from __future__ import annotations

from collections.abc import Collection

from constructs_lib.backend.plugin.diagnostics import Diagnostics
from constructs_lib.backend.plugin.resource import Plan
from constructs_lib.backend.plugin.values.value import contains_unknown
from constructs_lib.schemas import Attribute

SUMMARY = "A change that sends nothing"


def unsent_changes(
    plan: Plan, attributes: dict[str, Attribute], sent: Collection[str] = ()
) -> tuple[str, ...]:
    """Return the names of the configurable attributes that change without a request.

    :param plan: the plan of an update, sharpened already
    :param attributes: those of the resource
    :param sent: the names of those that a request carries, or that steer one of this very apply
    """
    if plan.is_create or plan.replace:
        return ()
    return tuple(
        name
        for name, attribute in attributes.items()
        if not attribute.read_only and name not in sent and plan.changed(name)
        if not contains_unknown(plan.planned.get(name))
    )


def warn_about_unsent_changes(
    names: Collection[str], subject: str, diagnostics: Diagnostics
) -> None:
    """Add one warning for all changes of a resource that send nothing; none if there are none.

    :param names: as :func:`unsent_changes` returns them
    :param subject: the object at the vendor, such as ``connection abc (orders)``
    """
    if names:
        diagnostics.warning(
            SUMMARY,
            f"{', '.join(names)}: nothing is sent for that to change {subject}. It is noted in "
            "Terraform's state, and holds for what is done from then on.",
        )
