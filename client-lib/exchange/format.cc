#include "client-lib/exchange/format.h"

#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "client-lib/chat/time_format.h"

namespace belfry::exchange {
namespace {

std::string PolicyId(const std::string& name) { return name.substr(0, name.find('@')); }

// Exercises are no incidents in statistics, and VERIS is nothing else.
void LeaveOutDrills(v1::Export& file) {
  google::protobuf::RepeatedPtrField<v1::IncidentExport> incidents;
  incidents.Swap(file.mutable_incidents());
  for (v1::IncidentExport& part : incidents) {
    if (!part.incident().drill()) {
      *file.add_incidents() = std::move(part);
      continue;
    }
    v1::Omission* omission = file.add_omissions();
    omission->set_incident(part.incident().name());
    omission->set_part("drill");
    omission->set_reason(v1::Omission::REASON_FORMAT);
    omission->set_count(1);
  }
}

std::string ReasonText(v1::Omission::Reason reason, const std::string& tlp_max) {
  switch (reason) {
    case v1::Omission::REASON_TLP:
      return absl::StrCat("stricter than ", tlp_max);
    case v1::Omission::REASON_RESTRICTED:
      return "restricted";
    case v1::Omission::REASON_PERSONAL_INFORMATION:
      return "personal information";
    case v1::Omission::REASON_SUBJECT:
      return "people the incident is about";
    case v1::Omission::REASON_FORMAT:
      return "the format has no place for it";
    default:
      return "not said";
  }
}

}  // namespace

const FormatRow& RowOf(Format format) {
  for (const FormatRow& row : kFormats) {
    if (row.format == format) return row;
  }
  return kFormats[0];
}

const FormatRow* FindFormat(absl::string_view name) {
  for (const FormatRow& row : kFormats) {
    if (absl::EqualsIgnoreCase(row.name, name)) return &row;
  }
  return nullptr;
}

absl::StatusOr<Mappings> LoadMappings(const Collected& collected, absl::string_view given) {
  Mappings mappings;
  std::optional<Mapping> override;
  if (!given.empty()) {
    auto parsed = Mapping::Parse(given);
    if (!parsed.ok()) return parsed.status();
    override = *std::move(parsed);
  }
  std::set<std::string> checked;
  for (const auto& part : collected.file.incidents()) {
    const std::string& name = part.incident().policy();
    if (!checked.insert(name).second) continue;
    const std::string id = PolicyId(name);
    if (override.has_value() && override->proto().policy_id() == id) {
      mappings.insert_or_assign(id, *override);
    } else if (mappings.count(id) == 0) {
      auto shipped = Mapping::ForPolicy(id);
      if (!shipped.ok()) return shipped.status();
      mappings.insert_or_assign(id, *std::move(shipped));
    }
    const auto policy = collected.policies.find(name);
    if (policy == collected.policies.end()) {
      return absl::InternalError(absl::StrCat("the pack ", name, " was not read"));
    }
    if (absl::Status status = mappings.at(id).Check(policy->second); !status.ok()) return status;
  }
  return mappings;
}

absl::StatusOr<std::string> Write(Format format, const Mappings& mappings, bool one,
                                  v1::Export& file) {
  if (format == Format::kVeris) LeaveOutDrills(file);
  if (file.incidents().empty() && one) {
    return absl::FailedPreconditionError(absl::StrCat(
        "an exercise is not exported as ", RowOf(format).title, ", which counts what happened"));
  }
  switch (format) {
    case Format::kJson:
      return WriteJson(file);
    case Format::kStix:
      return WriteStix(file, mappings);
    case Format::kOcsf:
      return WriteOcsf(file, mappings, one);
    case Format::kIodef:
      if (file.incidents().empty()) {
        return absl::FailedPreconditionError("IODEF has no empty document; there is no incident");
      }
      return WriteIodef(file, mappings);
    case Format::kVeris:
      return WriteVeris(file, mappings, one);
    case Format::kCsv:
      return WriteCsv(file);
  }
  return absl::InternalError("no such format");
}

const Mapping& MappingOf(const Mappings& mappings, const belfry::v1::Incident& incident) {
  return mappings.at(PolicyId(incident.policy()));
}

std::string NumberOf(const belfry::v1::Incident& incident) {
  return std::string(absl::StripPrefix(incident.name(), "incidents/"));
}

std::string EnumWord(const std::string& name, absl::string_view prefix) {
  return name.empty() ? "UNKNOWN" : std::string(absl::StripPrefix(name, prefix));
}

std::string EntityTitle(const v1::Export& file, const std::string& entity) {
  for (const auto& known : file.entities()) {
    if (known.name() == entity && !known.title().empty()) return known.title();
  }
  return absl::AsciiStrToUpper(absl::StripPrefix(entity, "entities/"));
}

int64_t CostCents(const belfry::v1::Incident& incident) {
  int64_t cents = 0;
  for (const auto& line : incident.costs()) {
    if (line.assessment() != belfry::v1::CostLine::ASSESSMENT_NOT_REASONABLE &&
        line.assessment() != belfry::v1::CostLine::ASSESSMENT_WRITTEN_OFF) {
      cents += line.amount_cents();
    }
  }
  return cents;
}

std::vector<std::string> OmissionTexts(const v1::Export& file, const std::string& incident) {
  std::vector<std::string> texts;
  for (const auto& omission : file.omissions()) {
    if (omission.incident() != incident) continue;
    texts.push_back(absl::StrCat("Left out: ", omission.count(), " x ", omission.part(), " (",
                                 ReasonText(omission.reason(), file.tlp_max()), ")"));
  }
  return texts;
}

std::string Rfc3339(const google::protobuf::Timestamp& time) {
  return absl::FormatTime("%E4Y-%m-%dT%H:%M:%E*SZ", chat::ToTime(time), absl::UTCTimeZone());
}

std::string Rfc3339Millis(const google::protobuf::Timestamp& time) {
  return absl::FormatTime("%E4Y-%m-%dT%H:%M:%E3SZ", chat::ToTime(time), absl::UTCTimeZone());
}

}  // namespace belfry::exchange
