#include "belfry/options.h"

#include <sys/stat.h>

#include <fstream>
#include <memory>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "client-lib/src/channel.h"

namespace belfry::client {
namespace {

class TokenFile {
 public:
  explicit TokenFile(std::string path) : path_(std::move(path)) {}

  absl::StatusOr<std::string> Get() {
    struct stat now = {};
    if (stat(path_.c_str(), &now) != 0) return Unreadable();
    absl::MutexLock lock(&mutex_);
    if (token_.empty() || now.st_mtim.tv_sec != seen_.st_mtim.tv_sec ||
        now.st_mtim.tv_nsec != seen_.st_mtim.tv_nsec || now.st_ino != seen_.st_ino) {
      std::ifstream file(path_);
      std::string line;
      if (!file || !std::getline(file, line)) return Unreadable();
      absl::StripAsciiWhitespace(&line);
      if (line.empty()) {
        return absl::InvalidArgumentError(
            absl::StrCat("token file ", path_, ": the first line is empty; put the token there"));
      }
      token_ = std::move(line);
      seen_ = now;
    }
    return token_;
  }

 private:
  absl::Status Unreadable() const {
    return absl::InvalidArgumentError(absl::StrCat("cannot read the token file ", path_));
  }

  const std::string path_;
  absl::Mutex mutex_;
  std::string token_ ABSL_GUARDED_BY(mutex_);
  struct stat seen_ ABSL_GUARDED_BY(mutex_) = {};
};

}  // namespace

std::function<absl::StatusOr<std::string>()> TokenFromFile(std::string path) {
  auto file = std::make_shared<TokenFile>(std::move(path));
  return [file] { return file->Get(); };
}

absl::Status CheckOptions(const Options& options) {
  if (options.target.empty()) {
    return absl::InvalidArgumentError("target: needed, for example 127.0.0.1:7443");
  }
  if (options.tls.has_value() && options.tls->cert_file.empty() != options.tls->key_file.empty()) {
    return absl::InvalidArgumentError(
        "tls: a client certificate and its key go together; give both or neither");
  }
  if (!options.tls.has_value() && !IsLocalTarget(options.target)) {
    return absl::FailedPreconditionError(absl::StrCat(
        "plaintext to ", options.target,
        " refused: a token must not cross a network unprotected. Give TLS files (--ca), or use a "
        "loopback address or unix:PATH"));
  }
  return absl::OkStatus();
}

}  // namespace belfry::client
