// What Mattermost posts: slash commands (forms), buttons and dialogs (JSON, sealed by us).
#include "absl/time/time.h"
#include "bot/platform/json.h"
#include "bot/platform/mattermost/dialog.h"
#include "bot/platform/mattermost/inbound.h"
#include "bot/platform/mattermost/markdown.h"
#include "client-lib/chat/utf8.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace belfry;
  using namespace belfry::bot::mattermost;
  const absl::string_view body = fuzz::Text(data, size);
  bot::HttpRequest request;
  request.method = "POST";
  request.headers = {{"content-type", "application/x-www-form-urlencoded"}};
  request.body = std::string(body);
  if (const auto command = ParseCommand(request); !command.ok()) {
    fuzz::RequireRefusal(command.status());
  } else {
    fuzz::Require(chat::IsUtf8(command->request.text), "text is UTF-8");
  }
  static const Sealer* const sealer = new Sealer("not known to whoever sends");
  const absl::Time now = absl::FromUnixSeconds(1'800'000'000);
  if (const auto json = bot::ParseJsonObject(body, "body"); json.ok()) {
    fuzz::Require(!ParseAction(*json, *sealer, now).ok(), "no seal is guessed");
    fuzz::Require(!OpenSubmission(*json, *sealer, now).ok(), "no seal is guessed");
  } else {
    fuzz::RequireRefusal(json.status());
  }
  Escape(body);
  Quiet(body);
  Cut(body, 40);
  return 0;
}
