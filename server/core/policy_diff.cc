#include "server/core/policy_diff.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "google/protobuf/text_format.h"
#include "server/base/proto_time.h"
#include "server/core/predicate_text.h"

namespace belfry::core {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using v1::PolicyChange;

constexpr size_t kValueBytesMax = 400;

// Fields that name an item within its list, the best first.
constexpr const char* kKeys[] = {"code", "id",   "name",  "key",  "act",     "number",
                                 "role", "verb", "value", "fact", "severity"};

template <typename T>
const T* As(const Message& message) {
  return message.GetDescriptor() == T::descriptor() ? static_cast<const T*>(&message) : nullptr;
}

// "SCOPE_ENTITY" of the enumeration Scope becomes "entity".
std::string EnumText(const google::protobuf::EnumValueDescriptor& value) {
  std::string prefix;
  for (const char c : value.type()->name()) {
    if (absl::ascii_isupper(static_cast<unsigned char>(c)) && !prefix.empty()) prefix += '_';
    prefix += absl::ascii_toupper(static_cast<unsigned char>(c));
  }
  absl::string_view name = value.name();
  if (absl::StartsWith(name, absl::StrCat(prefix, "_"))) name.remove_prefix(prefix.size() + 1);
  return absl::StrReplaceAll(absl::AsciiStrToLower(name), {{"_", " "}});
}

// "24h", "1h30m", and days where hours say nothing any more: "90 d".
std::string LengthText(absl::Duration length) {
  const int64_t days = length / absl::Hours(24);
  return days >= 4 && length == absl::Hours(24) * days ? absl::StrCat(days, " d")
                                                       : absl::FormatDuration(length);
}

std::string AllSpans(const PolicyIndex& policy, const policy::v1::Span& span) {
  if (span.business_days() > 0) return SpanText(policy, span, "");
  if (span.by_severity().empty()) {
    return span.has_any() ? LengthText(FromProto(span.any())) : "no deadline";
  }
  std::vector<std::string> parts;
  for (const auto& entry : span.by_severity()) {
    parts.push_back(absl::StrCat(entry.severity(), " ", LengthText(FromProto(entry.span()))));
  }
  if (span.has_any()) parts.push_back(absl::StrCat("others ", LengthText(FromProto(span.any()))));
  return absl::StrJoin(parts, ", ");
}

std::string Clip(std::string text) {
  if (text.size() <= kValueBytesMax) return text;
  size_t end = kValueBytesMax;
  // Not inside a character of UTF-8.
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  text.resize(end);
  return text + "…";
}

// Messages that are one value to a reader.
bool IsValue(const Descriptor& type) {
  return &type == google::protobuf::Duration::descriptor() ||
         &type == policy::v1::Span::descriptor() || &type == policy::v1::Predicate::descriptor() ||
         &type == policy::v1::Satisfaction::descriptor();
}

std::string MessageText(const PolicyIndex& policy, const Message& message) {
  if (const auto* duration = As<google::protobuf::Duration>(message)) {
    return LengthText(FromProto(*duration));
  }
  if (const auto* span = As<policy::v1::Span>(message)) return AllSpans(policy, *span);
  if (const auto* predicate = As<policy::v1::Predicate>(message)) {
    return PredicateText(policy, *predicate);
  }
  if (const auto* way = As<policy::v1::Satisfaction>(message)) return SatisfactionText(*way);
  google::protobuf::TextFormat::Printer printer;
  printer.SetSingleLineMode(true);
  printer.SetUseUtf8StringEscaping(true);
  std::string text;
  printer.PrintToString(message, &text);
  return std::string(absl::StripAsciiWhitespace(text));
}

std::string ScalarText(const Message& message, const FieldDescriptor* field, int index) {
  const Reflection& fields = *message.GetReflection();
  const bool repeated = field->is_repeated();
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return repeated ? fields.GetRepeatedString(message, field, index)
                      : fields.GetString(message, field);
    case FieldDescriptor::CPPTYPE_ENUM:
      return EnumText(repeated ? *fields.GetRepeatedEnum(message, field, index)
                               : *fields.GetEnum(message, field));
    case FieldDescriptor::CPPTYPE_BOOL:
      return (repeated ? fields.GetRepeatedBool(message, field, index)
                       : fields.GetBool(message, field))
                 ? "yes"
                 : "no";
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return absl::StrFormat("%g", repeated ? fields.GetRepeatedDouble(message, field, index)
                                            : fields.GetDouble(message, field));
    case FieldDescriptor::CPPTYPE_INT64:
      return absl::StrCat(repeated ? fields.GetRepeatedInt64(message, field, index)
                                   : fields.GetInt64(message, field));
    case FieldDescriptor::CPPTYPE_INT32:
      return absl::StrCat(repeated ? fields.GetRepeatedInt32(message, field, index)
                                   : fields.GetInt32(message, field));
    default:
      return "";
  }
}

