#include "bot/delivery/worker.h"

#include <algorithm>
#include <utility>

#include "absl/time/time.h"
#include "google/protobuf/util/time_util.h"
#include "spdlog/spdlog.h"

namespace belfry::bot {
namespace {

// Short enough that a stop does not keep people waiting.
constexpr absl::Duration kWait = absl::Seconds(5);
constexpr absl::Duration kLeaseTime = absl::Seconds(90);
// Look, post and mark the one before, each up to its time-out.
constexpr absl::Duration kAttemptMax = absl::Seconds(50);
// What has to wait longer than this is given back.
constexpr absl::Duration kHoldMax = absl::Seconds(10);
constexpr absl::Duration kPauseAfterError = absl::Seconds(1);
constexpr int kFailedLooksMax = 4;
// Clocks step, and a missed wake must not last.
constexpr absl::Duration kNapMax = absl::Seconds(1);

}  // namespace

DeliveryWorker::DeliveryWorker(client::Client client, const PlatformRegistry* platforms,
                               std::function<chat::View()> view, Clock* clock, Random* random,
                               WorkerOptions options)
    : client_(std::move(client)),
      platforms_(platforms),
      view_(std::move(view)),
      clock_(*clock),
      options_(std::move(options)),
      in_hand_max_(2 * static_cast<size_t>(options_.senders)),
      gate_(clock, random) {}

DeliveryWorker::~DeliveryWorker() { Stop(); }

void DeliveryWorker::Start() {
  threads_.emplace_back([this] { LeaseLoop(); });
  for (int i = 0; i < options_.senders; ++i) threads_.emplace_back([this] { SendLoop(); });
}

void DeliveryWorker::Stop() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  for (std::thread& thread : threads_) thread.join();
  if (!threads_.empty()) ReportBacklog();
  threads_.clear();
}

void DeliveryWorker::LeaseLoop() {
  std::vector<std::string> names = platforms_->Names();
  for (;;) {
    v1::LeaseDeliveriesRequest request;
    request.set_holder(options_.holder);
    request.set_incarnation(options_.incarnation);
    request.mutable_lease()->set_seconds(absl::ToInt64Seconds(kLeaseTime));
    for (const std::string& name : names) request.add_platforms(name);
    // The server serves the first one first: a flood on one platform must not starve the others.
    if (!names.empty()) std::rotate(names.begin(), names.begin() + 1, names.end());
    const bool reported = ReportBacklog();
    {
      absl::MutexLock lock(&mutex_);
      if (!reported) {
        if (mutex_.AwaitWithTimeout(absl::Condition(&stopping_), kPauseAfterError)) return;
        continue;
      }
      mutex_.Await(absl::Condition(this, &DeliveryWorker::HasRoomOrStops));
      if (stopping_) return;
      request.set_max(static_cast<int>(in_hand_max_ - in_hand_.size()));
      // While something is in hand its conversation may have more: ask again soon.
      request.mutable_wait()->set_seconds(!in_hand_.empty() ? 1 : absl::ToInt64Seconds(kWait));
    }
    const absl::Time asked = clock_.Now();
    client::CallOptions call;
    call.deadline = kWait + absl::Seconds(10);
    absl::StatusOr<v1::LeaseDeliveriesResponse> leased = client_.LeaseDeliveries(request, call);
    connected_ = leased.ok();
    if (!leased.ok()) {
      ++stats_.lease_errors;
      spdlog::warn("cannot lease deliveries: {}", std::string(leased.status().message()));
      absl::MutexLock lock(&mutex_);
      if (mutex_.AwaitWithTimeout(absl::Condition(&stopping_), kPauseAfterError)) return;
      continue;
    }
    absl::MutexLock lock(&mutex_);
    for (v1::Delivery& delivery : *leased->mutable_deliveries()) {
      // A lease that the server took away and gave back: one attempt of it is enough.
      if (!in_hand_.insert(delivery.name()).second) continue;
      if (delivery.ambiguous()) ++stats_.ambiguous_leases;
      queue_.emplace(asked, Item{std::move(delivery), asked + kLeaseTime - kAttemptMax});
    }
  }
}

bool DeliveryWorker::ReportBacklog() {
  std::map<std::string, v1::ReportDeliveryRequest> backlog;
  {
    absl::MutexLock lock(&mutex_);
    backlog = unreported_;
  }
  for (const auto& [name, report] : backlog) {
    if (!TryReport(report)) return false;
    absl::MutexLock lock(&mutex_);
    unreported_.erase(name);
  }
  return true;
}

void DeliveryWorker::SendLoop() {
  for (;;) {
    Item item;
    {
      absl::MutexLock lock(&mutex_);
      while (!HasWorkOrStops()) {
        const absl::Duration nap =
            queue_.empty() ? kNapMax : std::min(kNapMax, queue_.begin()->first - clock_.Now());
        mutex_.AwaitWithTimeout(absl::Condition(this, &DeliveryWorker::HasWorkOrStops), nap);
      }
      if (queue_.empty()) return;
      item = std::move(queue_.begin()->second);
      queue_.erase(queue_.begin());
    }
    Handle(std::move(item));
  }
}

