#include "tests/scenarios/runner/rows.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/base/proto_time.h"
#include "tests/scenarios/runner/government.h"
#include "tests/scenarios/runner/local_time.h"

namespace belfry::scenario {
namespace {

std::string StateName(const v1::Obligation& duty) {
  return v1::Obligation::State_Name(duty.state()).substr(sizeof("STATE_") - 1);
}

// "dop.pc", "systems/ID", "system".
bool IsActor(const std::string& wanted, const std::string& actual) {
  return wanted == actual || PersonName(wanted) == actual;
}

// How many of the written fields agree; -1 when it is another duty altogether.
int Likeness(const testing::v1::Duty& wanted, const v1::Obligation& actual, absl::TimeZone zone) {
  if (wanted.code() != actual.code() || wanted.number() != actual.number()) return -1;
  if (!wanted.of().empty() && wanted.of() != Tail(actual.subject())) return -1;
  int agree = wanted.advisory() == actual.advisory() ? 1 : 0;
  const auto count = [&](const std::string& text, bool fits) {
    if (!text.empty() && fits) ++agree;
  };
  count(wanted.start(), Agrees(wanted.start(), FromProto(actual.clock_start()), zone));
  count(wanted.due(), actual.has_due_time()
                          ? Agrees(wanted.due(), FromProto(actual.due_time()), zone)
                          : wanted.due() == "none");
  count(wanted.outcome(), wanted.outcome() == StateName(actual));
  count(wanted.at(),
        actual.has_settle_time() && Agrees(wanted.at(), FromProto(actual.settle_time()), zone));
  count(wanted.kind(), wanted.kind() == actual.kind());
  count(wanted.by(), IsActor(wanted.by(), actual.settled_by()));
  count(wanted.reason(), absl::StrContains(actual.reason(), wanted.reason()));
  return agree;
}

int Written(const testing::v1::Duty& wanted) {
  int written = 1;
  for (const std::string* text : {&wanted.start(), &wanted.due(), &wanted.outcome(), &wanted.at(),
                                  &wanted.kind(), &wanted.by(), &wanted.reason()}) {
    if (!text->empty()) ++written;
  }
  return written;
}

void Add(std::vector<std::string>& parts, absl::string_view before, const std::string& text) {
  if (!text.empty()) parts.push_back(absl::StrCat(before, text));
}

}  // namespace

std::string Tail(absl::string_view name) {
  const size_t slash = name.find('/');
  return std::string(slash == absl::string_view::npos ? name : name.substr(slash + 1));
}

std::string KindName(const v1::Notice& notice) {
  if (notice.done()) return "RECEIPT";
  return v1::Notice::Kind_Name(notice.kind()).substr(sizeof("KIND_") - 1);
}

std::string Describe(const testing::v1::Duty& duty) {
  std::vector<std::string> parts;
  if (!duty.of().empty()) parts.push_back(absl::StrCat("[", duty.of(), "]"));
  Add(parts, "from ", duty.start());
  Add(parts, "due ", duty.due());
  Add(parts, "", duty.outcome());
  Add(parts, "at ", duty.at());
  Add(parts, "by ", duty.by());
  Add(parts, "", duty.kind());
  if (duty.advisory()) parts.push_back("ADVISORY");
  Add(parts, "because ", duty.reason());
  return parts.empty() ? "exists" : absl::StrJoin(parts, " ");
}

std::string Describe(const v1::Obligation& duty, absl::TimeZone zone) {
  std::vector<std::string> parts;
  if (!duty.subject().empty()) parts.push_back(absl::StrCat("[", Tail(duty.subject()), "]"));
  parts.push_back(absl::StrCat("from ", FormatLocalTime(FromProto(duty.clock_start()), zone)));
  parts.push_back(absl::StrCat("due ", duty.has_due_time()
                                           ? FormatLocalTime(FromProto(duty.due_time()), zone)
                                           : std::string("none")));
  parts.push_back(StateName(duty));
  if (duty.has_settle_time()) {
    parts.push_back(absl::StrCat("at ", FormatLocalTime(FromProto(duty.settle_time()), zone)));
  }
  Add(parts, "by ", Tail(duty.settled_by()));
  parts.push_back(duty.kind());
  if (duty.advisory()) parts.push_back("ADVISORY");
  Add(parts, "because ", duty.reason());
  return absl::StrJoin(parts, " ");
}

std::string AsExpectation(const v1::Obligation& duty, absl::TimeZone zone) {
  std::string text = absl::StrCat("duty { code: \"", duty.code(), "\"");
  const auto add = [&](absl::string_view name, absl::string_view value) {
    absl::StrAppend(&text, " ", name, ": \"", value, "\"");
  };
  if (duty.number() > 0) absl::StrAppend(&text, " number: ", duty.number());
  if (!duty.subject().empty()) add("of", Tail(duty.subject()));
  add("start", FormatLocalTime(FromProto(duty.clock_start()), zone));
  add("due", duty.has_due_time() ? FormatLocalTime(FromProto(duty.due_time()), zone) : "none");
  add("outcome", StateName(duty));
  if (duty.has_settle_time()) add("at", FormatLocalTime(FromProto(duty.settle_time()), zone));
  add("kind", duty.kind());
  if (duty.advisory()) absl::StrAppend(&text, " advisory: true");
  return absl::StrCat(text, " }");
}

std::string Name(const testing::v1::Duty& duty) {
  return duty.number() > 0 ? absl::StrCat(duty.code(), "#", duty.number()) : duty.code();
}

std::vector<Difference> Match(std::vector<const testing::v1::Duty*> wanted,
                              std::vector<const v1::Obligation*>& left, absl::TimeZone zone,
                              const std::string& prefix) {
  // Those that say most choose first.
  std::stable_sort(wanted.begin(), wanted.end(),
                   [](const auto* a, const auto* b) { return Written(*a) > Written(*b); });
  std::vector<const testing::v1::Duty*> unmatched;
  for (const testing::v1::Duty* duty : wanted) {
    const auto exact = std::find_if(left.begin(), left.end(), [&](const v1::Obligation* actual) {
      return Likeness(*duty, *actual, zone) == Written(*duty);
    });
    if (exact == left.end()) {
      unmatched.push_back(duty);
    } else {
      left.erase(exact);
    }
  }
  std::vector<Difference> differences;
  for (const testing::v1::Duty* duty : unmatched) {
    auto best = left.end();
    for (auto it = left.begin(); it != left.end(); ++it) {
      const int likeness = Likeness(*duty, **it, zone);
      if (likeness < 0) continue;
      if (best == left.end() || likeness > Likeness(*duty, **best, zone)) best = it;
    }
    const std::string what = absl::StrCat(prefix, Name(*duty));
    if (best == left.end()) {
      differences.push_back({what, Describe(*duty), "does not exist"});
    } else {
      differences.push_back({what, Describe(*duty), Describe(**best, zone)});
      left.erase(best);
    }
  }
  return differences;
}

std::string Describe(const testing::v1::Case& one) {
  return absl::StrCat(Tail(one.entity()), " ", v1::NonComplianceCase::State_Name(one.state()), " ",
                      absl::StrJoin(one.duty(), ","));
}

std::string Describe(const v1::NonComplianceCase& one) {
  return absl::StrCat(Tail(one.entity()), " ", v1::NonComplianceCase::State_Name(one.state()), " ",
                      absl::StrJoin(one.obligations(), ","));
}

}  // namespace belfry::scenario
