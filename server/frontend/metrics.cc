#include "server/frontend/metrics.h"

#include <exception>
#include <limits>
#include <map>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "prometheus/counter.h"
#include "prometheus/exposer.h"
#include "prometheus/histogram.h"
#include "prometheus/registry.h"
#include "server/engine/engine.h"
#include "server/engine/token_desk.h"

namespace belfry::frontend {
namespace {

using prometheus::MetricFamily;
using prometheus::MetricType;

MetricFamily Single(const std::string& name, const std::string& help, MetricType type,
                    double value) {
  MetricFamily family;
  family.name = name;
  family.help = help;
  family.type = type;
  prometheus::ClientMetric metric;
  if (type == MetricType::Counter) {
    metric.counter.value = value;
  } else {
    metric.gauge.value = value;
  }
  family.metric.push_back(metric);
  return family;
}

MetricFamily Labelled(const std::string& name, const std::string& help, const std::string& label,
                      const std::map<std::string, int64_t>& values) {
  MetricFamily family;
  family.name = name;
  family.help = help;
  family.type = MetricType::Gauge;
  for (const auto& [value, count] : values) {
    prometheus::ClientMetric metric;
    metric.label.push_back({label, value});
    metric.gauge.value = static_cast<double>(count);
    family.metric.push_back(metric);
  }
  return family;
}

MetricFamily AckTimes(const engine::OpenTally::Counts& counts) {
  MetricFamily family;
  family.name = "belfry_acknowledge_seconds";
  family.help =
      "From the report of an incident to the first acknowledgement, on the policy's clock; "
      "restricted incidents and drills are left out";
  family.type = MetricType::Histogram;
  prometheus::ClientMetric metric;
  uint64_t total = 0;
  for (size_t i = 0; i < counts.ack_buckets.size(); ++i) {
    total += static_cast<uint64_t>(counts.ack_buckets[i]);
    const auto& bounds = engine::OpenTally::kAckSeconds;
    const double bound = i < bounds.size() ? bounds[i] : std::numeric_limits<double>::infinity();
    metric.histogram.bucket.push_back({total, bound});
  }
  metric.histogram.sample_count = total;
  metric.histogram.sample_sum = counts.ack_seconds_sum;
  family.metric.push_back(metric);
  return family;
}

// What the engine and the store count themselves.
class EngineCollectable final : public prometheus::Collectable {
 public:
  explicit EngineCollectable(engine::Engine* engine) : engine_(engine) {}

  std::vector<MetricFamily> Collect() const override {
    const engine::EngineStats stats = engine_->Stats();
    const auto counter = [](const char* name, const char* help, int64_t value) {
      return Single(name, help, MetricType::Counter, static_cast<double>(value));
    };
    const auto gauge = [](const char* name, const char* help, int64_t value) {
      return Single(name, help, MetricType::Gauge, static_cast<double>(value));
    };
    std::vector<MetricFamily> families = {
        counter("belfry_commands_total", "Commands taken by the writer", stats.commands),
        counter("belfry_refusals_total", "Commands refused", stats.refusals),
        counter("belfry_replays_total", "Requests answered from their first answer", stats.replays),
        counter("belfry_commits_total", "Transactions committed", stats.commits),
        counter("belfry_events_total", "Events recorded", stats.events),
        counter("belfry_overload_refusals_total", "Requests refused because a queue was full",
                stats.overload_refusals),
        counter("belfry_ticks_total", "Times something fell due", stats.ticks),
        counter("belfry_late_ticks_total", "Times it was decided more than 5 s late",
                stats.late_ticks),
        gauge("belfry_queue_length", "Commands waiting for the writer", stats.queue_length),
        gauge("belfry_tokens_active", "Tokens made over the API that are good",
              engine_->tokens().CountGood(engine_->MachineNow())),
        gauge("belfry_healthy", "1 while writes are accepted", engine_->Health().ok() ? 1 : 0),
    };
    engine::OpenTally::Counts open = engine_->OpenCounts();
    // A severity that nobody has just now is a zero, not a gap.
    for (const auto& severity : engine_->policy().proto().severities()) {
      open.open_by_severity.emplace(severity.code(), 0);
    }
    families.push_back(
        Labelled("belfry_incidents_open",
                 "Incidents that have not ended; restricted ones and drills are left "
                 "out",
                 "severity", open.open_by_severity));
    families.push_back(Labelled("belfry_duties_overdue",
                                "Duties still owed after their deadline, of open incidents and "
                                "registers; restricted ones and drills are left out",
                                "code", open.overdue_by_code));
    families.push_back(AckTimes(open));
    if (const auto health = engine_->store().CheckHealth(); health.ok()) {
      families.push_back(
          gauge("belfry_wal_bytes", "Size of the write-ahead log", health->wal_bytes));
      families.push_back(
          gauge("belfry_deliveries_open", "Notices not yet delivered", health->open_deliveries));
      families.push_back(
          gauge("belfry_deliveries_dead", "Notices given up", health->dead_deliveries));
    }
    return families;
  }

