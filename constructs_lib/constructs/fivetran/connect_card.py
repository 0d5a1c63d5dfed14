"""The constructs of connect cards: addresses at which an end user sets a connection up.

A ``ConnectCard`` is a resource, with its token in state. An ``EphemeralConnectCard`` is for one run
and is stored nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from constructs_lib.constructs.base import attributes
from constructs_lib.constructs.base.arguments import validate_arguments
from constructs_lib.constructs.base.attributes import Instance
from constructs_lib.constructs.base.data_source import EphemeralResourceConstruct
from constructs_lib.constructs.base.meta_arguments import Lifecycle
from constructs_lib.constructs.base.resource import ResourceConstruct
from constructs_lib.constructs.fivetran.connection_data import (
    PARAMETERS,
    AnyConnection,
    ConnectionArgument,
)
from constructs_lib.constructs.fivetran.provider import FivetranProvider
from constructs_lib.toolkit import Construct, ITerraformIterator, TerraformCount, is_token
from constructs_lib.validation import ConstructPlace, Finding, check_parameters


class ConnectCardAttributes:
    """The attributes of a connect card that other resources can use."""

    # Generated from fivetranops_connect_card.schema.json: attributes.
    id = attributes.string()
    connection_id = attributes.string()
    redirect_uri = attributes.string()
    hide_setup_guide = attributes.boolean()
    all_fields = attributes.boolean()
    triggers = attributes.string_map()
    timeouts = attributes.object_value()
    uri = attributes.string()
    token = attributes.string()
    # End of the generated attributes.


class ConnectCardInstance(Instance, ConnectCardAttributes):
    """One instance of a ``ConnectCard`` with ``count`` or ``for_each``."""


class ConnectCard(ResourceConstruct, ConnectCardAttributes):
    """A connect card, by which an end user sets up the connection without access to Fivetran.

    ``uri`` and ``token`` are secret, and are in Terraform's state. To keep them out of it, use
    ``EphemeralConnectCard``.
    """

    TYPE = "fivetranops_connect_card"
    PROVIDER = FivetranProvider
    CONSTRUCTOR_ONLY = (*ResourceConstruct.CONSTRUCTOR_ONLY, *PARAMETERS)

    @validate_arguments(TYPE)
    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        connection: AnyConnection | None = None,
        # Generated from fivetranops_connect_card.schema.json: parameters.
        connection_id: str | None = None,
        redirect_uri: str,
        hide_setup_guide: bool | None = None,
        all_fields: bool | None = None,
        triggers: Mapping[str, str] | None = None,
        timeouts: Mapping[str, str] | None = None,
        # End of the generated parameters.
        provider: FivetranProvider | None = None,
        depends_on: Sequence[Construct] = (),
        lifecycle: Lifecycle | Mapping[str, Any] | None = None,
        count: int | str | TerraformCount | None = None,
        for_each: ITerraformIterator | Mapping[str, Any] | Sequence[str] | None = None,
        import_id: str | None = None,
        import_identity: Mapping[str, str] | None = None,
        moved_from: str | None = None,
    ) -> None:
        """Describe a connect card.

        :param scope: the stack, or a construct in it
        :param id_: name of the construct; in a stack it is the name of the resource, too
        :param connection: the connection; either this or ``connection_id``
        :param connection_id: identifier of the connection, such as ``pale_hydrogen``. A change
            replaces this resource
        :param redirect_uri: address to which the end user returns after the setup
        :param hide_setup_guide: True shows the connect card without its guide
        :param all_fields: True shows the fields that are hidden by default, too
        :param triggers: any texts, such as a month. A change issues a new card, because a card is
            valid for a short time only
        :param timeouts: time limits of the operations, such as 30m. Keys: ``create``, ``update``
        :param provider: the provider to use if the stack has several; by default that of the
            connection
        :param depends_on: what must exist before
        :param lifecycle: how Terraform treats changes, see ``Lifecycle``
        :param count: number of cards to issue
        :param for_each: one card for each entry: a mapping, texts, or an iterator of the CDK
        :param import_id: identifier of the connection; its next plan issues a new card
        :param import_identity: likewise, by the identity: a mapping of ``connection_id``; Terraform
            1.12 or later
        :param moved_from: the address that it had before, such as ``orders_old``
        """
        # The parameters are the attributes, by name: spelling the table out would repeat them.
        arguments = dict(locals())
        self._connection_argument = ConnectionArgument(connection, connection_id)
        arguments["connection_id"] = self._connection_argument.identifier
        super().__init__(scope, id_, arguments)

    def at(self, key: str | int) -> ConnectCardInstance:
        """Return one of several cards.

        :param key: the key in ``for_each``, or the index with ``count``
        """
        return ConnectCardInstance(self, key)

    def check(self, values: Mapping[str, Any], place: ConstructPlace) -> list[Finding]:
        """Return all findings about the parameters."""
        found = check_parameters(self.TYPE, values, place=place, is_token=is_token)
        return self._connection_argument.with_named_parameter(found, place)


class EphemeralConnectCardAttributes:
    """The attributes of a connect card that can be used where Terraform takes ephemeral values:
    in write-only attributes such as the ``secrets`` of a ``Connection``, and in providers.
    """

    # Generated from ephemeral.fivetranops_connect_card.schema.json: attributes.
    connection_id = attributes.string()
    redirect_uri = attributes.string()
    hide_setup_guide = attributes.boolean()
    all_fields = attributes.boolean()
    uri = attributes.string()
    token = attributes.string()
    # End of the generated attributes.


class EphemeralConnectCardInstance(Instance, EphemeralConnectCardAttributes):
    """One instance of an ephemeral card with ``count`` or ``for_each``."""


class EphemeralConnectCard(EphemeralResourceConstruct, EphemeralConnectCardAttributes):
    """A connect card that is in no state, no plan file and no output.

    Each plan and each apply issues a new one. It needs Terraform 1.10 or later.
    """

    TYPE = "ephemeral.fivetranops_connect_card"
    PROVIDER = FivetranProvider
    CONSTRUCTOR_ONLY = (*EphemeralResourceConstruct.CONSTRUCTOR_ONLY, *PARAMETERS)

    @validate_arguments(TYPE)
    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        connection: AnyConnection | None = None,
        # Generated from ephemeral.fivetranops_connect_card.schema.json: parameters.
        connection_id: str | None = None,
        redirect_uri: str,
        hide_setup_guide: bool | None = None,
        all_fields: bool | None = None,
        # End of the generated parameters.
        provider: FivetranProvider | None = None,
        depends_on: Sequence[Construct] = (),
        count: int | str | TerraformCount | None = None,
        for_each: ITerraformIterator | Mapping[str, Any] | Sequence[str] | None = None,
    ) -> None:
        """Describe a connect card for one run.

        :param scope: the stack, or a construct in it
        :param id_: name of the construct; in a stack it is the name in the address, too
        :param connection: the connection; either this or ``connection_id``
        :param connection_id: identifier of the connection, such as ``pale_hydrogen``
        :param redirect_uri: address to which the end user returns after the setup
        :param hide_setup_guide: True shows the connect card without its guide
        :param all_fields: True shows the fields that are hidden by default, too
        :param provider: the provider to use if the stack has several; by default that of the
            connection
        :param depends_on: what must exist before
        :param count: number of cards to issue
        :param for_each: one card for each entry: a mapping, texts, or an iterator of the CDK
        """
        # The parameters are the attributes, by name: spelling the table out would repeat them.
        arguments = dict(locals())
        self._connection_argument = ConnectionArgument(connection, connection_id)
        arguments["connection_id"] = self._connection_argument.identifier
        super().__init__(scope, id_, arguments)

    def at(self, key: str | int) -> EphemeralConnectCardInstance:
        """Return one of several cards.

        :param key: the key in ``for_each``, or the index with ``count``
        """
        return EphemeralConnectCardInstance(self, key)

    def check(self, values: Mapping[str, Any], place: ConstructPlace) -> list[Finding]:
        """Return all findings about the parameters."""
        return self._connection_argument.with_named_parameter(super().check(values, place), place)
