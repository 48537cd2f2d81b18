// A store that fails on cue.
#ifndef BELFRY_TESTS_SUPPORT_FAULTY_STORE_H_
#define BELFRY_TESTS_SUPPORT_FAULTY_STORE_H_

#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "server/storage/store.h"

namespace belfry::testing {

// What is to fail from now on; shared with the test.
struct StoreFaults {
  std::atomic<bool> begin{false};
  std::atomic<bool> append{false};
};

class FaultyTransaction final : public storage::Transaction {
 public:
  FaultyTransaction(std::unique_ptr<storage::Transaction> real, StoreFaults* faults)
      : real_(std::move(real)), faults_(*faults) {}

  absl::StatusOr<std::optional<storage::IncidentRow>> LoadIncident(absl::string_view id) override {
    return real_->LoadIncident(id);
  }
  absl::StatusOr<std::optional<storage::EventRow>> LoadEvent(absl::string_view incident,
                                                             int64_t version) override {
    return real_->LoadEvent(incident, version);
  }
  absl::StatusOr<std::optional<storage::RequestRow>> FindRequest(
      absl::string_view principal, absl::string_view request_id) override {
    return real_->FindRequest(principal, request_id);
  }
  absl::StatusOr<int64_t> NextCounter(absl::string_view name) override {
    return real_->NextCounter(name);
  }
  absl::Status PutIncident(const storage::IncidentRow& row) override {
    return real_->PutIncident(row);
  }
  absl::Status AppendEvent(storage::EventRow& row) override {
    if (faults_.append) return absl::ResourceExhaustedError("disk full; free space");
    return real_->AppendEvent(row);
  }
  absl::Status PutRequest(const storage::RequestRow& row) override {
    return real_->PutRequest(row);
  }
  absl::Status AddDelivery(storage::DeliveryRow& row) override { return real_->AddDelivery(row); }
  absl::StatusOr<std::optional<storage::DeliveryRow>> LoadDelivery(absl::string_view id) override {
    return real_->LoadDelivery(id);
  }
  absl::Status UpdateDelivery(const storage::DeliveryRow& row) override {
    return real_->UpdateDelivery(row);
  }
  absl::StatusOr<std::vector<storage::DeliveryRow>> LeaseDeliveries(
      absl::string_view holder, absl::string_view incarnation,
      const std::vector<std::string>& platforms, int64_t now_us, int64_t lease_until_us,
      int max) override {
    return real_->LeaseDeliveries(holder, incarnation, platforms, now_us, lease_until_us, max);
  }
  absl::StatusOr<std::optional<storage::DeliveryState>> LastConcluded(
      absl::string_view incident, absl::string_view conversation, int64_t sequence) override {
    return real_->LastConcluded(incident, conversation, sequence);
  }
  absl::Status PutCard(const storage::CardRow& row) override { return real_->PutCard(row); }
  absl::Status DropCard(absl::string_view incident, absl::string_view target,
                        absl::string_view topic) override {
    return real_->DropCard(incident, target, topic);
  }
  absl::StatusOr<std::optional<storage::CardRow>> FindCard(absl::string_view incident,
                                                           absl::string_view target,
                                                           absl::string_view topic) override {
    return real_->FindCard(incident, target, topic);
  }
  absl::StatusOr<std::vector<storage::CardRow>> ListCards(absl::string_view incident,
                                                          absl::string_view topic) override {
    return real_->ListCards(incident, topic);
  }
  absl::StatusOr<std::vector<storage::IncidentRow>> ListIncidents(
      const storage::IncidentQuery& query) override {
    return real_->ListIncidents(query);
  }
  absl::StatusOr<std::vector<storage::EventRow>> ListEventsSince(absl::string_view incident,
                                                                 int64_t since_us,
                                                                 int limit) override {
    return real_->ListEventsSince(incident, since_us, limit);
  }
  absl::Status PutDirectory(const storage::DirectoryRow& row) override {
    return real_->PutDirectory(row);
  }
  absl::Status DeleteDirectory(absl::string_view key) override {
    return real_->DeleteDirectory(key);
  }
  absl::StatusOr<int64_t> AppendDirectoryChange(int64_t time_us, absl::string_view principal,
                                                absl::string_view change,
                                                absl::string_view blob) override {
    return real_->AppendDirectoryChange(time_us, principal, change, blob);
  }
  absl::Status AddPolicy(storage::PolicyRow& row) override { return real_->AddPolicy(row); }
  absl::StatusOr<std::optional<storage::EvidenceRow>> FindEvidence(absl::string_view incident,
                                                                   int32_t number) override {
    return real_->FindEvidence(incident, number);
  }
  absl::Status PutEvidence(const storage::EvidenceRow& row) override {
    return real_->PutEvidence(row);
  }
  absl::Status AppendCustody(const storage::CustodyRow& row) override {
    return real_->AppendCustody(row);
  }
  absl::Status PutPlace(const storage::PlaceRow& row) override { return real_->PutPlace(row); }
  absl::Status PutConversation(const storage::ConversationRow& row) override {
    return real_->PutConversation(row);
  }
  absl::Status AddLinkCode(const storage::LinkCodeRow& row) override {
    return real_->AddLinkCode(row);
  }
  absl::StatusOr<std::optional<storage::LinkCodeRow>> FindLinkCode(
      absl::string_view hash) override {
    return real_->FindLinkCode(hash);
  }
  absl::Status DeleteLinkCode(absl::string_view hash) override {
    return real_->DeleteLinkCode(hash);
  }
  absl::StatusOr<std::vector<int64_t>> LinkCodeExpiries(absl::string_view principal,
                                                        int64_t now_us) override {
    return real_->LinkCodeExpiries(principal, now_us);
  }
  absl::Status AddAttempt(absl::string_view action, absl::string_view principal,
                          int64_t time_us) override {
    return real_->AddAttempt(action, principal, time_us);
  }
  absl::StatusOr<std::vector<int64_t>> ListAttempts(absl::string_view action,
                                                    absl::string_view principal,
                                                    int64_t after_us) override {
    return real_->ListAttempts(action, principal, after_us);
  }
  absl::Status ForgetOldAttempts(int64_t until_us) override {
    return real_->ForgetOldAttempts(until_us);
  }
  storage::RecordWriter& record() override { return real_->record(); }
  absl::Status PutToken(const storage::TokenRow& row) override { return real_->PutToken(row); }
  absl::Status DeleteToken(absl::string_view name) override { return real_->DeleteToken(name); }
  absl::StatusOr<std::optional<storage::TokenRow>> LoadToken(absl::string_view name) override {
    return real_->LoadToken(name);
  }
  absl::StatusOr<std::vector<storage::TokenRow>> ListTokensOf(
      absl::string_view principal) override {
    return real_->ListTokensOf(principal);
  }
  absl::Status TouchToken(absl::string_view name, int64_t last_use_time_us) override {
    return real_->TouchToken(name, last_use_time_us);
  }
  absl::Status AppendAccessChange(storage::AccessChangeRow& row) override {
    return real_->AppendAccessChange(row);
  }
  absl::Status Commit() override { return real_->Commit(); }

