// People as a line names them: by the directory's id, or by a mention of the chat platform.
#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "client-lib/chat/session.h"
#include "client-lib/chat/usage_error.h"
#include "client-lib/chat/utf8.h"
#include "client-lib/chat/values.h"

namespace belfry::chat {
namespace {

constexpr size_t kUserIdMax = 128;

// "U123" of "<@U123>" and "<@U123|name>"; empty when the word is no mention.
absl::string_view MentionedId(absl::string_view word) {
  if (!absl::ConsumePrefix(&word, "<@") || !absl::ConsumeSuffix(&word, ">")) return {};
  const absl::string_view id = word.substr(0, word.find('|'));
  const bool fits =
      !id.empty() && id.size() <= kUserIdMax && std::all_of(id.begin(), id.end(), [](char c) {
        return absl::ascii_isgraph(static_cast<unsigned char>(c)) && c != '<';
      });
  return fits ? id : absl::string_view();
}

}  // namespace

absl::StatusOr<std::string> ReadPerson(const Session& session, absl::string_view key,
                                       absl::string_view word) {
  const absl::string_view id = MentionedId(word);
  if (id.empty() || !session.context.account.has_value()) {
    auto person = ParsePerson(key, word);
    if (!person.ok()) return AboutField(person.status(), key);
    return person;
  }
  v1::LookupChatAccountRequest request;
  *request.mutable_account() = *session.context.account;
  request.mutable_account()->set_user_id(std::string(id));
  // Whose account it is is the bot's to know; what is then done with it is the person's act.
  client::CallOptions call = session.call;
  call.act_for = "";
  const auto response = session.client.LookupChatAccount(request, call);
  if (response.ok()) return response->person().name();
  if (!absl::IsNotFound(response.status())) return response.status();
  return AboutField(UsageError(absl::StrCat(Clip(word, 40),
                                            " is linked to nobody in Belfry. They type \"link\" "
                                            "first; or name them by the directory's id, "
                                            "@dop.contact."),
                               {"who"}),
                    key);
}

}  // namespace belfry::chat
