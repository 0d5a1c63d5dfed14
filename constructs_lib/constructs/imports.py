"""The ``import`` blocks of a stack."""

from __future__ import annotations

from typing import Any

from constructs_lib import toolkit

_ID = "ImportsOfConnectionsAsCode"


class Imports(toolkit.TerraformElement):
    """All ``import`` blocks that the constructs of one stack ask for.

    The CDK's own ``import_from`` runs ``terraform version`` once for each imported resource, and
    that takes longer than all the rest of the synth.
    """

    def __init__(self, stack: toolkit.TerraformStack) -> None:
        self.blocks: list[dict[str, str]] = []
        """The blocks: ``to``, the address of the resource, and ``id``, its identifier."""
        super().__init__(stack, _ID)

    def to_terraform(self) -> Any:
        """The blocks as a part of the stack's document."""
        return {"import": self.blocks}

    def to_hcl_terraform(self) -> Any:
        """The blocks for ``cdktf synth --hcl``."""
        kinds = {"to": "reference", "id": "string"}
        return {
            "import": [
                {
                    name: {"value": value, "type": "simple", "storageClassType": kinds[name]}
                    for name, value in block.items()
                }
                for block in self.blocks
            ]
        }
