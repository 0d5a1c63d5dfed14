"""The state backend of an environment, of whatever type."""

from __future__ import annotations

from typing import Any

from constructs_lib import toolkit
from constructs_lib.constructs.hcl import hcl_attribute, hcl_value
from constructs_lib.schemas import Kind
from stacks.settings_backend import settings_of

_CLOUD = "cloud"
_WITHOUT_BLOCKS = ("s3",)
"""What is nested there, Terraform takes for values."""


class Backend(toolkit.TerraformBackend):
    """Where Terraform keeps the state of a stack, by Terraform's own names.

    The CDK has a class for each type of backend, each with the settings of its day. This one
    takes any, so that a setting which Terraform adds can be used at once.
    """

    def __init__(
        self, scope: toolkit.Construct, id_: str, *, type_name: str, settings: dict[str, Any]
    ) -> None:
        """Describe the backend.

        :param scope: the stack
        :param id_: name of the construct
        :param type_name: Terraform's name of the backend, such as ``s3``, or ``cloud``
        :param settings: its settings, by Terraform's names
        """
        super().__init__(scope, id_, type_name)
        self._type_name = type_name
        self._settings = settings
        for name, value in settings.items():
            self.add_override(name, value)

    def to_terraform(self) -> Any:
        """The part of the stack's document."""
        return _cloud_apart(super().to_terraform())

    def to_hcl_terraform(self) -> Any:
        """The same for a document in HCL, where a block is written otherwise than a mapping."""
        document = super().to_hcl_terraform()
        backend, known = document["terraform"]["backend"], settings_of(self._type_name)
        backend[self._type_name] |= {
            name: _block(value)
            if self._type_name not in _WITHOUT_BLOCKS and known[name].kind is Kind.NESTED
            else hcl_attribute(value)
            for name, value in self._settings.items()
        }
        return _cloud_apart(document)

    def get_remote_state_data_source(
        self, scope: toolkit.Construct, name: str, _from_stack: str
    ) -> toolkit.TerraformRemoteState:
        """How another stack reads the outputs of this one; the CDK asks for it."""
        if self._type_name != _CLOUD:
            return _RemoteState(scope, name, self._type_name, self._settings)
        # What is written by the one is read by the other, which knows neither tags nor projects.
        workspace = {"name": self._settings["workspaces"].get("name")}
        settings = {key: value for key, value in self._settings.items() if key != "workspaces"}
        return _RemoteState(scope, name, "remote", {**settings, "workspaces": workspace})


def _block(value: dict[str, Any]) -> dict[str, Any]:
    """A nested block in the form that the CDK writes as HCL."""
    inner = {name: hcl_attribute(each) for name, each in value.items()}
    return {"value": inner, "isBlock": True, "type": "map", "storageClassType": "any"}


def _cloud_apart(document: dict[str, Any]) -> dict[str, Any]:
    """HCP Terraform is no backend to Terraform, but a block of its own beside it.

    The CDK has a class for it, which runs ``terraform version`` for each stack.
    """
    backend = document["terraform"]["backend"]
    return {"terraform": backend} if _CLOUD in backend else document


class _RemoteState(toolkit.TerraformRemoteState):
    def __init__(
        self, scope: toolkit.Construct, id_: str, type_name: str, settings: dict[str, Any]
    ) -> None:
        super().__init__(scope, id_, type_name)
        self._config = settings
        self.add_override("config", settings)

    def to_hcl_terraform(self) -> Any:
        """The same for a document in HCL, in which the CDK guesses what a text means."""
        document = super().to_hcl_terraform()
        for body in document["data"]["terraform_remote_state"].values():
            body["config"] = hcl_value(self._config, self)
        return document
