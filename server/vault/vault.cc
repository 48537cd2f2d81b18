#include "server/vault/vault.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/vault/vault_error.h"

namespace belfry::vault {
namespace {

constexpr char kUploads[] = "uploads";
constexpr char kObjects[] = "objects";
constexpr char kIntents[] = "intents";
constexpr char kAddressKey[] = "address.key";
constexpr char kKeySuffix[] = ".key";
constexpr char kTemporarySuffix[] = ".tmp";
constexpr char kAddressSubject[] = "address";

absl::Status Exhausted(absl::string_view reason, std::string message) {
  return ErrorBuilder(absl::StatusCode::kResourceExhausted, std::string(reason), std::move(message))
      .Build();
}

absl::Status Finishing() {
  return ErrorBuilder(absl::StatusCode::kAborted, "UPLOAD_FINISHING",
                      "all of it has arrived and is being made durable; ask again in a moment")
      .RetryAfter(absl::Seconds(1))
      .Build();
}

bool SameItem(const ItemInfo& a, const ItemInfo& b) {
  return a.incident == b.incident && a.number == b.number && a.size_bytes == b.size_bytes &&
         a.sha256 == b.sha256 && a.principal == b.principal;
}

}  // namespace

Vault::Vault(VaultOptions options, KeyRing ring, FileSystem* files, Clock* clock, Random* random,
             int lock)
    : options_(std::move(options)),
      ring_(std::move(ring)),
      files_(*files),
      clock_(*clock),
      random_(*random),
      lock_(lock) {}

Vault::~Vault() { close(lock_); }

std::string Vault::Path(absl::string_view folder, absl::string_view name) const {
  return absl::StrCat(options_.directory, folder.empty() ? "" : "/", folder,
                      name.empty() ? "" : "/", name);
}

absl::StatusOr<std::unique_ptr<Vault>> Vault::Open(VaultOptions options, KeyRing ring,
                                                   FileSystem* files, Clock* clock,
                                                   Random* random) {
  BELFRY_RETURN_IF_ERROR(files->MakeDirectory(options.directory));
  const std::string lock_path = absl::StrCat(options.directory, "/lock");
  const int lock = open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (lock < 0) {
    return absl::FailedPreconditionError(
        absl::StrCat("vault.directory: cannot write into ", options.directory));
  }
  if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
    close(lock);
    return absl::FailedPreconditionError(
        absl::StrCat("vault.directory: another process uses ", options.directory));
  }
  auto vault = std::unique_ptr<Vault>(
      new Vault(std::move(options), std::move(ring), files, clock, random, lock));
  BELFRY_RETURN_IF_ERROR(vault->Prepare());
  return vault;
}

absl::Status Vault::Prepare() {
  for (const char* folder : {kUploads, kObjects, kIntents}) {
    BELFRY_RETURN_IF_ERROR(files_.MakeDirectory(Path(folder)));
  }
  BELFRY_RETURN_IF_ERROR(files_.SyncDirectory(options_.directory));
  for (const char* folder : {"", kUploads, kObjects}) {
    BELFRY_ASSIGN_OR_RETURN(const std::vector<std::string> names, files_.List(Path(folder)));
    for (const std::string& name : names) {
      if (!absl::EndsWith(name, kTemporarySuffix)) continue;
      BELFRY_RETURN_IF_ERROR(files_.Remove(Path(folder, name)));
    }
  }
  BELFRY_RETURN_IF_ERROR(LoadAddressKey());
  BELFRY_RETURN_IF_ERROR(CountObjects());
  return LoadUploads();
}

absl::Status Vault::LoadAddressKey() {
  const absl::StatusOr<std::string> file =
      ReadSmall(files_, Path("", kAddressKey), kKeyFileBytesMax);
  if (file.ok()) {
    BELFRY_ASSIGN_OR_RETURN(const ItemKey key, UnwrapItemKey(ring_, *file, kAddressSubject));
    address_key_ = key.key;
    return absl::OkStatus();
  }
  if (!absl::IsNotFound(file.status())) return file.status();
  ItemKey fresh;
  fresh.key = SecretKey::Generate(random_);
  fresh.info.begin_time = clock_.Now();
  address_key_ = fresh.key;
  return WriteDurably(files_, options_.directory, kAddressKey,
                      WrapItemKey(ring_, fresh, kAddressSubject, random_));
}

