// What stands in a digest: what is due, late and new, from the store as this batch sees it.
#ifndef BELFRY_SERVER_ENGINE_DIGEST_LISTS_H_
#define BELFRY_SERVER_ENGINE_DIGEST_LISTS_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/core/core.h"
#include "server/engine/policy_shelf.h"
#include "server/engine/work.h"

namespace belfry::engine {

// Gathered once for each digest, then cut to what each place or person may see.
class DigestLists {
 public:
  // `event` is a DigestDue of the register `state`.
  static absl::StatusOr<DigestLists> Gather(Batch& batch, const PolicyShelf& shelf,
                                            const core::Context& context, const StatePtr& state,
                                            const record::v1::Event& event);

  // The record's newest checkpoint, for the whole government's digest.
  void set_checkpoint(std::string checkpoint) { checkpoint_ = std::move(checkpoint); }
  // Completes the notice. False when there is nothing to tell and nothing is to be told then.
  bool Fill(absl::string_view target, v1::Notice& notice) const;

 private:
  struct Item {
    StatePtr state;
    bool open = false;
    bool changed = false;
  };

  DigestLists(const PolicyShelf& shelf, const core::Context& context)
      : shelf_(shelf), context_(context) {}

  bool Shows(absl::string_view target, const record::v1::IncidentState& state) const;
  bool Concerns(const record::v1::ObligationRow& duty) const;

  const PolicyShelf& shelf_;
  const core::Context& context_;
  std::string checkpoint_;
  std::string entity_;
  std::string secretariat_;
  bool also_when_empty_ = false;
  absl::Time until_;
  std::vector<Item> items_;
  int not_read_ = 0;
};

}  // namespace belfry::engine

#endif  // BELFRY_SERVER_ENGINE_DIGEST_LISTS_H_
