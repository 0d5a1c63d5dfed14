resource "fivetranops_connection" "orders" {
  group_id = "sandbox_warehouse"
  service  = "postgres"
  config   = { schema_prefix = "orders", host = "db.example.com" }
}

resource "fivetranops_connection_sync" "first" {
  connection_id = fivetranops_connection.orders.id
  triggers      = { day = "2026-11-21" }
  wait          = true
}

resource "fivetranops_connection_sync" "anew" {
  connection_id = fivetranops_connection.orders.id
  mode          = "resync"
  scope         = { public = ["orders"] }
  depends_on    = [fivetranops_connection_sync.first]
}
