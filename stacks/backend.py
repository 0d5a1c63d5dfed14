"""The state backend of an environment, of whatever type."""

from __future__ import annotations

from typing import Any

from constructs_lib import toolkit


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
        :param type_name: Terraform's name of the backend, such as ``s3``
        :param settings: its settings, by Terraform's names
        """
        super().__init__(scope, id_, type_name)
        self._type_name = type_name
        self._settings = settings
        for name, value in settings.items():
            self.add_override(name, value)

    def get_remote_state_data_source(
        self, scope: toolkit.Construct, name: str, _from_stack: str
    ) -> toolkit.TerraformRemoteState:
        """How another stack reads the outputs of this one; the CDK asks for it."""
        return _RemoteState(scope, name, self._type_name, self._settings)


class _RemoteState(toolkit.TerraformRemoteState):
    def __init__(
        self, scope: toolkit.Construct, id_: str, type_name: str, settings: dict[str, Any]
    ) -> None:
        super().__init__(scope, id_, type_name)
        self.add_override("config", settings)
