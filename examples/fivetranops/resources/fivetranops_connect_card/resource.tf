resource "fivetranops_connection" "orders" {
  group_id = "sandbox_warehouse"
  service  = "postgres"
  config   = { schema_prefix = "orders", host = "db.example.com" }
}

resource "fivetranops_connect_card" "setup" {
  connection_id = fivetranops_connection.orders.id
  redirect_uri  = "https://example.com/thank-you"
  triggers      = { month = "2026-11" }
}

output "setup_uri" {
  value     = fivetranops_connect_card.setup.uri
  sensitive = true
}