absl::Status Vault::CountObjects() {
  BELFRY_ASSIGN_OR_RETURN(const std::vector<std::string> names, files_.List(Path(kObjects)));
  absl::MutexLock lock(&mutex_);
  for (const std::string& name : names) {
    if (absl::EndsWith(name, kKeySuffix)) continue;
    BELFRY_ASSIGN_OR_RETURN(const std::unique_ptr<File> file,
                            files_.Open(Path(kObjects, name), false));
    BELFRY_ASSIGN_OR_RETURN(const int64_t size, file->Size());
    total_bytes_ += size;
  }
  return absl::OkStatus();
}

absl::Status Vault::LoadUploads() {
  BELFRY_ASSIGN_OR_RETURN(const std::vector<std::string> names, files_.List(Path(kUploads)));
  for (const std::string& name : names) {
    // The key comes before the file and goes after it.
    if (!absl::EndsWith(name, kKeySuffix)) {
      BELFRY_ASSIGN_OR_RETURN(const bool has_key,
                              files_.Exists(Path(kUploads, absl::StrCat(name, kKeySuffix))));
      if (!has_key) BELFRY_RETURN_IF_ERROR(files_.Remove(Path(kUploads, name)));
      continue;
    }
    const std::string id(absl::StripSuffix(name, kKeySuffix));
    BELFRY_ASSIGN_OR_RETURN(const bool has_file, files_.Exists(Path(kUploads, id)));
    if (!has_file) {
      BELFRY_RETURN_IF_ERROR(files_.Remove(Path(kUploads, name)));
      continue;
    }
    BELFRY_ASSIGN_OR_RETURN(const std::string bytes,
                            ReadSmall(files_, Path(kUploads, name), kKeyFileBytesMax));
    BELFRY_ASSIGN_OR_RETURN(ItemKey item, UnwrapItemKey(ring_, bytes, "item"));
    if (item.info.upload != id) return absl::DataLossError("an upload has another one's key");
    const std::string address = AddressOf(item.info);
    auto upload = std::make_shared<Upload>(&files_, &random_, Path(kUploads, id), address,
                                           std::move(item), clock_.Now());
    absl::MutexLock lock(&mutex_);
    total_bytes_ += upload->layout().FileBytes();
    uploads_[id] = std::move(upload);
  }
  return absl::OkStatus();
}

absl::StatusOr<int> Vault::Sweep(
    const std::function<absl::StatusOr<bool>(const std::string&)>& is_kept) {
  BELFRY_ASSIGN_OR_RETURN(const std::vector<std::string> intents, files_.List(Path(kIntents)));
  int removed = 0;
  for (const std::string& object : intents) {
    BELFRY_ASSIGN_OR_RETURN(const bool kept, is_kept(object));
    if (!kept) {
      BELFRY_ASSIGN_OR_RETURN(const bool exists, files_.Exists(Path(kObjects, object)));
      if (exists) ++removed;
      BELFRY_RETURN_IF_ERROR(Shred(object));
    } else {
      BELFRY_RETURN_IF_ERROR(Keep(object));
    }
  }
  return removed;
}

std::string Vault::AddressOf(const ItemInfo& info) const {
  std::string message;
  PutNumber(message, info.upload.size(), 2);
  absl::StrAppend(&message, info.upload);
  PutNumber(message, info.incident.size(), 2);
  absl::StrAppend(&message, info.incident);
  PutNumber(message, static_cast<uint64_t>(info.number), 4);
  absl::StrAppend(&message, absl::HexStringToBytes(info.sha256));
  return Hmac(address_key_, message);
}

absl::Status Vault::CheckLimits(const ItemInfo& info) const {
  if (info.size_bytes < 0 || info.size_bytes > options_.item_bytes_max) {
    return InvalidField("size_bytes",
                        absl::StrCat("is 0 to ", options_.item_bytes_max,
                                     "; split what is larger, or keep it as a physical item"));
  }
  const int64_t need = Layout{info.size_bytes}.FileBytes();
  if (options_.total_bytes_max > 0 && need > options_.total_bytes_max - total_bytes_) {
    return Exhausted("VAULT_FULL", absl::StrCat("the evidence vault holds ", total_bytes_, " of ",
                                                options_.total_bytes_max,
                                                " bytes; an administrator can allow more"));
  }
  const auto own = std::count_if(uploads_.begin(), uploads_.end(), [&](const auto& known) {
    return known.second->info().principal == info.principal;
  });
  if (own >= options_.uploads_per_principal_max ||
      uploads_.size() >= static_cast<size_t>(options_.uploads_max)) {
    return Exhausted("TOO_MANY_UPLOADS",
                     absl::StrCat("at most ", options_.uploads_per_principal_max,
                                  " uploads at a time for one principal; finish or abort one"));
  }
  return absl::OkStatus();
}

