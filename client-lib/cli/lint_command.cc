#include "client-lib/cli/lint_command.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "client-lib/cli/output.h"
#include "client-lib/cli/policy_commands.h"

namespace belfry::cli {

std::string RenderFindings(const std::string& path, const Findings& findings) {
  std::string text;
  for (const auto& finding : findings) {
    const std::string line = finding.line() > 0 ? absl::StrCat(finding.line(), ":") : "";
    const std::string item = finding.path().empty() ? "" : absl::StrCat(finding.path(), ": ");
    absl::StrAppend(
        &text,
        Harmless(absl::StrCat(path, ":", line, finding.warning() ? " warning: " : " error: ", item,
                              finding.message())),
        "\n");
  }
  return text;
}

int RunLint(const Desk& desk, const std::string& path) {
  const Console& console = desk.console;
  const auto wrong = [&](const absl::Status& status) {
    console.error << "belfry: " << Harmless(status.message()) << "\n";
    return kWrongUsage;
  };
  const absl::StatusOr<std::string> text = ReadFile(path);
  if (!text.ok()) return wrong(text.status());
  v1::LintPolicyRequest request;
  request.set_text(*text);
  request.set_against_directory(desk.arguments.with_directory);
  if (!desk.arguments.directory_file.empty()) {
    const absl::Status read = ParseFile(desk.arguments.directory_file, request.mutable_directory());
    if (!read.ok()) return wrong(read);
  }
  const auto response = desk.client.LintPolicy(request);
  if (!response.ok()) return Fail(console, response.status());
  const auto errors = std::count_if(response->findings().begin(), response->findings().end(),
                                    [](const auto& finding) { return !finding.warning(); });
  if (console.output == Output::kJson) {
    console.out << RenderJson(*response);
  } else {
    console.out << RenderFindings(path, response->findings());
    // Apart from the findings: a script reads lines of one form.
    console.error << (errors == 0 ? "The pack can be loaded" : "The pack cannot be loaded") << ": "
                  << errors << " errors, " << response->findings_size() - errors << " warnings.\n";
  }
  return errors == 0 ? kDone : kRefused;
}

}  // namespace belfry::cli
