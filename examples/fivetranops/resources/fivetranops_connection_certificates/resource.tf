locals {
  certificate = join("", [
    "MIHSMIGFAhARQZFaGaNro49ObkqucYW2MAUGAytlcDANMQswCQYDVQQDDAJkYjAgFw0yNjE",
    "xMjkyMzU3NDVaGA8yMTI2MTEwNTIzNTc0NVowDTELMAkGA1UEAwwCZGIwKjAFBgMrZXADIQ",
    "Bu4FtEo8gsP26T2GBjmdpo2KdvTvQ+g/SqcNNqKUIWcDAFBgMrZXADQQC9IKbTlJjFsM2nH",
    "lQPV7+443ySRdCAepcqr5+yG0u2bOp8WrjOgycbfKwyd22mR+FPy26GoKPzQ0lwl/MBW9UM",
  ])
}

resource "fivetranops_connection" "shop" {
  group_id        = "sandbox_warehouse"
  service         = "postgres"
  config          = { schema_prefix = "shop", host = "db.unsigned.test", port = 5432 }
  run_setup_tests = false
}

resource "fivetranops_connection_certificates" "source" {
  connection_id = fivetranops_connection.shop.id
  certificates = {
    "EANRGmV2KfNUFwgQGZfC4bQcOD+gKVSM3dC5goFvSmM=" = local.certificate
  }
}

resource "fivetranops_connection_test" "tested" {
  connection_id = fivetranops_connection.shop.id
  depends_on    = [fivetranops_connection_certificates.source]
}

output "approved" {
  value = fivetranops_connection_certificates.source.approved
}
