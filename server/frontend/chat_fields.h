// Checks on what chat platforms call things.
#ifndef BELFRY_SERVER_FRONTEND_CHAT_FIELDS_H_
#define BELFRY_SERVER_FRONTEND_CHAT_FIELDS_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "belfry/v1/chat_service.pb.h"
#include "server/base/account_name.h"

namespace belfry::frontend {

// INVALID_ARGUMENT naming `field` unless it can be the name of one account and of no other.
absl::StatusOr<AccountName> ReadAccount(absl::string_view field, const v1::ChatAccount& account);
absl::Status CheckConversation(const v1::Conversation& conversation);

}  // namespace belfry::frontend

#endif  // BELFRY_SERVER_FRONTEND_CHAT_FIELDS_H_
