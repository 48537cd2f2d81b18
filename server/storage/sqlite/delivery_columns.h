// DeliveryRow to and from its columns, in one order for all statements.
#ifndef BELFRY_SERVER_STORAGE_SQLITE_DELIVERY_COLUMNS_H_
#define BELFRY_SERVER_STORAGE_SQLITE_DELIVERY_COLUMNS_H_

#include "server/storage/rows.h"
#include "server/storage/sqlite/statement.h"

namespace belfry::storage {

#define BELFRY_DELIVERY_COLUMNS                                                          \
  "id, incident, target, platform, conversation, blob, state, conflation_key, attempt, " \
  "ambiguous, endpoint_index, not_before_us, create_time_us, lease_holder, "             \
  "lease_incarnation, lease_until_us, message_blob, last_error, queued_us, sequence"

// Binds all columns but `sequence`, as parameters 1 to 19.
inline void BindDelivery(Statement& statement, const DeliveryRow& row) {
  statement.Bind(1, row.id)
      .Bind(2, row.incident)
      .Bind(3, row.target)
      .Bind(4, row.platform)
      .Bind(5, row.conversation)
      .BindBlob(6, row.blob)
      .Bind(7, static_cast<int64_t>(row.state))
      .Bind(8, row.conflation_key)
      .Bind(9, row.attempt)
      .Bind(10, row.ambiguous)
      .Bind(11, row.endpoint_index)
      .Bind(12, row.not_before_us)
      .Bind(13, row.create_time_us)
      .Bind(14, row.lease_holder)
      .Bind(15, row.lease_incarnation)
      .Bind(16, row.lease_until_us)
      .BindBlob(17, row.message_blob)
      .Bind(18, row.last_error)
      .Bind(19, row.queued_us);
}

inline DeliveryRow ReadDelivery(const Statement& statement) {
  DeliveryRow row;
  row.id = statement.Text(0);
  row.incident = statement.Text(1);
  row.target = statement.Text(2);
  row.platform = statement.Text(3);
  row.conversation = statement.Text(4);
  row.blob = statement.Text(5);
  row.state = static_cast<DeliveryState>(statement.Int(6));
  row.conflation_key = statement.Text(7);
  row.attempt = static_cast<int32_t>(statement.Int(8));
  row.ambiguous = statement.Int(9) != 0;
  row.endpoint_index = static_cast<int32_t>(statement.Int(10));
  row.not_before_us = statement.Int(11);
  row.create_time_us = statement.Int(12);
  row.lease_holder = statement.Text(13);
  row.lease_incarnation = statement.Text(14);
  row.lease_until_us = statement.Int(15);
  row.message_blob = statement.Text(16);
  row.last_error = statement.Text(17);
  row.queued_us = statement.Int(18);
  row.sequence = statement.Int(19);
  return row;
}

}  // namespace belfry::storage

#endif  // BELFRY_SERVER_STORAGE_SQLITE_DELIVERY_COLUMNS_H_
