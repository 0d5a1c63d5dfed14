"""The stack of one environment, with its state backend and its secrets, and the app of all stacks.

A secret with ``unset: keep`` stays as it is at Fivetran while its variable has no value. The
provider sends nothing for a secret that is null, so such a secret becomes an expression of
Terraform that is null until each variable in it has a value. That holds for a setting as a whole:
an object or a list is one value for the API, and sending it without a part would clear that part.

If a file or a construct has a mistake, all mistakes are reported to stderr, nothing is written,
and the exit status is 1. Warnings are reported there, too, each with its place in the files.
"""

from __future__ import annotations

import json
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from itertools import groupby
from typing import Any

from constructs_lib import (
    Connection,
    ConnectionState,
    ConnectorStatus,
    ElasticProvider,
    FivetranProvider,
    Lifecycle,
    constructs,
    schemas,
    toolkit,
)
from constructs_lib.constructs.base.arguments import parameters_checked
from constructs_lib.constructs.base.expressions import hcl_attribute, hcl_value
from constructs_lib.schemas import Kind
from constructs_lib.schemas.redaction import SECRET_PARAMETERS
from constructs_lib.schemas.sections import Section, sections
from constructs_lib.toolkit import (
    App,
    Construct,
    Fn,
    LocalBackend,
    TerraformOutput,
    TerraformStack,
    TerraformVariable,
    Token,
)
from constructs_lib.validation import render
from stacks.settings.backend import settings_of
from stacks.settings.loader import ENVIRONMENTS, load_environments, variables_in, warnings_of
from stacks.settings.model import (
    ConnectionActionSettings,
    ConnectionSettings,
    ConnectorStatusSettings,
    Environment,
    Variable,
)

_CLOUD = "cloud"
_WITHOUT_BLOCKS = ("s3",)
"""The backends whose nested settings are values to Terraform, not blocks."""


class StateBackend(toolkit.TerraformBackend):
    """Where Terraform keeps the state of a stack, by Terraform's own names.

    The CDK has a class for each type of backend, with the settings that the type once had. This
    one takes any setting, so that what Terraform adds can be used at once.
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
        """Return the part of the stack's document."""
        return _with_cloud_block(super().to_terraform())

    def to_hcl_terraform(self) -> Any:
        """Return the same for a document in HCL, where a block is not a mapping."""
        document = super().to_hcl_terraform()
        backend, known = document["terraform"]["backend"], settings_of(self._type_name)
        backend[self._type_name] |= {
            name: _block(value)
            if self._type_name not in _WITHOUT_BLOCKS and known[name].kind is Kind.NESTED
            else hcl_attribute(value)
            for name, value in self._settings.items()
        }
        return _with_cloud_block(document)

    def get_remote_state_data_source(
        self, scope: toolkit.Construct, name: str, _from_stack: str
    ) -> toolkit.TerraformRemoteState:
        """Return the data source by which another stack reads the outputs of this one."""
        if self._type_name != _CLOUD:
            return _RemoteState(scope, name, self._type_name, self._settings)
        # The backend remote reads what cloud writes, but has neither tags nor projects.
        workspace = {"name": self._settings["workspaces"].get("name")}
        settings = {key: value for key, value in self._settings.items() if key != "workspaces"}
        return _RemoteState(scope, name, "remote", {**settings, "workspaces": workspace})


def _block(value: dict[str, Any]) -> dict[str, Any]:
    """Return a nested block in the form that the CDK writes as HCL."""
    inner = {name: hcl_attribute(each) for name, each in value.items()}
    return {"value": inner, "isBlock": True, "type": "map", "storageClassType": "any"}


