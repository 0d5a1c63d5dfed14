"""The resource of the CDK inside of a construct of this package."""

from __future__ import annotations

from typing import Any

from constructs_lib import toolkit
from constructs_lib.constructs.values import hcl_form

_NOT_SHOWN = "Default"


class HiddenResource(toolkit.TerraformResource):
    """The resource of the CDK. Its id ``Default`` keeps it out of the address."""

    def __init__(
        self,
        scope: toolkit.Construct,
        type_name: str,
        path: str,
        attributes: dict[str, Any],
        meta: dict[str, Any],
    ) -> None:
        """Make the resource.

        :param path: path of the construct in which it is hidden
        :param attributes: the attributes in the form for the CDK
        :param meta: the meta-arguments, as keyword arguments of the CDK's resource
        """
        # The CDK asks for the attributes at synth. Handing them over one by one beforehand would
        # cost a call into Node each.
        self._attributes = attributes
        self.name = ""
        """The name of the resource in Terraform, which only the construct around it knows."""
        self._path = "/".join(step for step in path.split("/") if step != _NOT_SHOWN)
        super().__init__(scope, _NOT_SHOWN, terraform_resource_type=type_name, **meta)

    @property
    def _construct_node_metadata(self) -> dict[str, Any]:
        # The command line of the CDK shows this path behind the address in a plan.
        return {"metadata": {"path": self._path, "uniqueId": self.name}}

    def _synthesize_attributes(self) -> dict[str, Any]:
        return self._attributes

    def _synthesize_hcl_attributes(self) -> dict[str, Any]:
        return hcl_form(self._attributes)
