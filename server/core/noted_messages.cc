#include "server/core/noted_messages.h"

#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/core/limits.h"

namespace belfry::core {
namespace {

using record::v1::IncidentState;
using record::v1::NotedMessage;

bool Same(const v1::MessageRef& a, const v1::MessageRef& b) {
  return a.id() == b.id() && a.channel() == b.channel() && a.workspace() == b.workspace() &&
         a.platform() == b.platform();
}

}  // namespace

// A line break in a name could make two names of it.
absl::Status CheckChatName(absl::string_view field, absl::string_view value, bool needed) {
  if (needed && value.empty()) return InvalidField(field, "is needed");
  if (value.size() > kChatNameBytesMax) {
    return InvalidField(field, absl::StrCat("at most ", kChatNameBytesMax, " bytes"));
  }
  if (std::any_of(value.begin(), value.end(),
                  [](char c) { return absl::ascii_iscntrl(static_cast<unsigned char>(c)); })) {
    return InvalidField(field, "holds a control character");
  }
  return absl::OkStatus();
}

absl::Status CheckPlace(absl::string_view field, const v1::MessageRef& place) {
  const auto check = [&](absl::string_view part, const std::string& value, bool needed) {
    return CheckChatName(absl::StrCat(field, ".", part), value, needed);
  };
  BELFRY_RETURN_IF_ERROR(check("platform", place.platform(), true));
  BELFRY_RETURN_IF_ERROR(check("workspace", place.workspace(), false));
  BELFRY_RETURN_IF_ERROR(check("channel", place.channel(), true));
  return check("id", place.id(), false);
}

absl::Status CheckMessage(absl::string_view field, const v1::MessageRef& message) {
  BELFRY_RETURN_IF_ERROR(CheckPlace(field, message));
  return CheckChatName(absl::StrCat(field, ".id"), message.id(), true);
}

const NotedMessage* FindNoted(const IncidentState& state, const v1::MessageRef& message) {
  for (const NotedMessage& noted : state.noted_messages()) {
    if (Same(noted.source(), message)) return &noted;
  }
  return nullptr;
}

absl::Status NoteNotFound() {
  return ErrorBuilder(absl::StatusCode::kNotFound, "NOTE_NOT_FOUND",
                      "no note was made from this message, or none that you may see")
      .Build();
}

void ApplyNote(IncidentState& state, const record::v1::Event& event) {
  const record::v1::NoteAdded& body = event.note_added();
  if (!body.has_source()) return;
  auto* noted = const_cast<NotedMessage*>(FindNoted(state, body.source()));
  if (noted == nullptr) {
    noted = state.add_noted_messages();
    *noted->mutable_source() = body.source();
  }
  noted->set_event_version(event.version());
  noted->set_retracted(body.retracted());
}

}  // namespace belfry::core
