#include "client-lib/cli/evidence_commands.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "client-lib/chat/evidence_name.h"
#include "client-lib/cli/output.h"

namespace belfry::cli {
namespace {

constexpr absl::Duration kRedrawPause = absl::Milliseconds(200);

std::string Bytes(double bytes) {
  const char* const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  size_t unit = 0;
  while (bytes >= 1024 && unit + 1 < std::size(units)) {
    bytes /= 1024;
    ++unit;
  }
  return unit == 0 ? absl::StrFormat("%.0f B", bytes)
                   : absl::StrFormat("%.1f %s", bytes, units[unit]);
}

// Draws one line over and over on a terminal; nothing elsewhere.
class Bar {
 public:
  explicit Bar(const Console& console) : console_(console), shows_(isatty(STDERR_FILENO) == 1) {}
  ~Bar() { Clear(); }

  void Draw(const client::TransferProgress& progress) {
    const absl::Time now = absl::Now();
    if (what_ != progress.what) {
      what_ = progress.what;
      start_ = now;
      began_ = progress.done_bytes;
      drawn_ = absl::InfinitePast();
    }
    last_ = progress;
    if (!shows_) return;
    if (now - drawn_ < kRedrawPause && progress.done_bytes < progress.total_bytes) return;
    drawn_ = now;
    console_.error << "\r\033[K" << ProgressLine(progress, began_, now - start_) << std::flush;
    dirty_ = true;
  }

  void Clear() {
    if (dirty_) console_.error << "\r\033[K" << std::flush;
    dirty_ = false;
  }

  // Of the last part.
  std::string Rate() const {
    const double seconds = absl::ToDoubleSeconds(absl::Now() - start_);
    const int64_t moved = last_.done_bytes - began_;
    if (what_.empty() || seconds <= 0) return "";
    return absl::StrFormat("%s in %.1f s, %s/s", Bytes(static_cast<double>(moved)), seconds,
                           Bytes(static_cast<double>(moved) / seconds));
  }

 private:
  const Console& console_;
  const bool shows_;
  bool dirty_ = false;
  std::string what_;
  absl::Time start_;
  absl::Time drawn_;
  int64_t began_ = 0;
  client::TransferProgress last_;
};

int Misused(const Console& console) {
  console.error << "belfry: usage: belfry evidence upload DOP-2026-0007-E3 FILE\n"
                   "               belfry evidence download DOP-2026-0007-E3 FILE PURPOSE\n"
                   "               belfry evidence rekey\n";
  return kWrongUsage;
}

// A file that cannot be read is wrong usage; everything else is the server's answer.
int Failed(const Console& console, const absl::Status& status) { return Fail(console, status); }

int Upload(const Desk& desk, const std::vector<std::string>& words) {
  const auto item = chat::ParseEvidenceNo(words[2]);
  if (!item.has_value()) return Misused(desk.console);
  Bar bar(desk.console);
  client::TransferOptions options;
  options.progress = [&](const client::TransferProgress& progress) { bar.Draw(progress); };
  const absl::StatusOr<v1::Evidence> evidence =
      client::UploadFile(desk.client, item->Name(), words[3], options);
  bar.Clear();
  if (!evidence.ok()) return Failed(desk.console, evidence.status());
  if (desk.console.output == Output::kJson) {
    desk.console.out << RenderJson(*evidence);
    return kDone;
  }
  desk.console.out << Harmless(absl::StrCat(evidence->evidence_no(), " holds ",
                                            evidence->content().size_bytes(), " bytes, SHA-256 ",
                                            evidence->content().sha256()))
                   << "\n";
  if (const std::string rate = bar.Rate(); !rate.empty()) desk.console.error << rate << "\n";
  return kDone;
}

int Download(const Desk& desk, const std::vector<std::string>& words) {
  const auto item = chat::ParseEvidenceNo(words[2]);
  if (!item.has_value()) return Misused(desk.console);
  const std::string purpose = absl::StrJoin(words.begin() + 4, words.end(), " ");
  Bar bar(desk.console);
  client::TransferOptions options;
  options.progress = [&](const client::TransferProgress& progress) { bar.Draw(progress); };
  const absl::StatusOr<v1::Content> content =
      client::DownloadFile(desk.client, item->Name(), purpose, words[3], options);
  bar.Clear();
  if (!content.ok()) return Failed(desk.console, content.status());
  if (desk.console.output == Output::kJson) {
    desk.console.out << RenderJson(*content);
    return kDone;
  }
  desk.console.out << Harmless(absl::StrCat(words[3], " holds ", content->size_bytes(),
                                            " bytes, SHA-256 ", content->sha256(),
                                            " as stored. Work on copies of it"))
                   << "\n";
  if (const std::string rate = bar.Rate(); !rate.empty()) desk.console.error << rate << "\n";
  return kDone;
}

int Rekey(const Desk& desk) {
  const auto response = desk.client.RekeyVault(v1::RekeyVaultRequest());
  if (!response.ok()) return Fail(desk.console, response.status());
  if (desk.console.output == Output::kJson) {
    desk.console.out << RenderJson(*response);
  } else {
    desk.console.out << Harmless(absl::StrCat(response->rewrapped(), " keys wrapped anew by ",
                                              response->key_id(), ", ", response->unchanged(),
                                              " were already"))
                     << "\n";
  }
  return kDone;
}

}  // namespace

std::string ProgressLine(const client::TransferProgress& progress, int64_t began_bytes,
                         absl::Duration spent) {
  const double seconds = absl::ToDoubleSeconds(spent);
  const double rate =
      seconds > 0 ? static_cast<double>(progress.done_bytes - began_bytes) / seconds : 0;
  const int64_t percent =
      progress.total_bytes == 0 ? 100 : progress.done_bytes * 100 / progress.total_bytes;
  std::string line = absl::StrFormat("%s  %s of %s  %d %%", progress.what,
                                     Bytes(static_cast<double>(progress.done_bytes)),
                                     Bytes(static_cast<double>(progress.total_bytes)), percent);
  if (rate > 0) {
    const double left = static_cast<double>(progress.total_bytes - progress.done_bytes) / rate;
    absl::StrAppendFormat(&line, "  %s/s  %.0f s left", Bytes(rate), std::ceil(left));
  }
  return line;
}

bool IsEvidenceFileVerb(const std::vector<std::string>& words) {
  return words.size() > 1 && words[0] == "evidence" &&
         (words[1] == "upload" || words[1] == "download" || words[1] == "rekey");
}

int RunEvidenceFiles(const Desk& desk, const std::vector<std::string>& words) {
  const std::string& verb = words[1];
  if (verb == "upload" && words.size() == 4) return Upload(desk, words);
  if (verb == "download" && words.size() > 4) return Download(desk, words);
  if (verb == "rekey" && words.size() == 2) return Rekey(desk);
  return Misused(desk.console);
}

}  // namespace belfry::cli
