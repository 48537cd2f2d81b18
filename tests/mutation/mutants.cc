#include "tests/mutation/mutants.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/message.h"

namespace belfry::mutation {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::Duration;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using policy::v1::Policy;
using policy::v1::Predicate;

// One step from a message into it; index -1 for a field that is no list.
struct Step {
  const FieldDescriptor* field = nullptr;
  int index = -1;
};
using Path = std::vector<Step>;

// Words for people, identity of the pack, and codes by which other items refer to this one.
const std::set<std::string>& Untouched() {
  static const auto* const fields = new std::set<std::string>{"title",
                                                              "question",
                                                              "label",
                                                              "hint",
                                                              "description",
                                                              "message",
                                                              "remedy",
                                                              "evidence",
                                                              "confirm",
                                                              "done",
                                                              "aliases",
                                                              "refuse_reason",
                                                              "public_safety_warning",
                                                              "reason",
                                                              "id",
                                                              "revision",
                                                              "code",
                                                              "name",
                                                              "key",
                                                              "number",
                                                              "verb",
                                                              "characters_max",
                                                              "value",
                                                              "fact",
                                                              "text",
                                                              "scope"};
  return *fields;
}

Message* Find(Message* message, const Path& path, size_t length) {
  for (size_t i = 0; i < length; ++i) {
    const Reflection* reflection = message->GetReflection();
    const Step& step = path[i];
    message = step.index < 0 ? reflection->MutableMessage(message, step.field)
                             : reflection->MutableRepeatedMessage(message, step.field, step.index);
  }
  return message;
}

void RemoveElement(Message* message, const FieldDescriptor* field, int index) {
  const Reflection* reflection = message->GetReflection();
  for (int i = index; i + 1 < reflection->FieldSize(*message, field); ++i) {
    reflection->SwapElements(message, field, i, i + 1);
  }
  reflection->RemoveLast(message, field);
}

// Lists that name a removed item lose it as well, so that the rest can be put in force.
void RemoveReferences(Message* message, const std::string& code) {
  const Reflection* reflection = message->GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(*message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      if (field->is_repeated()) {
        for (int i = 0; i < reflection->FieldSize(*message, field); ++i) {
          RemoveReferences(reflection->MutableRepeatedMessage(message, field, i), code);
        }
      } else {
        RemoveReferences(reflection->MutableMessage(message, field), code);
      }
    } else if (field->is_repeated() && field->cpp_type() == FieldDescriptor::CPPTYPE_STRING &&
               field->name() != "clauses" && field->name() != "values" && field->name() != "is" &&
               field->name() != "answers") {
      for (int i = reflection->FieldSize(*message, field) - 1; i >= 0; --i) {
        if (reflection->GetRepeatedString(*message, field, i) == code) {
          RemoveElement(message, field, i);
        }
      }
    }
  }
}

// The next one of the names that the pack has for such a reference.
std::string NextOf(const std::vector<std::string>& names, const std::string& current) {
  const auto found = std::find(names.begin(), names.end(), current);
  if (found == names.end() || names.size() < 2) return current;
  return found + 1 == names.end() ? names.front() : *(found + 1);
}

std::string NextDay(const std::string& date) {
  const bool yearly = date.size() == 5;
  absl::CivilDay day;
  if (!absl::ParseCivilTime(yearly ? absl::StrCat("2027-", date) : date, &day)) return date;
  const std::string next = absl::FormatCivilTime(day + 1);
  return yearly ? next.substr(5) : next;
}

class Walker {
 public:
  explicit Walker(const Policy& pack) : pack_(pack) {
    for (const auto& one : pack.severities()) names_["severity"].push_back(one.code());
    for (const auto& one : pack.states()) names_["state"].push_back(one.code());
    for (const auto& one : pack.documents()) names_["document"].push_back(one.code());
    for (const auto& one : pack.questions()) names_["question"].push_back(one.code());
    for (const auto& one : pack.states()) {
      if (!one.sets_clock().empty()) names_["clock"].push_back(one.sets_clock());
    }
  }

  std::vector<Mutant> Walk() && {
    Visit(pack_, {}, "", "");
    return std::move(mutants_);
  }

 private:
  using Change = std::function<void(Message*)>;

  // `change` is made to the message at `path`.
  void Add(const Path& path, const std::string& at, const std::string& kind,
           const std::string& what, Change change) {
    Mutant mutant;
    mutant.id = absl::StrCat(at, " ", what);
    mutant.kind = absl::StrCat(kind, " ", what.substr(0, what.find(' ')));
    mutant.item = at.substr(0, at.find('.'));
    mutant.make = [this_pack = &pack_, path, change = std::move(change)] {
      Policy copy = *this_pack;
      change(Find(&copy, path, path.size()));
      return copy;
    };
    mutants_.push_back(std::move(mutant));
  }

