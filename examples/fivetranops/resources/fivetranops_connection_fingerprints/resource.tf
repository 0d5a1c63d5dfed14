resource "fivetranops_connection" "shop" {
  group_id        = "sandbox_warehouse"
  service         = "postgres"
  config          = { schema_prefix = "shop", host = "db.unknown.test", port = 5432 }
  run_setup_tests = false
}

resource "fivetranops_connection_fingerprints" "tunnel" {
  connection_id = fivetranops_connection.shop.id
  exclusive     = true
  fingerprints = {
    "XhIEMeb0zlx3neARCHZXIZSCPUH1bY2g4nprru+V3a0=" = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPQAavJ03vUpQoylRMJRdBUbT8H4FmRyadIinIhlZdt3"
  }
}

output "approved" {
  value = fivetranops_connection_fingerprints.tunnel.approved
}
