// Answers as text for a terminal, and as JSON.
#ifndef BELFRY_CLIENT_LIB_CLI_OUTPUT_H_
#define BELFRY_CLIENT_LIB_CLI_OUTPUT_H_

#include <string>

#include "absl/status/status.h"
#include "belfry/chat/card.h"
#include "client-lib/cli/terminal.h"
#include "google/protobuf/message.h"

namespace belfry::cli {

// A card, its tables cut to the terminal's width by folding cells. Ends with a line break.
std::string RenderCard(const chat::Card& card, const Terminal& terminal);

// The proto JSON mapping; on one line or indented. Ends with a line break.
std::string RenderJson(const google::protobuf::Message& message, bool one_line = false);

// A refusal as the proto JSON mapping of google.rpc.Status, details included.
std::string RenderStatusJson(const absl::Status& status);

}  // namespace belfry::cli

#endif  // BELFRY_CLIENT_LIB_CLI_OUTPUT_H_
