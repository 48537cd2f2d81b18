// First reading of an export: which logs are in it, where, and which checkpoints.
#ifndef BELFRY_CLIENT_LIB_AUDIT_SKELETON_H_
#define BELFRY_CLIENT_LIB_AUDIT_SKELETON_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "client-lib/audit/frames.h"
#include "client-lib/audit/hash.h"

namespace belfry::audit {

// Where a checkpoint stands; there may be many, so they are read when they are needed.
struct Note {
  uint64_t offset = 0;  // of its frame
  uint64_t body = 0;
  uint32_t length = 0;
};

// One log in the file.
struct Section {
  std::string origin;
  bool is_super = false;
  uint64_t offset = 0;  // of its first frame
  uint64_t begin = 0;   // of its leaves
  uint64_t end = 0;     // behind its leaves
  uint64_t first = 0;   // index of the first leaf
  uint64_t leaves = 0;
  std::vector<Digest> frontier;  // of the leaves before `first`
  std::vector<Note> notes;
  bool cut = false;  // the framing broke in this log
};

// Something that is wrong, and where.
struct Finding {
  static constexpr size_t kNoSection = SIZE_MAX;

  size_t section = kNoSection;
  uint64_t offset = 0;
  const char* reason = "";
  std::string what;
  std::optional<uint64_t> index;
  uint64_t last = 0;  // index of the last record that may be meant
  std::string subject;
  std::optional<uint64_t> version;
};

struct Skeleton {
  std::vector<Section> sections;
  // Where the framing breaks; what stands before can still be checked.
  std::optional<Finding> broken;
};

Skeleton ReadSkeleton(FileWindow& file);

}  // namespace belfry::audit

#endif  // BELFRY_CLIENT_LIB_AUDIT_SKELETON_H_
