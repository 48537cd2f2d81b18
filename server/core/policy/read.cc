#include "server/core/policy/read.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/text_format.h"

namespace belfry::core {
namespace {

using google::protobuf::TextFormat;

// Turns the parser's complaints into findings.
class Complaints final : public google::protobuf::io::ErrorCollector {
 public:
  explicit Complaints(std::vector<Finding>* findings) : findings_(*findings) {}
  void AddError(int line, google::protobuf::io::ColumnNumber column,
                const std::string& message) override {
    // The parser counts from 0.
    findings_.push_back({line + 1, "", absl::StrCat("column ", column + 1, ": ", message), false});
  }

 private:
  std::vector<Finding>& findings_;
};

// The line of "obligations[3].due": of the deepest part of the path that the parser knows.
int LineOf(const TextFormat::ParseInfoTree& root, absl::string_view path) {
  const TextFormat::ParseInfoTree* tree = &root;
  const google::protobuf::Descriptor* type = policy::v1::Policy::descriptor();
  int line = 0;
  for (absl::string_view part : absl::StrSplit(path, '.')) {
    int index = -1;
    if (const size_t open = part.find('['); open != absl::string_view::npos) {
      if (!absl::SimpleAtoi(part.substr(open + 1, part.size() - open - 2), &index)) return line;
      part = part.substr(0, open);
    }
    if (type == nullptr) return line;
    const google::protobuf::FieldDescriptor* field = type->FindFieldByName(std::string(part));
    if (field == nullptr) return line;
    const int at = field->is_repeated() ? std::max(index, 0) : -1;
    const TextFormat::ParseLocation location = tree->GetLocation(field, at);
    if (location.line >= 0) line = location.line + 1;
    type = field->message_type();
    if (type == nullptr) return line;
    tree = tree->GetTreeForNested(field, at);
    if (tree == nullptr) return line;
  }
  return line;
}

std::vector<Finding> Check(absl::string_view text, policy::v1::Policy& policy) {
  std::vector<Finding> findings;
  Complaints complaints(&findings);
  TextFormat::ParseInfoTree tree;
  TextFormat::Parser parser;
  parser.RecordErrorsTo(&complaints);
  parser.WriteLocationsTo(&tree);
  if (!parser.ParseFromString(std::string(text), &policy)) {
    if (findings.empty()) findings.push_back({0, "", "cannot be read as a policy pack", false});
    return findings;
  }
  findings = LintPolicy(policy);
  for (Finding& finding : findings) finding.line = LineOf(tree, finding.path);
  return findings;
}

}  // namespace

std::vector<Finding> CheckPolicyText(absl::string_view text) {
  policy::v1::Policy policy;
  return Check(text, policy);
}

absl::StatusOr<policy::v1::Policy> ReadPolicy(absl::string_view text) {
  policy::v1::Policy policy;
  std::string errors;
  for (const Finding& finding : Check(text, policy)) {
    if (finding.warning) continue;
    absl::StrAppend(&errors, errors.empty() ? "" : "\n", "line ", finding.line, ": ", finding.path,
                    finding.path.empty() ? "" : ": ", finding.message);
  }
  if (!errors.empty()) return absl::InvalidArgumentError(errors);
  return policy;
}

absl::StatusOr<policy::v1::Policy> ParsePolicy(absl::string_view text) {
  std::vector<Finding> findings;
  Complaints complaints(&findings);
  TextFormat::Parser parser;
  parser.RecordErrorsTo(&complaints);
  policy::v1::Policy policy;
  if (parser.ParseFromString(std::string(text), &policy)) return policy;
  if (findings.empty()) return absl::InvalidArgumentError("cannot be read as a policy pack");
  return absl::InvalidArgumentError(
      absl::StrCat("line ", findings[0].line, ": ", findings[0].message));
}

}  // namespace belfry::core
