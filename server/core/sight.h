// What one caller sees of one incident. Whatever leaves the server about an incident is made here.
#ifndef BELFRY_SERVER_CORE_SIGHT_H_
#define BELFRY_SERVER_CORE_SIGHT_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "belfry/record/v1/event.pb.h"
#include "belfry/record/v1/state.pb.h"
#include "belfry/v1/evidence.pb.h"
#include "belfry/v1/incident_service.pb.h"
#include "belfry/v1/timeline.pb.h"
#include "server/core/command.h"
#include "server/core/core.h"

namespace belfry::core {

enum class Sight {
  // Not even that it exists.
  kNothing,
  // A chat account that is linked to nobody: that its report arrived, and what became of it.
  kOwnReport,
  // A third party: what its people submitted, and what it is asked (POL-2.6).
  kOwnParts,
  kAll,
};

// A company or an individual outside the government; false for none.
bool IsThirdParty(const v1::Entity* entity);

Sight SightOf(const PolicyIndex& policy, const Directory& directory, const Caller& caller,
              const record::v1::IncidentState& state);

// An incident through the eyes of a caller. Refers to its arguments; make it where it is used.
class View {
 public:
  View(const PolicyIndex& policy, const Directory& directory, const Caller& caller,
       const record::v1::IncidentState& state);

  Sight sight() const { return sight_; }

  // Of one that the caller sees nothing of, its name alone: they named it themselves, and their own
  // act may have closed it to them.
  v1::Incident Incident() const;

  // What is not shown must not be given to Obligation() and Entry().
  bool Shows(const record::v1::ObligationRow& row) const;
  v1::Obligation Obligation(const record::v1::ObligationRow& row) const;
  bool Shows(const record::v1::Event& event) const;
  v1::TimelineEntry Entry(const record::v1::Event& event) const;
  // To a third party, what its own people recorded, have, or are to get.
  bool Shows(const record::v1::EvidenceState& item) const;
  v1::Evidence Evidence(absl::Time now, const record::v1::EvidenceState& item) const;
  bool Shows(const v1::CustodyEntry& entry) const;
  // Where the notice went decides.
  bool ShowsDeliveryTo(absl::string_view target) const;

  // As core::Explain(); a duty that is not shown does not exist.
  absl::StatusOr<v1::ExplainObligationResponse> Explain(absl::Time now,
                                                        absl::string_view obligation) const;

 private:
  // The caller, or somebody of the same third party.
  bool IsOwn(absl::string_view principal) const;
  template <typename People>
  bool AnyOwn(const People& people) const;
  bool ShowsDuty(absl::string_view instance) const;
  // It asks something of the third party.
  bool Asks(const policy::v1::Obligation& rule) const;
  v1::Incident OwnIncident() const;
  // Without the names and words of others.
  record::v1::Event OwnPartOf(const record::v1::Event& event) const;

  const PolicyIndex& policy_;
  const Directory& directory_;
  const record::v1::IncidentState& state_;
  const std::string principal_;
  const std::string entity_;
  const Sight sight_;
};

}  // namespace belfry::core

#endif  // BELFRY_SERVER_CORE_SIGHT_H_
