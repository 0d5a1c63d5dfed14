from cdktf import (
    App,
    TerraformProvider,
    TerraformProviderGeneratorMetadata,
    TerraformResource,
    TerraformStack,
)
from constructs import Construct

from constructs_lib import Connection, ConnectionState, FivetranProvider


class Pipeline(Construct):
    """A connection with its cursor, as this company makes all of them."""

    def __init__(self, scope: Construct, name: str, *, group_id: str, since: str) -> None:
        super().__init__(scope, name)
        self.connection = Connection(
            self,
            "connection",
            group_id=group_id,
            service="connector_sdk",
            config={"schema": name, "package_id": f"{name}_package"},
            lifecycle={"prevent_destroy": True},
        )
        ConnectionState(self, "cursor", connection=self.connection, state={"updated_since": since})


app = App()
stack = TerraformStack(app, "pipelines")

# The official provider, here without generated classes: it makes the group.
TerraformProvider(
    stack,
    "official",
    terraform_resource_type="fivetran",
    terraform_generator_metadata=TerraformProviderGeneratorMetadata(provider_name="fivetran"),
    terraform_provider_source="fivetran/fivetran",
)
group = TerraformResource(stack, "warehouse", terraform_resource_type="fivetran_group")
group.add_override("name", "warehouse")

# Ours makes what is inside.
FivetranProvider(stack, "fivetran")
for name in ("invoices", "parcels"):
    Pipeline(stack, name, group_id=group.get_string_attribute("id"), since="2024-01-01")

app.synth()
