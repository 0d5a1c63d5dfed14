list "fivetranops_connection_schema" "all" {
  provider = fivetranops
  limit    = 1000

  config {
    service = "postgres"
  }
}
