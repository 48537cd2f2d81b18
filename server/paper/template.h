// Templates of documents: mustache, filled with values of the record.
#ifndef BELFRY_SERVER_PAPER_TEMPLATE_H_
#define BELFRY_SERVER_PAPER_TEMPLATE_H_

#include <map>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace belfry::paper {

// What a template may name: a text, a list whose items name more, or a group, "incident.title".
class Value {
 public:
  using List = std::vector<Value>;
  using Group = std::map<std::string, Value>;

  Value() : value_(std::string()) {}
  Value(std::string text) : value_(std::move(text)) {}  // NOLINT: texts are values
  Value(List list) : value_(std::move(list)) {}         // NOLINT
  Value(Group group) : value_(std::move(group)) {}      // NOLINT

  const std::variant<std::string, List, Group>& get() const { return value_; }

 private:
  std::variant<std::string, List, Group> value_;
};

// Templates that others may include, {{> name}}.
using Partials = std::map<std::string, std::string>;

// Is it mustache at all? INVALID_ARGUMENT says what is wrong with it.
absl::Status CheckSyntax(const std::string& text);

// Fills `text`. Values are escaped for XML, their line breaks become <br/>; what XML cannot hold is
// left out. A name that `values` does not know gives nothing: what is checked when a pack is read
// must not fail when somebody needs the document. INVALID_ARGUMENT when it is no mustache.
absl::StatusOr<std::string> Fill(const std::string& text, const Value::Group& values,
                                 const Partials& partials);

// As plain text: nothing is escaped.
absl::StatusOr<std::string> FillPlain(const std::string& text, const Value::Group& values,
                                      const Partials& partials);

// The names that a template asks for, as they stand in it: "incident.title", "fields.summary".
// `sample` has everything that there is, with one item in each list, so that no part is passed
// over.
struct NamesUsed {
  std::set<std::string> known;
  std::set<std::string> unknown;
};
absl::StatusOr<NamesUsed> FindNames(const std::string& text, const Value::Group& sample,
                                    const Partials& partials);

}  // namespace belfry::paper

#endif  // BELFRY_SERVER_PAPER_TEMPLATE_H_
