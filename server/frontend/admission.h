// How much one caller, and all together, may have in flight.
//
// MAX_CONCURRENT_STREAMS of this gRPC means nothing to a peer that never acknowledges settings, so
// the limit that counts is this one.
#ifndef BELFRY_SERVER_FRONTEND_ADMISSION_H_
#define BELFRY_SERVER_FRONTEND_ADMISSION_H_

#include <memory>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"

namespace belfry::frontend {

// Thread-safe.
class Admission {
 public:
  Admission(int total_max, int principal_max)
      : total_max_(total_max), principal_max_(principal_max) {}

  // Gives the place back when destroyed. Outlived by the Admission.
  class Permit {
   public:
    Permit() = default;
    Permit(Admission* admission, std::string principal)
        : admission_(admission), principal_(std::move(principal)) {}
    Permit(Permit&& other) noexcept
        : admission_(std::exchange(other.admission_, nullptr)),
          principal_(std::move(other.principal_)) {}
    Permit& operator=(Permit&& other) noexcept {
      std::swap(admission_, other.admission_);
      std::swap(principal_, other.principal_);
      return *this;
    }
    ~Permit() {
      if (admission_ != nullptr) admission_->Release(principal_);
    }
    explicit operator bool() const { return admission_ != nullptr; }

   private:
    Admission* admission_ = nullptr;
    std::string principal_;
  };

  // An empty permit when there is no room.
  Permit Enter(absl::string_view principal) {
    absl::MutexLock lock(&mutex_);
    int& own = in_flight_[principal];
    if (total_ >= total_max_ || own >= principal_max_) return Permit();
    ++own;
    ++total_;
    return Permit(this, std::string(principal));
  }

 private:
  void Release(const std::string& principal) {
    absl::MutexLock lock(&mutex_);
    --total_;
    const auto found = in_flight_.find(principal);
    if (--found->second == 0) in_flight_.erase(found);
  }

  const int total_max_;
  const int principal_max_;
  absl::Mutex mutex_;
  int total_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::flat_hash_map<std::string, int> in_flight_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace belfry::frontend

#endif  // BELFRY_SERVER_FRONTEND_ADMISSION_H_
