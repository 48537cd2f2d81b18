#include "server/witness/config.h"

#include <sys/stat.h>

#include <fstream>
#include <sstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/status_macros.h"
#include "server/base/textproto.h"

namespace belfry::witness {
namespace {

absl::Status Check(const config::v1::WitnessConfig& config) {
  if (config.listen().empty()) {
    return absl::InvalidArgumentError("listen: is needed, such as \"127.0.0.1:8090\"");
  }
  if (config.name().empty()) {
    return absl::InvalidArgumentError("name: is needed, such as \"witness.example/w1\"");
  }
  if (config.key_file().empty()) {
    return absl::InvalidArgumentError(
        "key_file: is needed; belfry audit keygen FILE --type witness --name NAME makes one");
  }
  if (config.state_directory().empty()) {
    return absl::InvalidArgumentError("state_directory: is needed, a directory that lasts");
  }
  if (config.logs().empty()) {
    return absl::InvalidArgumentError("logs: is needed, at least one log to witness");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<config::v1::WitnessConfig> ReadConfig(const std::string& path) {
  config::v1::WitnessConfig config;
  BELFRY_RETURN_IF_ERROR(ReadTextProto(path, "--config", config));
  if (absl::Status status = Check(config); !status.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": ", status.message()));
  }
  return config;
}

absl::StatusOr<record::Cosigner> ReadKey(const config::v1::WitnessConfig& config) {
  const std::string& path = config.key_file();
  struct stat status = {};
  std::ifstream file(path);
  std::stringstream pem;
  if (!file || stat(path.c_str(), &status) != 0 || !(pem << file.rdbuf())) {
    return absl::InvalidArgumentError(absl::StrCat("key_file: cannot read ", path));
  }
  if ((status.st_mode & 077) != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("key_file: others can read ", path, "; chmod 600 it"));
  }
  absl::StatusOr<PrivateKey> key = PrivateKey::FromPem(pem.str());
  if (!key.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("key_file: ", path, ": ", key.status().message()));
  }
  absl::StatusOr<record::Cosigner> cosigner =
      record::Cosigner::Create(config.name(), *std::move(key));
  if (!cosigner.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("name, key_file: ", cosigner.status().message()));
  }
  return cosigner;
}

absl::StatusOr<Witness::Logs> ReadLogs(const config::v1::WitnessConfig& config) {
  Witness::Logs logs;
  for (const config::v1::WitnessedLogConfig& log : config.logs()) {
    const std::string field = absl::StrCat("logs: ", log.origin(), ": ");
    if (log.origin().empty()) return absl::InvalidArgumentError("logs: a log needs its origin");
    if (log.verifier_keys().empty()) {
      return absl::InvalidArgumentError(absl::StrCat(field, "verifier_keys is needed"));
    }
    std::vector<record::VerifierKey>& keys = logs[log.origin()];
    if (!keys.empty()) return absl::InvalidArgumentError(absl::StrCat(field, "is there twice"));
    for (const std::string& text : log.verifier_keys()) {
      absl::StatusOr<record::VerifierKey> key = record::VerifierKey::Parse(text);
      if (key.ok() && key->type() == record::SignatureType::kCosignature) {
        key = absl::InvalidArgumentError("this is the key of a witness, not of a log");
      }
      if (!key.ok()) {
        return absl::InvalidArgumentError(absl::StrCat(field, key.status().message()));
      }
      keys.push_back(*std::move(key));
    }
  }
  return logs;
}

}  // namespace belfry::witness
