// Reading what chat needs: places and conversations. Writing them is the transaction's.
#ifndef BELFRY_SERVER_STORAGE_SQLITE_CHAT_TABLES_H_
#define BELFRY_SERVER_STORAGE_SQLITE_CHAT_TABLES_H_

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/storage/rows.h"
#include "server/storage/sqlite/connection.h"

namespace belfry::storage {

// As the methods of Store say, on any connection.
absl::StatusOr<std::vector<PlaceRow>> ReadPlaces(Connection& connection, absl::string_view platform,
                                                 absl::string_view workspace,
                                                 absl::string_view channel,
                                                 absl::string_view message);
absl::StatusOr<std::optional<ConversationRow>> ReadConversation(Connection& connection,
                                                                absl::string_view platform,
                                                                absl::string_view workspace,
                                                                absl::string_view address);
absl::StatusOr<std::vector<ConversationRow>> ReadConversations(Connection& connection,
                                                               absl::string_view platform,
                                                               absl::string_view workspace,
                                                               absl::string_view after, int limit);

}  // namespace belfry::storage

#endif  // BELFRY_SERVER_STORAGE_SQLITE_CHAT_TABLES_H_
