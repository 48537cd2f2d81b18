#include "tests/traceability/matrix.h"

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "server/base/status_macros.h"
#include "tests/mutation/mutants.h"

namespace belfry::traceability {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

using Rows = std::vector<std::vector<std::string>>;

// Lines of a table, without those for people.
absl::StatusOr<Rows> ReadTable(const std::string& path, size_t columns) {
  BELFRY_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  Rows rows;
  int number = 0;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    if (line.empty() || line[0] == '#') continue;
    std::vector<std::string> row = absl::StrSplit(line, '\t');
    if (row.size() != columns) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ":", number, ": needs ", columns, " columns, has ", row.size()));
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

std::vector<std::string> SplitList(const std::string& text) {
  std::vector<std::string> parts;
  for (const absl::string_view part : absl::StrSplit(text, ';')) {
    const absl::string_view trimmed = absl::StripAsciiWhitespace(part);
    if (!trimmed.empty()) parts.emplace_back(trimmed);
  }
  return parts;
}

// What people call an element of this list.
std::string WordFor(const std::string& list) {
  static const auto* const words =
      new std::map<std::string, std::string>{{"obligations", "duty"},
                                             {"documents", "document"},
                                             {"fields", "field"},
                                             {"transitions", "transition"},
                                             {"guards", "guard"},
                                             {"permissions", "permission"},
                                             {"roles", "role"},
                                             {"categories", "category"},
                                             {"facts", "fact"},
                                             {"floors", "floor"},
                                             {"questions", "decision"},
                                             {"waivers", "waiver"},
                                             {"rebases", "new clock"},
                                             {"steps", "step"},
                                             {"overdue_schedules", "late"},
                                             {"network_removal", "removal"},
                                             {"escalation", "ladder"},
                                             {"hold", "hold"},
                                             {"exemptions", "exemption"},
                                             {"record_rules", "record rule"},
                                             {"involvement_notices", "notice to those involved"}};
  const auto found = words->find(list);
  return found == words->end() ? list : found->second;
}

class Citations {
 public:
  std::map<std::string, std::vector<Item>> Of(const policy::v1::Policy& pack) && {
    Walk(pack, "", "");
    return std::move(items_);
  }

 private:
  void Walk(const Message& message, const std::string& name, const std::string& path) {
    const auto* reflection = message.GetReflection();
    std::vector<const FieldDescriptor*> fields;
    reflection->ListFields(message, &fields);
    for (const FieldDescriptor* field : fields) {
      if (field->name() == "clauses") {
        for (int i = 0; i < reflection->FieldSize(message, field); ++i) {
          Add(reflection->GetRepeatedString(message, field, i), name, path);
        }
      }
      if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
      const std::string word = WordFor(field->name());
      const std::string lead = name.empty() ? "" : absl::StrCat(name, ", ");
      const std::string here =
          path.empty() ? field->name() : absl::StrCat(path, ".", field->name());
      if (!field->is_repeated()) {
        Walk(reflection->GetMessage(message, field), absl::StrCat(lead, word), here);
        continue;
      }
      for (int i = 0; i < reflection->FieldSize(message, field); ++i) {
        const Message& element = reflection->GetRepeatedMessage(message, field, i);
        const std::string label = mutation::LabelOf(element, i);
        Walk(element, absl::StrCat(lead, word, " ", label), absl::StrCat(here, "[", label, "]"));
      }
    }
  }

  void Add(const std::string& clause, const std::string& name, const std::string& path) {
    if (!absl::StartsWith(clause, "POL-")) return;
    items_[clause].push_back({name, absl::StrCat(path, " removed")});
  }

  std::map<std::string, std::vector<Item>> items_;
};

// Fields are many and say little one by one: "field FOLLOWUP.summary" becomes part of its document.
std::vector<std::string> ItemNames(const std::vector<Item>& items) {
  std::vector<std::string> names;
  for (const Item& item : items) {
    const bool known = std::find(names.begin(), names.end(), item.name) != names.end();
    if (!known) names.push_back(item.name);
  }
  return names;
}

constexpr char kLint[] = "refused by the lint";
// Tests shown for an item that is only missed part by part.
constexpr size_t kPartsMax = 2;

void AddOnce(std::vector<std::string>& list, const std::string& text) {
  if (std::find(list.begin(), list.end(), text) == list.end()) list.push_back(text);
}

