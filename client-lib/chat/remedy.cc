#include "client-lib/chat/remedy.h"

#include "absl/strings/str_replace.h"

namespace belfry::chat {

std::string TypedRemedy(const Grammar& grammar, const View& view, absl::string_view remedy,
                        absl::string_view id) {
  const std::string text = absl::StrReplaceAll(remedy, {{"{incident}", id}});
  const absl::string_view verb = absl::string_view(text).substr(0, text.find(' '));
  return grammar.FindVerb(verb).has_value() ? view.Typed(text) : text;
}

}  // namespace belfry::chat
