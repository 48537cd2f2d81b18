#include "bot/delivery/worker.h"

#include <algorithm>
#include <utility>

#include "absl/time/time.h"
#include "bot/delivery/sender.h"
#include "spdlog/spdlog.h"

namespace belfry::bot {
namespace {

// Short enough that a stop does not keep people waiting.
constexpr absl::Duration kWait = absl::Seconds(5);
constexpr absl::Duration kLeaseTime = absl::Seconds(60);
constexpr absl::Duration kPauseAfterError = absl::Seconds(1);
constexpr int kReportAttemptsMax = 5;

}  // namespace

DeliveryWorker::DeliveryWorker(client::Client client, const PlatformRegistry* platforms,
                               std::function<chat::View()> view, WorkerOptions options)
    : client_(std::move(client)),
      platforms_(platforms),
      view_(std::move(view)),
      options_(std::move(options)) {}

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
  threads_.clear();
}

void DeliveryWorker::LeaseLoop() {
  v1::LeaseDeliveriesRequest request;
  request.set_holder(options_.holder);
  request.set_incarnation(options_.incarnation);
  for (std::string& name : platforms_->Names()) request.add_platforms(std::move(name));
  request.mutable_lease()->set_seconds(absl::ToInt64Seconds(kLeaseTime));
  for (;;) {
    {
      absl::MutexLock lock(&mutex_);
      mutex_.Await(absl::Condition(this, &DeliveryWorker::HasRoomOrStops));
      if (stopping_) return;
      request.set_max(std::max(1, kInHandMax - in_hand_));
      // While something is in hand its conversation may have more: ask again soon.
      request.mutable_wait()->set_seconds(in_hand_ > 0 ? 1 : absl::ToInt64Seconds(kWait));
    }
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
      queue_.push_back(std::move(delivery));
      ++in_hand_;
    }
  }
}

void DeliveryWorker::SendLoop() {
  for (;;) {
    v1::Delivery delivery;
    {
      absl::MutexLock lock(&mutex_);
      mutex_.Await(absl::Condition(this, &DeliveryWorker::HasWorkOrStops));
      if (queue_.empty()) return;
      delivery = std::move(queue_.front());
      queue_.pop_front();
    }
    SendOne(delivery);
    absl::MutexLock lock(&mutex_);
    --in_hand_;
  }
}

void DeliveryWorker::SendOne(const v1::Delivery& delivery) {
  v1::ReportDeliveryRequest report = SendDelivery(*platforms_, delivery, view_());
  report.set_holder(options_.holder);
  report.set_incarnation(options_.incarnation);
  switch (report.outcome()) {
    case v1::ReportDeliveryRequest::OUTCOME_DELIVERED:
      ++stats_.delivered;
      break;
    case v1::ReportDeliveryRequest::OUTCOME_FAILED:
      ++stats_.failed;
      spdlog::warn("{} to {} failed: {}", delivery.name(), delivery.target(), report.error());
      break;
    default:
      ++stats_.retried;
      spdlog::info("{} to {} will be tried again: {}", delivery.name(), delivery.target(),
                   report.error());
      break;
  }
  for (int attempt = 0; attempt < kReportAttemptsMax; ++attempt) {
    const absl::StatusOr<v1::ReportDeliveryResponse> answer = client_.ReportDelivery(report);
    if (answer.ok() || absl::IsFailedPrecondition(answer.status()) ||
        absl::IsNotFound(answer.status())) {
      return;
    }
    spdlog::warn("cannot report {}: {}", delivery.name(), std::string(answer.status().message()));
    absl::MutexLock lock(&mutex_);
    // Unreported, the delivery comes back as ambiguous and is looked up before it is sent again.
    if (mutex_.AwaitWithTimeout(absl::Condition(&stopping_), kPauseAfterError)) return;
  }
}

}  // namespace belfry::bot
