#include "server/vault/open.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/base/status_macros.h"
#include "spdlog/spdlog.h"

namespace belfry::vault {
namespace {

absl::StatusOr<KeyRing> LoadKeys(const config::v1::VaultConfig& config) {
  std::vector<KeyRing::Source> sources;
  for (const config::v1::VaultKey& key : config.keys()) sources.push_back({key.id(), key.file()});
  return KeyRing::Load(sources);
}

}  // namespace

absl::Status CheckSettings(const config::v1::VaultConfig& config) {
  if (config.directory().empty()) {
    if (config.keys().empty()) return absl::OkStatus();
    return absl::InvalidArgumentError("vault.directory: is needed beside vault.keys");
  }
  const std::pair<const char*, int64_t> numbers[] = {
      {"item_bytes_max", config.item_bytes_max()},
      {"total_bytes_max", config.total_bytes_max()},
      {"uploads_per_principal_max", config.uploads_per_principal_max()},
      {"idle_seconds", config.idle_seconds()},
      {"expire_hours", config.expire_hours()},
      {"threads", config.threads()},
  };
  for (const auto& [name, number] : numbers) {
    if (number < 0) {
      return absl::InvalidArgumentError(absl::StrCat("vault.", name, ": is not negative"));
    }
  }
  // A chunk's index has four bytes in its nonce.
  if (config.item_bytes_max() > int64_t{1} << 48 || config.threads() > 64) {
    return absl::InvalidArgumentError(
        "vault: item_bytes_max is at most 2^48, threads are at most 64");
  }
  return LoadKeys(config).status();
}

absl::StatusOr<std::unique_ptr<Vault>> OpenConfigured(
    const config::v1::VaultConfig& config, Clock* clock, Random* random,
    const std::function<absl::StatusOr<bool>(const std::string&)>& is_kept) {
  BELFRY_RETURN_IF_ERROR(CheckSettings(config));
  if (config.directory().empty()) return nullptr;
  BELFRY_ASSIGN_OR_RETURN(KeyRing ring, LoadKeys(config));
  VaultOptions options;
  options.directory = config.directory();
  if (config.item_bytes_max() > 0) options.item_bytes_max = config.item_bytes_max();
  options.total_bytes_max = config.total_bytes_max();
  if (config.uploads_per_principal_max() > 0) {
    options.uploads_per_principal_max = config.uploads_per_principal_max();
  }
  if (config.expire_hours() > 0) options.upload_life = absl::Hours(config.expire_hours());
  BELFRY_ASSIGN_OR_RETURN(
      std::unique_ptr<Vault> vault,
      Vault::Open(std::move(options), std::move(ring), &RealFileSystem(), clock, random));
  BELFRY_ASSIGN_OR_RETURN(const int removed, vault->Sweep(is_kept));
  if (removed > 0) {
    spdlog::warn(
        "the vault: {} file(s) removed that a crash left without a row, or that were to be "
        "destroyed",
        removed);
  }
  return vault;
}

}  // namespace belfry::vault
