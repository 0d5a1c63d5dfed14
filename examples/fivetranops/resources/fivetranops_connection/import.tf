import {
  to = fivetranops_connection.orders
  id = "pale_hydrogen"
}
