list "fivetranops_connection_fingerprints" "all" {
  provider = fivetranops
  limit    = 1000

  config {
    service = "postgres"
  }
}
