#include "client-lib/cli/audit_server_commands.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "client-lib/audit/leaf.h"
#include "client-lib/audit/proof.h"
#include "client-lib/audit/report.h"
#include "client-lib/chat/parser.h"
#include "client-lib/chat/values.h"
#include "client-lib/cli/output.h"
#include "client-lib/cli/policy_commands.h"

namespace belfry::cli {
namespace {

constexpr uint64_t kProgressBytes = uint64_t{1} << 20;

int Misused(const Console& console) {
  console.error << "belfry: usage: belfry " << FindTerminalVerb("audit")->syntax << "\n";
  return kWrongUsage;
}

int WrongLine(const Console& console, const absl::Status& status) {
  console.error << "belfry: " << Harmless(status.message()) << "\n";
  return kWrongUsage;
}

// What the server gave proves that it, or somebody before it, is wrong.
int DoesNotHold(const Console& console, const absl::Status& status) {
  console.error << "BAD: " << Harmless(status.message()) << "\n";
  return kRefused;
}

std::vector<std::string> Strings(const google::protobuf::RepeatedPtrField<std::string>& list) {
  return {list.begin(), list.end()};
}

// "dop" of "mass.example/belfry/dop"; "" of the super-log "mass.example/belfry".
std::string LogOf(absl::string_view origin) {
  const size_t slash = origin.rfind('/');
  const absl::string_view last =
      slash == absl::string_view::npos ? origin : origin.substr(slash + 1);
  return last == "belfry" ? "" : std::string(last);
}

// A new file that appears under its name only when it is whole and on disk.
class NewFile {
 public:
  explicit NewFile(std::string path) : path_(std::move(path)), part_(path_ + ".part") {
    file_ = open(part_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file_ < 0) Fail("create");
  }
  ~NewFile() {
    if (file_ < 0) return;
    close(file_);
    unlink(part_.c_str());
  }
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  void Write(absl::string_view bytes) {
    while (status_.ok() && !bytes.empty()) {
      const ssize_t count = write(file_, bytes.data(), bytes.size());
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) return Fail("write");
      bytes.remove_prefix(static_cast<size_t>(count));
    }
  }
  absl::Status Finish() {
    if (!status_.ok()) return status_;
    if (fsync(file_) != 0 || rename(part_.c_str(), path_.c_str()) != 0) {
      Fail("write");
      return status_;
    }
    close(file_);
    file_ = -1;
    return status_;
  }
  const absl::Status& status() const { return status_; }

 private:
  void Fail(absl::string_view what) {
    status_ = absl::InvalidArgumentError(
        absl::StrCat("cannot ", what, " ", part_, ": ", std::strerror(errno)));
  }

