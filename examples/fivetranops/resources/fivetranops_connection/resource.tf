variable "orders_password" {
  type      = string
  sensitive = true
  ephemeral = true
}

resource "fivetranops_connection" "orders" {
  group_id       = "sandbox_warehouse"
  service        = "postgres"
  config         = { schema_prefix = "orders", host = "db.example.com", port = 5432, user = "fivetran" }
  config_wo      = { password = var.orders_password }
  sync_frequency = 60

  lifecycle {
    prevent_destroy = false # True refuses a replacement.
  }
}

output "orders_id" {
  value = fivetranops_connection.orders.id
}