 private:
  engine::Engine* const engine_;
};

}  // namespace

struct Metrics::Impl {
  explicit Impl(engine::Engine* engine)
      : registry(std::make_shared<prometheus::Registry>()),
        collectable(std::make_shared<EngineCollectable>(engine)),
        calls(prometheus::BuildCounter()
                  .Name("belfry_rpc_total")
                  .Help("Calls by method and code")
                  .Register(*registry)),
        latency(prometheus::BuildHistogram()
                    .Name("belfry_rpc_latency_seconds")
                    .Help("Time from accepting a call to answering it")
                    .Register(*registry)),
        failures(prometheus::BuildCounter()
                     .Name("belfry_authentication_failures_total")
                     .Help("Calls without valid credentials")
                     .Register(*registry)),
        limited(prometheus::BuildCounter()
                    .Name("belfry_limited_total")
                    .Help("Calls refused because a principal, person or address asked too often")
                    .Register(*registry)),
        lockouts(prometheus::BuildCounter()
                     .Name("belfry_lockouts_total")
                     .Help("Times an address was locked out, or for longer")
                     .Register(*registry)),
        reloads(prometheus::BuildCounter()
                    .Name("belfry_credential_reloads_total")
                    .Help("Files of credentials that changed, by what they hold and outcome")
                    .Register(*registry)) {}

  std::shared_ptr<prometheus::Registry> registry;
  std::shared_ptr<EngineCollectable> collectable;
  prometheus::Family<prometheus::Counter>& calls;
  prometheus::Family<prometheus::Histogram>& latency;
  prometheus::Family<prometheus::Counter>& failures;
  prometheus::Family<prometheus::Counter>& limited;
  prometheus::Family<prometheus::Counter>& lockouts;
  prometheus::Family<prometheus::Counter>& reloads;
  std::unique_ptr<prometheus::Exposer> exposer;
};

Metrics::Metrics(engine::Engine* engine) : impl_(std::make_unique<Impl>(engine)) {}
Metrics::~Metrics() = default;

void Metrics::CountCall(absl::string_view method, absl::string_view code, absl::Duration latency) {
  impl_->calls.Add({{"method", std::string(method)}, {"code", std::string(code)}}).Increment();
  static const prometheus::Histogram::BucketBoundaries kBuckets = {
      0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30};
  impl_->latency.Add({{"method", std::string(method)}}, kBuckets)
      .Observe(absl::ToDoubleSeconds(latency));
}

void Metrics::CountAuthenticationFailure(absl::string_view reason) {
  impl_->failures.Add({{"reason", std::string(reason)}}).Increment();
}

void Metrics::CountLimited(absl::string_view limit) {
  impl_->limited.Add({{"limit", std::string(limit)}}).Increment();
}

void Metrics::CountLockout() { impl_->lockouts.Add({}).Increment(); }

void Metrics::CountReload(absl::string_view what, bool taken) {
  impl_->reloads.Add({{"what", std::string(what)}, {"outcome", taken ? "taken" : "refused"}})
      .Increment();
}

absl::Status Metrics::Serve(const std::string& address) {
  // The library throws when it cannot bind.
  try {
    impl_->exposer = std::make_unique<prometheus::Exposer>(address, /*num_threads=*/1);
  } catch (const std::exception& error) {
    return absl::UnavailableError(
        absl::StrCat("cannot serve metrics on ", address, ": ", error.what()));
  }
  impl_->exposer->RegisterCollectable(impl_->registry);
  impl_->exposer->RegisterCollectable(impl_->collectable);
  return absl::OkStatus();
}

void Metrics::Stop() { impl_->exposer.reset(); }

}  // namespace belfry::frontend
