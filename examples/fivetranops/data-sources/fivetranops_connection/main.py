from cdktf import App, TerraformOutput, TerraformStack

from constructs_lib import ConnectionData, ConnectionState, FivetranProvider

app = App()
stack = TerraformStack(app, "pipelines")
FivetranProvider(stack, "fivetran")
events = ConnectionData(stack, "events", group_id="sandbox_warehouse", schema="shop_events")
ConnectionState(stack, "cursor", connection=events, state={"page": 1})
TerraformOutput(stack, "sync_state", value=events.sync_state)

app.synth()
