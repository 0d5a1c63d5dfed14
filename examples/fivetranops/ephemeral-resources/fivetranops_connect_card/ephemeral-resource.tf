resource "fivetranops_connection" "orders" {
  group_id = "sandbox_warehouse"
  service  = "postgres"
  config   = { schema_prefix = "orders", host = "db.example.com" }
}

ephemeral "fivetranops_connect_card" "setup" {
  connection_id = fivetranops_connection.orders.id
  redirect_uri  = "https://example.com/thank-you"
}

resource "fivetranops_connection" "portal" {
  group_id  = "sandbox_warehouse"
  service   = "connector_sdk"
  config    = { schema = "portal", package_id = "portal_package" }
  config_wo = { secrets_list = [{ key = "setup_uri", value = ephemeral.fivetranops_connect_card.setup.uri }] }
}