// The whole field; empty when it is not set.
std::string FieldText(const PolicyIndex& policy, const Message& message,
                      const FieldDescriptor* field) {
  const Reflection& fields = *message.GetReflection();
  const bool is_message = field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
  if (!field->is_repeated()) {
    if (is_message) {
      return fields.HasField(message, field)
                 ? MessageText(policy, fields.GetMessage(message, field))
                 : "";
    }
    return fields.HasField(message, field) ? ScalarText(message, field, 0) : "";
  }
  std::vector<std::string> parts;
  for (int i = 0; i < fields.FieldSize(message, field); ++i) {
    parts.push_back(is_message ? MessageText(policy, fields.GetRepeatedMessage(message, field, i))
                               : ScalarText(message, field, i));
  }
  return absl::StrJoin(parts, is_message ? "; or " : ", ");
}

std::string KeyOf(const Message& item) {
  for (const char* name : kKeys) {
    const FieldDescriptor* field = item.GetDescriptor()->FindFieldByName(name);
    if (field == nullptr || field->is_repeated()) continue;
    std::string key = ScalarText(item, field, 0);
    if (!key.empty()) return key;
  }
  return "";
}

using Items = std::vector<std::pair<std::string, const Message*>>;

// The messages of a list with their keys; those without one, and repeated ones, get their number.
Items ItemsOf(const Message& message, const FieldDescriptor* field) {
  const Reflection& fields = *message.GetReflection();
  Items items;
  std::set<std::string> seen;
  for (int i = 0; i < fields.FieldSize(message, field); ++i) {
    const Message& item = fields.GetRepeatedMessage(message, field, i);
    std::string key = KeyOf(item);
    if (key.empty() || !seen.insert(key).second) key = absl::StrCat(key, key.empty() ? "" : "/", i);
    seen.insert(key);
    items.emplace_back(std::move(key), &item);
  }
  return items;
}

const Message* Find(const Items& items, absl::string_view key) {
  for (const auto& [name, item] : items) {
    if (name == key) return item;
  }
  return nullptr;
}

bool Same(const Message& a, const Message& b) {
  return a.SerializeAsString() == b.SerializeAsString();
}

std::string TitleOf(const Message& item) {
  for (const char* name : {"title", "question", "done", "reason", "label"}) {
    const FieldDescriptor* field = item.GetDescriptor()->FindFieldByName(name);
    if (field != nullptr && field->cpp_type() == FieldDescriptor::CPPTYPE_STRING &&
        !field->is_repeated()) {
      return ScalarText(item, field, 0);
    }
  }
  return "";
}

class Differ {
 public:
  Differ(const PolicyIndex& before, const PolicyIndex& after) : before_(before), after_(after) {}

  std::vector<PolicyChange> Run() &&;

 private:
  void CompareLists(const FieldDescriptor* field);
  void CompareFields(const Message& before, const Message& after, const std::string& prefix,
                     PolicyChange& change) const;
  static void AddField(PolicyChange& change, std::string name, std::string before,
                       std::string after);
  PolicyChange& Add(PolicyChange::Kind kind, const FieldDescriptor* list, const std::string& key,
                    const Message& item);

  const PolicyIndex& before_;
  const PolicyIndex& after_;
  std::vector<PolicyChange> changes_;
};

void Differ::AddField(PolicyChange& change, std::string name, std::string before,
                      std::string after) {
  PolicyChange::Field* field = change.add_fields();
  field->set_field(std::move(name));
  field->set_before(Clip(std::move(before)));
  field->set_after(Clip(std::move(after)));
}

PolicyChange& Differ::Add(PolicyChange::Kind kind, const FieldDescriptor* list,
                          const std::string& key, const Message& item) {
  PolicyChange& change = changes_.emplace_back();
  change.set_kind(kind);
  change.set_list(std::string(list->name()));
  change.set_item(key);
  change.set_title(TitleOf(item));
  const FieldDescriptor* clauses = item.GetDescriptor()->FindFieldByName("clauses");
  if (clauses != nullptr) {
    for (int i = 0; i < item.GetReflection()->FieldSize(item, clauses); ++i) {
      change.add_clauses(ScalarText(item, clauses, i));
    }
  }
  return change;
}

