#include "client-lib/exchange/collect.h"

#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "belfry/version.h"
#include "client-lib/chat/time_format.h"

namespace belfry::exchange {
namespace {

constexpr int kPageSize = 1000;

absl::Status CheckOptions(const ExportOptions& options) {
  if (options.restricted && options.tlp_max != Tlp::kRed) {
    return absl::InvalidArgumentError(
        "restricted incidents are TLP:RED: --restricted needs --tlp-max RED");
  }
  if (options.tlp_max == Tlp::kRed && options.recipient.empty()) {
    return absl::InvalidArgumentError(
        "TLP:RED goes to named recipients only: --to says for whom this is");
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::IncidentExport> CollectOne(const client::Client& client,
                                              const belfry::v1::Incident& incident) {
  v1::IncidentExport part;
  *part.mutable_incident() = incident;
  belfry::v1::ListTimelineEntriesRequest entries;
  entries.set_parent(incident.name());
  entries.set_page_size(kPageSize);
  do {
    auto page = client.ListTimelineEntries(entries);
    if (!page.ok()) return page.status();
    for (auto& entry : *page->mutable_entries()) *part.add_timeline() = std::move(entry);
    entries.set_page_token(page->next_page_token());
  } while (!entries.page_token().empty());
  belfry::v1::ListObligationsRequest duties;
  duties.set_name(incident.name());
  auto answer = client.ListObligations(duties);
  if (!answer.ok()) return answer.status();
  part.mutable_obligations()->Swap(answer->mutable_obligations());
  return part;
}

absl::StatusOr<std::vector<belfry::v1::Incident>> Select(const client::Client& client,
                                                         const ExportOptions& options) {
  std::vector<belfry::v1::Incident> incidents;
  std::set<std::string> seen;
  for (const std::string& name : options.incidents) {
    belfry::v1::GetIncidentRequest request;
    request.set_name(name);
    auto answer = client.GetIncident(request);
    if (!answer.ok()) return answer.status();
    if (!seen.insert(answer->incident().name()).second) continue;
    incidents.push_back(std::move(*answer->mutable_incident()));
  }
  if (!options.incidents.empty()) return incidents;
  belfry::v1::ListIncidentsRequest request;
  request.set_page_size(kPageSize);
  client::IncidentPages pages = client.AllIncidents(request);
  std::vector<std::string> names;
  while (const belfry::v1::Incident* incident = pages.Next()) {
    // One that was changed while the pages were read may be on two of them.
    if (seen.insert(incident->name()).second) incidents.push_back(*incident);
  }
  if (!pages.status().ok()) return pages.status();
  return incidents;
}

// True when it may be in the export at all. What must not leave is not even asked for: a look into
// a restricted incident is recorded there.
bool MayLeave(const ExportOptions& options, const belfry::v1::Incident& incident) {
  return (options.restricted || !incident.restricted()) &&
         TlpOrRed(incident.tlp()) <= options.tlp_max;
}

absl::Status AddEntities(const client::Client& client, v1::Export& file) {
  std::set<std::string> wanted;
  for (const auto& part : file.incidents()) {
    wanted.insert(part.incident().entity());
    for (const auto& entity : part.incident().entities()) wanted.insert(entity.entity());
  }
  belfry::v1::ListEntitiesRequest request;
  request.set_page_size(kPageSize);
  do {
    const auto page = client.ListEntities(request);
    if (!page.ok()) return page.status();
    for (const auto& entity : page->entities()) {
      if (wanted.count(entity.name()) == 0) continue;
      auto* added = file.add_entities();
      added->set_name(entity.name());
      added->set_title(entity.title());
      added->set_kind(entity.kind());
      added->set_secretariat(entity.secretariat());
    }
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Collected> Collect(const client::Client& client, const ExportOptions& options) {
  if (absl::Status status = CheckOptions(options); !status.ok()) return status;
  const auto caller = client.WhoAmI({});
  if (!caller.ok()) return caller.status();
  Collected collected;
  v1::Export& file = collected.file;
  file.set_format(kExportFormat);
  *file.mutable_export_time() = chat::ToTimestamp(options.now);
  file.set_exporter(caller->principal());
  file.set_recipient(options.recipient);
  file.set_producer(absl::StrCat("belfry ", client::VersionString()));
  const auto incidents = Select(client, options);
  if (!incidents.ok()) return incidents.status();
  for (const belfry::v1::Incident& incident : *incidents) {
    if (!MayLeave(options, incident)) {
      *file.add_incidents()->mutable_incident() = incident;  // Redact says so
      continue;
    }
    auto part = CollectOne(client, incident);
    if (!part.ok()) return part.status();
    *file.add_incidents() = *std::move(part);
    if (collected.policies.count(incident.policy()) != 0) continue;
    belfry::v1::GetPolicyRequest request;
    request.set_name(incident.policy());
    auto policy = client.GetPolicy(request);
    if (!policy.ok()) return policy.status();
    collected.policies[incident.policy()] = std::move(*policy->mutable_policy());
  }
  // What counts as personal may be said better in the pack in force than in an old one.
  auto policy = client.GetPolicy({});
  if (!policy.ok()) return policy.status();
  collected.policies[policy->version().name()] = std::move(*policy->mutable_policy());
  if (absl::Status status = Redact(options, collected.policies, file); !status.ok()) return status;
  if (absl::Status status = AddEntities(client, file); !status.ok()) return status;
  return collected;
}

}  // namespace belfry::exchange
