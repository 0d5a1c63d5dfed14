"""The bases of the constructs that read: data sources and ephemeral resources of Terraform."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from constructs_lib import toolkit
from constructs_lib.constructs.base.cdk_resource import CdkDataSource, CdkEphemeralResource
from constructs_lib.constructs.base.expressions import is_hcl
from constructs_lib.constructs.base.resource import ResourceConstruct
from constructs_lib.validation import ConstructPlace, Finding, check_parameters


class DataSourceConstruct(ResourceConstruct):
    """A construct that reads something, and never changes it.

    Terraform calls a data source a resource, too, of another mode: all but the block in which it
    is written is as with other resources.
    """

    CDK_CLASS = CdkDataSource

    def check(self, values: Mapping[str, Any], place: ConstructPlace) -> list[Finding]:
        """Return all findings about the parameters."""
        return check_parameters(self.TYPE, values, place=place, is_token=toolkit.is_token)


class EphemeralResourceConstruct(ResourceConstruct):
    """A construct that is opened for one run, and is in no state and no plan file."""

    CDK_CLASS = CdkEphemeralResource

    def check(self, values: Mapping[str, Any], place: ConstructPlace) -> list[Finding]:
        """Return all findings about the parameters, and about the form of the synth."""
        found = check_parameters(self.TYPE, values, place=place, is_token=toolkit.is_token)
        return found + _hcl_findings(place)


def _hcl_findings(place: ConstructPlace) -> list[Finding]:
    # The CDK writes the blocks that it knows as HCL, and leaves others out silently.
    if not is_hcl():
        return []
    found, allowed = "a synth as HCL, in which the CDK writes no ephemeral blocks", "JSON"
    hint = f"run {toolkit.NAME} synth without --hcl"
    return [Finding("ephemeral-hcl", "error", place, "", found, allowed, hint)]
