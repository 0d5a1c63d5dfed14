from cdktf import App, TerraformStack

from constructs_lib import ConnectionsData, FivetranProvider

app = App()
stack = TerraformStack(app, "pipelines")
FivetranProvider(stack, "fivetran")  # Credentials and address come from the environment.
trial = FivetranProvider(stack, "trial", api_url="sandbox:trial.sqlite3", alias="trial")

ConnectionsData(stack, "all")
ConnectionsData(stack, "all_of_the_trial", provider=trial)

app.synth()
