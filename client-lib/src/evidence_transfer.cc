#include "belfry/evidence_transfer.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "belfry/error.h"

namespace belfry::client {
namespace {

constexpr size_t kReadBytes = 1 << 20;
constexpr absl::Duration kPause = absl::Seconds(1);

absl::Status FileError(absl::string_view what, const std::string& path) {
  return absl::InvalidArgumentError(
      absl::StrCat("cannot ", what, " ", path, ": ", std::strerror(errno)));
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }
  bool ok() const { return number_ >= 0; }

 private:
  const int number_;
};

class Hash {
 public:
  Hash() : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
    EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr);
  }
  void Add(absl::string_view bytes) {
    EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size());
  }
  std::string Hex() {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    EVP_DigestFinal_ex(context_.get(), digest, &size);
    return absl::BytesToHexString(absl::string_view(reinterpret_cast<const char*>(digest), size));
  }

 private:
  std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context_;
};

// At most `size` bytes; fewer at the end of the file.
absl::Status ReadAt(const Descriptor& file, int64_t offset, size_t size, const std::string& path,
                    std::string& bytes) {
  bytes.resize(size);
  size_t done = 0;
  while (done < size) {
    const ssize_t got =
        pread(file.number(), bytes.data() + done, size - done, offset + static_cast<off_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return FileError("read", path);
    if (got == 0) break;
    done += static_cast<size_t>(got);
  }
  bytes.resize(done);
  return absl::OkStatus();
}

void Report(const TransferOptions& options, const char* what, int64_t done, int64_t total) {
  if (options.progress) options.progress({what, done, total});
}

// SHA-256 of the first `size` bytes.
absl::Status HashFile(const Descriptor& file, int64_t size, const std::string& path,
                      const TransferOptions& options, Hash& hash) {
  std::string bytes;
  for (int64_t offset = 0; offset < size;) {
    const auto wanted =
        static_cast<size_t>(std::min(static_cast<int64_t>(kReadBytes), size - offset));
    if (absl::Status status = ReadAt(file, offset, wanted, path, bytes); !status.ok()) {
      return status;
    }
    if (bytes.size() < wanted) {
      return absl::InvalidArgumentError(absl::StrCat(path, " became shorter meanwhile"));
    }
    hash.Add(bytes);
    offset += static_cast<int64_t>(bytes.size());
    Report(options, "hashing", offset, size);
  }
  return absl::OkStatus();
}

// A break that a later attempt may get over.
bool MayPass(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsAborted(status) || absl::IsDeadlineExceeded(status);
}

// One stream, from what is committed to the end.
absl::StatusOr<v1::UploadEvidenceResponse> SendOnce(const Client& client, const Descriptor& file,
                                                    const std::string& path,
                                                    const v1::Upload& upload,
                                                    const TransferOptions& options) {
  const std::unique_ptr<UploadStream> stream = client.UploadEvidence(options.call);
  v1::UploadEvidenceRequest request;
  request.set_upload(upload.name());
  request.set_offset(upload.committed_bytes());
  int64_t offset = upload.committed_bytes();
  do {
    const auto wanted = static_cast<size_t>(
        std::min<int64_t>(upload.message_bytes_max(), upload.size_bytes() - offset));
    if (absl::Status status = ReadAt(file, offset, wanted, path, *request.mutable_data());
        !status.ok()) {
      stream->Cancel();
      return status;
    }
    if (request.data().size() < wanted) {
      stream->Cancel();
      return absl::InvalidArgumentError(absl::StrCat(path, " became shorter meanwhile"));
    }
    if (!stream->Write(request)) break;
    offset += static_cast<int64_t>(request.data().size());
    Report(options, "sending", offset, upload.size_bytes());
    request.clear_upload();
    request.clear_offset();
  } while (offset < upload.size_bytes());
  return stream->Finish();
}

}  // namespace

