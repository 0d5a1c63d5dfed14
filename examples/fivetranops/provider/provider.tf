terraform {
  required_providers {
    fivetranops = {
      source  = "terraform.local/connections-as-code/fivetranops"
      version = "0.2.0"
    }
  }
}

provider "fivetranops" {} # Credentials and address come from the environment.

provider "fivetranops" {
  alias   = "trial"
  api_url = "sandbox:trial.sqlite3"
}

data "fivetranops_connections" "all" {}

data "fivetranops_connections" "all_of_the_trial" {
  provider = fivetranops.trial
}
