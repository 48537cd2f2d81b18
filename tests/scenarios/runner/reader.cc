#include "tests/scenarios/runner/reader.h"

#include <utility>

#include "server/base/status_macros.h"
#include "tests/scenarios/runner/government.h"

namespace belfry::scenario {
namespace {

constexpr int kEntriesPerPage = 1000;

}  // namespace

Reader::Reader(Site* site, const testing::v1::Scenario& scenario) : site_(*site) {
  people_ = {"people/csirt.executive", "people/csirt.handler", "people/ciso"};
  const v1::Directory directory = ExpandGovernment(scenario.government());
  for (const v1::Person& person : directory.people()) people_.push_back(person.name());
}

template <typename Stub, typename Request, typename Response>
absl::Status Reader::Ask(Stub& stub,
                         grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                      Response*),
                         const Request& request, Response* response) {
  absl::Status status;
  for (const std::string& who : people_) {
    response->Clear();
    status = site_.Call(stub, method, who, request, response);
    if (status.ok()) return status;
  }
  return status;
}

absl::StatusOr<v1::Incident> Reader::Incident(const std::string& name) {
  v1::GetIncidentRequest request;
  request.set_name(name);
  v1::GetIncidentResponse response;
  BELFRY_RETURN_IF_ERROR(
      Ask(site_.incidents(), &v1::IncidentService::Stub::GetIncident, request, &response));
  return std::move(*response.mutable_incident());
}

absl::StatusOr<std::vector<v1::Obligation>> Reader::Obligations(const std::string& name,
                                                                bool open_only) {
  v1::ListObligationsRequest request;
  request.set_name(name);
  request.set_open_only(open_only);
  v1::ListObligationsResponse response;
  BELFRY_RETURN_IF_ERROR(
      Ask(site_.incidents(), &v1::IncidentService::Stub::ListObligations, request, &response));
  return std::vector<v1::Obligation>(response.obligations().begin(), response.obligations().end());
}

absl::StatusOr<std::vector<v1::TimelineEntry>> Reader::Timeline(const std::string& name) {
  absl::StatusOr<std::vector<v1::TimelineEntry>> entries = absl::NotFoundError(name);
  for (const std::string& who : people_) {
    entries = ReadTimeline(site_, who, name);
    if (entries.ok()) break;
  }
  return entries;
}

absl::StatusOr<std::vector<v1::TimelineEntry>> ReadTimeline(Site& site, const std::string& who,
                                                            const std::string& name) {
  std::vector<v1::TimelineEntry> entries;
  v1::ListTimelineEntriesRequest request;
  request.set_parent(name);
  request.set_page_size(kEntriesPerPage);
  do {
    v1::ListTimelineEntriesResponse response;
    BELFRY_RETURN_IF_ERROR(site.Call(
        site.timeline(), &v1::TimelineService::Stub::ListTimelineEntries, who, request, &response));
    entries.insert(entries.end(), response.entries().begin(), response.entries().end());
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  return entries;
}

}  // namespace belfry::scenario
