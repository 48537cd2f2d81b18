#include "client-lib/cli/print_command.h"

#include <unistd.h>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client-lib/chat/parser.h"
#include "client-lib/cli/exchange_commands.h"
#include "client-lib/cli/output.h"

namespace belfry::cli {
namespace {

bool ReadFormat(const std::string& word, v1::DocumentFormat& format) {
  if (word.empty() || absl::EqualsIgnoreCase(word, "text")) {
    format = v1::DOCUMENT_FORMAT_TEXT;
  } else if (absl::EqualsIgnoreCase(word, "html")) {
    format = v1::DOCUMENT_FORMAT_HTML;
  } else if (absl::EqualsIgnoreCase(word, "pdf")) {
    format = v1::DOCUMENT_FORMAT_PDF;
  } else {
    return false;
  }
  return true;
}

}  // namespace

int RunPrint(const Desk& desk, const std::vector<std::string>& words) {
  const Console& console = desk.console;
  const auto wrong = [&](absl::string_view what) {
    console.error << "belfry: " << Harmless(what) << "\n";
    return kWrongUsage;
  };
  if (words.size() != 3)
    return wrong("usage: belfry " + std::string(FindTerminalVerb("print")->syntax));
  const auto incident = chat::ParseIncidentName(words[1]);
  if (!incident.has_value()) {
    return wrong(absl::StrCat("\"", words[1], "\" is no incident; they look like DOP-2026-0007"));
  }
  v1::RenderDocumentRequest request;
  const bool number = words[2].find_first_not_of("0123456789") == std::string::npos;
  request.set_name(absl::StrCat(*incident, number ? "/documents/" : "/drafts/", words[2]));
  v1::DocumentFormat format = v1::DOCUMENT_FORMAT_UNSPECIFIED;
  if (!ReadFormat(desk.arguments.format, format)) {
    return wrong(absl::StrCat("--format: ", desk.arguments.format, " is not text, html or pdf"));
  }
  request.set_format(format);
  if (format == v1::DOCUMENT_FORMAT_PDF && desk.arguments.output_file.empty() &&
      isatty(STDOUT_FILENO) == 1) {
    return wrong("--output: a PDF goes to a file; name one");
  }
  const auto response = desk.client.RenderDocument(request);
  if (!response.ok()) return Fail(console, response.status());
  if (desk.arguments.output_file.empty()) {
    console.out << response->content() << std::flush;
  } else if (absl::Status status = WriteWhole(desk.arguments.output_file, response->content());
             !status.ok()) {
    return wrong(status.message());
  }
  console.error << "belfry: " << response->file_name() << ", " << response->content().size()
                << " bytes, SHA-256 " << absl::BytesToHexString(response->sha256()) << "\n";
  return kDone;
}

}  // namespace belfry::cli