 private:
  const std::unique_ptr<storage::Transaction> real_;
  StoreFaults& faults_;
};

class FaultyStore final : public storage::Store {
 public:
  FaultyStore(std::unique_ptr<storage::Store> real, StoreFaults* faults)
      : real_(std::move(real)), faults_(*faults) {}

  absl::StatusOr<std::unique_ptr<storage::Transaction>> Begin() override {
    if (faults_.begin) return absl::UnavailableError("the database is locked");
    auto transaction = real_->Begin();
    if (!transaction.ok()) return transaction.status();
    return std::make_unique<FaultyTransaction>(*std::move(transaction), &faults_);
  }
  absl::Status Maintain() override { return real_->Maintain(); }
  absl::StatusOr<std::optional<storage::IncidentRow>> LoadIncident(absl::string_view id) override {
    return real_->LoadIncident(id);
  }
  absl::StatusOr<std::vector<storage::IncidentRow>> ListIncidents(
      const storage::IncidentQuery& query) override {
    return real_->ListIncidents(query);
  }
  absl::StatusOr<std::vector<storage::EventRow>> ListEvents(absl::string_view incident,
                                                            int64_t after_version,
                                                            int limit) override {
    return real_->ListEvents(incident, after_version, limit);
  }
  absl::StatusOr<std::vector<storage::EventRow>> ListEventsAfter(int64_t after_position,
                                                                 int limit) override {
    return real_->ListEventsAfter(after_position, limit);
  }
  absl::StatusOr<int64_t> LastPosition() override { return real_->LastPosition(); }
  absl::StatusOr<std::vector<Due>> ListDue(int64_t until_us, int limit) override {
    return real_->ListDue(until_us, limit);
  }
  absl::StatusOr<std::optional<int64_t>> NextDue() override { return real_->NextDue(); }
  absl::StatusOr<std::vector<storage::DeliveryRow>> ListDeliveries(
      absl::string_view incident, std::optional<storage::DeliveryState> state,
      int64_t before_sequence, int limit) override {
    return real_->ListDeliveries(incident, state, before_sequence, limit);
  }
  absl::StatusOr<std::optional<int64_t>> NextDeliveryTime(
      const std::vector<std::string>& platforms) override {
    return real_->NextDeliveryTime(platforms);
  }
  absl::StatusOr<std::vector<storage::DirectoryRow>> LoadDirectory() override {
    return real_->LoadDirectory();
  }
  absl::StatusOr<std::vector<storage::PlaceRow>> FindPlaces(absl::string_view platform,
                                                            absl::string_view workspace,
                                                            absl::string_view channel,
                                                            absl::string_view message) override {
    return real_->FindPlaces(platform, workspace, channel, message);
  }
  absl::StatusOr<std::optional<storage::ConversationRow>> FindConversation(
      absl::string_view platform, absl::string_view workspace, absl::string_view address) override {
    return real_->FindConversation(platform, workspace, address);
  }
  absl::StatusOr<std::vector<storage::ConversationRow>> ListConversations(
      absl::string_view platform, absl::string_view workspace, absl::string_view after,
      int limit) override {
    return real_->ListConversations(platform, workspace, after, limit);
  }
  absl::StatusOr<std::vector<storage::TokenRow>> LoadTokens() override {
    return real_->LoadTokens();
  }
  absl::StatusOr<std::vector<storage::AccessChangeRow>> ListAccessChanges(int64_t after_position,
                                                                          int limit) override {
    return real_->ListAccessChanges(after_position, limit);
  }
  absl::StatusOr<std::vector<storage::PolicyRow>> LoadPolicies() override {
    return real_->LoadPolicies();
  }
  absl::StatusOr<std::vector<Pinned>> ListPinned() override { return real_->ListPinned(); }
  absl::StatusOr<std::vector<std::string>> ListPinnedTo(absl::string_view policy,
                                                        int limit) override {
    return real_->ListPinnedTo(policy, limit);
  }
  absl::StatusOr<std::optional<storage::EvidenceRow>> FindEvidence(absl::string_view incident,
                                                                   int32_t number) override {
    return real_->FindEvidence(incident, number);
  }
  absl::StatusOr<std::vector<storage::EvidenceRow>> ListEvidence(absl::string_view incident,
                                                                 int32_t after,
                                                                 int limit) override {
    return real_->ListEvidence(incident, after, limit);
  }
  absl::StatusOr<std::vector<storage::CustodyRow>> ListCustody(absl::string_view incident,
                                                               int32_t number, int32_t after,
                                                               int limit) override {
    return real_->ListCustody(incident, number, after, limit);
  }
  absl::StatusOr<bool> HasEvidenceObject(absl::string_view object) override {
    return real_->HasEvidenceObject(object);
  }
  absl::StatusOr<Health> CheckHealth() override { return real_->CheckHealth(); }
  storage::RecordReader& record() override { return real_->record(); }

 private:
  const std::unique_ptr<storage::Store> real_;
  StoreFaults& faults_;
};

}  // namespace belfry::testing

#endif  // BELFRY_TESTS_SUPPORT_FAULTY_STORE_H_