// Who noticed that an item was removed. Where other items of the pack need it, so that the lint
// refuses the pack without it, who noticed changes of its parts.
std::vector<std::string> KillersOf(const std::vector<Item>& items,
                                   const std::map<std::string, std::string>& kills) {
  std::vector<std::string> killers;
  for (const Item& item : items) {
    const auto kill = kills.find(item.mutant);
    if (kill == kills.end()) continue;
    if (kill->second != kLint) {
      AddOnce(killers, kill->second);
      continue;
    }
    const std::string path = item.mutant.substr(0, item.mutant.rfind(' '));
    std::vector<std::string> parts;
    for (auto it = kills.lower_bound(path); it != kills.end() && absl::StartsWith(it->first, path);
         ++it) {
      if (it->second != kLint && parts.size() < kPartsMax) AddOnce(parts, it->second);
    }
    if (parts.empty()) parts.emplace_back(kLint);
    for (const std::string& part : parts) AddOnce(killers, part);
  }
  return killers;
}

std::string Cell(const std::string& text) { return absl::StrReplaceAll(text, {{"|", "\\|"}}); }

constexpr size_t kShownMax = 8;

std::string ShowSome(const std::vector<std::string>& all) {
  std::vector<std::string> shown(
      all.begin(), all.begin() + static_cast<int64_t>(std::min(all.size(), kShownMax)));
  std::string text = absl::StrJoin(shown, "; ");
  if (all.size() > kShownMax) absl::StrAppend(&text, "; and ", all.size() - kShownMax, " more");
  return text;
}

// "file#text" is there; "" when it is.
std::string Missing(const std::string& place, const std::string& root) {
  const size_t hash = place.find('#');
  const std::string file = place.substr(0, hash);
  const auto text = ReadFile(absl::StrCat(root, "/", file));
  if (!text.ok()) return absl::StrCat("there is no ", file);
  if (hash != std::string::npos && !absl::StrContains(*text, place.substr(hash + 1))) {
    return absl::StrCat(file, " does not contain \"", place.substr(hash + 1), "\"");
  }
  return "";
}

}  // namespace

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return absl::NotFoundError(absl::StrCat("cannot read ", path));
  std::stringstream text;
  text << stream.rdbuf();
  return text.str();
}

absl::StatusOr<std::vector<Requirement>> ReadRequirements(const std::string& requirements,
                                                          const std::string& traced) {
  BELFRY_ASSIGN_OR_RETURN(const Rows rows, ReadTable(requirements, 4));
  BELFRY_ASSIGN_OR_RETURN(const Rows more, ReadTable(traced, 5));
  std::vector<Requirement> all;
  std::set<std::string> ids;
  for (const auto& row : rows) {
    Requirement requirement;
    requirement.id = row[0];
    if (!absl::SimpleAtoi(row[1], &requirement.line) || !ids.insert(row[0]).second) {
      return absl::InvalidArgumentError(
          absl::StrCat(requirements, ": ", row[0], " is there twice, or its line is no number"));
    }
    requirement.heading = row[2];
    requirement.quote = row[3];
    const auto found = std::find_if(more.begin(), more.end(),
                                    [&](const auto& other) { return other[0] == row[0]; });
    if (found == more.end()) {
      return absl::InvalidArgumentError(absl::StrCat(traced, ": says nothing about ", row[0]));
    }
    requirement.how = (*found)[1];
    requirement.does = (*found)[2];
    requirement.places = SplitList((*found)[3]);
    requirement.tests = SplitList((*found)[4]);
    all.push_back(std::move(requirement));
  }
  for (const auto& row : more) {
    if (ids.count(row[0]) == 0) {
      return absl::InvalidArgumentError(absl::StrCat(traced, ": ", row[0], " is no requirement"));
    }
  }
  return all;
}

std::map<std::string, std::vector<Item>> ItemsOf(const policy::v1::Policy& pack) {
  return Citations().Of(pack);
}

