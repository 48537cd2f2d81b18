#include "server/frontend/chat_fields.h"

#include "absl/strings/str_cat.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/core/noted_messages.h"

namespace belfry::frontend {
namespace {

constexpr size_t kReferenceBytesMax = 8 * 1024;

}  // namespace

absl::StatusOr<AccountName> ReadAccount(absl::string_view field, const v1::ChatAccount& account) {
  if (account.platform().empty()) {
    return InvalidField(absl::StrCat(field, ".platform"), "is needed, for example \"slack\"");
  }
  if (account.user_id().empty()) {
    return InvalidField(absl::StrCat(field, ".user_id"), "is needed, as the platform writes it");
  }
  AccountName name{account.platform(), account.workspace(), account.user_id()};
  if (!ParseAccountName(FormatAccountName(name)).has_value()) {
    return InvalidField(field, "is too long, or holds control characters");
  }
  return name;
}

absl::Status CheckConversation(const v1::Conversation& conversation) {
  BELFRY_RETURN_IF_ERROR(
      core::CheckChatName("conversation.platform", conversation.platform(), true));
  BELFRY_RETURN_IF_ERROR(
      core::CheckChatName("conversation.workspace", conversation.workspace(), false));
  BELFRY_RETURN_IF_ERROR(core::CheckChatName("conversation.address", conversation.address(), true));
  if (conversation.reference().size() > kReferenceBytesMax) {
    return InvalidField("conversation.reference", "at most 8 KiB");
  }
  if (conversation.reference().empty() && !conversation.gone()) {
    return InvalidField("conversation.reference", "is needed, unless the conversation is gone");
  }
  return absl::OkStatus();
}

}  // namespace belfry::frontend
