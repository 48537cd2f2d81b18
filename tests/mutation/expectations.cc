#include "tests/mutation/expectations.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "server/base/error.h"
#include "server/base/proto_time.h"
#include "server/base/status_macros.h"
#include "server/core/claim.h"
#include "server/core/public_items.h"
#include "server/core/state_util.h"

namespace belfry::mutation {
namespace {

using Failures = std::vector<std::string>;
using Roles = std::set<std::string>;

// Duties are tried at this severity where it does not matter.
constexpr char kUsual[] = "SEV4";
constexpr const char* kSeverities[] = {"SEV1", "SEV2", "SEV3", "SEV4", "SEV5"};

std::vector<std::string> Split(absl::string_view text, char by) {
  std::vector<std::string> parts;
  for (const absl::string_view part : absl::StrSplit(text, by)) {
    const absl::string_view trimmed = absl::StripAsciiWhitespace(part);
    if (!trimmed.empty()) parts.emplace_back(trimmed);
  }
  return parts;
}

Roles RolesIn(absl::string_view text) {
  Roles roles;
  for (std::string& role : Split(text, ' ')) {
    if (role != "nobody") roles.insert(std::move(role));
  }
  return roles;
}

std::string Show(const Roles& roles) {
  return roles.empty() ? "nobody" : absl::StrJoin(roles, " ");
}

std::string Show(absl::Duration span) { return absl::FormatDuration(span); }

// "key rest" of a line.
std::pair<std::string, std::string> KeyOf(absl::string_view line) {
  const size_t space = line.find(' ');
  if (space == absl::string_view::npos) return {std::string(line), ""};
  return {std::string(line.substr(0, space)),
          std::string(absl::StripAsciiWhitespace(line.substr(space + 1)))};
}

// "A -> B"; B is empty without an arrow.
std::pair<std::string, std::string> Arrow(absl::string_view text) {
  const size_t arrow = text.find("->");
  if (arrow == absl::string_view::npos) return {std::string(text), ""};
  return {std::string(absl::StripAsciiWhitespace(text.substr(0, arrow))),
          std::string(absl::StripAsciiWhitespace(text.substr(arrow + 2)))};
}

absl::Status Broken(const Line& line, absl::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat(line.file, ":", line.number, ": ", what, ": ", line.text));
}

// ---- Who may ----

// "may WORLD: ACT | ROLES | CITATION"
absl::StatusOr<Check> ReadMay(const Line& line, absl::string_view rest) {
  const size_t colon = rest.find(": ");
  const std::vector<std::string> parts = colon == absl::string_view::npos
                                             ? std::vector<std::string>{}
                                             : Split(rest.substr(colon + 2), '|');
  if (parts.size() != 3) return Broken(line, "may WORLD: ACT | ROLES | CITATION");
  const std::string world(rest.substr(0, colon));
  const std::string act = parts[0];
  const Roles allowed = RolesIn(parts[1]);
  Check check;
  check.name = absl::StrCat("may ", act, " when ", world);
  check.citation = parts[2];
  check.run = [world, act, allowed](Trial& trial) -> Failures {
    auto prepared = trial.After(world);
    if (!prepared.ok()) return {std::string(prepared.status().message())};
    Failures failures;
    for (const std::string& actor : Actors()) {
      World copy = *prepared;
      const absl::Status status = copy.Act(absl::StrCat(actor, " ", act));
      if (status.code() == absl::StatusCode::kInternal) return {std::string(status.message())};
      // To whoever sees nothing of it, what they name does not exist.
      const bool unseen =
          status.code() == absl::StatusCode::kInvalidArgument && !copy.MayRead(actor);
      const bool may = !IsDenied(status) && !unseen;
      const bool expected = allowed.count(actor) > 0 || allowed.count("anyone") > 0 ||
                            (allowed.count("government") > 0 && actor != "TP");
      if (may != expected) {
        failures.push_back(absl::StrCat(actor, expected ? " is refused" : " is let"));
      }
    }
    return failures;
  };
  return check;
}

// ---- What a document must contain ----

// "fields TYPE by WHO in WORLD [with x=A …]: required… | optional… | CITATION"
absl::StatusOr<Check> ReadFields(const Line& line, absl::string_view rest) {
  const size_t colon = rest.find(": ");
  if (colon == absl::string_view::npos) return Broken(line, "fields … : required | optional");
  const std::vector<std::string> head = Split(rest.substr(0, colon), ' ');
  const std::vector<std::string> parts = absl::StrSplit(rest.substr(colon + 2), '|');
  if (head.size() < 5 || head[1] != "by" || head[3] != "in" || parts.size() != 3) {
    return Broken(line, "fields TYPE by WHO in WORLD: required | optional | CITATION");
  }
  std::string given;
  for (size_t i = 5; i < head.size(); ++i) {
    if (head[i] != "with") absl::StrAppend(&given, " ", head[i]);
  }
  const Roles required = RolesIn(parts[0]);
  const Roles optional = RolesIn(parts[1]);
  Check check;
  check.name = absl::StrCat("fields ", head[0], given);
  check.citation = std::string(absl::StripAsciiWhitespace(parts[2]));
  const std::string act = absl::StrCat(head[2], " doc ", head[0], given);
  const std::string world = head[4];
  check.run = [=](Trial& trial) -> Failures {
    auto prepared = trial.After(world);
    if (!prepared.ok()) return {std::string(prepared.status().message())};
    Failures failures;
    World bare = *prepared;
    const std::vector<std::string> words = Split(Refusal(bare.Act(act)), ' ');
    Roles missing(words.begin(), words.end());
    const bool incomplete = missing.erase("DOCUMENT_INCOMPLETE") > 0;
    if (incomplete != !required.empty() || (incomplete && missing != required)) {
      failures.push_back(
          absl::StrCat("needs ", absl::StrJoin(words, " "), ", not ", Show(required)));
    }
    // A field is known when it is not what the refusal is about.
    for (const std::string& field : optional) {
      World copy = *prepared;
      const std::string refusal = Refusal(copy.Act(absl::StrCat(act, " ", field, "=x")));
      if (absl::StrContains(refusal, "].name")) {
        failures.push_back(absl::StrCat("does not know ", field));
      }
    }
    return failures;
  };
  return check;
}

// "field/device", "entry/DECIDED/reason", "document/PIR/cause", "answer/cause", "person/SUBJECT",
// "personal". False when it is none of them.
bool ReadPart(const std::string& word, core::RecordFacets& facets) {
  const std::vector<std::string> parts = Split(word, '/');
  if (parts.size() < 2) return false;
  if (parts[0] == "field") {
    facets.field = parts[1];
  } else if (parts[0] == "entry") {
    facets.entry = parts[1];
    if (parts.size() > 2) facets.part = parts[2];
  } else if (parts[0] == "document" && parts.size() == 3) {
    facets.document = parts[1];
    facets.document_field = parts[2];
  } else if (parts[0] == "answer") {
    facets.entry = "FACT_RECORDED";
    facets.part = "value";
    facets.fact = parts[1];
  } else if (parts[0] == "person") {
    return policy::v1::RecordRule::Person_Parse("PERSON_" + parts[1], &facets.person);
  } else {
    return false;
  }
  return true;
}

// How the parts are tagged while nobody has reviewed them. "LAW" is NONE that nobody can change.
Failures RunTags(Trial& trial, const std::string& world, const std::string& tag,
                 const std::vector<std::string>& parts) {
  const auto after = trial.After(world);
  if (!after.ok()) return {std::string(after.status().message())};
  const auto rules = core::RecordRulesInForce(after->policy(), after->state());
  Failures failures;
  for (const std::string& part : parts) {
    const policy::v1::RecordRule* rule = nullptr;
    core::RecordFacets facets;
    if (part == "personal") {
      for (const policy::v1::RecordRule* one : rules) {
        if (rule == nullptr && one->personal_information()) rule = one;
      }
    } else if (ReadPart(part, facets)) {
      rule = core::FindRecordRule(rules, facets);
    } else {
      failures.push_back(absl::StrCat(part, " cannot be read"));
      continue;
    }
    const std::string actual = rule == nullptr         ? core::kTagUnreviewed
                               : rule->public_by_law() ? "LAW"
                                                       : rule->tag();
    if (actual != tag) failures.push_back(absl::StrCat(part, " is ", actual));
  }
  return failures;
}

// "tags WORLD: TAG = PART … | SOURCE"
absl::StatusOr<Check> ReadTags(const Line& line, const std::string& rest) {
  const std::vector<std::string> columns = Split(rest, '|');
  const size_t colon = rest.find(": ");
  const size_t equals = rest.find(" = ");
  if (columns.size() != 2 || colon == std::string::npos || equals == std::string::npos) {
    return Broken(line, "is not \"tags WORLD: TAG = PART … | SOURCE\"");
  }
  const std::string world = rest.substr(0, colon);
  const std::string tag = rest.substr(colon + 2, equals - colon - 2);
  const std::vector<std::string> parts = Split(columns[0].substr(equals + 3), ' ');
  Check check;
  check.name = absl::StrCat("tags ", tag, " when ", world, ", ", parts.empty() ? "" : parts[0]);
  check.citation = columns[1];
  check.run = [world, tag, parts](Trial& trial) { return RunTags(trial, world, tag, parts); };
  return check;
}

// "values WHO in WORLD: ACT {name}=A B C | CITATION": these are accepted, another one is not.
absl::StatusOr<Check> ReadValues(const Line& line, absl::string_view rest) {
  const size_t colon = rest.find(": ");
  const std::vector<std::string> head = colon == absl::string_view::npos
                                            ? std::vector<std::string>{}
                                            : Split(rest.substr(0, colon), ' ');
  const std::vector<std::string> parts = colon == absl::string_view::npos
                                             ? std::vector<std::string>{}
                                             : Split(rest.substr(colon + 2), '|');
  if (head.size() != 3 || parts.size() != 3) {
    return Broken(line, "values WHO in WORLD: ACT | name=A B C | CITATION");
  }
  const std::string who = head[0];
  const std::string world = head[2];
  const std::string act = parts[0];
  const size_t equal = parts[1].find('=');
  if (equal == std::string::npos) return Broken(line, "name=A B C");
  const std::string name = parts[1].substr(0, equal);
  const std::vector<std::string> values = Split(parts[1].substr(equal + 1), ' ');
  Check check;
  check.name = absl::StrCat("values ", act, " ", name);
  check.citation = parts[2];
  check.run = [=](Trial& trial) -> Failures {
    auto prepared = trial.After(world);
    if (!prepared.ok()) return {std::string(prepared.status().message())};
    Failures failures;
    const auto refused = [&](const std::string& value) {
      World copy = *prepared;
      const std::string word = name.empty() ? value : absl::StrCat(name, "=", value);
      return Refusal(copy.Act(absl::StrCat(who, " ", act, " ", word)));
    };
    for (const std::string& value : values) {
      if (const std::string why = refused(value); absl::StrContains(why, "FIELD_INVALID")) {
        failures.push_back(absl::StrCat(name, "=", value, " is refused: ", why));
      }
    }
    if (!absl::StrContains(refused("ZZZ"), "FIELD_INVALID")) {
      failures.push_back(absl::StrCat(name, "=ZZZ is accepted"));
    }
    return failures;
  };
  return check;
}

// ---- Cases ----

Failures Differ(const Line& line, absl::string_view actual) {
  return {absl::StrCat("line ", line.number, ": ", line.text, ": ", actual)};
}

v1::Notice::Kind NoticeKind(const std::string& name) {
  v1::Notice::Kind kind = v1::Notice::KIND_UNSPECIFIED;
  v1::Notice::Kind_Parse(absl::StrCat("KIND_", name), &kind);
  return kind;
}

std::string StateName(const World& world, absl::string_view duty) {
  const auto* row = world.Row(duty);
  return row == nullptr ? "absent" : v1::Obligation::State_Name(row->state()).substr(6);
}

// When something is due, as the files write it: "TD+24h", "TR+15m", "=30h".
bool ReadInstant(const World& world, absl::string_view text, absl::Time& time) {
  absl::Duration span = absl::ZeroDuration();
  if (absl::ConsumePrefix(&text, "=")) {
    if (!ParseSpan(text, span)) return false;
    time = world.start() + span;
    return true;
  }
  if (absl::ConsumePrefix(&text, "@")) {  // the end of a day
    absl::CivilDay day;
    if (!absl::ParseCivilTime(text, &day)) return false;
    time = absl::FromCivil(day + 1, world.policy().TimeZone()) - absl::Seconds(1);
    return true;
  }
  const size_t plus = text.find('+');
  const absl::string_view anchor = text.substr(0, plus);
  if (plus != absl::string_view::npos && !ParseSpan(text.substr(plus + 1), span)) return false;
  if (anchor == "NOW") {
    time = world.now() + span;
  } else if (anchor == "T0") {
    if (world.state().entities().empty()) return false;
    time = FromProto(world.state().entities(0).detect_time()) + span;
  } else {
    const auto clock = core::ClockOf(world.state(), anchor);
    if (!clock.has_value()) return false;
    time = *clock + span;
  }
  return true;
}

Failures RunCase(Trial& trial, const std::vector<Line>& lines) {
  World world = trial.NewWorld();
  for (const Line& line : lines) {
    auto [key, rest] = KeyOf(line.text);
    if (key == "refuse") {  // "refuse WHAT: ACT"
      const size_t colon = rest.find(": ");
      const absl::Status status = world.Act(rest.substr(colon + 2));
      if (status.ok()) return Differ(line, "was let");
      const std::string refusal = Refusal(status);
      for (const std::string& word : Split(rest.substr(0, colon), ' ')) {
        if (!absl::StrContains(refusal, word)) return Differ(line, refusal);
      }
    } else if (key == "duty") {  // "duty NAME STATE [due TIME]"
      const std::vector<std::string> words = Split(rest, ' ');
      if (StateName(world, words[0]) != words[1]) return Differ(line, StateName(world, words[0]));
      if (words.size() > 3) {
        absl::Time due;
        if (!ReadInstant(world, words[3], due)) return Differ(line, "cannot be read");
        const absl::Time actual = FromProto(world.Row(words[0])->due_time());
        if (actual != due) return Differ(line, Show(actual - world.start()));
      }
    } else if (key == "state") {
      if (world.state().state() != rest) return Differ(line, world.state().state());
    } else if (key == "severity") {
      if (world.state().severity() != rest) return Differ(line, world.state().severity());
    } else if (key == "told") {  // "told KIND [DUTY]: ROLES", since the last "forget"
      const size_t colon = rest.find(':');
      const std::vector<std::string> words = Split(rest.substr(0, colon), ' ');
      const Roles roles = world.RolesTold(NoticeKind(words[0]), words.size() > 1 ? words[1] : "");
      if (roles != RolesIn(rest.substr(colon + 1))) return Differ(line, Show(roles));
    } else if (key == "pages") {  // "pages TIME: ROLES", exactly then
      const size_t colon = rest.find(": ");
      absl::Time time;
      if (!ReadInstant(world, rest.substr(0, colon), time)) return Differ(line, "cannot be read");
      Roles roles;
      for (const Told& told : world.told()) {
        if (told.kind == v1::Notice::KIND_PAGE && told.duty.empty() && told.time == time) {
          roles.insert(told.role);
        }
      }
      if (roles != RolesIn(rest.substr(colon + 2))) return Differ(line, Show(roles));
    } else if (key == "date") {
      absl::CivilDay day;
      if (!absl::ParseCivilTime(rest, &day)) return Differ(line, "cannot be read");
      world.SetNow(absl::FromCivil(day, world.policy().TimeZone()) + absl::Hours(8));
    } else if (key == "reads") {
      // "reads ROLES": who may look at it
      Roles readers;
      for (const std::string& actor : Actors()) {
        if (world.MayRead(actor)) readers.insert(actor);
      }
      if (readers != RolesIn(rest)) return Differ(line, Show(readers));
    } else if (key == "case_of") {  // "case_of dop PROPOSED" or "absent"
      const std::vector<std::string> words = Split(rest, ' ');
      std::string found = "absent";
      std::string answer;
      for (const auto& one : world.state().cases()) {
        if (one.entity() == absl::StrCat("entities/", words[0])) {
          found = v1::NonComplianceCase::State_Name(one.state()).substr(6);
          answer = one.answer();
        }
      }
      if (words.size() > 2 && answer != words[2]) return Differ(line, answer);
      if (found != words[1]) return Differ(line, found);
    } else if (key == "deviation") {  // the newest document is marked, or not
      const auto& documents = world.state().documents();
      const bool marked = !documents.empty() && documents.rbegin()->order_deviation();
      if (marked != (rest == "yes")) return Differ(line, marked ? "yes" : "no");
    } else if (key == "titled") {  // "titled KIND: TEXT": a notice of the kind says so
      const size_t colon = rest.find(": ");
      bool found = false;
      for (const Told& told : world.told()) {
        found |= told.kind == NoticeKind(rest.substr(0, colon)) &&
                 absl::StrContains(told.title, rest.substr(colon + 2));
      }
      if (!found) return Differ(line, "nothing says so");
    } else if (key == "labelled") {  // "labelled TLP:AMBER: ROLES": those whose notices say so
      const std::vector<std::string> words = Split(rest, ' ');
      const std::string label = words.empty() ? "" : words[0].substr(0, words[0].size() - 1);
      Roles roles;
      for (const Told& told : world.told()) {
        if (told.label == label) roles.insert(told.role);
      }
      if (roles != RolesIn(rest.substr(label.size() + 1))) return Differ(line, Show(roles));
    } else if (key == "clocks") {  // those that are set
      Roles clocks;
      for (const v1::ClockTime& clock : world.state().clocks()) clocks.insert(clock.clock());
      if (clocks != RolesIn(rest)) return Differ(line, Show(clocks));
    } else if (key == "flag") {  // of the newest document
      std::string flag;
      for (const record::v1::Event& event : world.events()) {
        if (event.has_document_submitted()) flag = event.document_submitted().flag();
      }
      if (flag != (rest == "none" ? "" : rest)) return Differ(line, flag);
    } else if (key == "noted") {  // what the newest note says
      std::string text;
      for (const record::v1::Event& event : world.events()) {
        if (event.has_note_added()) text = event.note_added().text();
      }
      if (text != rest) return Differ(line, text);
    } else if (key == "claim") {  // where it stands
      const std::string claim = core::ClaimState(world.policy().proto(), world.state());
      if (claim != rest) return Differ(line, claim);
    } else if (key == "restricted") {
      if (world.state().restricted() != (rest == "yes")) return Differ(line, "is not so");
    } else if (key == "forget") {
      world.Forget();
    } else {
      if (const absl::Status status = trial.Play(world, line.text, kUsual); !status.ok()) {
        return Differ(line, status.message());
      }
    }
  }
  return {};
}

// ---- Duties ----

struct DutyLines {
  std::string code;
  std::vector<Line> lines;
};

// What was told of a duty: "-12h PC SC" for each moment, from its deadline.
std::map<absl::Duration, Roles> ToldAround(const World& world, v1::Notice::Kind kind,
                                           const std::string& duty, absl::Time due) {
  std::map<absl::Duration, Roles> moments;
  for (const Told& told : world.told()) {
    if (told.kind == kind && told.duty == duty) moments[told.time - due].insert(told.role);
  }
  return moments;
}

std::string Show(const std::map<absl::Duration, Roles>& moments) {
  std::vector<std::string> shown;
  for (const auto& [offset, roles] : moments) {
    shown.push_back(absl::StrCat(Show(offset), " ", Show(roles)));
  }
  return shown.empty() ? "never" : absl::StrJoin(shown, "; ");
}

class DutyTrial {
 public:
  DutyTrial(Trial& trial, const DutyLines& duty) : trial_(trial), duty_(duty) {}

