import {
  to = fivetranops_connection_schema.synced
  id = "pale_hydrogen"
}
