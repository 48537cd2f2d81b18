#include "client-lib/src/caller.h"

#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace belfry::client {
namespace {

// gRPC ends the process over a metadata value that is not printable ASCII.
bool FitsMetadata(const std::string& value) {
  return std::all_of(value.begin(), value.end(),
                     [](char c) { return absl::ascii_isprint(static_cast<unsigned char>(c)); });
}

absl::Status Add(grpc::ClientContext& context, const char* key, const std::string& prefix,
                 const std::string& value) {
  if (value.empty()) return absl::OkStatus();
  if (!FitsMetadata(value)) {
    // Not the value itself: it may be a token.
    return absl::InvalidArgumentError(
        absl::StrCat("the value for ", key, " holds characters that are not printable ASCII"));
  }
  context.AddMetadata(key, prefix + value);
  return absl::OkStatus();
}

}  // namespace

Caller::Caller(Options options)
    : options_(std::move(options)),
      environment_(WithDefaults({options_.sleeper, options_.random, options_.now})) {}

absl::Status Caller::Prepare(grpc::ClientContext& context, const CallOptions& call) const {
  std::string token = options_.token;
  if (options_.token_provider) {
    absl::StatusOr<std::string> provided = options_.token_provider();
    if (!provided.ok()) return provided.status();
    token = *std::move(provided);
  }
  if (absl::Status status = Add(context, "authorization", "Bearer ", token); !status.ok()) {
    return status;
  }
  if (absl::Status status =
          Add(context, "belfry-act-for", "", call.act_for.value_or(options_.act_for));
      !status.ok()) {
    return status;
  }
  return Add(context, "belfry-via", "", call.via.value_or(options_.via));
}

}  // namespace belfry::client
