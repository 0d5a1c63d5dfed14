list "fivetranops_connection_certificates" "all" {
  provider = fivetranops
  limit    = 1000

  config {
    service = "postgres"
  }
}