  Failures Run() {
    for (const Line& line : duty_.lines) {
      auto [key, rest] = KeyOf(line.text);
      if (key == "raise") raise_ = rest;
      if (key == "name") name_ = rest;
    }
    if (name_.empty()) name_ = duty_.code;
    auto raised = Raise(kUsual);
    if (!raised.ok()) return {std::string(raised.status().message())};
    const World& world = *raised;
    if (world.Row(name_) == nullptr) return {absl::StrCat(name_, " does not arise")};
    Failures failures;
    for (const Line& line : duty_.lines) {
      const std::string differs = Try(world, line);
      if (!differs.empty()) {
        failures.push_back(absl::StrCat("line ", line.number, ": ", line.text, ": ", differs));
      }
    }
    return failures;
  }

 private:
  absl::StatusOr<World> Raise(const std::string& severity) {
    World world = trial_.NewWorld();
    BELFRY_RETURN_IF_ERROR(trial_.Play(world, raise_, severity));
    return world;
  }

  absl::Time Due(const World& world) const { return FromProto(world.Row(name_)->due_time()); }

  std::string Try(const World& world, const Line& line) {
    auto [key, rest] = KeyOf(line.text);
    if (key == "due") return TryDue(rest);
    if (key == "line2") return TryLateLine(world, rest);
    if (key == "told") return TryTold(world, rest);
    if (key == "remind") return TryReminders(world, rest);
    if (key == "late") return TryLate(world, rest);
    if (key == "waive") return TryWaivers(world, rest);
    if (key == "done") return TryDone(world, rest);
    if (key == "not") return TryNot(world, rest);
    if (key == "void") return TryEnd(world, rest, "VOID");
    if (key == "stays") return TryEnd(world, rest, "PENDING");
    if (key == "missed") return TryEnd(world, rest, "MISSED");
    if (key == "parent") return TryParent(world, rest);
    if (key == "hold") return TryHold(world, rest);
    if (key == "way") {
      const std::vector<std::string> ways = world.WaysOf(name_);
      const bool said = std::any_of(
          ways.begin(), ways.end(),
          [rest = rest](const std::string& way) { return absl::StrContains(way, rest); });
      return said ? "" : absl::StrJoin(ways, "; ");
    }
    if (key == "scope") {
      const std::string& subject = world.Row(name_)->subject();
      return subject == (rest == "incident" ? "" : rest) ? "" : subject;
    }
    if (key == "kind" || key == "owners" || key == "clauses" || key == "accountable" ||
        key == "recipients") {
      return TryView(world, key, rest);
    }
    if (key == "raise" || key == "name") return "";
    return "no such line";
  }