void DeliveryWorker::Handle(Item item) {
  bool stopping = false;
  {
    absl::MutexLock lock(&mutex_);
    stopping = stopping_;
    // It was done before the server could be told, and the lease ran out over that.
    const auto known = unreported_.find(item.delivery.name());
    if (known != unreported_.end()) {
      in_hand_.erase(item.delivery.name());
      return;
    }
  }
  if (stopping || clock_.Now() > item.begin_before) {
    ++stats_.not_attempted;
    LetGo(item.delivery);
    Report(NotAttempted(item.delivery, absl::ZeroDuration(),
                        stopping ? "this bot stops" : "this bot was too slow"));
    return;
  }
  // A platform that is not there needs no gate, and must not fill it with names.
  if (platforms_->Find(item.delivery.endpoint()) == nullptr) return Attempt(std::move(item));
  const Gate::Answer answer = gate_.Enter(item.delivery.endpoint());
  if (answer.may_go()) return Attempt(std::move(item));
  if (answer.wait <= kHoldMax) return PutBack(std::move(item), answer.wait);
  ++stats_.not_attempted;
  LetGo(item.delivery);
  Report(NotAttempted(item.delivery, answer.wait, answer.reason));
}

void DeliveryWorker::Attempt(Item item) {
  SendOutcome outcome = SendDelivery(*platforms_, item.delivery, view_(), item.settled);
  if (platforms_->Find(item.delivery.endpoint()) != nullptr) {
    gate_.Leave(item.delivery.endpoint(), outcome.result);
  }
  if (outcome.looked) ++stats_.lookups;
  if (outcome.look_again) {
    item.settled = true;
    return PutBack(std::move(item), options_.settle);
  }
  // Reported, the next attempt would wait longer each time, and this was none.
  if (outcome.look_failed && ++item.failed_looks < kFailedLooksMax) {
    return PutBack(std::move(item), kPauseAfterError);
  }
  Count(item.delivery, outcome);
  const bool again = outcome.report.outcome() == v1::ReportDeliveryRequest::OUTCOME_RETRY ||
                     outcome.report.outcome() == v1::ReportDeliveryRequest::OUTCOME_UNKNOWN;
  if (again && !outcome.report.has_retry_after()) {
    // Without one the server doubles its pause up to minutes, which is for platforms in trouble.
    if (const auto pause = gate_.PauseAfter(item.delivery.endpoint(), item.delivery.attempt())) {
      const int64_t ms = absl::ToInt64Milliseconds(*pause);
      *outcome.report.mutable_retry_after() =
          google::protobuf::util::TimeUtil::MillisecondsToDuration(ms);
    }
  }
  LetGo(item.delivery);
  Report(outcome.report);
}

void DeliveryWorker::PutBack(Item item, absl::Duration wait) {
  absl::MutexLock lock(&mutex_);
  const absl::Time when = clock_.Now() + wait;
  queue_.emplace(when, std::move(item));
}

void DeliveryWorker::LetGo(const v1::Delivery& delivery) {
  absl::MutexLock lock(&mutex_);
  in_hand_.erase(delivery.name());
}

void DeliveryWorker::Count(const v1::Delivery& delivery, const SendOutcome& outcome) {
  if (outcome.found) ++stats_.doubles_avoided;
  if (outcome.blind) ++stats_.possible_doubles;
  if (outcome.result.failure == SendFailure::kAmbiguous) ++stats_.ambiguous;
  const bool delivered = outcome.report.outcome() == v1::ReportDeliveryRequest::OUTCOME_DELIVERED;
  last_.Note(delivery.endpoint(), delivered, absl::Now());
  switch (outcome.report.outcome()) {
    case v1::ReportDeliveryRequest::OUTCOME_DELIVERED:
      ++stats_.delivered;
      spdlog::debug("{} to {} delivered{}", delivery.name(), delivery.target(),
                    outcome.found ? " before" : "");
      break;
    case v1::ReportDeliveryRequest::OUTCOME_FAILED:
      ++stats_.failed;
      spdlog::warn("{} to {} failed: {}", delivery.name(), delivery.target(),
                   outcome.report.error());
      break;
    default:
      ++stats_.retried;
      spdlog::info("{} to {} will be tried again: {}", delivery.name(), delivery.target(),
                   outcome.report.error());
      break;
  }
}

void DeliveryWorker::Report(v1::ReportDeliveryRequest report) {
  report.set_holder(options_.holder);
  report.set_incarnation(options_.incarnation);
  if (TryReport(report)) return;
  // Kept, so that no sender waits for the server, and told before anything new is leased.
  absl::MutexLock lock(&mutex_);
  unreported_[report.name()] = std::move(report);
}

bool DeliveryWorker::TryReport(const v1::ReportDeliveryRequest& report) {
  const absl::StatusOr<v1::ReportDeliveryResponse> answer = client_.ReportDelivery(report);
  if (answer.ok() || absl::IsFailedPrecondition(answer.status()) ||
      absl::IsNotFound(answer.status())) {
    return true;
  }
  spdlog::warn("cannot report {}: {}", report.name(), std::string(answer.status().message()));
  // What the server will never take must not keep everything else from being leased.
  return absl::IsInvalidArgument(answer.status());
}

}  // namespace belfry::bot