absl::StatusOr<v1::Evidence> UploadFile(const Client& client, const std::string& evidence,
                                        const std::string& path, const TransferOptions& options) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status = {};
  if (!file.ok() || fstat(file.number(), &status) != 0) return FileError("read", path);
  if (!S_ISREG(status.st_mode)) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, " is no regular file; make an image of a device first, and note how"));
  }
  v1::BeginUploadRequest begin;
  begin.set_evidence(evidence);
  begin.set_size_bytes(status.st_size);
  Hash hash;
  if (absl::Status hashed = HashFile(file, status.st_size, path, options, hash); !hashed.ok()) {
    return hashed;
  }
  begin.set_sha256(hash.Hex());
  int64_t committed = -1;
  for (int attempt = 1;; ++attempt) {
    // The same bytes for the same item are the same upload: nothing has to be remembered here.
    const absl::StatusOr<v1::BeginUploadResponse> begun = client.BeginUpload(begin, options.call);
    absl::Status failed = begun.status();
    if (begun.ok()) {
      if (begun->upload().committed_bytes() > committed) attempt = 1;
      committed = begun->upload().committed_bytes();
      const absl::StatusOr<v1::UploadEvidenceResponse> sent =
          SendOnce(client, file, path, begun->upload(), options);
      if (sent.ok() && sent->has_evidence()) return sent->evidence();
      failed = sent.ok() ? absl::UnavailableError("the stream ended early") : sent.status();
    }
    // The answer to the last byte may have been lost on its way: then all is there already.
    if (DescribeError(failed).reason == "CONTENT_EXISTS") {
      v1::GetEvidenceRequest get;
      get.set_name(evidence);
      const auto known = client.GetEvidence(get, options.call);
      if (known.ok() && known->evidence().content().sha256() == begin.sha256()) {
        return known->evidence();
      }
    }
    if (!MayPass(failed) || attempt >= options.attempts_max) return failed;
    absl::SleepFor(kPause);
  }
}

absl::StatusOr<v1::Content> DownloadFile(const Client& client, const std::string& evidence,
                                         const std::string& purpose, const std::string& path,
                                         const TransferOptions& options) {
  if (access(path.c_str(), F_OK) == 0) {
    return absl::AlreadyExistsError(absl::StrCat(path, " is there; nothing was overwritten"));
  }
  const std::string part = absl::StrCat(path, ".part");
  const Descriptor file(open(part.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  struct stat status = {};
  if (!file.ok() || fstat(file.number(), &status) != 0) return FileError("write", part);
  Hash hash;
  if (absl::Status hashed = HashFile(file, status.st_size, part, options, hash); !hashed.ok()) {
    return hashed;
  }
  int64_t offset = status.st_size;
  v1::Content content;
  for (int attempt = 1;; ++attempt) {
    v1::DownloadEvidenceRequest request;
    request.set_name(evidence);
    request.set_offset(offset);
    request.set_purpose(purpose);
    const std::unique_ptr<DownloadStream> stream = client.DownloadEvidence(request, options.call);
    v1::DownloadEvidenceResponse response;
    while (stream->Read(&response)) {
      if (response.has_content()) content = response.content();
      absl::string_view bytes = response.data();
      if (bytes.empty()) continue;
      if (response.offset() != offset) {
        stream->Cancel();
        return absl::DataLossError("the server sent another range than was asked for");
      }
      hash.Add(bytes);
      while (!bytes.empty()) {
        const ssize_t put = pwrite(file.number(), bytes.data(), bytes.size(), offset);
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) {
          const absl::Status failed = FileError("write", part);
          stream->Cancel();
          return failed;
        }
        offset += put;
        bytes.remove_prefix(static_cast<size_t>(put));
      }
      attempt = 1;
      Report(options, "receiving", offset, content.size_bytes());
    }
    const absl::Status ended = stream->Finish();
    if (ended.ok()) break;
    if (!MayPass(ended) || attempt >= options.attempts_max) {
      if (offset == 0) unlink(part.c_str());
      return ended;
    }
    absl::SleepFor(kPause);
  }
  if (offset != content.size_bytes() || hash.Hex() != content.sha256()) {
    unlink(part.c_str());
    return absl::DataLossError(absl::StrCat("what came is not what was stored (SHA-256 ",
                                            content.sha256(), "); the part is removed, ask again"));
  }
  if (fsync(file.number()) != 0) return FileError("write", part);
  // Never over something that came meanwhile.
  if (link(part.c_str(), path.c_str()) != 0) return FileError("write", path);
  unlink(part.c_str());
  return content;
}

}  // namespace belfry::client
