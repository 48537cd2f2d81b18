// What forms are put together from.
#ifndef BELFRY_CLIENT_LIB_CHAT_FORM_PARTS_H_
#define BELFRY_CLIENT_LIB_CHAT_FORM_PARTS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "belfry/chat/form.h"
#include "client-lib/chat/session.h"
#include "google/protobuf/repeated_ptr_field.h"

namespace belfry::chat {

// What the server was asked for a form; nothing of it when the form was made without looking.
struct FormSight {
  std::optional<v1::Incident> incident;
  // Open ones; only of verbs that are about a duty.
  std::optional<google::protobuf::RepeatedPtrField<v1::Obligation>> duties;
};

// A line ends with it when it came from a form: whatever is missing then is an error, not another
// form.
inline constexpr absl::string_view kFromForm = " form:no";

FormField LineField(absl::string_view name, absl::string_view label, absl::string_view hint = "");
FormField TextField(absl::string_view name, absl::string_view label, absl::string_view hint = "");
FormField ChoiceField(absl::string_view name, absl::string_view label,
                      std::vector<FormChoice> choices, absl::string_view hint = "");
// "reason", of at most 2,000 characters, with what the line gives.
FormField ReasonField(const Session& session, absl::string_view label, bool required,
                      size_t skip_words = 0);

// Each clipped to what platforms show.
FormChoice Choice(absl::string_view value, absl::string_view label);
// Codes of the pack, "NOT_USEFUL" as "Not useful".
std::vector<FormChoice> CodeChoices(const google::protobuf::RepeatedPtrField<std::string>& codes);
std::vector<FormChoice> SeverityChoices(const policy::v1::Policy& policy);
std::vector<FormChoice> CategoryChoices(const policy::v1::Policy& policy);
// A question of the policy; nothing for one that has neither allowed answers nor is a number.
std::optional<FormField> FactField(const Session& session, const policy::v1::FactDefinition& fact);

// The value of an option in the line, several joined with commas; empty when it was not given.
std::string Given(const Session& session, absl::string_view option);

// "DOP-2026-0007 · SEV3 · title", as far as it may be shown.
std::string IncidentLine(const Session& session, const FormSight& sight);

// form_open.cc
Form OpenForm(const Session& session);
// form_document.cc
Form DocumentFormOf(const Session& session, const FormSight& sight);
Form NotifyForm(const Session& session, const FormSight& sight);
Form DecideForm(const Session& session, const FormSight& sight);
// form_duty.cc
Form DutyForm(const Session& session, const FormSight& sight);
// Open duties, or the pack's, that the verb is for.
std::vector<FormChoice> DutyChoices(const Session& session, const FormSight& sight);
// form_act.cc
Form EscalateForm(const Session& session, const FormSight& sight);
Form StepForm(const Session& session, const FormSight& sight);
Form RecordForm(const Session& session, const FormSight& sight);

}  // namespace belfry::chat

#endif  // BELFRY_CLIENT_LIB_CHAT_FORM_PARTS_H_