  // "TR+1h/1h/4h/24h/24h" for the five severities, "TD+24h" for all, "none".
  std::string TryDue(const std::string& text) {
    const std::vector<std::string> spans = Split(text, '/');
    const size_t plus = spans[0].find('+');
    const std::string anchor = plus == std::string::npos ? "" : spans[0].substr(0, plus + 1);
    for (size_t i = 0; i < 5; ++i) {
      const std::string severity = spans.size() == 1 ? kUsual : kSeverities[i];
      if (spans.size() == 1 && i > 0) break;
      auto world = Raise(severity);
      if (!world.ok()) return std::string(world.status().message());
      const auto* row = world->Row(name_);
      if (row == nullptr) return absl::StrCat("does not arise at ", severity);
      if (text == "none") {
        if (row->has_due_time()) return "has a deadline";
        continue;
      }
      absl::Time due;
      if (!ReadInstant(*world, i == 0 ? spans[0] : absl::StrCat(anchor, spans[i]), due)) {
        return "cannot be read";
      }
      if (Due(*world) != due) {
        return absl::StrCat("at ", severity, " due ", Show(Due(*world) - world->start()),
                            " after the start, not ", Show(due - world->start()));
      }
    }
    return "";
  }

  std::string TryLateLine(const World& world, const std::string& text) {
    absl::Time line;
    if (!ReadInstant(world, text, line)) return "cannot be read";
    const auto* row = world.Row(name_);
    if (!row->has_late_line_time()) return "has no second line";
    const absl::Time actual = FromProto(row->late_line_time());
    return actual == line ? "" : Show(actual - world.start());
  }

