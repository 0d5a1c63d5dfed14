"""The base of the constructs that stand for one data source of Terraform."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from constructs_lib.constructs.hidden_resource import HiddenData
from constructs_lib.constructs.resource import ResourceConstruct
from constructs_lib.toolkit import is_token
from constructs_lib.validation import ConstructPlace, Finding, check_parameters


class DataConstruct(ResourceConstruct):
    """A construct that reads something, and never changes it.

    Terraform calls a data source a resource, too, of another mode: all but the block in which it
    is written is as with other resources.
    """

    HIDDEN = HiddenData

    def check(self, values: Mapping[str, Any], place: ConstructPlace) -> list[Finding]:
        """All findings about the parameters."""
        return check_parameters(self.TYPE, values, place=place, is_token=is_token)