  void Visit(const Message& message, const Path& path, const std::string& at,
             const std::string& kind) {
    const Descriptor* type = message.GetDescriptor();
    for (int f = 0; f < type->field_count(); ++f) {
      const FieldDescriptor* field = type->field(f);
      const bool cited = field->name() == "clauses";
      // What a duty implements stands in every notice about it; other citations are for readers.
      if (Untouched().count(field->name()) > 0 && !field->is_repeated() &&
          field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE && !IsScopeOfDuty(field)) {
        continue;
      }
      if (Untouched().count(field->name()) > 0 && field->is_repeated()) continue;
      if (cited && type != policy::v1::Obligation::descriptor()) continue;
      if (field->name() == "text" || field->name() == "notices") continue;
      // What papers look like: the lint tries every template, and tests read what is written.
      if (field->name() == "document_templates" || field->name() == "prefill" ||
          (field->name() == "template" && type == policy::v1::DocumentType::descriptor())) {
        continue;
      }
      const std::string here = at.empty() ? field->name() : absl::StrCat(at, ".", field->name());
      const std::string sort =
          kind.empty() ? field->name() : absl::StrCat(kind, ".", field->name());
      if (field->is_repeated()) {
        Repeated(message, field, path, here, sort);
      } else {
        Single(message, field, path, here, sort);
      }
    }
  }

  static bool IsScopeOfDuty(const FieldDescriptor* field) {
    return field->name() == "scope" &&
           field->containing_type() == policy::v1::Obligation::descriptor();
  }

