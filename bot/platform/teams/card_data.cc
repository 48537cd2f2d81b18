#include "bot/platform/teams/card_data.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace belfry::bot::teams {
namespace {

constexpr char kCommand[] = "belfry";
constexpr char kKind[] = "belfry.kind";
constexpr char kOn[] = "belfry.on";
constexpr absl::string_view kInput = "field.";
constexpr size_t kCommandMax = 32 * 1024;

}  // namespace

Json ToData(const CardData& data) {
  return {{kCommand, data.command},
          {kKind, data.cancel ? "cancel"
                  : data.form ? "form"
                              : "button"},
          {kOn, data.on_answer ? "answer" : "notice"}};
}

std::string InputId(absl::string_view field) { return absl::StrCat(kInput, field); }

bool IsCardData(const Json& data) { return data.is_object() && data.contains(kCommand); }

absl::StatusOr<CardData> ReadCardData(const Json& data, absl::string_view field) {
  if (!IsCardData(data)) {
    return absl::InvalidArgumentError(absl::StrCat(field, ": is of no card of this bot"));
  }
  CardData card;
  card.command = TextAt(data, {kCommand});
  const std::string kind = TextAt(data, {kKind});
  card.form = kind == "form";
  card.cancel = kind == "cancel";
  card.on_answer = TextAt(data, {kOn}) == "answer";
  if (!card.cancel && (card.command.empty() || card.command.size() > kCommandMax)) {
    return absl::InvalidArgumentError(absl::StrCat(field, ".", kCommand, ": is no command"));
  }
  for (const auto& [id, value] : data.items()) {
    absl::string_view name = id;
    if (!absl::ConsumePrefix(&name, kInput)) continue;
    // An input that nobody touched.
    if (value.is_null()) continue;
    if (!value.is_string()) {
      return absl::InvalidArgumentError(absl::StrCat(field, ".", id, ": is no text"));
    }
    card.values[std::string(name)] = value.get<std::string>();
  }
  return card;
}

}  // namespace belfry::bot::teams