  std::string TryTold(const World& world, const std::string& text) {
    const Roles told = world.RolesTold(v1::Notice::KIND_PAGE, name_);
    return told == RolesIn(text) ? "" : absl::StrCat("told ", Show(told));
  }

  // Nobody does anything for a while.
  absl::StatusOr<World> Wait(const World& world, absl::Duration span) {
    World copy = world;
    copy.Forget();
    const absl::Time end = copy.Row(name_)->has_due_time() ? Due(copy) + span : copy.now() + span;
    BELFRY_RETURN_IF_ERROR(copy.AdvanceTo(end));
    return copy;
  }

  // "ROLES: 12h 4h ; ROLES: 1h" before it is due, or "ROLES: every 24h", or "never".
  std::string TryReminders(const World& world, const std::string& text) {
    std::map<absl::Duration, Roles> expected;
    const size_t colon = text.find(':');
    const bool every = absl::StrContains(text, "every");
    for (const std::string& step : every ? std::vector<std::string>{} : Split(text, ';')) {
      const size_t roles = step.find(':');
      if (roles == std::string::npos) continue;
      for (const std::string& word : Split(step.substr(roles + 1), ' ')) {
        absl::Duration span;
        if (!ParseSpan(word, span)) return "cannot be read";
        expected[-span] = RolesIn(step.substr(0, roles));
      }
    }
    auto waited = Wait(world, every ? absl::Hours(49) : absl::ZeroDuration());
    if (!waited.ok()) return std::string(waited.status().message());
    if (every) {
      const absl::Time start = FromProto(world.Row(name_)->clock_start());
      expected[absl::Hours(24)] = expected[absl::Hours(48)] = RolesIn(text.substr(0, colon));
      const auto actual = ToldAround(*waited, v1::Notice::KIND_REMINDER, name_, start);
      return actual == expected ? "" : Show(actual);
    }
    const auto actual = ToldAround(*waited, v1::Notice::KIND_REMINDER, name_, Due(world));
    return actual == expected ? "" : Show(actual);
  }

