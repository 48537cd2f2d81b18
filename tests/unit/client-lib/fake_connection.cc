#include "tests/unit/client-lib/fake_connection.h"

#include "absl/strings/cord.h"
#include "belfry/error.h"
#include "google/protobuf/text_format.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "gtest/gtest.h"
#include "tests/unit/client-lib/test_policy.h"

namespace belfry {
namespace {

class FakeStream final : public client::IncidentStream {
 public:
  explicit FakeStream(FakeConnection::Stream stream) : stream_(std::move(stream)) {}
  bool Read(v1::WatchIncidentsResponse* response) override {
    if (next_ >= stream_.messages.size()) return false;
    *response = stream_.messages[next_++];
    return true;
  }
  absl::Status Finish() override { return stream_.end; }
  void Cancel() override {}

 private:
  FakeConnection::Stream stream_;
  size_t next_ = 0;
};

}  // namespace

FakeConnection::FakeConnection() {
  v1::GetPolicyResponse policy;
  *policy.mutable_policy() = *TestPolicy();
  GetPolicy_answer = policy;
}

absl::StatusOr<v1::ListIncidentsResponse> FakeConnection::ListIncidents(
    const v1::ListIncidentsRequest& request, const client::CallOptions& call) {
  calls.push_back("ListIncidents");
  last_call = call;
  list_requests.push_back(request);
  if (pages.empty()) return v1::ListIncidentsResponse();
  auto page = pages.front();
  if (pages.size() > 1) pages.pop_front();
  return page;
}

std::unique_ptr<client::IncidentStream> FakeConnection::WatchIncidents(
    const v1::WatchIncidentsRequest& request, const client::CallOptions& call) {
  last_call = call;
  resume_tokens.push_back(request.resume_token());
  Stream stream;
  stream.end = absl::PermissionDeniedError("no more streams in this test");
  if (!streams.empty()) {
    stream = streams.front();
    streams.pop_front();
  }
  return std::make_unique<FakeStream>(std::move(stream));
}

v1::Incident TestIncident() {
  v1::Incident incident;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
      R"pb(
        name: "incidents/DOP-2026-0007"
        title: "Ransom note on three workstations"
        state: "DECLARED"
        severity: "SEV3"
        severity_floors: "F3"
        entity: "entities/dop"
        categories { category: "CAT-13" sub_values: "TROJAN" }
        reporter: "people/dop.reporter"
        escalations {
          entity: "entities/dop"
          state: STATE_NOTIFIED
          level: 2
          attempt: 2
          paged_people: "people/dop.contact"
          paged_people: "people/dop.officer"
          next_page_time { seconds: 1795548900 }
        }
        verbs: "contain"
        verbs: "resolve"
        open_obligation_count: 3
        next_duty {
          obligation: "DAILY-STATUS#1"
          entity: "entities/dop"
          due_time { seconds: 1795633500 }
        }
        tlp: "TLP:AMBER"
        policy: "test@1"
        create_time { seconds: 1795547100 }
      )pb",
      &incident));
  return incident;
}

Refusal::Refusal(absl::StatusCode code, std::string reason, std::string message)
    : code_(code), reason_(std::move(reason)), message_(std::move(message)) {}

Refusal& Refusal::Metadata(std::string key, std::string value) {
  metadata_.emplace_back(std::move(key), std::move(value));
  return *this;
}

Refusal& Refusal::Field(std::string field, std::string description) {
  fields_.emplace_back(std::move(field), std::move(description));
  return *this;
}

Refusal& Refusal::Violation(std::string clause, std::string subject, std::string description) {
  violations_.push_back({std::move(clause), std::move(subject), std::move(description)});
  return *this;
}

Refusal& Refusal::RetryAfter(absl::Duration delay) {
  retry_after_ = delay;
  return *this;
}

absl::Status Refusal::Status() const {
  google::rpc::Status proto;
  proto.set_code(static_cast<int>(code_));
  proto.set_message(message_);
  google::rpc::ErrorInfo info;
  info.set_reason(reason_);
  info.set_domain("belfry");
  for (const auto& [key, value] : metadata_) (*info.mutable_metadata())[key] = value;
  proto.add_details()->PackFrom(info);
  if (retry_after_ > absl::ZeroDuration()) {
    google::rpc::RetryInfo retry;
    retry.mutable_retry_delay()->set_seconds(absl::ToInt64Seconds(retry_after_));
    proto.add_details()->PackFrom(retry);
  }
  google::rpc::BadRequest bad;
  for (const auto& [field, description] : fields_) {
    auto* violation = bad.add_field_violations();
    violation->set_field(field);
    violation->set_description(description);
  }
  if (!fields_.empty()) proto.add_details()->PackFrom(bad);
  google::rpc::PreconditionFailure failure;
  for (const auto& row : violations_) {
    auto* violation = failure.add_violations();
    violation->set_type(row[0]);
    violation->set_subject(row[1]);
    violation->set_description(row[2]);
  }
  if (!violations_.empty()) proto.add_details()->PackFrom(failure);
  absl::Status status(code_, message_);
  status.SetPayload(client::kStatusPayloadUrl, absl::Cord(proto.SerializeAsString()));
  return status;
}

}  // namespace belfry
