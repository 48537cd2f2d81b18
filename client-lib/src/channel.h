// The channel under a connection.
#ifndef BELFRY_CLIENT_LIB_SRC_CHANNEL_H_
#define BELFRY_CLIENT_LIB_SRC_CHANNEL_H_

#include <grpcpp/channel.h>

#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "belfry/options.h"

namespace belfry::client {

// The target is this machine: a Unix socket or a loopback address.
bool IsLocalTarget(absl::string_view target);

// Checks the options and makes a channel; connects at the first call.
absl::StatusOr<std::shared_ptr<grpc::Channel>> MakeChannel(const Options& options);

}  // namespace belfry::client

#endif  // BELFRY_CLIENT_LIB_SRC_CHANNEL_H_
