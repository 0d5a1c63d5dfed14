resource "fivetranops_connection" "invoices" {
  group_id = "sandbox_warehouse"
  service  = "connector_sdk"
  config   = { schema = "invoices", package_id = "invoices_package" }
}

resource "fivetranops_connection_state" "cursor" {
  connection_id = fivetranops_connection.invoices.id
  state         = { updated_since = "2024-06-01T00:00:00Z" }
}

output "state_before" {
  value = fivetranops_connection_state.cursor.previous_state
}
