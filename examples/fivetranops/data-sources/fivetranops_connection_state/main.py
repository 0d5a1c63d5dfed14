from cdktf import App, TerraformOutput, TerraformStack

from constructs_lib import ConnectionData, ConnectionStateData, FivetranProvider

app = App()
stack = TerraformStack(app, "pipelines")
FivetranProvider(stack, "fivetran")
events = ConnectionData(stack, "events", group_id="sandbox_warehouse", schema="shop_events")
live = ConnectionStateData(stack, "live", connection=events)
TerraformOutput(stack, "live_state", value=live.state)

app.synth()
