// Records made by hand: an event a line, times in minutes after the report.
#ifndef BELFRY_TESTS_UNIT_SERVER_MEASURES_RECORD_H_
#define BELFRY_TESTS_UNIT_SERVER_MEASURES_RECORD_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "belfry/record/v1/event.pb.h"

namespace belfry::measures {

inline constexpr int64_t kMinuteMs = 60'000;

class Record {
 public:
  // Reported by dop.clerk at `start`.
  explicit Record(absl::Time start, const std::string& id = "DOP-2026-0001",
                  const std::string& entity = "entities/dop",
                  const std::string& secretariat = "secretariats/eox");

  // The next event, to be filled in.
  record::v1::Event& At(absl::Duration after, const std::string& actor = "people/csirt.handler");
  void State(absl::Duration after, const std::string& code, const std::string& sets = "",
             const std::vector<std::string>& clears = {});
  void Category(const std::string& code);
  void Page(absl::Duration after, int level, const std::vector<std::string>& people,
            const std::string& entity = "entities/dop");
  void Ack(absl::Duration after, const std::string& person,
           const std::vector<std::string>& chains = {"entities/dop"});
  void Delivered(absl::Duration after, const std::string& person, bool ok = true);
  // A duty due `due` after the report.
  void Opened(absl::Duration after, const std::string& code, absl::Duration due,
              const std::string& subject = "", const std::string& instance = "");
  void Settled(absl::Duration after, const std::string& instance, v1::Obligation::State state,
               const std::string& by = "people/dop.contact");

  absl::Time start() const { return start_; }
  const std::vector<record::v1::Event>& events() const { return events_; }

 private:
  absl::Time start_;
  std::vector<record::v1::Event> events_;
};

}  // namespace belfry::measures

#endif  // BELFRY_TESTS_UNIT_SERVER_MEASURES_RECORD_H_
