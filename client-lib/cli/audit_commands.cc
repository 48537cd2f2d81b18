#include "client-lib/cli/audit_commands.h"

#include <vector>

#include "absl/status/statusor.h"
#include "client-lib/audit/key_file.h"
#include "client-lib/cli/terminal.h"
#include "client-lib/cli/verify_export.h"

namespace belfry::cli {
namespace {

int Wrong(const Console& console, const absl::Status& status) {
  console.error << "belfry: " << Harmless(status.message()) << "\n";
  return absl::IsAlreadyExists(status) ? kRefused : kWrongUsage;
}

int RunVerify(const Arguments& arguments, const Console& console) {
  VerifyArguments verify;
  verify.file = arguments.words[2];
  verify.keys = arguments.audit.verifier_keys;
  verify.witness_keys = arguments.audit.witness_keys;
  verify.held_files = arguments.audit.held_files;
  verify.strict = arguments.audit.strict;
  verify.json = console.output == Output::kJson;
  const absl::StatusOr<bool> holds = VerifyExportFile(verify, console.out, console.error);
  if (!holds.ok()) return Wrong(console, holds.status());
  return *holds ? kDone : kRefused;
}

// keygen makes a key, key shows the public part of one that is there.
int RunKey(const Arguments& arguments, const Console& console, bool make) {
  const AuditArguments& audit = arguments.audit;
  if (audit.name.empty()) {
    return Wrong(console, absl::InvalidArgumentError(
                              "--name is needed: INSTANCE/belfry, or the name of the witness"));
  }
  const bool witness = audit.key_type == "witness";
  audit::VerifierKey::Type type = audit::VerifierKey::Type::kEd25519;
  if (witness) type = audit::VerifierKey::Type::kCosignature;
  if (audit.key_type == "p256") type = audit::VerifierKey::Type::kEcdsaP256;
  const std::string& path = arguments.words[2];
  const auto verifier = make ? audit::MakeKeyFile(path, audit.name, type)
                             : audit::VerifierKeyOfFile(path, audit.name, witness);
  if (!verifier.ok()) return Wrong(console, verifier.status());
  console.out << *verifier << "\n";
  return kDone;
}

}  // namespace

std::optional<int> RunAuditOffline(const Arguments& arguments, const Console& console) {
  const std::vector<std::string>& words = arguments.words;
  if (words.size() < 2 || words[0] != "audit") return std::nullopt;
  const bool verify = words[1] == "verify";
  const bool make = words[1] == "keygen";
  if (!verify && !make && words[1] != "key") return std::nullopt;
  if (words.size() != 3) {
    return Wrong(console, absl::InvalidArgumentError(
                              verify ? "usage: belfry audit verify FILE --key VKEY "
                                       "[--witness-key VKEY…] [--held NOTE…] [--strict]"
                                     : "usage: belfry audit keygen|key FILE --name NAME "
                                       "[--type ed25519|p256|witness]"));
  }
  return verify ? RunVerify(arguments, console) : RunKey(arguments, console, make);
}

}  // namespace belfry::cli
