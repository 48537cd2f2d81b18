#include "bot/platform/console/transcript.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"

namespace belfry::bot {
namespace {

// A crash in the middle of a line leaves a line without an end: cut it off, it was never shown.
absl::StatusOr<int64_t> CountLinesAndTrim(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  int64_t lines = 0;
  int64_t offset = 0;
  int64_t complete = 0;
  for (char c; file.get(c);) {
    ++offset;
    if (c != '\n') continue;
    ++lines;
    complete = offset;
  }
  if (complete < offset && truncate(path.c_str(), complete) != 0) {
    return absl::ErrnoToStatus(errno, absl::StrCat("cannot repair ", path));
  }
  return lines;
}

}  // namespace

absl::StatusOr<Transcript> Transcript::Open(const std::string& path) {
  const absl::StatusOr<int64_t> lines = CountLinesAndTrim(path);
  if (!lines.ok()) return lines.status();
  const int fd = open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return absl::ErrnoToStatus(errno, absl::StrCat("cannot open ", path));
  return Transcript(path, fd, *lines);
}

Transcript::Transcript(Transcript&& other) noexcept : path_(std::move(other.path_)) {
  absl::MutexLock lock(&other.mutex_);
  fd_ = std::exchange(other.fd_, -1);
  lines_ = other.lines_;
}

Transcript::~Transcript() {
  absl::MutexLock lock(&mutex_);
  if (fd_ >= 0) close(fd_);
}

absl::StatusOr<int64_t> Transcript::Append(const TranscriptLine& line) {
  nlohmann::ordered_json json = {{"action", line.action},
                                 {"delivery", line.delivery},
                                 {"place", line.place},
                                 {"thread", line.thread},
                                 {"text", line.text}};
  const std::string bytes =
      json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  absl::MutexLock lock(&mutex_);
  if (write(fd_, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) {
    return absl::ErrnoToStatus(errno, absl::StrCat("cannot write ", path_));
  }
  if (fdatasync(fd_) != 0) return absl::ErrnoToStatus(errno, absl::StrCat("cannot sync ", path_));
  return ++lines_;
}

absl::StatusOr<std::optional<int64_t>> Transcript::Find(absl::string_view delivery) {
  absl::MutexLock lock(&mutex_);
  std::ifstream file(path_);
  if (!file) return absl::UnavailableError(absl::StrCat("cannot read ", path_));
  int64_t number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    const auto json = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (json.is_object() && json.value("delivery", "") == std::string(delivery)) return number;
  }
  return std::nullopt;
}

}  // namespace belfry::bot