  void Repeated(const Message& message, const FieldDescriptor* field, const Path& path,
                const std::string& here, const std::string& kind) {
    const Reflection* reflection = message.GetReflection();
    for (int i = 0; i < reflection->FieldSize(message, field); ++i) {
      std::string label;
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
        label = reflection->GetRepeatedString(message, field, i);
      } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        label = LabelOf(reflection->GetRepeatedMessage(message, field, i), i);
      } else {
        label = absl::StrCat(i);
      }
      std::string at = absl::StrCat(here, "[", label, "]");
      for (int n = 2; !labels_.insert(at).second; ++n) {
        at = absl::StrCat(here, "[", label, "~", n, "]");
      }
      const bool top = path.empty();
      Add(path, at, kind, "removed", [field, i, top, label](Message* into) {
        RemoveElement(into, field, i);
        if (top) RemoveReferences(into, label);
      });
      if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
        if (field->cpp_type() == FieldDescriptor::CPPTYPE_DOUBLE) {
          Add(path, at, kind, "changed", [field, i](Message* into) {
            const Reflection* r = into->GetReflection();
            r->SetRepeatedDouble(into, field, i, r->GetRepeatedDouble(*into, field, i) * 0.9);
          });
        }
        continue;
      }
      Path deeper = path;
      deeper.push_back({field, i});
      if (field->message_type() == Duration::descriptor()) {
        AddDoubled(deeper, at, kind);
      } else {
        Visit(reflection->GetRepeatedMessage(message, field, i), deeper, at, kind);
      }
    }
    if (field->name() == "roles" &&
        field->containing_type() == policy::v1::Permission::descriptor() &&
        reflection->FieldSize(message, field) > 0) {
      Add(path, absl::StrCat(here, "[AUDITOR]"), kind, "added",
          [field](Message* into) { into->GetReflection()->AddString(into, field, "AUDITOR"); });
    }
  }

  void AddDoubled(const Path& path, const std::string& at, const std::string& kind) {
    Add(path, at, kind, "doubled", [](Message* into) {
      auto* duration = static_cast<Duration*>(into);
      duration->set_seconds(duration->seconds() * 2);
    });
  }

  void Single(const Message& message, const FieldDescriptor* field, const Path& path,
              const std::string& here, const std::string& kind) {
    const Reflection* reflection = message.GetReflection();
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_MESSAGE:
        if (reflection->HasField(message, field)) SingleMessage(message, field, path, here, kind);
        return;
      case FieldDescriptor::CPPTYPE_BOOL: {
        const bool set = reflection->GetBool(message, field);
        if (!set && !OpensDoors(field)) return;
        Add(path, here, kind, set ? "unset" : "set",
            [field, set](Message* into) { into->GetReflection()->SetBool(into, field, !set); });
        return;
      }
      case FieldDescriptor::CPPTYPE_INT32:
        if (reflection->GetInt32(message, field) == 0 && !field->has_presence()) return;
        Add(path, here, kind, "raised", [field](Message* into) {
          const Reflection* r = into->GetReflection();
          r->SetInt32(into, field, r->GetInt32(*into, field) + 1);
        });
        return;
      case FieldDescriptor::CPPTYPE_INT64:
        if (!reflection->HasField(message, field)) return;
        Add(path, here, kind, "raised", [field](Message* into) {
          const Reflection* r = into->GetReflection();
          r->SetInt64(into, field, r->GetInt64(*into, field) + 1);
        });
        return;
      case FieldDescriptor::CPPTYPE_DOUBLE:
        Add(path, here, kind, "raised", [field](Message* into) {
          const Reflection* r = into->GetReflection();
          r->SetDouble(into, field, r->GetDouble(*into, field) + 1);
        });
        return;
      case FieldDescriptor::CPPTYPE_ENUM: {
        const int value = reflection->GetEnumValue(message, field);
        if (value == 0) return;
        const int next = NextValue(field, value);
        Add(path, here, kind, "changed", [field, next](Message* into) {
          into->GetReflection()->SetEnumValue(into, field, next);
        });
        return;
      }
      case FieldDescriptor::CPPTYPE_STRING:
        SingleString(reflection->GetString(message, field), field, path, here, kind);
        return;
      default:
        return;
    }
  }

  // Another value that matters: most neighbours in a list of clocks mean the same moment.
  static int NextValue(const FieldDescriptor* field, int value) {
    using policy::v1::Category;
    using policy::v1::Obligation;
    if (field->enum_type() == Obligation::Clock_descriptor()) {
      return value == Obligation::CLOCK_REPORTED ? Obligation::CLOCK_DETECTED
                                                 : Obligation::CLOCK_REPORTED;
    }
    if (field->enum_type() == Category::Presumption_descriptor()) {
      return value == Category::PRESUMPTION_PRESUMED ? Category::PRESUMPTION_POSSIBLE
                                                     : Category::PRESUMPTION_PRESUMED;
    }
    if (value + 1 < field->enum_type()->value_count()) return value + 1;
    return value > 1 ? 1 : 0;
  }

  bool IsForAnyone(const std::string& act) const {
    return std::any_of(pack_.permissions().begin(), pack_.permissions().end(),
                       [&](const auto& one) { return one.act() == act && one.anyone(); });
  }

  // Flags whose wrong value lets too much happen.
  static bool OpensDoors(const FieldDescriptor* field) {
    return field->name() == "anyone" || field->name() == "systems" || field->name() == "sees_all";
  }

  void SingleMessage(const Message& message, const FieldDescriptor* field, const Path& path,
                     const std::string& here, const std::string& kind) {
    Path deeper = path;
    deeper.push_back({field, -1});
    // A condition or a source is one of several kinds; without its kind it is none.
    const bool choice = field->containing_oneof() != nullptr;
    const Message& inner = message.GetReflection()->GetMessage(message, field);
    if (field->message_type() == Duration::descriptor()) {
      AddDoubled(deeper, here, kind);
      return;
    }
    if (!choice) {
      Add(path, here, kind, "removed",
          [field](Message* into) { into->GetReflection()->ClearField(into, field); });
    }
    if (field->message_type() == Predicate::descriptor() && !choice) {
      Add(deeper, here, kind, "negated", [](Message* into) {
        auto* predicate = static_cast<Predicate*>(into);
        Predicate inverse;
        *inverse.mutable_not_() = *predicate;
        *predicate = std::move(inverse);
      });
    }
    Visit(inner, deeper, here, kind);
  }

  void SingleString(const std::string& value, const FieldDescriptor* field, const Path& path,
                    const std::string& here, const std::string& kind) {
    if (value.empty()) return;
    const std::string& name = field->name();
    // The name of a permission is what others refer to.
    if (name == "act" && field->containing_type() == policy::v1::Permission::descriptor()) return;
    std::string next;
    if (name == "yearly_on" || name == "on_date") {
      next = NextDay(value);
    } else if (name == "time_zone") {
      next = "UTC";
    } else if (name == "act") {
      // What everybody may becomes what one role may, and the other way round.
      next = IsForAnyone(value) ? "REVIEW_POLICY" : "OPEN";
    } else if (name == "template") {
      next = "PAGE";
    } else {
      for (const auto& [type, names] : names_) {
        if (NextOf(names, value) != value) next = NextOf(names, value);
      }
    }
    if (!next.empty() && next != value) {
      Add(path, here, kind, absl::StrCat("changed to ", next),
          [field, next](Message* into) { into->GetReflection()->SetString(into, field, next); });
      return;
    }
    Add(path, here, kind, "removed",
        [field](Message* into) { into->GetReflection()->ClearField(into, field); });
  }

  const Policy& pack_;
  std::map<std::string, std::vector<std::string>> names_;
  std::set<std::string> labels_;
  std::vector<Mutant> mutants_;
};

}  // namespace

std::vector<Mutant> MutantsOf(const Policy& pack) { return Walker(pack).Walk(); }

std::string LabelOf(const Message& item, int index) {
  for (const char* name :
       {"code", "id", "name", "act", "key", "fact", "severity", "role", "value", "relation"}) {
    const FieldDescriptor* field = item.GetDescriptor()->FindFieldByName(name);
    if (field == nullptr || field->is_repeated() ||
        field->cpp_type() != FieldDescriptor::CPPTYPE_STRING) {
      continue;
    }
    const std::string label = item.GetReflection()->GetString(item, field);
    if (!label.empty()) return label;
  }
  return absl::StrCat(index);
}

}  // namespace belfry::mutation