  const std::string path_;
  const std::string part_;
  int file_ = -1;
  absl::Status status_;
};

int RunExport(const Desk& desk, const std::string& path) {
  const Console& console = desk.console;
  v1::ExportRecordRequest request;
  if (!desk.arguments.audit.entity.empty()) {
    auto entity = chat::ParseEntity(desk.arguments.audit.entity);
    if (!entity.ok()) return WrongLine(console, entity.status());
    request.set_entity(*std::move(entity));
  }
  NewFile file(path);
  if (!file.status().ok()) return WrongLine(console, file.status());
  const std::unique_ptr<client::RecordStream> stream = desk.client.ExportRecord(request);
  if (stream == nullptr) return Fail(console, absl::UnimplementedError("no such call"));
  const bool shown = isatty(STDERR_FILENO) != 0;
  uint64_t bytes = 0;
  uint64_t told = 0;
  v1::ExportRecordResponse piece;
  while (stream->Read(&piece)) {
    file.Write(piece.data());
    if (!file.status().ok()) {
      stream->Cancel();
      break;
    }
    bytes += piece.data().size();
    if (shown && bytes - told >= kProgressBytes) {
      told = bytes;
      console.error << "\r" << bytes / kProgressBytes << " MiB" << std::flush;
    }
  }
  if (told > 0) console.error << "\r\x1b[K" << std::flush;
  const absl::Status ended = stream->Finish();
  if (!file.status().ok()) return WrongLine(console, file.status());
  if (!ended.ok()) return Fail(console, ended);
  if (const absl::Status status = file.Finish(); !status.ok()) return WrongLine(console, status);
  console.out << "Wrote " << bytes << " bytes to " << Harmless(path)
              << "\nCheck it: belfry audit verify " << Harmless(path) << " --key VKEY\n";
  return kDone;
}

// Proves that `newer`, which the server has just given, continues `older`.
absl::StatusOr<absl::Status> CompareWith(const Desk& desk, const audit::Checkpoint& older,
                                         const audit::Checkpoint& newer) {
  if (older.size > newer.size) return audit::CheckGrowth(older, newer, {});
  v1::GetConsistencyProofRequest request;
  request.set_log(LogOf(newer.origin));
  request.set_from_size(static_cast<int64_t>(older.size));
  request.set_to_size(static_cast<int64_t>(newer.size));
  const auto proof = desk.client.GetConsistencyProof(request);
  if (!proof.ok()) return proof.status();
  return audit::CheckGrowth(older, newer, Strings(proof->hashes()));
}

int RunCheckpoint(const Desk& desk) {
  const Console& console = desk.console;
  const AuditArguments& arguments = desk.arguments.audit;
  const auto keys = audit::ParseKeys(arguments.verifier_keys, false);
  if (!keys.ok()) return WrongLine(console, keys.status());
  v1::GetCheckpointRequest request;
  if (!arguments.entity.empty()) {
    const auto entity = chat::ParseEntity(arguments.entity);
    if (!entity.ok()) return WrongLine(console, entity.status());
    request.set_log(LogOf(*entity));
  }
  const auto response = desk.client.GetCheckpoint(request);
  if (!response.ok()) return Fail(console, response.status());
  if (response->note().empty()) {
    console.error << "belfry: no checkpoint of this log was made yet\n";
    return kRefused;
  }
  if (LogOf(response->origin()) != request.log()) {
    return DoesNotHold(console, absl::InvalidArgumentError(absl::StrCat(
                                    "the server answers with the log ", response->origin())));
  }
  const auto checkpoint = audit::OpenCheckpoint(response->note(), response->origin(), *keys);
  if (!checkpoint.ok()) return DoesNotHold(console, checkpoint.status());
  if (!response->super_note().empty()) {
    const auto parsed = audit::ParseCheckpoint(response->super_note());
    if (!parsed.ok()) return DoesNotHold(console, parsed.status());
    if (absl::StrCat(parsed->origin, "/", request.log()) != checkpoint->origin) {
      return DoesNotHold(console, absl::InvalidArgumentError(absl::StrCat(
                                      parsed->origin, " is not the super-log of this one")));
    }
    const auto super_log = audit::OpenCheckpoint(response->super_note(), parsed->origin, *keys);
    if (!super_log.ok()) return DoesNotHold(console, super_log.status());
    audit::SuperLeafView leaf;
    const std::string wrong = audit::ReadSuperLeaf(response->super_leaf(), &leaf);
    absl::Status status = audit::CheckInclusion(response->super_leaf(),
                                                static_cast<uint64_t>(response->super_index()),
                                                Strings(response->super_proof()), *super_log);
    if (!wrong.empty() || leaf.origin != checkpoint->origin || leaf.size != checkpoint->size ||
        leaf.root != audit::View(checkpoint->root)) {
      status = absl::InvalidArgumentError("the super-log names another checkpoint of this log");
    }
    if (!status.ok()) return DoesNotHold(console, status);
  }
  for (const std::string& path : arguments.held_files) {
    const auto note = ReadFile(path);
    if (!note.ok()) return WrongLine(console, note.status());
    const auto held = audit::OpenCheckpoint(*note, checkpoint->origin, *keys);
    if (!held.ok()) return WrongLine(console, held.status());
    const auto compared = CompareWith(desk, *held, *checkpoint);
    if (!compared.ok()) return Fail(console, compared.status());
    if (!compared->ok()) return DoesNotHold(console, *compared);
  }
  if (console.output == Output::kJson) {
    console.out << RenderJson(*response);
    return kDone;
  }
  // As a file it can be given to --held later, so nothing else goes to standard output.
  console.out << response->note();
  if (keys->empty()) {
    console.error
        << "Not checked: without --verifier-key nobody knows whose signature this is. The "
           "server says its key is\n"
        << Harmless(response->verifier_key()) << "\n";
  }
  return kDone;
}

std::string LeafText(const audit::LeafView& leaf, const audit::Checkpoint& checkpoint) {
  const absl::Time time = absl::FromUnixMicros(static_cast<int64_t>(leaf.time_us));
  return absl::StrCat(leaf.subject, " version ", leaf.version, "\n  what       ", leaf.kind,
                      "\n  by         ", leaf.principal, "\n  time       ",
                      absl::FormatTime("%Y-%m-%d %H:%M:%E3S UTC", time, absl::UTCTimeZone()),
                      "\n  log        ", leaf.origin, "\n  index      ", leaf.index,
                      "\n  commitment ", absl::BytesToHexString(leaf.commitment), "\n  root       ",
                      absl::BytesToHexString(audit::View(checkpoint.root)), " at size ",
                      checkpoint.size, "\n");
}

int RunProof(const Desk& desk, const std::vector<std::string>& words) {
  const Console& console = desk.console;
  const auto incident = chat::ParseIncidentName(words[2]);
  v1::GetInclusionProofRequest request;
  int64_t version = 0;
  if (!incident.has_value() ||
      (words.size() == 4 && (!absl::SimpleAtoi(words[3], &version) || version < 1))) {
    return Misused(console);
  }
  const auto keys = audit::ParseKeys(desk.arguments.audit.verifier_keys, false);
  if (!keys.ok()) return WrongLine(console, keys.status());
  request.set_incident(*incident);
  request.set_version(version);
  const auto response = desk.client.GetInclusionProof(request);
  if (!response.ok()) return Fail(console, response.status());

  audit::LeafView leaf;
  if (const std::string wrong = audit::ReadLeaf(response->leaf(), &leaf); !wrong.empty()) {
    return DoesNotHold(console, absl::InvalidArgumentError(absl::StrCat("the leaf: ", wrong)));
  }
  if (leaf.origin != response->log() || leaf.subject != *incident ||
      leaf.index != static_cast<uint64_t>(response->index()) ||
      (version > 0 && leaf.version != static_cast<uint64_t>(version))) {
    return DoesNotHold(console, absl::InvalidArgumentError("the leaf is one of something else"));
  }
  audit::Checkpoint tree;
  if (response->note().empty()) {
    const auto root = audit::ReadDigests({response->root()});
    if (!root.ok()) return DoesNotHold(console, root.status());
    tree.origin = response->log();
    tree.size = static_cast<uint64_t>(response->size());
    tree.root = (*root)[0];
  } else {
    auto opened = audit::OpenCheckpoint(response->note(), response->log(), *keys);
    if (!opened.ok()) return DoesNotHold(console, opened.status());
    tree = *std::move(opened);
  }
  absl::Status status =
      audit::CheckInclusion(response->leaf(), leaf.index, Strings(response->hashes()), tree);
  if (!status.ok()) return DoesNotHold(console, status);

  // What is in an older tree is in the newest one when that continues it.
  std::string newest_text;
  if (!response->note().empty()) {
    v1::GetCheckpointRequest newest_request;
    newest_request.set_log(LogOf(response->log()));
    const auto newest = desk.client.GetCheckpoint(newest_request);
    if (!newest.ok()) return Fail(console, newest.status());
    const auto newer = audit::OpenCheckpoint(newest->note(), response->log(), *keys);
    if (!newer.ok()) return DoesNotHold(console, newer.status());
    const auto compared = CompareWith(desk, tree, *newer);
    if (!compared.ok()) return Fail(console, compared.status());
    if (!compared->ok()) return DoesNotHold(console, *compared);
    newest_text = absl::StrCat("OK: that checkpoint is continued by the newest one, of size ",
                               newer->size, "\n");
  }
  if (console.output == Output::kJson) {
    console.out << RenderJson(*response);
    return kDone;
  }
  console.out << Harmless(
      absl::StrCat(LeafText(leaf, tree), "OK: the record is in the log\n", newest_text));
  if (response->note().empty()) {
    console.error << "No checkpoint covers it yet; a receipt is all there is until then.\n";
  } else if (keys->empty()) {
    console.error << "Not checked: whose signature the checkpoint has; see --verifier-key.\n";
  } else {
    console.out << "OK: the checkpoint is signed by a key that was given\n";
  }
  return kDone;
}

}  // namespace

int RunAudit(const Desk& desk, const std::vector<std::string>& words) {
  const std::string verb = words.size() > 1 ? words[1] : "";
  if (verb == "export" && words.size() == 3) return RunExport(desk, words[2]);
  if (verb == "checkpoint" && words.size() == 2) return RunCheckpoint(desk);
  if (verb == "proof" && (words.size() == 3 || words.size() == 4)) return RunProof(desk, words);
  return Misused(desk.console);
}

}  // namespace belfry::cli