std::vector<std::string> Check(const std::vector<Requirement>& requirements,
                               const policy::v1::Policy& pack, const std::string& text,
                               const std::map<std::string, std::string>& kills,
                               const std::vector<std::string>& expectations,
                               const std::string& root) {
  std::vector<std::string> wrong;
  const std::vector<std::string> lines = absl::StrSplit(text, '\n');
  const auto items = ItemsOf(pack);
  std::set<std::string> ids;
  for (const Requirement& requirement : requirements) {
    ids.insert(requirement.id);
    const auto line = static_cast<size_t>(requirement.line) - 1;
    if (line >= lines.size() || requirement.quote.empty() ||
        !absl::StrContains(lines[line], requirement.quote)) {
      wrong.push_back(
          absl::StrCat(requirement.id, ": the quote is not on line ", requirement.line));
    }
    for (const std::string& place : requirement.places) {
      if (const std::string why = Missing(place, root); !why.empty()) {
        wrong.push_back(absl::StrCat(requirement.id, ": ", why));
      }
    }
    for (std::string test : requirement.tests) {
      if (absl::StartsWith(test, "expect:")) {
        test = test.substr(7);
        const bool known =
            std::any_of(expectations.begin(), expectations.end(),
                        [&](const std::string& name) { return absl::StartsWith(name, test); });
        if (!known) wrong.push_back(absl::StrCat(requirement.id, ": no expectation ", test));
      } else if (const std::string why = Missing(test, root); !why.empty()) {
        wrong.push_back(absl::StrCat(requirement.id, ": ", why));
      }
    }
    const auto cited = items.find(requirement.id);
    const bool implemented = cited != items.end();
    if (!implemented && requirement.places.empty()) {
      wrong.push_back(absl::StrCat(requirement.id,
                                   ": nothing in the pack cites it, and no place is "
                                   "named that does it"));
    }
    if (requirement.tests.empty() && (!implemented || KillersOf(cited->second, kills).empty())) {
      wrong.push_back(absl::StrCat(requirement.id, ": no test would miss it"));
    }
  }
  for (const auto& [id, cited] : items) {
    if (ids.count(id) == 0) {
      wrong.push_back(absl::StrCat(cited.front().name, " cites ", id, ", which is no requirement"));
    }
  }
  return wrong;
}

std::string Render(const std::vector<Requirement>& requirements, const policy::v1::Policy& pack,
                   const std::map<std::string, std::string>& kills) {
  const auto items = ItemsOf(pack);
  std::map<std::string, int> ways;
  int cited = 0;
  for (const Requirement& requirement : requirements) {
    ++ways[requirement.how];
    cited += static_cast<int>(items.count(requirement.id));
  }
  std::vector<std::string> counts;
  for (const auto& [how, count] : ways) counts.push_back(absl::StrCat(count, " ", how));
  std::string text = absl::StrCat(
      "# Traceability\n\n"
      "Written by `tests/traceability/run.sh`; do not edit. From each requirement of ",
      pack.text().reference(),
      " to what Belfry does about it, the items of the pack that cite it and the "
      "tests that fail when they are removed.\n\n",
      requirements.size(), " requirements: ", absl::StrJoin(counts, ", "), ". ", cited,
      " are cited by items of the pack, the others are met by the program or the directory, at the "
      "place named. A test \"case …\", \"duty …\", \"may …\", \"fields …\" or \"values …\" stands "
      "in [tests/mutation/expectations](../tests/mutation/expectations), a \"scenario …\" in "
      "[tests/scenarios](../tests/scenarios). Each noticed the removal of the item in the last run "
      "([kills.tsv](../tests/mutation/kills.tsv)); where a pack without the item cannot be put in "
      "force at all, because other items need it, the change of a part of it.\n");
  std::string heading;
  for (const Requirement& requirement : requirements) {
    if (requirement.heading != heading) {
      heading = requirement.heading;
      absl::StrAppend(&text, "\n## ", heading,
                      "\n\n| requirement | text | Belfry | in the pack, or the place | tests that "
                      "would miss it |\n|---|---|---|---|---|\n");
    }
    std::vector<std::string> places;
    std::vector<std::string> tests;
    if (const auto found = items.find(requirement.id); found != items.end()) {
      places = ItemNames(found->second);
      tests = KillersOf(found->second, kills);
    }
    for (const std::string& place : requirement.places) {
      places.push_back(absl::StrCat("`", place.substr(0, place.find('#')), "`"));
    }
    for (const std::string& test : requirement.tests) {
      AddOnce(tests, absl::StartsWith(test, "expect:") ? test.substr(7)
                                                       : absl::StrReplaceAll(test, {{"#", " "}}));
    }
    absl::StrAppend(&text, "| **", requirement.id, "** (line ", requirement.line, ") | “",
                    Cell(requirement.quote), "” | *", requirement.how,
                    "*: ", Cell(requirement.does), " | ", Cell(ShowSome(places)), " | ",
                    Cell(ShowSome(tests)), " |\n");
  }
  return text;
}

}  // namespace belfry::traceability