  // "0 ISO SCIO ; 4h CSIRT_X CISO case opens:SELFHELP-DECIDE", after it was due, or "never".
  std::string TryLate(const World& world, const std::string& text) {
    std::map<absl::Duration, Roles> expected;
    absl::Duration last = absl::ZeroDuration();
    if (text != "never") {
      for (const std::string& step : Split(text, ';')) {
        auto [offset, roles] = KeyOf(step);
        absl::Duration span = absl::ZeroDuration();
        if (offset != "0" && !ParseSpan(offset, span)) return "cannot be read";
        expected[span] = RolesIn(roles);
        last = std::max(last, span);
      }
    }
    auto waited = Wait(world, last + absl::Hours(1));
    if (!waited.ok()) return std::string(waited.status().message());
    auto actual = ToldAround(*waited, v1::Notice::KIND_OVERDUE, name_, Due(world));
    for (const record::v1::Event& event : waited->events()) {
      if (!event.has_overdue_step_taken() || event.overdue_step_taken().instance() != name_) {
        continue;
      }
      const auto& step = event.overdue_step_taken();
      Roles& moment = actual[FromProto(event.time()) - Due(world)];
      for (const std::string& code : step.opens()) moment.insert(absl::StrCat("opens:", code));
      if (step.proposes_case()) moment.insert("case");
    }
    return actual == expected ? "" : Show(actual);
  }

