"""The construct ``EphemeralConnectCard``: a connect card for one run, which is stored nowhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from constructs_lib.constructs import readable
from constructs_lib.constructs.arguments import reports_misfits
from constructs_lib.constructs.chosen_connection import CHOSEN, AnyConnection, ChosenConnection
from constructs_lib.constructs.ephemeral_resource import EphemeralConstruct
from constructs_lib.constructs.fivetran_provider import FivetranProvider
from constructs_lib.constructs.instance_reference import Instance
from constructs_lib.toolkit import Construct, ITerraformIterator, TerraformCount
from constructs_lib.validation import ConstructPlace, Finding


class EphemeralConnectCardAttributes:
    """The attributes of a connect card that can be used where Terraform takes ephemeral values:
    in write-only attributes such as the ``secrets`` of a ``Connection``, and in providers.
    """

    connection_id = readable.text()
    redirect_uri = readable.text()
    hide_setup_guide = readable.flag()
    all_fields = readable.flag()
    uri = readable.text()
    token = readable.text()


class EphemeralConnectCardInstance(Instance, EphemeralConnectCardAttributes):
    """One of those that a construct with ``count`` or ``for_each`` stands for."""


class EphemeralConnectCard(EphemeralConstruct, EphemeralConnectCardAttributes):
    """A connect card that stands in no state, no plan file and no output.

    Each plan and each apply issues one of its own. Terraform 1.10 or later is needed for it.
    """

    TYPE = "ephemeral.fivetranops_connect_card"
    PROVIDER = FivetranProvider
    FIXED = (*EphemeralConstruct.FIXED, *CHOSEN)

    @reports_misfits(TYPE)
    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        redirect_uri: str,
        connection: AnyConnection | None = None,
        connection_id: str | None = None,
        hide_setup_guide: bool | None = None,
        all_fields: bool | None = None,
        provider: FivetranProvider | None = None,
        depends_on: Sequence[Construct] = (),
        count: int | str | TerraformCount | None = None,
        for_each: ITerraformIterator | Mapping[str, Any] | Sequence[str] | None = None,
    ) -> None:
        """Describe a connect card for one run.

        :param scope: the stack, or a construct in it
        :param id_: name of the construct; in a stack it is the name in the address, too
        :param redirect_uri: address to which the end user returns after the setup
        :param connection: the connection; either this or ``connection_id``
        :param connection_id: identifier of the connection
        :param hide_setup_guide: True shows the card without its guide
        :param all_fields: True shows the fields that are hidden by default, too
        :param provider: the provider to use if the stack has several; by default that of the
            connection
        :param depends_on: what must exist before
        :param count: number of cards to issue
        :param for_each: one card for each entry: a mapping, texts, or an iterator of the CDK
        """
        # The parameters are the attributes, by name: spelling the table out would repeat them.
        arguments = dict(locals())
        self._choice = ChosenConnection(connection, connection_id)
        arguments["connection_id"] = self._choice.identifier
        super().__init__(scope, id_, arguments)

    def at(self, key: str | int) -> EphemeralConnectCardInstance:
        """One of several cards.

        :param key: the key in ``for_each``, or the index with ``count``
        """
        return EphemeralConnectCardInstance(self, key)

    def check(self, values: Mapping[str, Any], place: ConstructPlace) -> list[Finding]:
        """All findings about the parameters."""
        return self._choice.told(super().check(values, place), place)
