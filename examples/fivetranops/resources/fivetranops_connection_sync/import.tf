import {
  to = fivetranops_connection_sync.first
  id = "pale_hydrogen"
}
