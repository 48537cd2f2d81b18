// Exports of the record that somebody hands to `belfry audit verify`, and what stands in them:
// whatever the bytes are, the answer is a verdict.
#include <sys/mman.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <vector>

#include "client-lib/audit/leaf.h"
#include "client-lib/audit/note.h"
#include "client-lib/audit/report.h"
#include "client-lib/audit/verify.h"
#include "nlohmann/json.hpp"
#include "tests/fuzz/fuzz.h"

namespace belfry::fuzz {
namespace {

// Of the export in the corpus; the private ones were thrown away.
audit::VerifyOptions Options() {
  std::ifstream file(BELFRY_SOURCE_DIR "/tests/fuzz/record_keys.txt");
  std::string server;
  std::string witness;
  Require(std::getline(file, server) && std::getline(file, witness), "the keys are there");
  audit::VerifyOptions options;
  const auto key = audit::VerifierKey::Parse(server);
  const auto cosigner = audit::VerifierKey::Parse(witness);
  Require(key.ok() && cosigner.ok(), "the keys are keys");
  options.keys = {*key};
  options.witness_keys = {*cosigner};
  options.strict = true;
  return options;
}

// A file in memory: the verifier reads its input twice, by offset.
class MemoryFile {
 public:
  explicit MemoryFile(absl::string_view bytes) : file_(memfd_create("record", MFD_CLOEXEC)) {
    Require(file_ >= 0, "there is memory");
    while (!bytes.empty()) {
      const ssize_t written = write(file_, bytes.data(), bytes.size());
      Require(written > 0, "memory can be written");
      bytes.remove_prefix(static_cast<size_t>(written));
    }
  }
  ~MemoryFile() { close(file_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  std::string path() const { return "/proc/self/fd/" + std::to_string(file_); }

 private:
  const int file_;
};

void Verify(absl::string_view bytes, const audit::VerifyOptions& options) {
  const MemoryFile file(bytes);
  const auto result = audit::VerifyExport(file.path(), options);
  Require(result.ok(), "any bytes have a verdict");
  Require(result->bytes <= bytes.size(), "no more is counted than there is");
  if (result->bad.has_value()) {
    Require(!result->bad->reason.empty() && !result->bad->what.empty(), "a verdict says why");
    Require(result->bad->offset <= bytes.size(), "what is wrong is in the file");
  }
  Require(!audit::ReportText(*result).empty(), "a verdict can be said");
  Require(nlohmann::json::accept(audit::ReportJson(*result)), "a verdict can be said as JSON");
}

}  // namespace
}  // namespace belfry::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace belfry;
  static const auto& options = *new audit::VerifyOptions(fuzz::Options());
  const absl::string_view bytes = fuzz::Text(data, size);
  fuzz::Verify(bytes, options);
  if (const auto checkpoint = audit::ParseCheckpoint(bytes); !checkpoint.ok()) {
    fuzz::RequireRefusal(checkpoint.status());
  } else {
    fuzz::Require(bytes.substr(0, checkpoint->text.size()) == checkpoint->text,
                  "what is signed is what was read");
  }
  if (const auto line = audit::ParseSignatureLine(bytes); !line.ok()) {
    fuzz::RequireRefusal(line.status());
  } else {
    fuzz::Require(line->id.size() == 4, "a key id has four bytes");
  }
  if (const auto key = audit::VerifierKey::Parse(bytes); !key.ok()) {
    fuzz::RequireRefusal(key.status());
  }
  audit::LeafView leaf;
  if (audit::ReadLeaf(bytes, &leaf).empty()) {
    fuzz::Require(leaf.commitment.size() == audit::kDigestSize, "a commitment is a hash");
  }
  audit::SuperLeafView super_leaf;
  if (audit::ReadSuperLeaf(bytes, &super_leaf).empty()) {
    fuzz::Require(super_leaf.root.size() == audit::kDigestSize, "a root is a hash");
  }
  return 0;
}
