#include "bot/platform/mattermost/dialog.h"

#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "bot/platform/json.h"
#include "bot/platform/mattermost/markdown.h"
#include "bot/platform/mattermost/rest.h"

namespace belfry::bot::mattermost {
namespace {

using Json = nlohmann::json;

// Mattermost's limits, in characters.
constexpr size_t kTitleMax = 24;
constexpr size_t kLabelMax = 24;
constexpr size_t kHelpMax = 150;
constexpr size_t kIntroMax = 2000;
constexpr int kLineMax = 150;
constexpr int kTextMax = 3000;
// Long enough for a report that somebody was called away from.
constexpr absl::Duration kAgeMax = absl::Hours(12);

Json Element(const chat::FormField& field, size_t index) {
  using Kind = chat::FormField::Kind;
  // What does not fit into the label stands below it.
  const std::string label = Cut(field.label, kLabelMax);
  std::string help = field.hint;
  if (label != field.label) help = absl::StrCat(field.label, help.empty() ? "" : ". ", help);
  Json element = {{"name", absl::StrCat("f", index)},
                  {"display_name", label},
                  {"optional", !field.required},
                  {"help_text", Cut(help, kHelpMax)}};
  if (!field.value.empty()) element["default"] = field.value;
  const bool long_line = field.kind == Kind::kLine && field.characters_max > kLineMax;
  switch (field.kind) {
    case Kind::kChoice:
    case Kind::kChoices:
      element["type"] = "select";
      element["multiselect"] = field.kind == Kind::kChoices;
      element["options"] = Json::array();
      for (const chat::FormChoice& choice : field.choices) {
        element["options"].push_back({{"text", choice.label}, {"value", choice.value}});
      }
      break;
    default:
      element["type"] = field.kind == Kind::kText || long_line ? "textarea" : "text";
      element["max_length"] =
          std::min(field.characters_max, element["type"] == "text" ? kLineMax : kTextMax);
      break;
  }
  return element;
}

std::vector<std::string> SealedParts(const Json& state) {
  return {TextAt(state, {"issued"}),  TextAt(state, {"workspace"}), TextAt(state, {"user"}),
          TextAt(state, {"channel"}), TextAt(state, {"command"}),   TextAt(state, {"fields"})};
}

// Text, or several choices as a list or as one text.
std::string ValueOf(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  if (!value.is_array()) return "";
  std::vector<std::string> values;
  for (const Json& one : value) {
    if (one.is_string()) values.push_back(one.get<std::string>());
  }
  return absl::StrJoin(values, ",");
}

absl::Status NotOurs() {
  return absl::PermissionDeniedError("this form is not one of Belfry's, or it is too old");
}

}  // namespace

Json ToDialog(const chat::Form& form, const DialogState& state, const Sealer& sealer,
              absl::Time now) {
  std::vector<std::string> names;
  Json elements = Json::array();
  for (size_t i = 0; i < form.fields.size(); ++i) {
    names.push_back(form.fields[i].name);
    elements.push_back(Element(form.fields[i], i));
  }
  Json sealed = {{"issued", absl::StrCat(absl::ToUnixSeconds(now))},
                 {"workspace", state.workspace},
                 {"user", state.user_id},
                 {"channel", state.channel_id},
                 {"command", state.command},
                 {"fields", absl::StrJoin(names, "\n")}};
  sealed["seal"] = sealer.Seal("dialog", SealedParts(sealed));
  std::string intro = Escape(Cut(form.intro, kIntroMax));
  if (!form.context.empty()) {
    absl::StrAppend(&intro, intro.empty() ? "" : "\n\n", Escape(Cut(form.context, kIntroMax)));
  }
  return {{"callback_id", "belfry"},         {"title", Cut(form.title, kTitleMax)},
          {"introduction_text", intro},      {"submit_label", Cut(form.submit, kTitleMax)},
          {"elements", std::move(elements)}, {"state", absl::Base64Escape(DumpJson(sealed))}};
}

absl::StatusOr<Submission> OpenSubmission(const Json& body, const Sealer& sealer, absl::Time now) {
  std::string text;
  if (!absl::Base64Unescape(TextAt(body, {"state"}), &text)) return NotOurs();
  const Json state = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  int64_t issued = 0;
  if (!sealer.Opens(TextAt(state, {"seal"}), "dialog", SealedParts(state)) ||
      !absl::SimpleAtoi(TextAt(state, {"issued"}), &issued) || !IsFresh(issued, kAgeMax, now)) {
    return NotOurs();
  }
  Submission submission;
  submission.state.workspace = TextAt(state, {"workspace"});
  submission.state.user_id = TextAt(state, {"user"});
  submission.state.channel_id = TextAt(state, {"channel"});
  submission.state.command = TextAt(state, {"command"});
  // A form that was opened for one person is not for another to send.
  if (TextAt(body, {"user_id"}) != submission.state.user_id) return NotOurs();
  if (!body.contains("submission") || !body["submission"].is_object()) {
    return absl::InvalidArgumentError("submission: is missing");
  }
  const std::string fields = TextAt(state, {"fields"});
  size_t index = 0;
  // What was not asked for is not looked at.
  for (absl::string_view field : absl::StrSplit(fields, '\n')) {
    const std::string element = absl::StrCat("f", index++);
    submission.elements[std::string(field)] = element;
    const auto value = body["submission"].find(element);
    if (value != body["submission"].end()) {
      submission.values[std::string(field)] = ValueOf(*value);
    }
  }
  return submission;
}

}  // namespace belfry::bot::mattermost
