resource "fivetranops_connection" "shop" {
  group_id = "sandbox_warehouse"
  service  = "postgres"
  config   = { schema_prefix = "shop", host = "db.example.com", port = 5432 }
}

resource "fivetranops_connection_schema" "synced" {
  connection_id          = fivetranops_connection.shop.id
  schema_change_handling = "ALLOW_COLUMNS"

  schemas = {
    public = {
      tables = {
        orders    = { sync_mode = "HISTORY", columns = { email = { hashed = true } } }
        customers = { columns = { phone = { enabled = false } } }
      }
    }
    internal = { enabled = false }
  }
}
