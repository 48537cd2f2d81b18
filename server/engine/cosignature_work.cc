#include "server/engine/cosignature_work.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"

namespace belfry::engine {
namespace {

constexpr size_t kSignaturesBytesMax = 16 * 1024;

absl::Status Invalid(absl::string_view why) {
  return ErrorBuilder(absl::StatusCode::kInvalidArgument, "COSIGNATURE_INVALID",
                      absl::StrCat("signatures: ", why))
      .Field("signatures", std::string(why))
      .Build();
}

}  // namespace

absl::StatusOr<std::string> CosignatureWork::Add(Batch& batch) {
  if (cosignature_.signatures.size() > kSignaturesBytesMax) return Invalid("at most 16 KiB");
  storage::RecordWriter& tables = batch.transaction->record();
  absl::StatusOr<std::optional<storage::CheckpointRow>> row =
      tables.FindCheckpoint("", cosignature_.size, /*newest=*/false);
  if (!row.ok()) return batch.failure = row.status();
  if (!row->has_value() || (*row)->size != cosignature_.size) {
    return ErrorBuilder(absl::StatusCode::kNotFound, "CHECKPOINT_NOT_FOUND",
                        absl::StrCat("size: there is no checkpoint of ", cosignature_.size,
                                     " leaves, or not any more; cosign the newest one"))
        .Build();
  }
  BELFRY_ASSIGN_OR_RETURN(record::SignedNote note, record::ParseNote((*row)->note));
  int added = 0;
  for (const absl::string_view line :
       absl::StrSplit(cosignature_.signatures, '\n', absl::SkipEmpty())) {
    const absl::StatusOr<record::NoteSignature> signature = record::ParseSignatureLine(line);
    if (!signature.ok()) return Invalid(signature.status().message());
    const bool good =
        std::any_of(witnesses_.begin(), witnesses_.end(), [&](const record::VerifierKey& witness) {
          return witness.type() == record::SignatureType::kCosignature &&
                 witness.Verify(note.text, *signature);
        });
    if (!good) {
      return Invalid(absl::StrCat("that of ", signature->key_name,
                                  " is of no witness in the configuration, or not for this "
                                  "checkpoint"));
    }
    auto& known = note.signatures;
    known.erase(std::remove_if(known.begin(), known.end(),
                               [&](const record::NoteSignature& one) {
                                 return one.key_name == signature->key_name &&
                                        one.key_id == signature->key_id;
                               }),
                known.end());
    known.push_back(*signature);
    ++added;
  }
  if (added == 0) return Invalid("at least one line is needed");
  (*row)->note = record::FormatNote(note);
  (*row)->cosigned = true;
  if (const absl::Status status = tables.PutCheckpoint(**row); !status.ok()) {
    return batch.failure = status;
  }
  batch.dirty = true;
  return (*row)->note;
}

void CosignatureWork::Finish(const absl::Status& commit) {
  if (!commit.ok() && (note_.ok() || ErrorReason(note_.status()).empty())) note_ = commit;
  done_(std::move(note_));
}

}  // namespace belfry::engine
