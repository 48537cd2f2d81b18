// The newest checkpoint, kept outside the database: what an older copy of it cannot know.
#ifndef BELFRY_SERVER_STORAGE_ANCHOR_H_
#define BELFRY_SERVER_STORAGE_ANCHOR_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace belfry::storage {

// Used by one thread at a time.
class Anchor {
 public:
  virtual ~Anchor() = default;
  // What was written last; nothing when nothing ever was.
  virtual absl::StatusOr<std::optional<std::string>> Read() = 0;
  // Durable when it returns OK. After an error the old content or the new one is there, whole.
  virtual absl::Status Write(absl::string_view note) = 0;
};

// A file, replaced by renaming.
std::unique_ptr<Anchor> NewFileAnchor(std::string path);

}  // namespace belfry::storage

#endif  // BELFRY_SERVER_STORAGE_ANCHOR_H_