void Differ::CompareFields(const Message& before, const Message& after, const std::string& prefix,
                           PolicyChange& change) const {
  for (int i = 0; i < before.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* field = before.GetDescriptor()->field(i);
    const std::string name = prefix + std::string(field->name());
    const bool is_message = field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
    if (!is_message || IsValue(*field->message_type())) {
      std::string old_text = FieldText(before_, before, field);
      std::string new_text = FieldText(after_, after, field);
      if (old_text != new_text) AddField(change, name, std::move(old_text), std::move(new_text));
      continue;
    }
    if (!field->is_repeated()) {
      const Reflection& fields = *before.GetReflection();
      if (fields.HasField(before, field) || fields.HasField(after, field)) {
        CompareFields(fields.GetMessage(before, field),
                      after.GetReflection()->GetMessage(after, field), name + ".", change);
      }
      continue;
    }
    const Items olds = ItemsOf(before, field);
    const Items news = ItemsOf(after, field);
    for (const auto& [key, item] : olds) {
      const std::string path = absl::StrCat(name, "[", key, "]");
      const Message* now = Find(news, key);
      if (now == nullptr) {
        AddField(change, path, MessageText(before_, *item), "");
      } else {
        CompareFields(*item, *now, path + ".", change);
      }
    }
    for (const auto& [key, item] : news) {
      if (Find(olds, key) != nullptr) continue;
      AddField(change, absl::StrCat(name, "[", key, "]"), "", MessageText(after_, *item));
    }
  }
}

void Differ::CompareLists(const FieldDescriptor* field) {
  const Items olds = ItemsOf(before_.proto(), field);
  const Items news = ItemsOf(after_.proto(), field);
  std::vector<std::string> old_order;
  std::vector<std::string> new_order;
  for (const auto& [key, item] : news) {
    const Message* was = Find(olds, key);
    if (was == nullptr) {
      AddField(Add(PolicyChange::KIND_ADDED, field, key, *item), "", "",
               MessageText(after_, *item));
      continue;
    }
    new_order.push_back(key);
    if (Same(*was, *item)) continue;
    PolicyChange& change = Add(PolicyChange::KIND_CHANGED, field, key, *item);
    CompareFields(*was, *item, "", change);
    // The same words for another content would look like no change at all.
    if (change.fields().empty()) {
      AddField(change, "", MessageText(before_, *was), MessageText(after_, *item));
    }
  }
  for (const auto& [key, item] : olds) {
    if (Find(news, key) == nullptr) {
      AddField(Add(PolicyChange::KIND_REMOVED, field, key, *item), "", MessageText(before_, *item),
               "");
    } else {
      old_order.push_back(key);
    }
  }
  // Worst first: the order of severities is their meaning.
  if (field->name() == "severities" && old_order != new_order) {
    PolicyChange& change = changes_.emplace_back();
    change.set_kind(PolicyChange::KIND_REORDERED);
    change.set_list(std::string(field->name()));
    AddField(change, "order", absl::StrJoin(old_order, ", "), absl::StrJoin(new_order, ", "));
  }
}

std::vector<PolicyChange> Differ::Run() && {
  const Message& before = before_.proto();
  const Message& after = after_.proto();
  const Reflection& fields = *before.GetReflection();
  PolicyChange whole;
  whole.set_kind(PolicyChange::KIND_CHANGED);
  whole.set_list("pack");
  whole.set_title(after_.proto().title());
  for (int i = 0; i < before.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* field = before.GetDescriptor()->field(i);
    const bool is_message = field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
    if (is_message && field->is_repeated()) {
      CompareLists(field);
    } else if (is_message) {
      PolicyChange change;
      change.set_kind(PolicyChange::KIND_CHANGED);
      change.set_list(std::string(field->name()));
      CompareFields(fields.GetMessage(before, field),
                    after.GetReflection()->GetMessage(after, field), "", change);
      if (!change.fields().empty()) changes_.push_back(std::move(change));
    } else {
      std::string was = FieldText(before_, before, field);
      std::string is = FieldText(after_, after, field);
      if (was != is) AddField(whole, std::string(field->name()), std::move(was), std::move(is));
    }
  }
  if (!whole.fields().empty()) changes_.insert(changes_.begin(), std::move(whole));
  return std::move(changes_);
}

}  // namespace

std::vector<PolicyChange> DiffPolicies(const PolicyIndex& before, const PolicyIndex& after) {
  return Differ(before, after).Run();
}

}  // namespace belfry::core
