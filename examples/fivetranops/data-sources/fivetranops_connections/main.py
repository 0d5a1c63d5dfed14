from cdktf import App, TerraformOutput, TerraformStack

from constructs_lib import ConnectionData, ConnectionsData, FivetranProvider

app = App()
stack = TerraformStack(app, "pipelines")
FivetranProvider(stack, "fivetran")
broken = ConnectionsData(stack, "broken", setup_state="broken", paused=False)
TerraformOutput(stack, "broken_ids", value=broken.ids)

every = ConnectionsData(stack, "every", service="connector_sdk")
ConnectionData(stack, "each", for_each=every.ids, connection_id="${each.value}")

app.synth()
