resource "fivetranops_connection" "invoices" {
  group_id = "sandbox_warehouse"
  service  = "connector_sdk"
  config   = { schema = "invoices", package_id = "invoices_package" }
}

resource "fivetranops_connection_test" "tested" {
  connection_id = fivetranops_connection.invoices.id
  triggers      = { password_of = "2026-11-01" }
}

resource "fivetranops_connection_state" "cursor" {
  connection_id = fivetranops_connection.invoices.id
  state         = { page = 1 }
  depends_on    = [fivetranops_connection_test.tested]
}
