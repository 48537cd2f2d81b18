#include "client-lib/cli/verify_export.h"

#include <unistd.h>

#include <fstream>
#include <sstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client-lib/audit/report.h"
#include "client-lib/audit/verify.h"
#include "client-lib/cli/terminal.h"

namespace belfry::cli {
namespace {

constexpr size_t kNoteBytesMax = 64 * 1024;

// A line that is written over itself; only where somebody looks at it.
class ProgressLine {
 public:
  explicit ProgressLine(std::ostream& error) : error_(error), shown_(isatty(STDERR_FILENO) != 0) {}
  ~ProgressLine() {
    if (percent_ >= 0) error_ << "\r\x1b[K" << std::flush;
  }

  void Show(uint64_t done, uint64_t total) {
    const int percent =
        total == 0 ? 100
                   : static_cast<int>(static_cast<double>(done) * 100 / static_cast<double>(total));
    if (!shown_ || percent == percent_) return;
    percent_ = percent;
    error_ << "\rVerifying " << percent << " %" << std::flush;
  }

 private:
  std::ostream& error_;
  const bool shown_;
  int percent_ = -1;
};

absl::StatusOr<std::string> ReadNote(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf()) || text.str().size() > kNoteBytesMax) {
    return absl::InvalidArgumentError(absl::StrCat("--held: ", path, " is no checkpoint"));
  }
  return text.str();
}

}  // namespace

absl::StatusOr<bool> VerifyExportFile(const VerifyArguments& arguments, std::ostream& out,
                                      std::ostream& error) {
  audit::VerifyOptions options;
  auto keys = audit::ParseKeys(arguments.keys, false);
  if (!keys.ok()) return keys.status();
  if (keys->empty()) {
    return absl::InvalidArgumentError("--key VKEY is needed: the public key of the server");
  }
  options.keys = *std::move(keys);
  auto witnesses = audit::ParseKeys(arguments.witness_keys, true);
  if (!witnesses.ok()) return witnesses.status();
  options.witness_keys = *std::move(witnesses);
  for (const std::string& path : arguments.held_files) {
    auto note = ReadNote(path);
    if (!note.ok()) return note.status();
    options.held.push_back(*std::move(note));
  }
  options.strict = arguments.strict;
  absl::StatusOr<audit::VerifyResult> result;
  {
    ProgressLine line(error);
    options.progress = [&line](uint64_t done, uint64_t total) { line.Show(done, total); };
    result = audit::VerifyExport(arguments.file, options);
  }
  if (!result.ok()) return result.status();
  out << (arguments.json ? audit::ReportJson(*result) : Harmless(audit::ReportText(*result)));
  return !result->bad.has_value();
}

}  // namespace belfry::cli
