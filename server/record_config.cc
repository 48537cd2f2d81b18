#include "server/record_config.h"

#include <sys/stat.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/base/status_macros.h"
#include "server/config.h"
#include "server/record/leaf.h"

namespace belfry {
namespace {

absl::StatusOr<std::shared_ptr<const record::NoteSigner>> ReadSigner(const std::string& path,
                                                                     const std::string& name) {
  constexpr char kSetting[] = "record.signing_key_file";
  struct stat status {};
  if (stat(path.c_str(), &status) == 0 && (status.st_mode & 077) != 0) {
    return absl::InvalidArgumentError(absl::StrCat(kSetting, ": others can read ", path,
                                                   "; make it its owner's alone (chmod 600), and "
                                                   "take a new key if somebody may have read it"));
  }
  BELFRY_ASSIGN_OR_RETURN(const std::string pem, ReadFile(path, kSetting));
  absl::StatusOr<PrivateKey> key = PrivateKey::FromPem(pem);
  if (!key.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat(kSetting, ": ", path, ": ", key.status().message()));
  }
  BELFRY_ASSIGN_OR_RETURN(std::unique_ptr<record::NoteSigner> signer,
                          record::NewNoteSigner(name, *std::move(key)));
  return std::shared_ptr<const record::NoteSigner>(std::move(signer));
}

template <typename Texts>
absl::StatusOr<std::vector<record::VerifierKey>> ReadKeys(const Texts& texts, const char* setting,
                                                          bool cosign) {
  std::vector<record::VerifierKey> keys;
  for (const std::string& text : texts) {
    absl::StatusOr<record::VerifierKey> key = record::VerifierKey::Parse(text);
    if (!key.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat(setting, ": \"", text, "\": ", key.status().message()));
    }
    if ((key->type() == record::SignatureType::kCosignature) != cosign) {
      return absl::InvalidArgumentError(absl::StrCat(
          setting, ": \"", text, "\" is ", cosign ? "no key of a witness" : "a witness's key"));
    }
    keys.push_back(*std::move(key));
  }
  return keys;
}

}  // namespace

absl::StatusOr<engine::RecordOptions> ReadRecordConfig(const config::v1::RecordConfig& config,
                                                       bool local) {
  engine::RecordOptions options;
  if (!config.instance().empty()) {
    options.instance = config.instance();
  } else if (!local) {
    return absl::InvalidArgumentError(
        "record.instance: is needed where other machines can reach the server: a name like a host "
        "name that the record keeps for ever, such as irp.example.gov");
  }
  if (!record::IsInstanceName(options.instance)) {
    return absl::InvalidArgumentError(
        absl::StrCat("record.instance: \"", options.instance,
                     "\" must be lower-case letters, digits, dots and hyphens, like a host name"));
  }
  if (!config.signing_key_file().empty()) {
    BELFRY_ASSIGN_OR_RETURN(options.signer, ReadSigner(config.signing_key_file(),
                                                       record::SuperOrigin(options.instance)));
  }
  BELFRY_ASSIGN_OR_RETURN(options.witnesses,
                          ReadKeys(config.witness_keys(), "record.witness_keys", true));
  BELFRY_ASSIGN_OR_RETURN(options.former_keys,
                          ReadKeys(config.former_keys(), "record.former_keys", false));
  if (!config.anchor_file().empty()) {
    if (options.signer == nullptr) {
      return absl::InvalidArgumentError(
          "record.anchor_file: keeps what is signed, so record.signing_key_file is needed");
    }
    options.anchor = storage::NewFileAnchor(config.anchor_file());
  }
  return options;
}

}  // namespace belfry
