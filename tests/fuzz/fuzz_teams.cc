// What Teams posts, what stands on its cards, and its HTML.
#include "bot/platform/teams/activity.h"
#include "bot/platform/teams/conversations.h"
#include "bot/platform/teams/inbound.h"
#include "bot/platform/teams/text.h"
#include "client-lib/chat/utf8.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace belfry;
  using namespace belfry::bot::teams;
  const absl::string_view body = fuzz::Text(data, size);
  const absl::StatusOr<Activity> activity = ParseActivity(body);
  if (!activity.ok()) {
    fuzz::RequireRefusal(activity.status());
  } else {
    const absl::StatusOr<Incoming> incoming = ReadActivity(*activity);
    if (!incoming.ok()) {
      fuzz::RequireRefusal(incoming.status());
    } else {
      fuzz::Require(chat::IsUtf8(incoming->request.text), "text is UTF-8");
    }
  }
  HtmlText(body);
  NormalizeId(body);
  if (const auto reference = ParseReference("a", body); !reference.ok()) {
    fuzz::Require(!reference.status().message().empty(), "a refusal says why");
  }
  return 0;
}