  // "nobody", or "CSIRT_H = WAIVED"; "at SEV5" before it tries another severity.
  std::string TryWaivers(const World& world, const std::string& text) {
    std::string rest = text;
    World base = world;
    if (absl::StartsWith(rest, "at ")) {
      auto [severity, more] = KeyOf(rest.substr(3));
      auto raised = Raise(severity);
      if (!raised.ok()) return std::string(raised.status().message());
      base = *raised;
      rest = more;
    }
    const std::vector<std::string> parts = Split(rest, '=');
    const std::string wanted = parts.size() > 1 ? parts[1] : "WAIVED";
    Roles waivers;
    for (const std::string& actor : Actors()) {
      World copy = base;
      if (!copy.Act(absl::StrCat(actor, " waive ", name_)).ok()) continue;
      waivers.insert(actor);
      if (StateName(copy, name_) != wanted) return StateName(copy, name_);
    }
    return waivers == RolesIn(parts[0]) ? "" : absl::StrCat("waived by ", Show(waivers));
  }

  // "ACTS -> ROLES": that satisfies it, and the document or notice reaches exactly these.
  std::string TryDone(const World& world, const std::string& text) {
    const auto [acts, recipients] = Arrow(text);
    World copy = world;
    copy.Forget();
    const absl::Status status = trial_.Play(copy, acts, kUsual);
    if (!status.ok()) return std::string(status.message());
    const std::string state = StateName(copy, name_);
    if (state != "SATISFIED") return state;
    if (recipients.empty()) return "";
    const Roles told = copy.RolesTold(v1::Notice::KIND_STATEMENT, "");
    return told == RolesIn(recipients) ? "" : absl::StrCat("reaches ", Show(told));
  }

  std::string TryNot(const World& world, const std::string& acts) {
    World copy = world;
    (void)trial_.Play(copy, acts, kUsual);
    const std::string state = StateName(copy, name_);
    return absl::StrContains(state, "SATISFIED") ? state : "";
  }

  std::string TryEnd(const World& world, const std::string& acts, const std::string& wanted) {
    World copy = world;
    const absl::Status status = trial_.Play(copy, acts, kUsual);
    if (!status.ok()) return std::string(status.message());
    const std::string state = StateName(copy, name_);
    return state == wanted ? "" : state;
  }

  // What satisfies it here, satisfies it for the parts of the incident, or does not.
  std::string TryParent(const World& world, const std::string& text) {
    for (const Line& line : duty_.lines) {
      const auto [key, rest] = KeyOf(line.text);
      if (key != "done") continue;
      World copy = world;
      absl::Status status = copy.Act("TIME adopt");
      if (status.ok()) status = trial_.Play(copy, Arrow(rest).first, kUsual);
      if (!status.ok()) return std::string(status.message());
      const bool passed = copy.passed_on().count(duty_.code) > 0;
      return passed == (text == "yes") ? "" : passed ? "yes" : "no";
    }
    return "nothing satisfies it";
  }

