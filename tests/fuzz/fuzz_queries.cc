// What comes with lists: filters, and page tokens that claim to be ours.
#include "server/base/account_name.h"
#include "server/frontend/filter.h"
#include "server/frontend/page_token.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace belfry;
  const absl::string_view text = fuzz::Text(data, size);
  storage::IncidentQuery query;
  if (const absl::Status status = frontend::ParseFilter(text, query); !status.ok()) {
    fuzz::RequireRefusal(status);
  }
  const auto position = frontend::ReadPageToken(text, "people/dop.iso open = true");
  if (!position.ok()) {
    fuzz::RequireRefusal(position.status());
  } else if (!text.empty()) {
    fuzz::Require(frontend::MakePageToken(*position, "people/dop.iso open = true") == text,
                  "a token has one spelling");
  }
  if (const auto account = ParseAccountName(text); account.has_value()) {
    fuzz::Require(ParseAccountName(FormatAccountName(*account)).has_value(), "a name can be said");
  }
  return 0;
}