std::shared_ptr<Upload> Vault::FindSame(const ItemInfo& info) {
  std::shared_ptr<Upload> same;
  {
    absl::MutexLock lock(&mutex_);
    for (const auto& [id, known] : uploads_) {
      if (SameItem(known->info(), info)) same = known;
    }
  }
  if (same == nullptr || same->finishing() || same->Committed().ok()) return same;
  // A crash left it without its beginning, or its disk is damaged: begun anew, it costs nothing
  // more.
  Drop(same).IgnoreError();
  return nullptr;
}

absl::StatusOr<std::shared_ptr<Upload>> Vault::BeginUpload(ItemInfo info) {
  if (std::shared_ptr<Upload> same = FindSame(info); same != nullptr) return same;
  info.begin_time = clock_.Now();
  const absl::Time now = info.begin_time;
  info.upload = UuidV7(now, random_);
  const int64_t room = Layout{info.size_bytes}.FileBytes();
  {
    absl::MutexLock lock(&mutex_);
    BELFRY_RETURN_IF_ERROR(CheckLimits(info));
    total_bytes_ += room;
  }
  const std::string id = info.upload;
  const std::string address = AddressOf(info);
  auto upload =
      std::make_shared<Upload>(&files_, &random_, Path(kUploads, id), address,
                               ItemKey{SecretKey::Generate(random_), std::move(info)}, now);
  const auto make = [&]() -> absl::Status {
    {
      absl::MutexLock lock(&names_mutex_);
      BELFRY_RETURN_IF_ERROR(WriteDurably(files_, Path(kUploads), absl::StrCat(id, kKeySuffix),
                                          WrapItemKey(ring_, upload->item(), "item", random_)));
    }
    return upload->Create();
  };
  const absl::Status status = make();
  // Known to others only once it can be gone on with.
  if (status.ok()) {
    absl::MutexLock lock(&mutex_);
    uploads_[id] = upload;
    return upload;
  }
  Drop(upload).IgnoreError();
  absl::MutexLock lock(&mutex_);
  total_bytes_ -= room;
  return ToCaller(status);
}

absl::StatusOr<std::shared_ptr<Upload>> Vault::FindUpload(absl::string_view id,
                                                          absl::string_view principal) {
  absl::MutexLock lock(&mutex_);
  const auto found = uploads_.find(id);
  if (found == uploads_.end() || found->second->info().principal != principal) {
    return UploadNotFound();
  }
  return found->second;
}

void Vault::Forget(const Upload& upload) {
  const auto found = uploads_.find(upload.id());
  if (found == uploads_.end()) return;
  total_bytes_ -= upload.layout().FileBytes();
  uploads_.erase(found);
}

absl::Status Vault::RemovePair(absl::string_view folder, absl::string_view name) {
  absl::MutexLock lock(&names_mutex_);
  const std::string key = absl::StrCat(Path(folder, name), kKeySuffix);
  if (folder == kUploads) {
    // The next start reads the keys of uploads: one that was half overwritten when the power went
    // must not stand beside bytes. An object's is covered by its intent.
    BELFRY_RETURN_IF_ERROR(files_.Remove(Path(folder, name)));
    BELFRY_RETURN_IF_ERROR(files_.SyncDirectory(Path(folder)));
  }
  BELFRY_ASSIGN_OR_RETURN(const bool has_key, files_.Exists(key));
  if (has_key) {
    // Without it the bytes are noise, whatever a disk keeps of them.
    BELFRY_ASSIGN_OR_RETURN(const std::unique_ptr<File> file, files_.Open(key, true));
    BELFRY_ASSIGN_OR_RETURN(const int64_t size, file->Size());
    BELFRY_RETURN_IF_ERROR(file->Write(0, RandomBytes(random_, static_cast<size_t>(size))));
    BELFRY_RETURN_IF_ERROR(file->Sync());
  }
  BELFRY_RETURN_IF_ERROR(files_.Remove(Path(folder, name)));
  BELFRY_RETURN_IF_ERROR(files_.Remove(key));
  return files_.SyncDirectory(Path(folder));
}

