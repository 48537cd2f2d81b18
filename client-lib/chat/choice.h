// One word of a list, as people type it, and what is said when it is none of them.
#ifndef BELFRY_CLIENT_LIB_CHAT_CHOICE_H_
#define BELFRY_CLIENT_LIB_CHAT_CHOICE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"

namespace belfry::chat {

// Lists longer than this are not read out; the nearest are.
inline constexpr size_t kChoicesShown = 12;

// "\"x\" is not a severity. Possible: …", or the nearest three of a long list.
absl::Status NotKnown(absl::string_view what, absl::string_view word,
                      const std::vector<std::string>& all);

// The allowed value that the word means: the same word in any case, with "-" for "_"; a beginning
// that only one has; "yes", "n" and "?" for the values that say so. Nothing when it means none.
std::optional<std::string> ChooseValue(const std::vector<std::string>& values,
                                       absl::string_view word);

// The number of an enum's value from its name without `prefix`, any case, "-" for "_". Values in
// `not_typed` and zero are not offered: they are the server's.
absl::StatusOr<int> ParseEnumWord(const google::protobuf::EnumDescriptor& type,
                                  absl::string_view prefix, absl::string_view what,
                                  absl::string_view word, const std::vector<int>& not_typed = {});

// "not reasonable" of "ASSESSMENT_NOT_REASONABLE".
std::string EnumWord(absl::string_view name, absl::string_view prefix);

// The words of such an enum as they are typed, "not_reasonable".
std::vector<std::string> EnumWords(const google::protobuf::EnumDescriptor& type,
                                   absl::string_view prefix,
                                   const std::vector<int>& not_typed = {});

// "a, b,c" as {"a", "b", "c"}.
std::vector<std::string> SplitList(absl::string_view text);

bool IsYes(absl::string_view word);
bool IsNo(absl::string_view word);

}  // namespace belfry::chat

#endif  // BELFRY_CLIENT_LIB_CHAT_CHOICE_H_
