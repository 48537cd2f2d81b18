#include "server/witness/state_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/sha256.h"
#include "server/base/status_macros.h"

namespace belfry::witness {
namespace {

constexpr size_t kStateBytesMax = 128 * 1024;

absl::Status SystemError(absl::string_view what, absl::string_view path) {
  return absl::UnavailableError(
      absl::StrCat("cannot ", what, " ", path, ": ", std::strerror(errno)));
}

// A log's name may hold anything; its hash is a file name.
std::string FileOf(absl::string_view origin) {
  return absl::StrCat(Sha256Hex(origin), ".checkpoint");
}

bool WriteAll(int file, absl::string_view text) {
  while (!text.empty()) {
    const ssize_t count = write(file, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    text.remove_prefix(static_cast<size_t>(count));
  }
  return true;
}

}  // namespace

absl::StatusOr<std::unique_ptr<StateDirectory>> StateDirectory::Open(const std::string& path) {
  if (mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return SystemError("make", path);
  const int directory = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return SystemError("open", path);
  const int lock = openat(directory, "lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock < 0 || flock(lock, LOCK_EX | LOCK_NB) != 0) {
    const absl::Status status =
        lock < 0 ? SystemError("open", absl::StrCat(path, "/lock"))
                 : absl::UnavailableError(
                       absl::StrCat(path, " is in use by another witness; stop that one first"));
    if (lock >= 0) close(lock);
    close(directory);
    return status;
  }
  return std::unique_ptr<StateDirectory>(new StateDirectory(path, directory, lock));
}

StateDirectory::~StateDirectory() {
  close(lock_);
  close(directory_);
}

absl::StatusOr<std::optional<record::Checkpoint>> StateDirectory::Load(const std::string& origin) {
  const std::string name = FileOf(origin);
  const int file = openat(directory_, name.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    if (errno == ENOENT) return std::nullopt;
    return SystemError("read", absl::StrCat(path_, "/", name));
  }
  std::string bytes(kStateBytesMax, '\0');
  size_t size = 0;
  for (;;) {
    const ssize_t count = read(file, bytes.data() + size, bytes.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      const absl::Status status = SystemError("read", absl::StrCat(path_, "/", name));
      close(file);
      return status;
    }
    if (count == 0) break;
    size += static_cast<size_t>(count);
  }
  close(file);
  bytes.resize(size);
  const absl::StatusOr<record::SignedNote> note = record::ParseNote(bytes);
  const absl::StatusOr<record::Checkpoint> checkpoint =
      note.ok() ? record::ParseCheckpoint(note->text) : note.status();
  if (!checkpoint.ok() || checkpoint->origin != origin) {
    return absl::DataLossError(absl::StrCat(path_, "/", name, " is not a checkpoint of ", origin));
  }
  return *checkpoint;
}

absl::Status StateDirectory::Save(const record::Checkpoint& checkpoint, absl::string_view note) {
  const std::string name = FileOf(checkpoint.origin);
  const std::string fresh = absl::StrCat(name, ".new");
  const int file =
      openat(directory_, fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return SystemError("write", absl::StrCat(path_, "/", fresh));
  // Whatever is cut off here, the name keeps what it meant before.
  const bool written = WriteAll(file, note) && fsync(file) == 0;
  absl::Status status =
      written ? absl::OkStatus() : SystemError("write", absl::StrCat(path_, "/", fresh));
  close(file);
  BELFRY_RETURN_IF_ERROR(status);
  if (renameat(directory_, fresh.c_str(), directory_, name.c_str()) != 0 ||
      fsync(directory_) != 0) {
    return SystemError("write", absl::StrCat(path_, "/", name));
  }
  return absl::OkStatus();
}

}  // namespace belfry::witness