absl::Status Vault::Append(const std::shared_ptr<Upload>& upload, int64_t ticket,
                           absl::string_view bytes) {
  const absl::Status status = upload->Append(ticket, bytes, clock_.Now());
  // Refusals leave it as it is.
  if (status.ok() || !ErrorReason(status).empty()) return status;
  Drop(upload).IgnoreError();
  return ToCaller(status);
}

absl::Status Vault::Drop(const std::shared_ptr<Upload>& upload) {
  upload->Revoke();
  {
    absl::MutexLock lock(&mutex_);
    Forget(*upload);
  }
  return ToCaller(RemovePair(kUploads, upload->id()));
}

absl::Status Vault::Abort(const std::shared_ptr<Upload>& upload) {
  if (!upload->BeginFinish()) return Finishing();
  return Drop(upload);
}

absl::StatusOr<std::string> Vault::Finish(const std::shared_ptr<Upload>& upload, int64_t ticket) {
  // A caller whose connection broke at the last byte comes again while the first attempt still
  // waits for the disk. What that one has moved must not be taken for what this one failed to move.
  if (!upload->BeginFinish()) return Finishing();
  const std::string object = absl::BytesToHexString(upload->address());
  const auto finish = [&]() -> absl::Status {
    BELFRY_RETURN_IF_ERROR(upload->Seal(ticket));
    BELFRY_RETURN_IF_ERROR(WriteDurably(files_, Path(kIntents), object, ""));
    absl::MutexLock lock(&names_mutex_);
    // The key first: a key without bytes is nothing, bytes without their key would be lost.
    BELFRY_RETURN_IF_ERROR(files_.Rename(absl::StrCat(Path(kUploads, upload->id()), kKeySuffix),
                                         absl::StrCat(Path(kObjects, object), kKeySuffix)));
    BELFRY_RETURN_IF_ERROR(files_.Rename(Path(kUploads, upload->id()), Path(kObjects, object)));
    BELFRY_RETURN_IF_ERROR(files_.SyncDirectory(Path(kObjects)));
    return files_.SyncDirectory(Path(kUploads));
  };
  const absl::Status status = finish();
  if (status.ok()) return object;
  // Somebody else goes on with it.
  if (absl::IsAborted(status)) {
    upload->EndFinish();
    return status;
  }
  // A disk that failed once is not asked again for the same bytes.
  Drop(upload).IgnoreError();
  // The intent goes last, and only when nothing is left that it would have to find.
  if (RemovePair(kObjects, object).ok()) Keep(object).IgnoreError();
  return ToCaller(status);
}

absl::Status Vault::Keep(const std::string& object) {
  {
    absl::MutexLock lock(&mutex_);
    for (auto it = uploads_.begin(); it != uploads_.end(); ++it) {
      if (absl::BytesToHexString(it->second->address()) != object) continue;
      // Its bytes are counted on, as an object's.
      uploads_.erase(it);
      break;
    }
  }
  BELFRY_RETURN_IF_ERROR(files_.Remove(Path(kIntents, object)));
  return files_.SyncDirectory(Path(kIntents));
}

absl::Status Vault::Unfinish(const std::string& object, const std::shared_ptr<Upload>& upload) {
  {
    absl::MutexLock lock(&names_mutex_);
    BELFRY_RETURN_IF_ERROR(files_.Rename(Path(kObjects, object), Path(kUploads, upload->id())));
    BELFRY_RETURN_IF_ERROR(files_.Rename(absl::StrCat(Path(kObjects, object), kKeySuffix),
                                         absl::StrCat(Path(kUploads, upload->id()), kKeySuffix)));
    BELFRY_RETURN_IF_ERROR(files_.SyncDirectory(Path(kUploads)));
    BELFRY_RETURN_IF_ERROR(files_.SyncDirectory(Path(kObjects)));
  }
  upload->EndFinish();
  BELFRY_RETURN_IF_ERROR(files_.Remove(Path(kIntents, object)));
  return files_.SyncDirectory(Path(kIntents));
}

