// Everything the console was told, in a file: one JSON object per line.
#ifndef BELFRY_BOT_PLATFORM_CONSOLE_TRANSCRIPT_H_
#define BELFRY_BOT_PLATFORM_CONSOLE_TRANSCRIPT_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"

namespace belfry::bot {

struct TranscriptLine {
  std::string action;    // "post" or "update"
  std::string delivery;  // "deliveries/…"
  std::string place;     // address
  std::string thread;    // id of the message it answers; empty when none
  std::string text;
};

// Appends to a file and finds what an earlier process appended. A line is on disk before Append()
// returns, so that after a crash the file says exactly what had been shown. Thread-safe.
class Transcript {
 public:
  static absl::StatusOr<Transcript> Open(const std::string& path);
  ~Transcript();
  Transcript(Transcript&& other) noexcept;
  Transcript& operator=(Transcript&&) = delete;

  // Returns the number of the line, from 1.
  absl::StatusOr<int64_t> Append(const TranscriptLine& line);
  // The number of the line that holds a delivery; nothing when there is none.
  absl::StatusOr<std::optional<int64_t>> Find(absl::string_view delivery);

 private:
  Transcript(std::string path, int fd, int64_t lines)
      : path_(std::move(path)), fd_(fd), lines_(lines) {}

  std::string path_;
  absl::Mutex mutex_;
  int fd_ ABSL_GUARDED_BY(mutex_) = -1;
  int64_t lines_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace belfry::bot

#endif  // BELFRY_BOT_PLATFORM_CONSOLE_TRANSCRIPT_H_
