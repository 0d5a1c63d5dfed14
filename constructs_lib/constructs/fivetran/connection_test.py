"""The construct ``ConnectionTest``: the setup tests of a Fivetran connection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from constructs_lib.constructs.base import attributes
from constructs_lib.constructs.base.arguments import validate_arguments
from constructs_lib.constructs.base.attributes import Instance
from constructs_lib.constructs.base.meta_arguments import Lifecycle
from constructs_lib.constructs.base.resource import ResourceConstruct
from constructs_lib.constructs.fivetran.connection import (
    Connection,
    ConnectionInstance,
    ConnectionReference,
)
from constructs_lib.constructs.fivetran.connection_data import PARAMETERS, ConnectionArgument
from constructs_lib.constructs.fivetran.provider import FivetranProvider
from constructs_lib.toolkit import Construct, ITerraformIterator, TerraformCount, is_token
from constructs_lib.validation import ConstructPlace, Finding, check_connection_test


class ConnectionTestAttributes:
    """The attributes of a run of setup tests that other resources can use."""

    # Generated from fivetranops_connection_test.schema.json: attributes.
    id = attributes.string()
    connection_id = attributes.string()
    triggers = attributes.string_map()
    fail_on = attributes.string()
    trust_certificates = attributes.boolean()
    trust_fingerprints = attributes.boolean()
    timeouts = attributes.object_value()
    status = attributes.string()
    results = attributes.object_list()
    tested_at = attributes.string()
    # End of the generated attributes.


class ConnectionTestInstance(Instance, ConnectionTestAttributes):
    """One instance of a ``ConnectionTest`` with ``count`` or ``for_each``."""


class ConnectionTest(ResourceConstruct, ConnectionTestAttributes):
    """The setup tests of a connection. If they fail, what depends on them is not changed.

    A deploy runs them at creation and whenever ``triggers`` change. If they fail, it ends with an
    error before it changes what names this construct in ``depends_on``. Each deploy runs them
    again until they pass.
    """

    TYPE = "fivetranops_connection_test"
    PROVIDER = FivetranProvider
    CONSTRUCTOR_ONLY = (*ResourceConstruct.CONSTRUCTOR_ONLY, *PARAMETERS)

    @validate_arguments(TYPE)
    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        connection: Connection | ConnectionInstance | ConnectionReference | None = None,
        # Generated from fivetranops_connection_test.schema.json: parameters.
        connection_id: str | None = None,
        triggers: Mapping[str, str] | None = None,
        fail_on: Literal["failed", "warning", "never"] | None = None,
        trust_certificates: bool | None = None,
        trust_fingerprints: bool | None = None,
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
        """Describe the setup tests of a connection.

        :param scope: the stack, or a construct in it
        :param id_: name of the construct; in a stack it is the name of the resource, too
        :param connection: the connection; either this or ``connection_id``
        :param connection_id: identifier of the connection, such as ``pale_hydrogen``. A change
            replaces this resource, and runs the tests of the other connection
        :param triggers: texts whose change runs the tests again, such as the date of a new password
        :param fail_on: which results are an error: ``failed`` (default) those of the status FAILED
            or ``JOB_FAILED``, ``warning`` also WARNING, ``never`` none
        :param trust_certificates: True trusts the certificate of the source during the tests
        :param trust_fingerprints: True trusts the SSH fingerprint of the source during the tests
        :param timeouts: time limits of the operations, such as 30m. Keys: ``create``, ``update``
        :param provider: the provider to use if the stack has several; by default that of the
            connection
        :param depends_on: what must exist before
        :param lifecycle: how Terraform treats changes, see ``Lifecycle``
        :param count: number of gates
        :param for_each: one for each entry: a mapping, texts, or an iterator of the CDK
        :param import_id: identifier of the connection
        :param import_identity: likewise, by the identity: a mapping of ``connection_id``; Terraform
            1.12 or later
        :param moved_from: the address that it had before, such as ``orders_old``
        """
        # The parameters are the attributes, by name: spelling the table out would repeat them.
        arguments = dict(locals())
        self._connection_argument = ConnectionArgument(connection, connection_id)
        arguments["connection_id"] = self._connection_argument.identifier
        super().__init__(scope, id_, arguments)

    def at(self, key: str | int) -> ConnectionTestInstance:
        """Return one of several.

        :param key: the key in ``for_each``, or the index with ``count``
        """
        return ConnectionTestInstance(self, key)

    def check(self, values: Mapping[str, Any], place: ConstructPlace) -> list[Finding]:
        """Return all findings about the parameters."""
        found = check_connection_test(values, place=place, is_token=is_token)
        return self._connection_argument.with_named_parameter(found, place)
