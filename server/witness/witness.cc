#include "server/witness/witness.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "server/base/status_macros.h"
#include "server/record/base64.h"
#include "server/record/proof.h"

namespace belfry::witness {
namespace {

constexpr size_t kProofLinesMax = 63;

struct Request {
  uint64_t old_size = 0;
  std::vector<record::Hash> proof;
  std::string note_bytes;
  record::SignedNote note;
  record::Checkpoint checkpoint;
};

// Takes a line without its newline from the front; nothing when there is no whole line.
std::optional<absl::string_view> TakeLine(absl::string_view& text) {
  const size_t end = text.find('\n');
  if (end == absl::string_view::npos) return std::nullopt;
  const absl::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

absl::StatusOr<Request> ParseRequest(absl::string_view body) {
  Request request;
  std::optional<absl::string_view> line = TakeLine(body);
  if (!line.has_value() || !absl::ConsumePrefix(&*line, "old ") ||
      !absl::SimpleAtoi(*line, &request.old_size) || absl::StrCat(request.old_size) != *line) {
    return absl::InvalidArgumentError("the first line must be \"old <size>\"");
  }
  for (;;) {
    line = TakeLine(body);
    if (!line.has_value()) {
      return absl::InvalidArgumentError("an empty line must stand before the checkpoint");
    }
    if (line->empty()) break;
    const std::optional<std::string> bytes = record::DecodeBase64(*line);
    const std::optional<record::Hash> hash =
        bytes.has_value() ? record::HashFromBytes(*bytes) : std::nullopt;
    if (!hash.has_value()) {
      return absl::InvalidArgumentError("a line of the proof is not a hash in base64");
    }
    if (request.proof.size() == kProofLinesMax) {
      return absl::InvalidArgumentError("a proof has at most 63 lines");
    }
    request.proof.push_back(*hash);
  }
  request.note_bytes = std::string(body);
  BELFRY_ASSIGN_OR_RETURN(request.note, record::ParseNote(body));
  BELFRY_ASSIGN_OR_RETURN(request.checkpoint, record::ParseCheckpoint(request.note.text));
  return request;
}

Answer Refuse(int status, absl::string_view text) {
  Answer answer;
  answer.status = status;
  answer.body = absl::StrCat(text, "\n");
  return answer;
}

Answer Conflict(uint64_t size) {
  Answer answer;
  answer.status = 409;
  answer.content_type = "text/x.tlog.size";
  answer.body = absl::StrCat(size, "\n");
  return answer;
}

}  // namespace

Witness::Witness(record::Cosigner cosigner, Logs logs, StateStore* store, Clock* clock)
    : cosigner_(std::move(cosigner)), logs_(std::move(logs)), clock_(*clock), store_(*store) {}

Answer Witness::AddCheckpoint(absl::string_view body, std::optional<SplitView>* split) {
  absl::StatusOr<Request> request = ParseRequest(body);
  if (!request.ok()) return Refuse(400, request.status().message());
  const record::Checkpoint& offered = request->checkpoint;
  const auto log = logs_.find(offered.origin);
  if (log == logs_.end()) return Refuse(404, "this log is not witnessed here");
  const bool is_signed = std::any_of(
      log->second.begin(), log->second.end(),
      [&](const record::VerifierKey& key) { return record::VerifyNote(request->note, key).ok(); });
  if (!is_signed) return Refuse(403, "no key of this log has signed the checkpoint");
  if (request->old_size > offered.size) {
    return Refuse(400, "the old size is larger than the checkpoint's");
  }

  absl::MutexLock lock(&mutex_);
  const absl::StatusOr<std::optional<record::Checkpoint>> loaded = store_.Load(offered.origin);
  if (!loaded.ok()) return Refuse(500, "the state of this log cannot be read");
  const record::Checkpoint known =
      loaded->value_or(record::Checkpoint{offered.origin, 0, record::EmptyRoot()});
  const auto accuse = [&] {
    if (split != nullptr) split->emplace(SplitView{known, offered, request->note_bytes});
  };
  if (request->old_size != known.size) return Conflict(known.size);
  if (offered.size == known.size && offered.root != known.root) {
    accuse();
    return Conflict(known.size);
  }
  const absl::Status consistent =
      record::VerifyConsistency(known.size, known.root, offered.size, offered.root, request->proof);
  if (!consistent.ok()) {
    // An empty or mangled proof says something about who sent it, not about the log.
    if (!request->proof.empty()) accuse();
    return Refuse(422, "the proof does not show that the log only grew");
  }
  const int64_t seconds = std::max<int64_t>(1, absl::ToUnixSeconds(clock_.Now()));
  const absl::StatusOr<record::NoteSignature> signature =
      cosigner_.Sign(request->note.text, static_cast<uint64_t>(seconds));
  if (!signature.ok()) return Refuse(500, "the checkpoint cannot be signed");
  if (offered != known || !loaded->has_value()) {
    if (!store_.Save(offered, request->note_bytes).ok()) {
      return Refuse(500, "the checkpoint cannot be saved");
    }
  }
  Answer answer;
  answer.body = record::FormatSignatureLine(*signature);
  return answer;
}

}  // namespace belfry::witness
