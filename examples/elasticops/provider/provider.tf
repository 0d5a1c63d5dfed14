terraform {
  required_providers {
    elasticops = {
      source  = "terraform.local/connections-as-code/elasticops"
      version = "0.2.0"
    }
  }
}

provider "elasticops" {} # Credentials and addresses come from the environment.

provider "elasticops" {
  alias     = "trial"
  endpoints = ["sandbox:trial.sqlite3"]
}

data "elasticops_connector" "wiki" {
  connector_id = "sandbox_wiki"
}

data "elasticops_connector" "wiki_of_the_trial" {
  connector_id = "sandbox_wiki"
  provider     = elasticops.trial
}
