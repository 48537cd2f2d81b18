// Cosignatures of witnesses, kept with the checkpoint that they were made for.
#ifndef BELFRY_SERVER_ENGINE_COSIGNATURE_WORK_H_
#define BELFRY_SERVER_ENGINE_COSIGNATURE_WORK_H_

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "server/engine/work.h"
#include "server/record/note.h"

namespace belfry::engine {

struct Cosignature {
  int64_t size = 0;        // of the super-log's checkpoint
  std::string signatures;  // lines
};

// Answers with the note as it is then. INVALID_ARGUMENT (COSIGNATURE_INVALID) unless each line is
// good and of a known witness; NOT_FOUND (CHECKPOINT_NOT_FOUND) when there is none of that size any
// more. A newer line of a witness replaces its older one.
class CosignatureWork final : public Work {
 public:
  using Done = std::function<void(absl::StatusOr<std::string>)>;

  // The witnesses outlive it.
  CosignatureWork(Cosignature cosignature, const std::vector<record::VerifierKey>* witnesses,
                  Done done)
      : cosignature_(std::move(cosignature)), witnesses_(*witnesses), done_(std::move(done)) {}

  void Run(Batch& batch) override { note_ = Add(batch); }
  void Finish(const absl::Status& commit) override;

 private:
  absl::StatusOr<std::string> Add(Batch& batch);

  const Cosignature cosignature_;
  const std::vector<record::VerifierKey>& witnesses_;
  const Done done_;
  absl::StatusOr<std::string> note_ = absl::UnknownError("not run");
};

}  // namespace belfry::engine

#endif  // BELFRY_SERVER_ENGINE_COSIGNATURE_WORK_H_
