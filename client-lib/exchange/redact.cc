// What must not leave is taken away here, for every format alike.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "client-lib/chat/personal.h"
#include "client-lib/exchange/collect.h"
#include "client-lib/exchange/format.h"
#include "client-lib/exchange/part_label.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "re2/re2.h"

namespace belfry::exchange {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using Reason = v1::Omission::Reason;

constexpr char kWithheld[] = "[left out: ";
constexpr char kSecretNumber[] = "[left out]";

// Names the server makes; they hold no running text.
bool IsName(const FieldDescriptor& field) {
  static const auto& names = *new std::set<std::string>{"belfry.v1.Incident.name",
                                                        "belfry.v1.Incident.uid",
                                                        "belfry.v1.Incident.etag",
                                                        "belfry.v1.Incident.tlp",
                                                        "belfry.v1.Incident.policy",
                                                        "belfry.v1.TimelineEntry.name",
                                                        "belfry.v1.TimelineEntry.supersedes",
                                                        "belfry.v1.TimelineEntry.tlp",
                                                        "belfry.v1.SubmittedDocument.tlp"};
  return names.count(field.full_name()) != 0;
}

class Redactor {
 public:
  Redactor(const ExportOptions& options, const Policies& policies, v1::Export& file)
      : options_(options), policies_(policies), file_(file) {}

  absl::Status Run() {
    google::protobuf::RepeatedPtrField<v1::IncidentExport> incidents;
    incidents.Swap(file_.mutable_incidents());
    for (const v1::IncidentExport& part : incidents) {
      if (IsSecret(part.incident())) secret_.insert(NumberOf(part.incident()));
    }
    for (v1::IncidentExport& part : incidents) {
      const absl::StatusOr<bool> stays = Whole(part);
      if (!stays.ok()) return stays.status();
      if (!*stays) continue;
      Part(part);
      *file_.add_incidents() = std::move(part);
    }
    file_.set_recipient(MaskAll(file_.recipient()));
    file_.set_tlp(std::string(TlpLabel(strictest_)));
    file_.set_tlp_max(std::string(TlpLabel(options_.tlp_max)));
    for (const auto& [key, count] : omitted_) {
      v1::Omission* omission = file_.add_omissions();
      omission->set_incident(std::get<0>(key));
      omission->set_part(std::get<1>(key));
      omission->set_reason(std::get<2>(key));
      omission->set_count(count);
    }
    return absl::OkStatus();
  }

 private:
  void Omit(const std::string& incident, const std::string& part, Reason reason) {
    ++omitted_[{incident, part, reason}];
  }

  // Whether an incident may be there at all. Asked for by name, it is refused; else left out.
  absl::StatusOr<bool> Whole(const v1::IncidentExport& part) {
    const belfry::v1::Incident& incident = part.incident();
    const bool named = !options_.incidents.empty();
    // The label first: --restricted would not help.
    if (incident.restricted() && !options_.restricted) {
      if (named) {
        return absl::FailedPreconditionError(
            absl::StrCat(incident.name(),
                         " is restricted: it leaves only with --restricted, --tlp-max RED and "
                         "--to, for somebody who is named (POL-1.12)"));
      }
      Omit("", "incident", v1::Omission::REASON_RESTRICTED);
      return false;
    }
    const Tlp label = IncidentLabel(incident);
    if (label > options_.tlp_max) {
      if (named) {
        return absl::FailedPreconditionError(absl::StrCat(
            incident.name(), " is ", TlpLabel(label), ", stricter than --tlp-max ",
            TlpLabel(options_.tlp_max), "; TLP lets nobody but its source widen that"));
      }
      Omit(label == Tlp::kRed ? "" : incident.name(), "incident", v1::Omission::REASON_TLP);
      return false;
    }
    strictest_ = std::max(strictest_, label);
    return true;
  }

  // Of these even the number is nobody's business.
  bool IsSecret(const belfry::v1::Incident& incident) const {
    return IncidentLabel(incident) == Tlp::kRed &&
           (options_.tlp_max < Tlp::kRed || (incident.restricted() && !options_.restricted));
  }

  // The text without numbers of incidents that must not be told.
  std::string WithoutSecrets(const std::string& text) const {
    if (secret_.empty()) return text;
    static const re2::RE2& number = *new re2::RE2("(?i)([a-z0-9]{2,12}-[0-9]{4}-[0-9]{4,})");
    std::string told;
    re2::StringPiece rest(text);
    re2::StringPiece found;
    const char* from = text.data();
    while (re2::RE2::FindAndConsume(&rest, number, &found)) {
      const std::string upper =
          absl::AsciiStrToUpper(absl::string_view(found.data(), found.size()));
      if (secret_.count(upper) == 0) continue;
      told.append(from, found.data());
      absl::StrAppend(&told, kSecretNumber);
      from = rest.data();
    }
    told.append(from, text.data() + text.size());
    return told;
  }

