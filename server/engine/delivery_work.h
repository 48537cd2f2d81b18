// Leasing, reporting and requeueing of deliveries as work for the writer.
//
// Leases and retries run on the machine's time: they guard processes, not duties, and a virtual
// clock that stands still must not keep a dead bot's leases alive.
#ifndef BELFRY_SERVER_ENGINE_DELIVERY_WORK_H_
#define BELFRY_SERVER_ENGINE_DELIVERY_WORK_H_

#include <functional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "belfry/record/v1/delivery.pb.h"
#include "belfry/v1/delivery_service.pb.h"
#include "server/base/random.h"
#include "server/engine/executor.h"
#include "server/engine/work.h"

namespace belfry::engine {

// A delivery is given up after so many attempts, or so long.
inline constexpr int kAttemptsMax = 20;
inline constexpr absl::Duration kDeliveryAgeMax = absl::Hours(24);
inline constexpr absl::Duration kBackoffMax = absl::Minutes(5);

// A caller that wants deliveries and is ready to wait for them.
struct LeaseRequest {
  v1::LeaseDeliveriesRequest request;
  absl::Time wait_until;
  std::function<void(absl::StatusOr<v1::LeaseDeliveriesResponse>)> done;
};

class LeaseWork final : public Work {
 public:
  // `park` gets the request back when there is nothing to lease yet.
  LeaseWork(LeaseRequest request, Executor* executor, std::function<void(LeaseRequest)> park)
      : request_(std::move(request)), executor_(*executor), park_(std::move(park)) {}

  void Run(Batch& batch) override;
  void Finish(const absl::Status& commit) override;

 private:
  absl::Status Lease(Batch& batch);
  // Leases up to `max` and adds them to the response; the number that turned out to be pointless.
  absl::StatusOr<int> LeaseSome(Batch& batch, absl::Time now, int max);
  bool MayStillSend(const Batch& batch, const std::string& target,
                    const record::v1::IncidentState& state, v1::Notice& notice) const;
  // Takes what was closed since out of a digest that waits.
  absl::Status CutDigest(Batch& batch, const std::string& target, v1::Notice& notice);
  // False when it must not, or need not, be sent any more.
  absl::StatusOr<bool> Prepare(Batch& batch, const storage::DeliveryRow& row,
                               v1::Delivery& delivery);

  LeaseRequest request_;
  Executor& executor_;
  const std::function<void(LeaseRequest)> park_;
  absl::Status status_;
  v1::LeaseDeliveriesResponse response_;
};

class ReportWork final : public Work {
 public:
  using Done = std::function<void(absl::StatusOr<v1::ReportDeliveryResponse>)>;

  ReportWork(v1::ReportDeliveryRequest request, Executor* executor, Random* random, Done done)
      : request_(std::move(request)),
        executor_(*executor),
        random_(*random),
        done_(std::move(done)) {}

  void Run(Batch& batch) override;
  void Finish(const absl::Status& commit) override;

 private:
  absl::Status Report(Batch& batch);
  absl::Status Conclude(Batch& batch, storage::DeliveryRow& row);
  absl::Status TryNextAddress(Batch& batch, const storage::DeliveryRow& row, bool* found);
  absl::StatusOr<bool> IsOver(Batch& batch, const storage::DeliveryRow& row,
                              const v1::Notice& notice);
  absl::StatusOr<bool> LossMatters(Batch& batch, const storage::DeliveryRow& row,
                                   const record::v1::StoredDelivery& stored);
  void Retry(storage::DeliveryRow& row, absl::Time now);

  const v1::ReportDeliveryRequest request_;
  Executor& executor_;
  Random& random_;
  const Done done_;
  absl::Status status_;
  v1::ReportDeliveryResponse response_;
};

class RequeueWork final : public Work {
 public:
  using Done = std::function<void(absl::StatusOr<v1::Delivery>)>;

  RequeueWork(std::string name, Done done) : name_(std::move(name)), done_(std::move(done)) {}

  void Run(Batch& batch) override;
  void Finish(const absl::Status& commit) override;

 private:
  const std::string name_;
  const Done done_;
  absl::StatusOr<v1::Delivery> result_ = absl::UnknownError("not run");
};

// A stored row as callers see it.
v1::Delivery ToDelivery(const storage::DeliveryRow& row);

}  // namespace belfry::engine

#endif  // BELFRY_SERVER_ENGINE_DELIVERY_WORK_H_
