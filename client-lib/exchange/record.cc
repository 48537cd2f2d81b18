#include "client-lib/exchange/record.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "client-lib/exchange/ids.h"

namespace belfry::exchange {
namespace {

// Without "TLP:": a sentence about a label is not itself marked with it.
absl::string_view Bare(absl::string_view label) { return absl::StripPrefix(label, "TLP:"); }

}  // namespace

std::string ExportSentence(Format format, const v1::Export& file, absl::string_view bytes) {
  int left_out = 0;
  for (const auto& omission : file.omissions()) left_out += omission.count();
  return absl::StrCat(
      "Exported as ", RowOf(format).title, ", ",
      file.incidents_size() == 1 ? "this incident alone"
                                 : absl::StrCat("with ", file.incidents_size() - 1, " others"),
      "; label ", Bare(file.tlp()), ", at most ", Bare(file.tlp_max()), "; ",
      file.recipient().empty() ? "for nobody who was named"
                               : absl::StrCat("for ", file.recipient()),
      "; ", left_out, " parts left out; ", bytes.size(), " bytes, SHA-256 ", Sha256Hex(bytes));
}

absl::Status RecordExport(const client::Client& client, Format format, const v1::Export& file,
                          absl::string_view bytes) {
  const std::string sentence = ExportSentence(format, file, bytes);
  for (const auto& part : file.incidents()) {
    belfry::v1::AddNoteRequest request;
    request.set_name(part.incident().name());
    request.set_text(sentence);
    request.set_request_id(absl::StrCat("export-", RandomUuid()));
    if (const auto answer = client.AddNote(request); !answer.ok()) return answer.status();
  }
  return absl::OkStatus();
}

}  // namespace belfry::exchange
