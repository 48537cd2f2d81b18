#include "bot/platform/mattermost/classify.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace belfry::bot::mattermost {
namespace {

constexpr size_t kErrorIdMax = 120;

bool IsIdCharacter(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '_' || c == '-';
}

}  // namespace

std::string ErrorId(const nlohmann::json& body) {
  if (!body.is_object() || !body.contains("id") || !body["id"].is_string()) return "";
  const std::string id = body["id"].get<std::string>();
  const bool plain = id.size() <= kErrorIdMax && std::all_of(id.begin(), id.end(), IsIdCharacter);
  return plain ? id : "";
}

SendResult Classify(const HttpResponse& response, const nlohmann::json& body) {
  const std::string id = ErrorId(body);
  const std::string detail = absl::StrCat("HTTP ", response.status, id.empty() ? "" : " ", id);
  if (response.status >= 200 && response.status < 300) {
    // A proxy's page of welcome is no post.
    if (body.is_object() || body.is_array()) return SendResult();
    return SendResult::Failed(SendFailure::kAmbiguous, "the answer is no JSON");
  }
  switch (response.status) {
    case 401:
      return SendResult::Failed(SendFailure::kWorkspaceBroken, detail, absl::Minutes(1));
    case 403:
    case 404:
      return SendResult::Failed(SendFailure::kTargetBroken, detail);
    case 429:
      return SendResult::Failed(SendFailure::kRetryLater, detail,
                                std::max(response.retry_after, absl::Seconds(1)));
    default:
      break;
  }
  if (response.status >= 500) return SendResult::Failed(SendFailure::kAmbiguous, detail);
  return SendResult::Failed(SendFailure::kBug, detail);
}

}  // namespace belfry::bot::mattermost
