#include "client-lib/exchange/part_label.h"

#include <algorithm>
#include <string>
#include <vector>

#include "google/protobuf/descriptor.h"

namespace belfry::exchange {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

std::optional<Tlp> Stricter(std::optional<Tlp> one, std::optional<Tlp> other) {
  if (!one.has_value()) return other;
  return other.has_value() ? std::max(*one, *other) : one;
}

// Empty ones are not among the fields that are listed: they say nothing.
std::optional<Tlp> OfText(const FieldDescriptor& field, const std::string& text) {
  if (field.name() == "tlp") return TlpOrRed(text);
  return LabelInText(text);
}

}  // namespace

Tlp IncidentLabel(const belfry::v1::Incident& incident) {
  return incident.restricted() ? Tlp::kRed : TlpOrRed(incident.tlp());
}

std::optional<Tlp> StrictestIn(const Message& message) {
  std::optional<Tlp> strictest;
  const auto* reflection = message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const int size = field->is_repeated() ? reflection->FieldSize(message, field) : 1;
    for (int i = 0; i < size; ++i) {
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        strictest =
            Stricter(strictest, StrictestIn(field->is_repeated()
                                                ? reflection->GetRepeatedMessage(message, field, i)
                                                : reflection->GetMessage(message, field)));
      } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
        strictest = Stricter(
            strictest,
            OfText(*field, field->is_repeated() ? reflection->GetRepeatedString(message, field, i)
                                                : reflection->GetString(message, field)));
      }
    }
  }
  return strictest;
}

Tlp LabelWithFields(const belfry::v1::Incident& incident) {
  if (incident.subjects_size() > 0) return Tlp::kRed;
  return std::max(IncidentLabel(incident), StrictestIn(incident).value_or(Tlp::kClear));
}

Tlp LabelOfAll(const v1::IncidentExport& part) {
  return std::max(LabelWithFields(part.incident()), StrictestIn(part).value_or(Tlp::kClear));
}

}  // namespace belfry::exchange
