// What the pack says to do, as the person who reads it would type it.
#ifndef BELFRY_CLIENT_LIB_CHAT_REMEDY_H_
#define BELFRY_CLIENT_LIB_CHAT_REMEDY_H_

#include <string>

#include "absl/strings/string_view.h"
#include "client-lib/chat/grammar.h"
#include "client-lib/chat/view.h"

namespace belfry::chat {

// "followup {incident} …" becomes "/incident followup DOP-2026-0007 …"; a remedy that is a sentence
// and not a command keeps its words.
std::string TypedRemedy(const Grammar& grammar, const View& view, absl::string_view remedy,
                        absl::string_view id);

}  // namespace belfry::chat

#endif  // BELFRY_CLIENT_LIB_CHAT_REMEDY_H_
