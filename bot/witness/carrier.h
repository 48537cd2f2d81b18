// Carries the record's checkpoints to witnesses and their cosignatures back, because belfryd
// connects to nothing.
#ifndef BELFRY_BOT_WITNESS_CARRIER_H_
#define BELFRY_BOT_WITNESS_CARRIER_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "belfry/client.h"
#include "bot/http/client.h"
#include "client-lib/audit/note.h"

namespace belfry::bot {

// One who cosigns (C2SP tlog-witness).
struct WitnessEndpoint {
  std::string url;  // "/add-checkpoint" is put behind it
  audit::VerifierKey key;
};

class WitnessCarrier {
 public:
  // What a visit to a witness came to.
  enum class Outcome {
    kCosigned,     // a new cosignature was handed to the server
    kUnchanged,    // it has cosigned the newest checkpoint before
    kUnreachable,  // no answer, or none that says anything
    kRefused,      // it does not want this log, or its answer is not what it should be
    kServer,       // belfryd did not give what is needed, or did not take the cosignature
    kSplitView,    // it has seen another history than the server shows: an alarm
  };
  static constexpr int kOutcomes = 6;

  // `http` outlives the carrier. Visits all witnesses every `interval`.
  WitnessCarrier(client::Client client, HttpClient* http, std::vector<WitnessEndpoint> witnesses,
                 absl::Duration interval);
  ~WitnessCarrier();

  void Start();
  void Stop();
  // One round to all, in their order. For Start()'s thread and for tests.
  std::vector<Outcome> Round();

  // As Prometheus reads it.
  std::string StatsText() const;

 private:
  struct Checkpoint {
    audit::Checkpoint parsed;
    std::string note;
  };
  struct Witness {
    WitnessEndpoint endpoint;
    uint64_t size = 0;      // that it has cosigned last, as far as we know
    bool cosigned = false;  // in this process, at that size
    bool alarmed = false;
  };
  struct Stats {
    std::array<int64_t, kOutcomes> outcomes = {};
    uint64_t size = 0;
    bool split = false;
  };

  absl::StatusOr<Checkpoint> Newest() const;
  Outcome Visit(Witness& witness, Checkpoint checkpoint);
  // The body of a request, with the proof from what the witness has.
  absl::StatusOr<std::string> Body(const Witness& witness, const Checkpoint& checkpoint) const;
  Outcome HandBack(Witness& witness, const Checkpoint& checkpoint, absl::string_view answer);
  Outcome Alarm(Witness& witness, const Checkpoint& checkpoint, absl::string_view why);
  void Run();

  const client::Client client_;
  HttpClient& http_;
  const absl::Duration interval_;
  std::vector<Witness> witnesses_;  // of the thread that makes rounds
  mutable absl::Mutex mutex_;
  std::vector<Stats> stats_ ABSL_GUARDED_BY(mutex_);  // as witnesses_
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace belfry::bot

#endif  // BELFRY_BOT_WITNESS_CARRIER_H_