def _with_cloud_block(document: dict[str, Any]) -> dict[str, Any]:
    """Move HCP Terraform from the backend to a block of its own, as Terraform wants it.

    The CDK's own class for it runs ``terraform version`` for each stack.
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
        """Return the same for a document in HCL, in which the CDK would guess what a text means."""
        document = super().to_hcl_terraform()
        for body in document["data"]["terraform_remote_state"].values():
            body["config"] = hcl_value(self._config, self)
        return document


# Terraform's strings are those of JSON, except for two escapes.
_ESCAPE = re.compile(r"\\.")


def with_references(parameters: Mapping[str, Any], references: Mapping[str, str]) -> dict[str, Any]:
    """Return the parameters of a construct with a reference in place of each variable.

    A secret whose variables may be unset becomes an expression, which is null while one of them is.

    :param parameters: keyword arguments, with ``Variable`` leaves
    :param references: the references to the variables that must have a value, by name
    """
    return {
        name: {key: _secret(inner, references) for key, inner in value.items()}
        if name in SECRET_PARAMETERS and isinstance(value, Mapping)
        else _referring(value, references)
        for name, value in parameters.items()
    }


def _secret(value: Any, references: Mapping[str, str]) -> Any:
    names = dict.fromkeys(each.name for each in variables_in(value) if each.keep_unset)
    if not names:
        return _referring(value, references)
    return _null_while(" || ".join(f'var.{name} == ""' for name in names), value)


def _referring(value: Any, references: Mapping[str, str]) -> Any:
    if isinstance(value, Variable):
        return references[value.name]
    if isinstance(value, Mapping):
        return {key: _referring(inner, references) for key, inner in value.items()}
    if isinstance(value, list):
        return [_referring(inner, references) for inner in value]
    return value


def _null_while(is_unset: str, value: Any) -> Any:
    if isinstance(value, Mapping):
        # An object may have a part in config: the two are merged, which takes both as objects.
        return {key: _null_while(is_unset, inner) for key, inner in value.items()}
    return f"${{{is_unset} ? null : {_expression(value)}}}"


def _expression(value: Any) -> str:
    """Return a value as Terraform writes it inside an expression.

    Text is a template there, as it is everywhere in a settings file.
    """
    if isinstance(value, Variable):
        return f"var.{value.name}"
    if isinstance(value, Mapping):
        inside = (f"{_expression(key)} = {_expression(inner)}" for key, inner in value.items())
        return "{" + ", ".join(inside) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_expression, value)) + "]"
    return _ESCAPE.sub(_as_terraform, json.dumps(value, ensure_ascii=False))


def _as_terraform(escape: re.Match[str]) -> str:
    return {"\\b": "\\u0008", "\\f": "\\u000c"}.get(escape.group(), escape.group())


class EnvironmentStack(TerraformStack):
    """The connections of one environment with all that belongs to them, and connector statuses.

    In Terraform a connection is ``fivetranops_connection.<name>``, its state
    ``fivetranops_connection_state.<name>``, the status of an Elastic connector
    ``elasticops_connector_status.<name>``, and what belongs to a connection the type that the
    section stands for, such as ``fivetranops_connection_test.<name>`` for ``connection_tests``.
    Each connection has the output ``<name>_id``, each state ``<name>_state_before``, and each
    status ``<name>_status_before``: what was there before it was last set, as JSON. A section may
    have an output, too, such as ``<name>_connect_card_uri``, which is sensitive.
    """

    def __init__(self, scope: Construct, id_: str, *, settings: Environment) -> None:
        """Describe the stack.

        :param scope: the app
        :param id_: name of the stack
        :param settings: all that differs between the environments
        """
        super().__init__(scope, id_)
        # Names of connections are in small letters, so that none of them equals these scopes.
        # The id Default is left out of the address: a state has the name of its connection.
        self._states = Construct(self, "Default")
        # One level deeper, because a status may have the name of a state.
        self._statuses = Construct(self._states, "Default")
        self._connections: dict[str, Connection] = {}
        self._outputs = Construct(self, "Outputs")
        self._variables = self._declare(settings)
        self._choose_backend(settings)
        # What was checked in the files has a place there, and needs no second check.
        with parameters_checked() if settings.is_checked else nullcontext():
            self._add_all(settings)

    def _add_all(self, settings: Environment) -> None:
        FivetranProvider(self, "Fivetran", **with_references(settings.provider, self._variables))
        for connection in settings.connections:
            self._add(connection)
        self._add_sections(settings)
        if settings.elastic is not None:
            ElasticProvider(self, "Elastic", **with_references(settings.elastic, self._variables))
        for status in settings.connector_statuses:
            self._add_status(status)
        if settings.removed:
            forgotten = {"lifecycle": {"destroy": False}}
            self.add_override("removed", [{"from": each, **forgotten} for each in settings.removed])

    def _declare(self, settings: Environment) -> dict[str, str]:
        """Declare the variables; return the references to those that must have a value."""
        scope = Construct(self, "Variables")
        for name in settings.keeping_variables:
            # No secret is empty, so an empty text can mean that there is none.
            _variable(scope, name, default="")
        return {name: _variable(scope, name).string_value for name in settings.variables}

    def _choose_backend(self, settings: Environment) -> None:
        backend = settings.backend
        if backend.type != "local":
            StateBackend(self, "Backend", type_name=backend.type, settings=backend.settings)
        elif backend.settings:
            # Without a path the CDK keeps the state next to cdktf.json, a file for each stack.
            LocalBackend(self, **backend.settings)

    def _add(self, settings: ConnectionSettings) -> None:
        lifecycle = Lifecycle(prevent_destroy=True) if settings.protect else None
        parameters = with_references(settings.parameters, self._variables)
        connection = Connection(self, settings.name, lifecycle=lifecycle, **parameters)
        self._connections[settings.name] = connection
        self._output(f"{settings.name}_id", connection.id)
        if settings.managed_state is not None:
            state = settings.managed_state.parameters
            cursor = ConnectionState(self._states, settings.name, connection=connection, **state)
            self._output_before(f"{settings.name}_state_before", cursor.previous_state)

    def _add_sections(self, settings: Environment) -> None:
        """Add what belongs to connections: each waits for what is applied before it, and is about
        the same connection.
        """
        before: defaultdict[Any, list[Construct]] = defaultdict(list)
        scope = self._statuses
        for _, several in groupby(sections().values(), key=lambda section: section.order):
            made: list[tuple[Any, Construct]] = []
            for section in several:
                scope = Construct(scope, "Default")
                for each in settings.sections.get(section.name, ()):
                    waits_for = [] if section.order is None else before[each.subject]
                    made.append((each.subject, self._add_entry(section, scope, each, waits_for)))
            # Those of one order do not wait for each other.
            for subject, construct in made:
                before[subject].append(construct)

    def _add_entry(
        self,
        section: Section,
        scope: Construct,
        settings: ConnectionActionSettings,
        before: Sequence[Construct],
    ) -> Construct:
        kind: Callable[..., Construct] = getattr(constructs, section.construct)
        made = kind(scope, settings.name, depends_on=list(before), **self._action(settings))
        if section.output is not None:
            attribute = schemas.load(section.resource).attributes[section.output]
            name = f"{settings.name}_{section.kind}_{section.output}"
            sensitive = attribute.sensitive or None
            self._output(name, getattr(made, section.output), sensitive=sensitive)
        return made

    def _action(self, settings: ConnectionActionSettings) -> dict[str, Any]:
        if settings.connection is None:
            return settings.parameters
        return {**settings.parameters, "connection": self._connections[settings.connection]}

    def _add_status(self, settings: ConnectorStatusSettings) -> None:
        parameters = with_references(settings.parameters, self._variables)
        status = ConnectorStatus(self._statuses, settings.name, **parameters)
        self._output_before(f"{settings.name}_status_before", status.previous_status)

    def _output_before(self, name: str, value: Any) -> None:
        # As text, because it is null at first, and the CLI cannot print null and values alike.
        self._output(name, Token.as_string(Fn.jsonencode(value)))

    def _output(self, name: str, value: str, *, sensitive: bool | None = None) -> None:
        output = TerraformOutput(self._outputs, name, value=value, sensitive=sensitive)
        output.override_logical_id(name)


def _variable(scope: Construct, name: str, default: str | None = None) -> TerraformVariable:
    variable = TerraformVariable(
        scope, name, type="string", sensitive=True, nullable=False, default=default
    )
    variable.override_logical_id(name)
    # An ephemeral value reaches neither the plan file nor the state; the CDK does not know it yet.
    variable.add_override("ephemeral", True)
    return variable


def synthesise() -> None:
    """Read, check and synthesise.

    :raises ValidationFailed: with all findings, if one of them is an error
    """
    # The settings come first, because the app of the CDK makes its output directory at once.
    environments = load_environments(ENVIRONMENTS)
    if found := warnings_of(environments):
        sys.stderr.write(render(found) + "\n")
    app = App()
    for settings in environments:
        EnvironmentStack(app, settings.name, settings=settings)
    app.synth()
