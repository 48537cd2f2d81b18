#include "server/frontend/reloaded.h"

#include <sys/stat.h>

#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "server/base/status_macros.h"
#include "spdlog/spdlog.h"

namespace belfry::frontend {
namespace {

constexpr int64_t kBytesMax = 1 << 20;
constexpr int kTriesMax = 5;

absl::StatusOr<std::string> ReadOne(const std::string& path) {
  const FileStamp stamp = StampOf(path);
  if (stamp.size < 0) return absl::InvalidArgumentError(absl::StrCat("cannot read ", path));
  if (stamp.size > kBytesMax) {
    return absl::InvalidArgumentError(absl::StrCat(path, " is larger than a megabyte"));
  }
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  if (!file || text.str().empty()) {
    return absl::InvalidArgumentError(absl::StrCat(path, " cannot be read or is empty"));
  }
  return text.str();
}

}  // namespace

FileStamp StampOf(const std::string& path) {
  struct stat found = {};
  if (stat(path.c_str(), &found) != 0) return {};
  constexpr int64_t kNanos = 1'000'000'000;
  return {found.st_dev, found.st_ino,
          static_cast<int64_t>(found.st_mtim.tv_sec) * kNanos + found.st_mtim.tv_nsec,
          static_cast<int64_t>(found.st_size)};
}

absl::StatusOr<std::vector<std::string>> ReadFiles(const std::vector<std::string>& paths) {
  const auto stamps = [&paths] {
    std::vector<FileStamp> all;
    for (const std::string& path : paths) all.push_back(StampOf(path));
    return all;
  };
  for (int attempt = 0; attempt < kTriesMax; ++attempt) {
    const std::vector<FileStamp> before = stamps();
    std::vector<std::string> texts;
    for (const std::string& path : paths) {
      BELFRY_ASSIGN_OR_RETURN(std::string text, ReadOne(path));
      texts.push_back(std::move(text));
    }
    if (stamps() == before) return texts;
  }
  return absl::UnavailableError(absl::StrCat(paths[0], " is being written"));
}

void LogReload(const std::string& what, const absl::Status& status) {
  if (status.ok()) {
    spdlog::info("{} has changed and is in use", what);
  } else {
    spdlog::error("{} has changed and cannot be used; what was read before stays in use: {}", what,
                  std::string(status.message()));
  }
}

}  // namespace belfry::frontend
