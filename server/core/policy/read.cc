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

using Tree = TextFormat::ParseInfoTree;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

// The first line of a message that the parser says nothing about: a list in brackets has one place
// for all its items, but each field inside has its own.
int FirstLine(const Tree& tree, const Descriptor& type) {
  int first = 0;
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor* field = type.field(i);
    const int line = tree.GetLocation(field, field->is_repeated() ? 0 : -1).line + 1;
    if (line > 0 && (first == 0 || line < first)) first = line;
  }
  return first;
}

// The line of "obligations[3].due": of the deepest part of the path that stands in the text.
int LineOf(const Tree& root, absl::string_view path) {
  const Tree* tree = &root;
  const Descriptor* type = policy::v1::Policy::descriptor();
  int line = 0;
  for (absl::string_view part : absl::StrSplit(path, '.')) {
    int index = 0;
    if (const size_t open = part.find('['); open != absl::string_view::npos) {
      if (!absl::SimpleAtoi(part.substr(open + 1, part.size() - open - 2), &index)) return line;
      part = part.substr(0, open);
    }
    const FieldDescriptor* field = type->FindFieldByName(std::string(part));
    if (field == nullptr) return line;
    int at = field->is_repeated() ? index : -1;
    // Of words in brackets only the list has a place.
    while (at > 0 && field->message_type() == nullptr && tree->GetLocation(field, at).line < 0)
      --at;
    const int found = tree->GetLocation(field, at).line + 1;
    if (found > 0) line = found;
    if (field->message_type() == nullptr) return line;
    type = field->message_type();
    tree = tree->GetTreeForNested(field, at);
    if (tree == nullptr) return line;
    if (found == 0) {
      if (const int inside = FirstLine(*tree, *type); inside > 0) line = inside;
    }
  }
  return line;
}

std::vector<Finding> Check(absl::string_view text, const MoreChecks& more,
                           policy::v1::Policy& policy) {
  std::vector<Finding> findings;
  Complaints complaints(&findings);
  Tree tree;
  TextFormat::Parser parser;
  parser.RecordErrorsTo(&complaints);
  parser.WriteLocationsTo(&tree);
  if (!parser.ParseFromString(std::string(text), &policy)) {
    if (findings.empty()) findings.push_back({0, "", "cannot be read as a policy pack", false});
    return findings;
  }
  findings = LintPolicy(policy);
  const bool sound = std::all_of(findings.begin(), findings.end(),
                                 [](const Finding& finding) { return finding.warning; });
  if (sound && more) {
    const std::vector<Finding> found = more(policy);
    findings.insert(findings.end(), found.begin(), found.end());
  }
  for (Finding& finding : findings) finding.line = LineOf(tree, finding.path);
  std::stable_sort(findings.begin(), findings.end(),
                   [](const Finding& a, const Finding& b) { return a.line < b.line; });
  return findings;
}

}  // namespace

std::vector<Finding> CheckPolicyText(absl::string_view text, const MoreChecks& more) {
  policy::v1::Policy policy;
  return Check(text, more, policy);
}

absl::StatusOr<policy::v1::Policy> ReadPolicy(absl::string_view text) {
  policy::v1::Policy policy;
  std::string errors;
  for (const Finding& finding : Check(text, nullptr, policy)) {
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
