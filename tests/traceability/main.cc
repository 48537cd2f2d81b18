// belfry-traceability: writes docs/traceability.md, or says why it is not what it ought to be.
#include <fstream>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "server/base/sha256.h"
#include "server/base/status_macros.h"
#include "server/base/textproto.h"
#include "tests/mutation/expectations.h"
#include "tests/traceability/matrix.h"

namespace belfry::traceability {
namespace {

constexpr char kUsage[] =
    "belfry-traceability: from each requirement of the policy to what implements and tests it\n"
    "\n"
    "  belfry-traceability write ROOT   writes docs/traceability.md\n"
    "  belfry-traceability check ROOT   ends with 1 when that file is out of date\n"
    "\n"
    "Both end with 1 when a requirement has no implementation or no test, a quote is not in the "
    "text,\n"
    "or a place does not exist.\n";

absl::StatusOr<std::map<std::string, std::string>> ReadKills(const std::string& path) {
  BELFRY_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  std::map<std::string, std::string> kills;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    if (line.empty() || line[0] == '#') continue;
    const std::vector<std::string> columns = absl::StrSplit(line, '\t');
    if (columns.size() == 2) kills[columns[0]] = columns[1];
  }
  return kills;
}

absl::Status Run(const std::string& command, const std::string& root) {
  const std::string policy = root + "/deploy/policy/itd-sec-4.3";
  policy::v1::Policy pack;
  BELFRY_RETURN_IF_ERROR(ReadTextProto(policy + ".textproto", "the pack", pack));
  BELFRY_ASSIGN_OR_RETURN(const std::string text, ReadFile(policy + ".txt"));
  BELFRY_ASSIGN_OR_RETURN(
      const auto requirements,
      ReadRequirements(policy + ".requirements.tsv", root + "/tests/traceability/itd-sec-4.3.tsv"));
  BELFRY_ASSIGN_OR_RETURN(const auto kills, ReadKills(root + "/tests/mutation/kills.tsv"));
  BELFRY_ASSIGN_OR_RETURN(const auto suite,
                          mutation::ReadSuite(root + "/tests/mutation/expectations"));
  std::vector<std::string> expectations;
  for (const auto& check : suite.checks) expectations.push_back(check.name);

  std::vector<std::string> wrong = Check(requirements, pack, text, kills, expectations, root);
  if (Sha256Hex(text) != pack.text().sha256()) {
    wrong.push_back("the text is not the one whose hash the pack names");
  }
  for (const std::string& line : wrong) std::cout << line << "\n";

  const std::string document = Render(requirements, pack, kills);
  const std::string path = root + "/docs/traceability.md";
  if (command == "write") {
    std::ofstream(path) << document;
  } else if (command == "check") {
    const auto present = ReadFile(path);
    if (!present.ok() || *present != document) {
      wrong.push_back("");
      std::cout << "docs/traceability.md is out of date; run tests/traceability/run.sh\n";
    }
  } else {
    return absl::InvalidArgumentError(absl::StrCat("\"", command, "\" is no command"));
  }
  if (!wrong.empty()) return absl::FailedPreconditionError(absl::StrCat(wrong.size(), " found"));
  return absl::OkStatus();
}

}  // namespace
}  // namespace belfry::traceability

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << belfry::traceability::kUsage;
    return 2;
  }
  const absl::Status status = belfry::traceability::Run(argv[1], argv[2]);
  if (status.ok()) return 0;
  std::cerr << "belfry-traceability: " << status.message() << "\n";
  return absl::IsFailedPrecondition(status) ? 1 : 2;
}
