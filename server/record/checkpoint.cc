#include "server/record/checkpoint.h"

#include <optional>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "server/base/status_macros.h"
#include "server/record/base64.h"

namespace belfry::record {
namespace {

absl::Status NoCheckpoint(absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat("not a checkpoint: ", why));
}

}  // namespace

std::string FormatCheckpoint(const Checkpoint& checkpoint) {
  return absl::StrCat(checkpoint.origin, "\n", checkpoint.size, "\n",
                      absl::Base64Escape(View(checkpoint.root)), "\n");
}

absl::StatusOr<Checkpoint> ParseCheckpoint(absl::string_view text) {
  const std::vector<absl::string_view> lines = absl::StrSplit(text, absl::MaxSplits('\n', 3));
  if (lines.size() < 4) return NoCheckpoint("three lines are needed");
  Checkpoint checkpoint;
  checkpoint.origin = std::string(lines[0]);
  if (checkpoint.origin.empty()) return NoCheckpoint("the first line names the log");
  if (!absl::SimpleAtoi(lines[1], &checkpoint.size) || absl::StrCat(checkpoint.size) != lines[1]) {
    return NoCheckpoint("the second line is the size, a decimal number");
  }
  const std::optional<std::string> root = DecodeBase64(lines[2]);
  const std::optional<Hash> hash = root.has_value() ? HashFromBytes(*root) : std::nullopt;
  if (!hash.has_value()) return NoCheckpoint("the third line is base64 of 32 bytes");
  checkpoint.root = *hash;
  return checkpoint;
}

absl::StatusOr<SignedNote> SignCheckpoint(const Checkpoint& checkpoint, const NoteSigner& signer) {
  SignedNote note;
  note.text = FormatCheckpoint(checkpoint);
  BELFRY_ASSIGN_OR_RETURN(NoteSignature signature, signer.Sign(note.text));
  note.signatures.push_back(std::move(signature));
  return note;
}

absl::StatusOr<Checkpoint> OpenCheckpoint(absl::string_view note, const VerifierKey& key) {
  BELFRY_ASSIGN_OR_RETURN(const SignedNote parsed, ParseNote(note));
  BELFRY_RETURN_IF_ERROR(VerifyNote(parsed, key));
  return ParseCheckpoint(parsed.text);
}

}  // namespace belfry::record
