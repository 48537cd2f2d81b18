#include "server/vault/upload.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"

namespace belfry::vault {
namespace {

// So that the end of a large upload does not wait for gigabytes to reach the disk.
constexpr int64_t kSyncEveryChunks = 32;

}  // namespace

Upload::Upload(FileSystem* files, Random* random, std::string path, std::string address,
               ItemKey item, absl::Time last_time)
    : files_(*files),
      random_(*random),
      path_(std::move(path)),
      address_(std::move(address)),
      item_(std::move(item)),
      layout_{item_.info.size_bytes},
      aead_(item_.key),
      last_time_(last_time) {}

absl::Status Upload::Create() {
  absl::MutexLock lock(&mutex_);
  BELFRY_ASSIGN_OR_RETURN(file_, files_.Create(path_));
  header_ = EncodeHeader(layout_.item_bytes, address_, RandomBytes(random_, 32));
  BELFRY_RETURN_IF_ERROR(file_->Reserve(layout_.FileBytes()));
  BELFRY_RETURN_IF_ERROR(file_->Write(0, header_));
  return file_->Sync();
}

absl::Status Upload::Load() {
  if (file_ != nullptr) return absl::OkStatus();
  BELFRY_ASSIGN_OR_RETURN(std::unique_ptr<File> file, files_.Open(path_, true));
  BELFRY_ASSIGN_OR_RETURN(header_, file->Read(0, kHeaderBytes));
  BELFRY_ASSIGN_OR_RETURN(const Layout layout, DecodeHeader(header_, address_));
  if (layout.item_bytes != layout_.item_bytes) return absl::DataLossError("the header is damaged");
  hash_ = Sha256Stream();
  chunks_ = 0;
  // What the crash left behind may be anything; what decrypts is what was written.
  for (; chunks_ < layout_.chunks(); ++chunks_) {
    // The last one is written by Seal() alone, and would be checked by it.
    if (layout_.IsLast(chunks_)) break;
    BELFRY_ASSIGN_OR_RETURN(
        const std::string bytes,
        file->Read(Layout::ChunkOffset(chunks_), static_cast<size_t>(kChunkBytes + kSealBytes)));
    if (bytes.size() < static_cast<size_t>(kSealBytes)) break;
    const absl::string_view view = bytes;
    const absl::StatusOr<std::string> plain = aead_.Open(
        ChunkNonce(view.substr(0, kSaltBytes), chunks_, false), header_, view.substr(kSaltBytes));
    if (!plain.ok()) break;
    hash_.Add(*plain);
  }
  BELFRY_RETURN_IF_ERROR(file->Truncate(Layout::ChunkOffset(chunks_)));
  file_ = std::move(file);
  return absl::OkStatus();
}

absl::StatusOr<int64_t> Upload::Committed() {
  absl::MutexLock lock(&mutex_);
  BELFRY_RETURN_IF_ERROR(Load());
  return std::min(chunks_ * kChunkBytes, layout_.item_bytes);
}

absl::StatusOr<int64_t> Upload::Attach() {
  absl::MutexLock lock(&mutex_);
  BELFRY_RETURN_IF_ERROR(Load());
  pending_.clear();
  return ++ticket_;
}

absl::Status Upload::CheckTicket(int64_t ticket) {
  if (ticket == ticket_) return absl::OkStatus();
  return ErrorBuilder(absl::StatusCode::kAborted, "UPLOAD_TAKEN_OVER",
                      "another stream goes on with this upload; ask how far it is, and go on there")
      .Build();
}

absl::Status Upload::WriteChunk() {
  const int64_t index = chunks_;
  const bool last = layout_.IsLast(index);
  sealed_ = RandomBytes(random_, kSaltBytes);
  const std::string nonce = ChunkNonce(sealed_, index, last);
  aead_.Seal(nonce, header_, pending_, sealed_);
  BELFRY_RETURN_IF_ERROR(file_->Write(Layout::ChunkOffset(index), sealed_));
  hash_.Add(pending_);
  pending_.clear();
  ++chunks_;
  if (!last && ++unsynced_ >= kSyncEveryChunks) {
    unsynced_ = 0;
    return file_->Sync();
  }
  return absl::OkStatus();
}

absl::Status Upload::Append(int64_t ticket, absl::string_view bytes, absl::Time now) {
  absl::MutexLock lock(&mutex_);
  BELFRY_RETURN_IF_ERROR(CheckTicket(ticket));
  last_time_ = std::max(last_time_, now);
  const int64_t arrived =
      std::min(chunks_ * kChunkBytes + static_cast<int64_t>(pending_.size()), layout_.item_bytes);
  if (static_cast<int64_t>(bytes.size()) > layout_.item_bytes - arrived) {
    return InvalidField("data", absl::StrCat("is more than the ", layout_.item_bytes,
                                             " bytes that were announced"));
  }
  while (!bytes.empty()) {
    const size_t taken = std::min(static_cast<size_t>(kChunkBytes) - pending_.size(), bytes.size());
    pending_.append(bytes.data(), taken);
    bytes.remove_prefix(taken);
    // The last chunk, full or not, waits for Seal(): until then nothing is whole.
    if (pending_.size() == static_cast<size_t>(kChunkBytes) && !layout_.IsLast(chunks_)) {
      BELFRY_RETURN_IF_ERROR(WriteChunk());
    }
  }
  return absl::OkStatus();
}

bool Upload::IsComplete() {
  absl::MutexLock lock(&mutex_);
  return chunks_ * kChunkBytes + static_cast<int64_t>(pending_.size()) >= layout_.item_bytes;
}

absl::Status Upload::Seal(int64_t ticket) {
  absl::MutexLock lock(&mutex_);
  BELFRY_RETURN_IF_ERROR(CheckTicket(ticket));
  if (chunks_ < layout_.chunks()) BELFRY_RETURN_IF_ERROR(WriteChunk());
  BELFRY_RETURN_IF_ERROR(file_->Sync());
  if (hash_.Hex() == item_.info.sha256) return absl::OkStatus();
  return ErrorBuilder(absl::StatusCode::kInvalidArgument, "HASH_MISMATCH",
                      absl::StrCat("sha256: ", hash_.Hex(), " arrived and ", item_.info.sha256,
                                   " was announced; nothing was kept. Hash the source again, then "
                                   "begin again"))
      .Field("sha256", "is not that of what arrived")
      .Build();
}

void Upload::Detach(int64_t ticket) {
  absl::MutexLock lock(&mutex_);
  if (ticket != ticket_) return;
  pending_.clear();
  pending_.shrink_to_fit();
  sealed_.clear();
  sealed_.shrink_to_fit();
}

bool Upload::BeginFinish() {
  absl::MutexLock lock(&finish_mutex_);
  return !std::exchange(finishing_, true);
}

void Upload::EndFinish() {
  absl::MutexLock lock(&finish_mutex_);
  finishing_ = false;
}

bool Upload::finishing() {
  absl::MutexLock lock(&finish_mutex_);
  return finishing_;
}

void Upload::Revoke() {
  absl::MutexLock lock(&mutex_);
  ++ticket_;
  file_.reset();
  pending_.clear();
}

absl::Time Upload::last_time() {
  absl::MutexLock lock(&mutex_);
  return last_time_;
}

}  // namespace belfry::vault