absl::StatusOr<std::unique_ptr<ItemReader>> Vault::OpenObject(const std::string& object) {
  const auto open = [&]() -> absl::StatusOr<std::unique_ptr<ItemReader>> {
    BELFRY_ASSIGN_OR_RETURN(
        const std::string file,
        ReadSmall(files_, absl::StrCat(Path(kObjects, object), kKeySuffix), kKeyFileBytesMax));
    BELFRY_ASSIGN_OR_RETURN(const ItemKey item, UnwrapItemKey(ring_, file, "item"));
    if (absl::BytesToHexString(AddressOf(item.info)) != object) {
      return absl::DataLossError("the key beside it is another item's");
    }
    return ItemReader::Open(files_, Path(kObjects, object), absl::HexStringToBytes(object),
                            item.key);
  };
  absl::StatusOr<std::unique_ptr<ItemReader>> reader = open();
  return reader.ok() ? std::move(reader) : ToCaller(reader.status());
}

absl::Status Vault::IntendToShred(const std::string& object) {
  return ToCaller(WriteDurably(files_, Path(kIntents), object, ""));
}

absl::Status Vault::Shred(const std::string& object) {
  int64_t size = 0;
  if (const auto file = files_.Open(Path(kObjects, object), false); file.ok()) {
    size = (*file)->Size().value_or(0);
  }
  BELFRY_RETURN_IF_ERROR(ToCaller(RemovePair(kObjects, object)));
  {
    absl::MutexLock lock(&mutex_);
    total_bytes_ -= size;
  }
  return ToCaller(Keep(object));
}

absl::Status Vault::Forgive(const std::string& object) { return ToCaller(Keep(object)); }

int Vault::ExpireUploads() {
  const absl::Time now = clock_.Now();
  std::vector<std::shared_ptr<Upload>> old;
  {
    absl::MutexLock lock(&mutex_);
    for (const auto& [id, upload] : uploads_) {
      if (ExpiryOf(*upload) <= now) old.push_back(upload);
    }
  }
  int expired = 0;
  for (const std::shared_ptr<Upload>& upload : old) {
    if (Abort(upload).ok()) ++expired;
  }
  return expired;
}

absl::Status Vault::RekeyFile(const std::string& folder, const std::string& name,
                              const std::string& subject, RekeyResult& result) {
  absl::MutexLock lock(&names_mutex_);
  const absl::StatusOr<std::string> file = ReadSmall(files_, Path(folder, name), kKeyFileBytesMax);
  // Moved or gone since it was listed: then it is another name's turn.
  if (absl::IsNotFound(file.status())) return absl::OkStatus();
  BELFRY_RETURN_IF_ERROR(file.status());
  BELFRY_ASSIGN_OR_RETURN(const std::string by, WrappedBy(*file));
  if (by == ring_.newest()) {
    ++result.unchanged;
    return absl::OkStatus();
  }
  BELFRY_ASSIGN_OR_RETURN(const std::string fresh, Rewrap(ring_, *file, subject, random_));
  BELFRY_RETURN_IF_ERROR(WriteDurably(files_, Path(folder), name, fresh));
  ++result.rewrapped;
  return absl::OkStatus();
}

absl::StatusOr<RekeyResult> Vault::Rekey() {
  RekeyResult result;
  // One damaged key must not keep all the others under an old one.
  absl::Status damaged;
  const auto rekey = [&]() -> absl::Status {
    BELFRY_RETURN_IF_ERROR(RekeyFile("", kAddressKey, kAddressSubject, result));
    // Uploads first: what is moved meanwhile is found where it goes.
    for (const char* folder : {kUploads, kObjects}) {
      BELFRY_ASSIGN_OR_RETURN(const std::vector<std::string> names, files_.List(Path(folder)));
      for (const std::string& name : names) {
        if (!absl::EndsWith(name, kKeySuffix)) continue;
        const absl::Status status = RekeyFile(folder, name, "item", result);
        if (!absl::IsDataLoss(status)) {
          BELFRY_RETURN_IF_ERROR(status);
        } else if (damaged.ok()) {
          damaged = absl::DataLossError(absl::StrCat(folder, "/", name, ": ", status.message(),
                                                     "; all that can be read was wrapped anew"));
        }
      }
    }
    return damaged;
  };
  const absl::Status status = rekey();
  if (!status.ok()) return ToCaller(status);
  return result;
}

int64_t Vault::total_bytes() const {
  absl::MutexLock lock(&mutex_);
  return total_bytes_;
}

int Vault::upload_count() const {
  absl::MutexLock lock(&mutex_);
  return static_cast<int>(uploads_.size());
}

}  // namespace belfry::vault