  // "ACTOR resume 10d review 7d": only they stop the clock; what runs after the release.
  std::string TryHold(const World& world, const std::string& text) {
    const std::vector<std::string> words = Split(text, ' ');
    if (words[0] == "never") {
      World copy = world;
      return Refusal(copy.Act(absl::StrCat("COUNSEL hold ", name_))).substr(0, 7) == "NO_HOLD"
                 ? ""
                 : "can be held";
    }
    Roles holders;
    for (const std::string& actor : Actors()) {
      World copy = world;
      if (copy.Act(absl::StrCat(actor, " hold ", name_)).ok()) holders.insert(actor);
    }
    if (holders != Roles{words[0]}) return absl::StrCat("held by ", Show(holders));
    World copy = world;
    for (const char* act : {" hold ", " release "}) {
      const absl::Status status = copy.Act(absl::StrCat(words[0], act, name_));
      if (!status.ok()) return std::string(status.message());
      if (act[1] == 'h' && StateName(copy, name_) != "HELD") return StateName(copy, name_);
    }
    absl::Duration resume;
    if (words.size() < 3 || !ParseSpan(words[2], resume)) return "cannot be read";
    const absl::Duration actual = Due(copy) - copy.now();
    if (actual != resume) return absl::StrCat("runs ", Show(actual), " after the release");
    return TryReview(world, words[0], words.size() > 4 && words[3] == "review" ? words[4] : "");
  }

  // While it is held its owners, and nobody else, look again in this rhythm; never without one.
  std::string TryReview(const World& world, const std::string& holder, const std::string& text) {
    absl::Duration every = absl::Hours(24) * 7;
    if (!text.empty() && !ParseSpan(text, every)) return "cannot be read";
    World copy = world;
    copy.Forget();
    absl::Status status = copy.Act(absl::StrCat(holder, " hold ", name_));
    const absl::Time held = copy.now();
    if (status.ok()) status = copy.AdvanceTo(held + 2 * every + absl::Hours(1));
    if (!status.ok()) return std::string(status.message());
    std::map<absl::Duration, Roles> expected;
    const v1::Obligation view = core::ToObligation(world.policy(), *world.Row(name_));
    const auto& owners = view.owner_roles();
    if (!text.empty()) {
      expected[every] = expected[2 * every] = Roles(owners.begin(), owners.end());
    }
    const auto actual = ToldAround(copy, v1::Notice::KIND_REMINDER, name_, held);
    return actual == expected ? "" : absl::StrCat("reviewed ", Show(actual));
  }

  // As callers of the API see it.
  std::string TryView(const World& world, const std::string& key, const std::string& text) {
    const v1::Obligation view = core::ToObligation(world.policy(), *world.Row(name_));
    if (key == "kind") return view.kind() == text ? "" : view.kind();
    const auto& list = key == "owners"        ? view.owner_roles()
                       : key == "accountable" ? view.accountable_roles()
                       : key == "recipients"  ? view.recipient_roles()
                                              : view.clauses();
    const Roles actual(list.begin(), list.end());
    return actual == RolesIn(text) ? "" : Show(actual);
  }

  Trial& trial_;
  const DutyLines& duty_;
  std::string raise_;
  std::string name_;
};

// ---- Reading ----

class Reader {
 public:
  explicit Reader(Suite& suite) : suite_(suite) {}

  absl::Status Read(const std::string& file, const std::string& path) {
    std::ifstream stream(path);
    if (!stream) return absl::NotFoundError(absl::StrCat("cannot read ", path));
    std::string text;
    for (int number = 1; std::getline(stream, text); ++number) {
      text = std::string(absl::StripAsciiWhitespace(text));
      if (text.empty() || text[0] == '#') continue;
      BELFRY_RETURN_IF_ERROR(Take({file, number, text}));
    }
    End();
    return absl::OkStatus();
  }

 private:
  absl::Status Take(const Line& line) {
    auto [key, rest] = KeyOf(line.text);
    if (key == "macro" || key == "case" || key == "dutyof") {
      End();
      kind_ = key;
      const std::vector<std::string> parts = Split(rest, '|');
      title_ = parts.empty() ? "" : parts[0];
      citation_ = parts.size() > 1 ? parts[1] : "";
      where_ = line;
      return absl::OkStatus();
    }
    absl::StatusOr<Check> check = absl::NotFoundError("");
    if (key == "may") check = ReadMay(line, rest);
    if (key == "fields") check = ReadFields(line, rest);
    if (key == "values") check = ReadValues(line, rest);
    if (key == "tags") check = ReadTags(line, rest);
    if (check.ok()) {
      End();
      check->where = absl::StrCat(line.file, ":", line.number);
      suite_.checks.push_back(*std::move(check));
      return absl::OkStatus();
    }
    if (!absl::IsNotFound(check.status())) return check.status();
    if (kind_.empty()) return Broken(line, "stands in no case, duty or macro");
    block_.push_back(line);
    return absl::OkStatus();
  }