  // Links of an incident to those that must not be told.
  void LeaveOutLinks(belfry::v1::Incident& incident) {
    if (WithoutSecrets(incident.parent()) != incident.parent()) {
      Omit(incident.name(), "incident.parent", v1::Omission::REASON_TLP);
      incident.clear_parent();
    }
    google::protobuf::RepeatedPtrField<std::string> children;
    children.Swap(incident.mutable_children());
    for (std::string& child : children) {
      if (WithoutSecrets(child) == child) {
        incident.add_children(std::move(child));
      } else {
        Omit(incident.name(), "incident.children", v1::Omission::REASON_TLP);
      }
    }
  }

  // Keeps of a list what may leave: each by the label it was given and those in its texts.
  template <typename T>
  void LeaveOutStricter(const std::string& incident, const std::string& part,
                        google::protobuf::RepeatedPtrField<T>* list) {
    google::protobuf::RepeatedPtrField<T> rows;
    rows.Swap(list);
    for (T& row : rows) {
      const Tlp label = StrictestIn(row).value_or(Tlp::kClear);
      if (label > options_.tlp_max) {
        Omit(incident, part, v1::Omission::REASON_TLP);
        continue;
      }
      strictest_ = std::max(strictest_, label);
      *list->Add() = std::move(row);
    }
  }

  void Part(v1::IncidentExport& part) {
    belfry::v1::Incident& incident = *part.mutable_incident();
    const std::string name = incident.name();
    if (options_.tlp_max < Tlp::kRed) {
      for (int i = 0; i < incident.subjects_size(); ++i) {
        Omit(name, "incident.subjects", v1::Omission::REASON_SUBJECT);
      }
      incident.clear_subjects();
    } else if (incident.subjects_size() > 0) {
      strictest_ = Tlp::kRed;
    }
    LeaveOutStricter(name, "timeline entry", part.mutable_timeline());
    LeaveOutStricter(name, "document", incident.mutable_documents());
    LeaveOutLinks(incident);
    Texts(name, "", part);
  }

  // Every text of the tree: stricter ones are left out, personal information is masked.
  void Texts(const std::string& incident, const std::string& path, Message& message) {
    const auto* reflection = message.GetReflection();
    std::vector<const FieldDescriptor*> fields;
    reflection->ListFields(message, &fields);
    for (const FieldDescriptor* field : fields) {
      const std::string at = absl::StrCat(path, path.empty() ? "" : ".", field->name());
      const int size = field->is_repeated() ? reflection->FieldSize(message, field) : 1;
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        for (int i = 0; i < size; ++i) {
          Texts(incident, at,
                field->is_repeated() ? *reflection->MutableRepeatedMessage(&message, field, i)
                                     : *reflection->MutableMessage(&message, field));
        }
      }
      if (field->cpp_type() != FieldDescriptor::CPPTYPE_STRING || IsName(*field)) continue;
      for (int i = 0; i < size; ++i) {
        const std::string text = field->is_repeated()
                                     ? reflection->GetRepeatedString(message, field, i)
                                     : reflection->GetString(message, field);
        std::string kept = Text(incident, at, text);
        if (kept == text) continue;
        field->is_repeated() ? reflection->SetRepeatedString(&message, field, i, std::move(kept))
                             : reflection->SetString(&message, field, std::move(kept));
      }
    }
  }

  std::string Text(const std::string& incident, const std::string& path, const std::string& text) {
    if (const std::optional<Tlp> label = LabelInText(text); label.has_value()) {
      if (*label > options_.tlp_max) {
        Omit(incident, path, v1::Omission::REASON_TLP);
        // Without "TLP:": what stands there now is not itself marked.
        return absl::StrCat(kWithheld, absl::StripPrefix(TlpLabel(*label), "TLP:"), "]");
      }
      strictest_ = std::max(strictest_, *label);
    }
    const std::string told = WithoutSecrets(text);
    if (told != text) Omit(incident, path, v1::Omission::REASON_TLP);
    std::string masked = MaskAll(told);
    if (masked != told) Omit(incident, path, v1::Omission::REASON_PERSONAL_INFORMATION);
    return masked;
  }

  std::string MaskAll(std::string text) const {
    for (const auto& [name, policy] : policies_) text = chat::MaskPersonal(policy, text);
    return text;
  }

  const ExportOptions& options_;
  const Policies& policies_;
  v1::Export& file_;
  std::set<std::string> secret_;  // "DOP-2026-0007"
  Tlp strictest_ = Tlp::kClear;
  std::map<std::tuple<std::string, std::string, Reason>, int> omitted_;
};

}  // namespace

absl::Status Redact(const ExportOptions& options, const Policies& policies, v1::Export& file) {
  return Redactor(options, policies, file).Run();
}

}  // namespace belfry::exchange
