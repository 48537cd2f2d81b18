#include "client-lib/chat/duty_button.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "client-lib/chat/buttons.h"
#include "client-lib/chat/parser.h"
#include "client-lib/chat/values.h"

namespace belfry::chat {
namespace {

using policy::v1::Satisfaction;

// A document that another agency than the reporting one owes says for whom it is.
std::string ForWhom(absl::string_view instance, const v1::Incident& incident) {
  const std::string subject = DutySubject(instance);
  const bool takes_part =
      std::any_of(incident.entities().begin(), incident.entities().end(),
                  [&subject](const auto& part) { return ShortName(part.entity()) == subject; });
  if (!takes_part || subject == ShortName(incident.entity())) return "";
  return absl::StrCat(" agency:", subject);
}

std::optional<CardButton> ButtonFor(const Grammar& grammar, const Satisfaction& way,
                                    absl::string_view instance, const v1::Incident& incident) {
  const std::string id = IncidentId(incident.name());
  switch (way.kind_case()) {
    case Satisfaction::kDocument: {
      const auto* document = grammar.FindDocument(way.document().type());
      if (document == nullptr) return std::nullopt;
      return FormButton(
          "Write it", absl::StrCat(grammar.CommandFor(*document, id), ForWhom(instance, incident)),
          Tone::kGood);
    }
    case Satisfaction::kNoticeDelivered:
      return FormButton("Send it", absl::StrCat("notify ", id, " ", instance), Tone::kGood);
    case Satisfaction::kDecision:
      return FormButton("Decide", absl::StrCat("decide ", id, " ", way.decision().question()),
                        Tone::kGood);
    case Satisfaction::kAcknowledgement:
      return PressButton("Acknowledge", absl::StrCat("ack ", id), Tone::kGood);
    case Satisfaction::kTicket:
      return FormButton("Link the ticket", absl::StrCat("ticket ", id), Tone::kGood);
    default:
      return std::nullopt;
  }
}

}  // namespace

std::string DutySubject(absl::string_view instance) {
  const size_t open = instance.find('[');
  if (open == absl::string_view::npos || instance.back() != ']') return "";
  return absl::AsciiStrToUpper(instance.substr(open + 1, instance.size() - open - 2));
}

std::optional<CardButton> DutyButton(const Grammar& grammar, absl::string_view instance,
                                     const v1::Incident& incident) {
  const policy::v1::Obligation* duty = grammar.FindObligation(instance);
  if (duty == nullptr || incident.name().empty()) return std::nullopt;
  for (const Satisfaction& way : duty->satisfied_by()) {
    if (auto button = ButtonFor(grammar, way, instance, incident); button.has_value()) {
      return button;
    }
  }
  return std::nullopt;
}

bool IsWaivable(const Grammar& grammar, absl::string_view instance) {
  const policy::v1::Obligation* duty = grammar.FindObligation(instance);
  return duty != nullptr && !duty->waivers().empty();
}

}  // namespace belfry::chat
