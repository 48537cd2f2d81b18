#include "bot/platform/teams/connector.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace belfry::bot::teams {
namespace {

// "ConversationNotFound"; nothing else of an answer goes into logs.
std::string ErrorCode(const Json& body) {
  const std::string code = TextAt(body, {"error", "code"});
  const bool clean = code.size() <= 60 && std::all_of(code.begin(), code.end(), [](char c) {
                       return absl::ascii_isalnum(static_cast<unsigned char>(c));
                     });
  return clean ? code : "";
}

}  // namespace

SendResult Classify(CallKind kind, const HttpResponse& response, const Json& body) {
  const std::string code = ErrorCode(body);
  const std::string detail = absl::StrCat("HTTP ", response.status, code.empty() ? "" : " ", code);
  const absl::Duration pause = std::max(response.retry_after, absl::Seconds(1));
  switch (response.status) {
    case 200:
    case 201:
    case 202:
      return SendResult();
    case 401:
      return SendResult::Failed(SendFailure::kWorkspaceBroken, detail, absl::Minutes(1));
    case 403:
      return SendResult::Failed(SendFailure::kTargetBroken, detail);
    case 404:
      return SendResult::Failed(kind == CallKind::kUpdate && code != "ConversationNotFound"
                                    ? SendFailure::kMessageGone
                                    : SendFailure::kTargetBroken,
                                detail);
    case 412:
    case 429:
      return SendResult::Failed(SendFailure::kRetryLater, detail, pause);
    default:
      break;
  }
  if (response.status < 500) return SendResult::Failed(SendFailure::kBug, detail);
  // Microsoft asks to try again after 502 and 504, and after the rest there is nothing better; but
  // the message may have gone through.
  return SendResult::Failed(
      kind == CallKind::kPost ? SendFailure::kAmbiguous : SendFailure::kRetryLater, detail, pause);
}

ConnectorReply Connector::Call(CallKind kind, const ServiceUrl& service, absl::string_view path,
                               const Json& body) {
  ConnectorReply reply;
  for (int attempt = 0; attempt < 2; ++attempt) {
    OutgoingRequest request;
    request.method = kind == CallKind::kUpdate ? "PUT" : "POST";
    request.url = service.Join(path);
    request.headers = {{"Content-Type", "application/json; charset=utf-8"}};
    request.body = DumpJson(body);
    std::string token;
    if (token_ != nullptr) {
      absl::StatusOr<std::string> got = token_->Get();
      if (!got.ok()) {
        const bool refused = absl::IsUnauthenticated(got.status());
        reply.result = SendResult::Failed(
            refused ? SendFailure::kWorkspaceBroken : SendFailure::kNotSent,
            std::string(got.status().message()), refused ? absl::Minutes(1) : absl::Seconds(5));
        return reply;
      }
      token = *std::move(got);
      request.headers.emplace_back("Authorization", absl::StrCat("Bearer ", token));
    }
    const absl::StatusOr<HttpResponse> response = http_.Send(request);
    if (!response.ok()) {
      SendFailure failure = SendFailure::kAmbiguous;
      if (kind != CallKind::kPost) failure = SendFailure::kRetryLater;
      if (absl::IsUnavailable(response.status())) failure = SendFailure::kNotSent;
      if (absl::IsInvalidArgument(response.status())) failure = SendFailure::kBug;
      reply.result = SendResult::Failed(failure, std::string(response.status().message()));
      return reply;
    }
    reply.status = response->status;
    reply.body = Json::parse(response->body, nullptr, /*allow_exceptions=*/false);
    if (reply.body.is_discarded()) reply.body = Json();
    reply.result = Classify(kind, *response, reply.body);
    if (reply.status != 401 || token_ == nullptr) return reply;
    token_->Reject(token);
  }
  return reply;
}

}  // namespace belfry::bot::teams
