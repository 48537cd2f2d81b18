#include "bot/platform/mattermost/rest.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "bot/platform/json.h"
#include "bot/platform/mattermost/classify.h"

namespace belfry::bot::mattermost {

using Json = nlohmann::json;

bool IsId(absl::string_view text) {
  constexpr size_t kIdSize = 26;
  return text.size() == kIdSize && std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_isdigit(static_cast<unsigned char>(c)) ||
                  absl::ascii_islower(static_cast<unsigned char>(c));
         });
}

SendResult Rest::Call(const std::string& method, const std::string& path, const Json& body,
                      Json* answer) {
  OutgoingRequest request;
  request.method = method;
  request.url = absl::StrCat(options_.base_url, "api/v4/", path);
  request.headers = {{"Authorization", absl::StrCat("Bearer ", options_.bot_token)}};
  if (method != "GET") {
    request.headers.emplace_back("Content-Type", "application/json; charset=utf-8");
    request.body = DumpJson(body);
  }
  const std::string what = absl::StrCat(method, " ", path.substr(0, path.find_first_of("/?")));
  const absl::StatusOr<HttpResponse> response = http_.Send(request);
  if (!response.ok()) {
    const SendFailure failure = absl::IsInvalidArgument(response.status()) ? SendFailure::kBug
                                : absl::IsUnavailable(response.status())   ? SendFailure::kNotSent
                                                                         : SendFailure::kAmbiguous;
    return SendResult::Failed(failure, absl::StrCat(what, ": ", response.status().message()));
  }
  *answer = Json::parse(response->body, nullptr, /*allow_exceptions=*/false);
  SendResult result = Classify(*response, *answer);
  if (!result.ok()) result.detail = absl::StrCat(what, ": ", result.detail);
  return result;
}

}  // namespace belfry::bot::mattermost