  void End() {
    if (kind_ == "macro") suite_.macros[title_] = block_;
    if (kind_ == "case" || kind_ == "dutyof") {
      Check check;
      check.citation = citation_;
      check.where = absl::StrCat(where_.file, ":", where_.number);
      if (kind_ == "case") {
        check.name = absl::StrCat("case ", title_);
        check.run = [lines = block_](Trial& trial) { return RunCase(trial, lines); };
      } else {
        check.name = absl::StrCat("duty ", title_);
        // "DAILY-STATUS, missed twice": the code, then what is special.
        const DutyLines duty{title_.substr(0, title_.find(',')), block_};
        check.run = [duty](Trial& trial) { return DutyTrial(trial, duty).Run(); };
      }
      suite_.checks.push_back(std::move(check));
    }
    kind_.clear();
    block_.clear();
  }

  Suite& suite_;
  std::string kind_;
  std::string title_;
  std::string citation_;
  Line where_;
  std::vector<Line> block_;
};

}  // namespace

absl::StatusOr<std::shared_ptr<Trial>> Trial::Create(policy::v1::Policy policy,
                                                     const Macros* macros) {
  auto trial = std::make_shared<Trial>();
  auto index = core::PolicyIndex::Create(std::move(policy));
  if (!index.ok()) return index.status();
  trial->policy_ = *std::move(index);
  BELFRY_ASSIGN_OR_RETURN(trial->directory_, RoleDirectory(*trial->policy_));
  trial->macros_ = macros;
  return trial;
}

absl::Status Trial::Play(World& world, absl::string_view acts, const std::string& severity) const {
  for (const std::string& act : Split(acts, ';')) {
    auto [key, rest] = KeyOf(act);
    absl::Status status;
    absl::Duration span;
    if (key == "use") {
      const auto found = macros_->find(rest);
      if (found == macros_->end()) return absl::InternalError(absl::StrCat("no macro ", rest));
      for (const Line& line : found->second) {
        BELFRY_RETURN_IF_ERROR(Play(world, line.text, severity));
      }
    } else if (key[0] == '+' && ParseSpan(key.substr(1), span)) {
      status = world.AdvanceTo(world.now() + span);
    } else if (key[0] == '=' && ParseSpan(key.substr(1), span)) {
      status = world.AdvanceTo(world.start() + span);
    } else {
      status =
          world.Act(absl::StrReplaceAll(act, {{"$SEV", severity.empty() ? kUsual : severity}}));
    }
    if (!status.ok()) {
      return absl::FailedPreconditionError(absl::StrCat("\"", act, "\" fails: ", status.message()));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<World> Trial::After(const std::string& macro, const std::string& severity) {
  const std::string key = absl::StrCat(macro, " ", severity);
  if (const auto found = played_.find(key); found != played_.end()) return found->second;
  World world = NewWorld();
  BELFRY_RETURN_IF_ERROR(Play(world, absl::StrCat("use ", macro), severity));
  played_.emplace(key, world);
  return world;
}

absl::StatusOr<Suite> ReadSuite(const std::string& folder) {
  Suite suite;
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.path().extension() == ".txt") files.push_back(entry.path());
  }
  if (files.empty()) return absl::NotFoundError(absl::StrCat("no expectations in ", folder));
  std::sort(files.begin(), files.end());
  for (const auto& file : files) {
    BELFRY_RETURN_IF_ERROR(Reader(suite).Read(file.filename().string(), file.string()));
  }
  AddComputedChecks(suite);
  AddAccessChecks(suite);
  std::set<std::string> names;
  for (const Check& check : suite.checks) {
    if (!names.insert(check.name).second) {
      return absl::InvalidArgumentError(
          absl::StrCat(check.where, ": \"", check.name, "\" is there twice"));
    }
  }
  return suite;
}

const std::vector<std::string>& Actors() {
  static const auto* const actors = new std::vector<std::string>{
      "PC",   "SC",      "ISO", "AH",      "DA_T",    "DA_M",   "NETADMIN", "COUNSEL",
      "RAO",  "SCIO",    "CH",  "CSIRT_H", "CSIRT_X", "ITD_DM", "CISO",     "CSO",
      "CCIO", "AS_IT",   "ESB", "GCLC",    "OLC",     "FUSION", "AGO",      "OCABR",
      "DPR",  "AUDITOR", "TP",  "CLERK",   "SYSTEM"};
  return *actors;
}

std::string Refusal(const absl::Status& status) {
  if (status.ok()) return "";
  const auto payload = status.GetPayload(kStatusPayloadUrl);
  google::rpc::Status details;
  if (!payload.has_value() || !details.ParseFromString(std::string(*payload))) {
    return status.ToString();
  }
  std::vector<std::string> words = {ErrorReason(status)};
  for (const auto& any : details.details()) {
    google::rpc::PreconditionFailure failure;
    if (any.UnpackTo(&failure)) {
      for (const auto& violation : failure.violations()) words.push_back(violation.subject());
    }
    google::rpc::BadRequest bad;
    if (any.UnpackTo(&bad)) {
      for (const auto& violation : bad.field_violations()) words.push_back(violation.field());
    }
  }
  return absl::StrJoin(words, " ");
}

bool IsDenied(const absl::Status& status) {
  return status.code() == absl::StatusCode::kPermissionDenied;
}

}  // namespace belfry::mutation
