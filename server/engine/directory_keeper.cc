#include "server/engine/directory_keeper.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/base/sha256.h"
#include "server/base/status_macros.h"

namespace belfry::engine {
namespace {

std::string RoleKey(const v1::RoleAssignment& assignment) {
  return absl::StrCat("role ", assignment.person(), " ", assignment.role(), " ",
                      assignment.scope());
}

}  // namespace

DirectoryRows ToRows(const v1::Directory& directory) {
  DirectoryRows rows;
  for (const auto& item : directory.secretariats()) {
    rows[absl::StrCat("secretariat ", item.name())] = item.SerializeAsString();
  }
  for (const auto& item : directory.entities()) {
    rows[absl::StrCat("entity ", item.name())] = item.SerializeAsString();
  }
  for (const auto& item : directory.people()) {
    rows[absl::StrCat("person ", item.name())] = item.SerializeAsString();
  }
  for (const auto& item : directory.role_assignments()) {
    rows[RoleKey(item)] = item.SerializeAsString();
  }
  for (const auto& item : directory.channels()) {
    rows[absl::StrCat("channel ", item.name())] = item.SerializeAsString();
  }
  for (const auto& item : directory.subnets()) {
    rows[absl::StrCat("subnet ", item.entity(), " ", item.cidr())] = item.SerializeAsString();
  }
  for (const auto& item : directory.devices()) {
    rows[absl::StrCat("device ", item.entity(), " ", item.device())] = item.SerializeAsString();
  }
  return rows;
}

absl::StatusOr<v1::Directory> FromRows(const std::vector<storage::DirectoryRow>& rows) {
  v1::Directory directory;
  for (const storage::DirectoryRow& row : rows) {
    google::protobuf::Message* item = nullptr;
    if (absl::StartsWith(row.key, "secretariat ")) item = directory.add_secretariats();
    if (absl::StartsWith(row.key, "entity ")) item = directory.add_entities();
    if (absl::StartsWith(row.key, "person ")) item = directory.add_people();
    if (absl::StartsWith(row.key, "role ")) item = directory.add_role_assignments();
    if (absl::StartsWith(row.key, "channel ")) item = directory.add_channels();
    if (absl::StartsWith(row.key, "subnet ")) item = directory.add_subnets();
    if (absl::StartsWith(row.key, "device ")) item = directory.add_devices();
    if (item == nullptr || !item->ParseFromString(row.blob)) {
      return absl::DataLossError(
          absl::StrCat("the directory row \"", row.key, "\" cannot be read"));
    }
  }
  return directory;
}

void DirectoryKeeper::Set(std::shared_ptr<const core::Directory> directory) {
  std::string all;
  for (const auto& [key, blob] : ToRows(directory->proto())) absl::StrAppend(&all, key, "\n", blob);
  std::string etag = Sha256Hex(all).substr(0, 16);
  absl::MutexLock lock(&mutex_);
  directory_ = std::move(directory);
  etag_ = std::move(etag);
}

std::shared_ptr<const core::Directory> DirectoryKeeper::Get() const {
  absl::MutexLock lock(&mutex_);
  return directory_;
}

std::string DirectoryKeeper::Etag() const {
  absl::MutexLock lock(&mutex_);
  return etag_;
}

absl::StatusOr<std::shared_ptr<const core::Directory>> WriteDirectory(
    Batch& batch, const std::string& principal, v1::Directory wanted,
    std::optional<v1::Receipt>& receipt) {
  BELFRY_ASSIGN_OR_RETURN(std::shared_ptr<const core::Directory> changed,
                          core::Directory::Create(std::move(wanted), *batch.policy->index));
  const DirectoryRows before = ToRows(batch.directory->proto());
  const DirectoryRows after = ToRows(changed->proto());
  const int64_t now_us = absl::ToUnixMicros(batch.now);
  const auto write = [&](absl::Status status) {
    if (!status.ok()) batch.failure = status;
    return status;
  };
  const auto note = [&](absl::string_view verb, const std::string& key, const std::string& blob) {
    storage::DirectoryChangeRow row{0, now_us, principal, absl::StrCat(verb, " ", key), blob};
    const absl::StatusOr<int64_t> position =
        batch.transaction->AppendDirectoryChange(now_us, principal, row.change, blob);
    if (!position.ok()) return write(position.status());
    row.position = *position;
    const absl::StatusOr<v1::Receipt> kept =
        batch.logs->Append(batch.transaction->record(), record::kInstanceLog, EntryOf(row));
    if (!kept.ok()) return write(kept.status());
    AddReceipt(receipt, *kept);
    return absl::OkStatus();
  };
  for (const auto& [key, blob] : after) {
    const auto old = before.find(key);
    if (old != before.end() && old->second == blob) continue;
    BELFRY_RETURN_IF_ERROR(write(batch.transaction->PutDirectory({key, blob})));
    BELFRY_RETURN_IF_ERROR(note("put", key, blob));
  }
  for (const auto& [key, blob] : before) {
    if (after.count(key) > 0) continue;
    BELFRY_RETURN_IF_ERROR(write(batch.transaction->DeleteDirectory(key)));
    BELFRY_RETURN_IF_ERROR(note("delete", key, blob));
  }
  batch.directory = changed;
  batch.dirty = true;
  return changed;
}

void DirectoryWork::Run(Batch& batch) { status_ = Apply(batch); }

absl::Status DirectoryWork::Apply(Batch& batch) {
  // The batch's own snapshot: another change in the same batch comes before this one.
  BELFRY_ASSIGN_OR_RETURN(v1::Directory wanted, change_(batch.directory->proto()));
  BELFRY_ASSIGN_OR_RETURN(changed_, WriteDirectory(batch, principal_, std::move(wanted), receipt_));
  return absl::OkStatus();
}

void DirectoryWork::Finish(const absl::Status& commit) {
  const absl::Status status = status_.ok() ? commit : status_;
  if (!status.ok()) {
    done_(status);
    return;
  }
  keeper_.Set(changed_);
  done_(receipt_);
}

}  // namespace belfry::engine
