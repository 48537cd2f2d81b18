#include "tests/scenarios/runner/lint.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "belfry/v1/delivery.pb.h"
#include "belfry/v1/obligation.pb.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "google/protobuf/text_format.h"
#include "tests/scenarios/runner/government.h"
#include "tests/scenarios/runner/local_time.h"

namespace belfry::scenario {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using testing::v1::Step;

using Names = std::set<std::string>;

// Fields of scenarios that hold a local time.
const Names& TimeFields() {
  static const Names* const fields =
      new Names({"at", "from", "until", "start", "detected", "known", "happened", "due"});
  return *fields;
}

// What the record calls its entries; see server/core/timeline.cc.
const Names& EntryKinds() {
  static const Names* const kinds = new Names({"ABSORBED",
                                               "ACKNOWLEDGED",
                                               "CASE_CHANGED",
                                               "CATEGORIES_ASSIGNED",
                                               "COST_ASSESSED",
                                               "COST_RECORDED",
                                               "CUSTODY",
                                               "DECIDED",
                                               "DEESCALATED",
                                               "DELIVERED",
                                               "DELIVERY_FAILED",
                                               "DESTRUCTION_ASKED",
                                               "DETAILS_CHANGED",
                                               "DETECTION_CORRECTED",
                                               "DEVICES_NOTED",
                                               "DEVICES_RECORDED",
                                               "DIGEST",
                                               "DOCUMENT_SUBMITTED",
                                               "DOCUMENT_DRAFTED",
                                               "DOCUMENT_APPROVED",
                                               "DRAFT_DISCARDED",
                                               "DUTY_HELD",
                                               "DUTY_OPENED",
                                               "DUTY_OVERDUE",
                                               "DUTY_RELEASED",
                                               "DUTY_RESCHEDULED",
                                               "DUTY_SETTLED",
                                               "ENTITY_ADDED",
                                               "ESCALATION_CLEARED",
                                               "EVIDENCE_CHANGED",
                                               "EVIDENCE_DESTROYED",
                                               "EVIDENCE_HOLD",
                                               "EVIDENCE_RECORDED",
                                               "EVIDENCE_STORED",
                                               "EVIDENCE_VERIFIED",
                                               "EXPUNGED",
                                               "FACT_RECORDED",
                                               "FIRST_PERSON",
                                               "GLASS_BROKEN",
                                               "GLASS_CLOSED",
                                               "INCIDENT_REPORTED",
                                               "LATE_LINE_PASSED",
                                               "LINKED",
                                               "NOTE_ADDED",
                                               "NOTICE_SENT",
                                               "OVERDUE_TOLD",
                                               "PAGED",
                                               "POLICY_REPINNED",
                                               "READ",
                                               "READER_NAMED",
                                               "READER_REMOVED",
                                               "RECORD_DENIED",
                                               "RECORD_RELEASED",
                                               "RECORD_REQUESTED",
                                               "RECORD_REVIEWED",
                                               "REGISTER_OPENED",
                                               "REMINDED",
                                               "REMOVAL_CONFIRMED",
                                               "REMOVAL_LIFTED",
                                               "ROLES_PAGED",
                                               "ROOM_LEFT",
                                               "ROOM_OPENED",
                                               "ROOM_WANTED",
                                               "SCAN_RECORDED",
                                               "SECRET_MASKED",
                                               "SEVERITY_CHANGED",
                                               "SNOOZED",
                                               "SPEND_DECIDED",
                                               "SPEND_REQUESTED",
                                               "STATE_CHANGED",
                                               "SUBJECT_NAMED",
                                               "TICKET_LINKED",
                                               "TLP_CHANGED"});
  return *kinds;
}

// "STATE_VOID" as scenarios write it, "VOID".
Names EnumNames(const google::protobuf::EnumDescriptor* descriptor, absl::string_view prefix) {
  Names names;
  for (int i = 0; i < descriptor->value_count(); ++i) {
    const std::string name(absl::StripPrefix(descriptor->value(i)->name(), prefix));
    if (name != "UNSPECIFIED") names.insert(name);
  }
  return names;
}

// Every clause the pack cites anywhere.
void CollectClauses(const Message& message, Names& clauses) {
  std::vector<const FieldDescriptor*> fields;
  const auto* reflection = message.GetReflection();
  reflection->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->name() == "clauses" && field->is_repeated()) {
      for (int i = 0; i < reflection->FieldSize(message, field); ++i) {
        clauses.insert(reflection->GetRepeatedString(message, field, i));
      }
    }
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (!field->is_repeated()) {
      CollectClauses(reflection->GetMessage(message, field), clauses);
      continue;
    }
    for (int i = 0; i < reflection->FieldSize(message, field); ++i) {
      CollectClauses(reflection->GetRepeatedMessage(message, field, i), clauses);
    }
  }
}

size_t Distance(absl::string_view a, absl::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t corner = std::exchange(row[0], i);
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t change = corner + (a[i - 1] == b[j - 1] ? 0 : 1);
      corner = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, change});
    }
  }
  return row[b.size()];
}

// "did you mean …?", and all there is when that is not much.
std::string Suggest(const Names& names, const std::string& given) {
  std::string nearest;
  size_t best = std::max<size_t>(2, given.size() / 3) + 1;
  for (const std::string& name : names) {
    const size_t distance = Distance(name, given);
    if (distance < best) {
      best = distance;
      nearest = name;
    }
  }
  constexpr size_t kAllMax = 12;
  if (names.size() <= kAllMax) {
    return names.empty() ? "there are none" : absl::StrCat("one of ", absl::StrJoin(names, ", "));
  }
  if (!nearest.empty()) return absl::StrCat("did you mean ", nearest, "?");
  Names beginnings;
  for (const std::string& name : names) beginnings.insert(name.substr(0, name.find('.')));
  if (beginnings.size() < names.size()) {
    return absl::StrCat("names begin with ", absl::StrJoin(beginnings, ", "));
  }
  return absl::StrCat("one of ", absl::StrJoin(names, ", "));
}

// Where in the file a place such as "expect.duty[3].at" is; the innermost part that is written
// down.
class Lines {
 public:
  explicit Lines(const std::string& text) {
    google::protobuf::TextFormat::Parser parser;
    parser.WriteLocationsTo(&tree_);
    testing::v1::Scenario again;
    parser.ParseFromString(text, &again);
  }

  // From 1; 0 when it is nowhere.
  int Find(absl::string_view place) const {
    const google::protobuf::TextFormat::ParseInfoTree* tree = &tree_;
    const google::protobuf::Descriptor* type = testing::v1::Scenario::descriptor();
    int line = 0;
    for (absl::string_view part : absl::StrSplit(place, '.')) {
      int index = -1;
      if (const size_t bracket = part.find('['); bracket != absl::string_view::npos) {
        if (!absl::SimpleAtoi(part.substr(bracket + 1, part.size() - bracket - 2), &index)) break;
        part = part.substr(0, bracket);
      }
      const FieldDescriptor* field = type->FindFieldByName(std::string(part));
      if (field == nullptr || field->is_repeated() != (index >= 0)) break;
      const auto location = tree->GetLocation(field, index);
      if (location.line < 0) break;
      line = location.line + 1;
      if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) break;
      type = field->message_type();
      tree = tree->GetTreeForNested(field, index);
      if (tree == nullptr) break;
    }
    return line;
  }

 private:
  google::protobuf::TextFormat::ParseInfoTree tree_;
};

class Linter {
 public:
  Linter(const std::string& file, const std::string& text, const testing::v1::Scenario& scenario,
         const policy::v1::Policy& policy, absl::TimeZone zone, absl::Time start)
      : file_(file), lines_(text), scenario_(scenario), zone_(zone), start_(start) {
    for (const auto& duty : policy.obligations()) codes_.insert(duty.code());
    for (const auto& state : policy.states()) states_.insert(state.code());
    for (const auto& severity : policy.severities()) severities_.insert(severity.code());
    for (const auto& floor : policy.floors()) floors_.insert(floor.code());
    for (const auto& fact : policy.facts()) facts_.insert(fact.name());
    for (const auto& role : policy.roles()) roles_.insert(role.code());
    for (const std::string& role : ShortFormRoles()) roles_.insert(role);
    floors_.insert("none");
    CollectClauses(policy, clauses_);
    const v1::Directory directory = ExpandGovernment(scenario.government());
    Know(directory.people(), directory.entities(), directory.channels());
    for (const auto& secretariat : directory.secretariats()) {
      subjects_.insert(std::string(absl::StripPrefix(secretariat.name(), "secretariats/")));
    }
    for (const auto& system : scenario.government().systems()) {
      people_.insert(absl::StrCat("systems/", system.id()));
    }
    // Whoever comes later is known from the start here.
    for (const Step& step : scenario.steps()) {
      Know(step.directory().person(), step.directory().entity(), {});
    }
  }

  absl::Status Lint() && {
    Times(scenario_, "");
    if (!complaints_.empty()) return Complaints();  // nothing else makes sense
    Government();
    Steps();
    for (int i = 0; i < scenario_.failures_size(); ++i) {
      Person(scenario_.failures(i).person(), absl::StrCat("failures[", i, "].person"), true);
    }
    for (int i = 0; i < scenario_.outages_size(); ++i) Outage(i);
    for (int i = 0; i < scenario_.checks_size(); ++i) Check(i);
    Expectations();
    return Complaints();
  }

 private:
  void Complain(const std::string& place, absl::string_view what) {
    const int line = lines_.Find(place);
    complaints_.push_back(
        absl::StrCat(file_, line > 0 ? absl::StrCat(":", line) : "", ": ", place, ": ", what));
  }
  absl::Status Complaints() const {
    if (complaints_.empty()) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrJoin(complaints_, "\n  "));
  }

  template <typename People, typename Entities>
  void Know(const People& people, const Entities& entities,
            const google::protobuf::RepeatedPtrField<v1::Channel>& channels) {
    for (const auto& person : people) {
      people_.insert(std::string(absl::StripPrefix(person.name(), "people/")));
    }
    for (const auto& entity : entities) {
      const std::string id(absl::StripPrefix(entity.name(), "entities/"));
      entities_.insert(id);
      subjects_.insert(id);
    }
    for (const auto& channel : channels) channels_.insert(channel.name());
  }

  // Calls `check(item, place)` for each, with its own place.
  template <typename Items, typename Check>
  static void Each(const Items& items, const std::string& place, Check check) {
    int i = 0;
    for (const auto& item : items) check(item, absl::StrCat(place, "[", i++, "]"));
  }

  void OneOf(const Names& names, const std::string& given, const std::string& place,
             absl::string_view what) {
    if (given.empty() || names.count(given) > 0) return;
    Complain(place,
             absl::StrCat("there is no ", what, " \"", given, "\"; ", Suggest(names, given)));
  }
  void Person(absl::string_view given, const std::string& place, bool needed = false) {
    if (given.empty() && needed) Complain(place, "names nobody; write somebody's id, \"dop.pc\"");
    OneOf(people_, std::string(absl::StripPrefix(given, "people/")), place, "person");
  }
  void Entity(absl::string_view given, const std::string& place) {
    OneOf(entities_, std::string(absl::StripPrefix(given, "entities/")), place, "entity");
  }
  void Code(const std::string& given, const std::string& place) {
    OneOf(codes_, given, place, "duty");
  }
  // "DAILY-STATUS#2[dop]" is an instance of DAILY-STATUS.
  void Instance(const std::string& given, const std::string& place) {
    Code(given.substr(0, given.find_first_of("#[(")), place);
  }
  void Clause(const std::string& given, const std::string& place) {
    OneOf(clauses_, given, place, "clause");
  }
  void Alias(const std::string& given, const std::string& place) {
    if (absl::StartsWith(given, "incidents/")) {
      const size_t register_at = given.find("-REGISTER");
      if (register_at == std::string::npos) return;
      const std::string id = given.substr(sizeof("incidents/") - 1);
      Names registers = {"CENTRAL-REGISTER"};
      for (const std::string& entity : entities_) {
        registers.insert(absl::StrCat(absl::AsciiStrToUpper(entity), "-REGISTER"));
      }
      OneOf(registers, id, place, "register");
      return;
    }
    if (!given.empty()) {
      OneOf(aliases_, given, place, "incident");
    } else if (aliases_.size() != 1) {
      Complain(place, absl::StrCat("there are ", aliases_.size(), " reports; say which incident: ",
                                   absl::StrJoin(aliases_, ", ")));
    }
  }

  // Every time that is written down exists.
  void Times(const Message& message, const std::string& path) {
    std::vector<const FieldDescriptor*> fields;
    const auto* reflection = message.GetReflection();
    reflection->ListFields(message, &fields);
    for (const FieldDescriptor* field : fields) {
      const std::string place =
          path.empty() ? field->name() : absl::StrCat(path, ".", field->name());
      const bool time = field->cpp_type() == FieldDescriptor::CPPTYPE_STRING &&
                        !field->is_repeated() && TimeFields().count(field->name()) > 0;
      if (time) Time(reflection->GetString(message, field), place);
      if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
      if (!absl::StartsWith(field->message_type()->full_name(), "belfry.testing.")) continue;
      if (!field->is_repeated()) {
        Times(reflection->GetMessage(message, field), place);
        continue;
      }
      for (int i = 0; i < reflection->FieldSize(message, field); ++i) {
        Times(reflection->GetRepeatedMessage(message, field, i), absl::StrCat(place, "[", i, "]"));
      }
    }
  }
  void Time(const std::string& text, const std::string& place) {
    if (text == "none" && absl::EndsWith(place, ".due")) return;
    if (const auto time = ParseLocalTime(text, zone_); !time.ok()) {
      Complain(place, time.status().message());
    }
  }
  absl::Time At(const std::string& text) const {
    return ParseLocalTime(text, zone_).value_or(start_);
  }
  // False when it said so.
  bool NotBeforeStart(const std::string& text, const std::string& place) {
    if (text.empty()) {
      Complain(place, "is needed: when, as in 2026-10-06 08:10");
    } else if (At(text) < start_) {
      Complain(place, absl::StrCat(text, " is before the start, ", FormatLocalTime(start_, zone_),
                                   "; put the earliest step first, or give `start`"));
    }
    return !text.empty() && At(text) >= start_;
  }

  void Government() {
    const auto& government = scenario_.government();
    Names secretariats;
    for (const auto& secretariat : government.secretariats()) secretariats.insert(secretariat.id());
    for (const auto& secretariat : government.more().secretariats()) {
      secretariats.insert(std::string(absl::StripPrefix(secretariat.name(), "secretariats/")));
    }
    for (int i = 0; i < government.entities_size(); ++i) {
      const std::string place = absl::StrCat("government.entities[", i, "]");
      OneOf(secretariats, government.entities(i).secretariat(), place + ".secretariat",
            "secretariat");
      Each(government.entities(i).without(), place + ".without",
           [&](const auto& one, const std::string& at) { OneOf(roles_, one, at, "role"); });
    }
    Each(government.without(), "government.without",
         [&](const auto& one, const std::string& at) { OneOf(roles_, one, at, "role"); });
    for (int i = 0; i < government.systems_size(); ++i) {
      Entity(government.systems(i).entity(), absl::StrCat("government.systems[", i, "].entity"));
    }
  }

  void Steps() {
    // In the order in which they happen, because a name must be given before it is used.
    std::vector<int> order;
    for (int i = 0; i < scenario_.steps_size(); ++i) order.push_back(i);
    std::stable_sort(order.begin(), order.end(), [&](int a, int b) {
      return At(scenario_.steps(a).at()) < At(scenario_.steps(b).at());
    });
    int reports = 0;
    for (const int i : order) {
      const Step& step = scenario_.steps(i);
      const std::string place = absl::StrCat("steps[", i, "]");
      if (!NotBeforeStart(step.at(), place + ".at")) continue;
      if (step.act_case() == Step::ACT_NOT_SET) {
        Complain(place, "does nothing; add an act, such as ack {}");
        continue;
      }
      if (step.has_directory()) {
        if (!step.who().empty()) {
          Complain(place + ".who", "must be empty: the administrator changes the directory");
        }
        continue;
      }
      Person(step.who(), place + ".who", true);
      if (step.has_refused()) Refused(step.refused(), place + ".refused");
      if (step.has_report()) {
        Each(step.report().subject(), place + ".report.subject",
             [&](const auto& one, const std::string& at) { Person(one, at); });
        Each(step.report().reader(), place + ".report.reader",
             [&](const auto& one, const std::string& at) { Person(one, at); });
        if (step.has_refused()) continue;
        ++reports;
        const std::string& as = step.report().as();
        if (!aliases_.insert(as.empty() ? absl::StrCat(reports) : as).second) {
          Complain(place + ".report.as", absl::StrCat("\"", as, "\" is the name of two incidents"));
        }
        continue;
      }
      if (step.has_list()) {
        Each(step.list().shows(), place + ".list.shows",
             [&](const auto& one, const std::string& at) { Alias(one, at); });
        Each(step.list().hides(), place + ".list.hides",
             [&](const auto& one, const std::string& at) { Alias(one, at); });
        continue;
      }
      Alias(step.incident(), place + ".incident");
      if (step.has_link()) Alias(step.link().parent(), place + ".link.parent");
    }
    if (!scenario_.until().empty() && !order.empty() &&
        At(scenario_.until()) < At(scenario_.steps(order.back()).at())) {
      Complain("until", "is before the last step; leave it out to end with that step");
    }
  }

  void Refused(const testing::v1::Refused& refused, const std::string& place) {
    static const Names* const codes = new Names(
        {"INVALID_ARGUMENT", "NOT_FOUND", "PERMISSION_DENIED", "FAILED_PRECONDITION", "ABORTED",
         "ALREADY_EXISTS", "OUT_OF_RANGE", "RESOURCE_EXHAUSTED", "UNAUTHENTICATED"});
    OneOf(*codes, refused.code(), place + ".code", "code");
  }

  void Outage(int i) {
    const auto& outage = scenario_.outages(i);
    const std::string place = absl::StrCat("outages[", i, "]");
    if (outage.what() == testing::v1::Outage::WHAT_UNSPECIFIED) {
      Complain(place + ".what", "is needed: WHAT_SERVER or WHAT_BOT");
    }
    NotBeforeStart(outage.from(), place + ".from");
    if (outage.until().empty()) {
      Complain(place + ".until", "is needed: what is down comes up again");
      return;
    }
    if (At(outage.until()) <= At(outage.from())) Complain(place + ".until", "is not after `from`");
    if (outage.what() != testing::v1::Outage::WHAT_SERVER) return;
    const auto inside = [&](const std::string& at) {
      return At(at) > At(outage.from()) && At(at) < At(outage.until());
    };
    for (int j = 0; j < scenario_.steps_size(); ++j) {
      if (inside(scenario_.steps(j).at())) {
        Complain(absl::StrCat("steps[", j, "].at"), "the server is down then; nobody can do that");
      }
    }
    for (int j = 0; j < scenario_.checks_size(); ++j) {
      if (inside(scenario_.checks(j).at())) {
        Complain(absl::StrCat("checks[", j, "].at"), "the server is down then; nobody can look");
      }
    }
  }

  void Check(int i) {
    const testing::v1::Check& check = scenario_.checks(i);
    const std::string place = absl::StrCat("checks[", i, "]");
    NotBeforeStart(check.at(), place + ".at");
    Alias(check.incident(), place + ".incident");
    OneOf(severities_, check.severity(), place + ".severity", "severity");
    OneOf(states_, check.state(), place + ".state", "state");
    Each(check.floor(), place + ".floor",
         [&](const auto& one, const std::string& at) { OneOf(floors_, one, at, "floor"); });
    Each(check.chain(), place + ".chain", [&](const auto& chain, const std::string& at) {
      Entity(chain.entity(), at + ".entity");
      Each(chain.paged(), at + ".paged",
           [&](const auto& id, const std::string& one) { Person(id, one); });
    });
    Each(check.open(), place + ".open",
         [&](const auto& one, const std::string& at) { Instance(one, at); });
    Each(check.not_open(), place + ".not_open",
         [&](const auto& one, const std::string& at) { Instance(one, at); });
    Each(check.part(), place + ".part",
         [&](const auto& one, const std::string& at) { Entity(one.entity(), at + ".entity"); });
    Each(check.duty(), place + ".duty",
         [&](const auto& one, const std::string& at) { Duty(one, at, false); });
    Each(check.reader(), place + ".reader",
         [&](const auto& one, const std::string& at) { Person(one, at); });
    Each(check.not_reader(), place + ".not_reader",
         [&](const auto& one, const std::string& at) { Person(one, at); });
    Each(check.fact(), place + ".fact", [&](const auto& one, const std::string& at) {
      OneOf(facts_, one.name(), at, "question");
    });
    Each(check.case_(), place + ".case",
         [&](const auto& one, const std::string& at) { Case(one, at); });
    Each(check.spend(), place + ".spend",
         [&](const auto& one, const std::string& at) { Person(one.by(), at + ".by"); });
  }

  void Duty(const testing::v1::Duty& duty, const std::string& place, bool names_incident) {
    static const Names* const kinds =
        new Names({"HARD", "SOFT", "STATUTORY", "DERIVED", "STANDING"});
    static const Names* const outcomes =
        new Names(EnumNames(v1::Obligation::State_descriptor(), "STATE_"));
    if (duty.code().empty()) Complain(place + ".code", "is needed: which duty, \"FOLLOWUP-24H\"");
    Code(duty.code(), place + ".code");
    OneOf(subjects_, duty.of(), place + ".of", "entity or secretariat");
    OneOf(*kinds, duty.kind(), place + ".kind", "kind");
    OneOf(*outcomes, duty.outcome(), place + ".outcome", "outcome");
    Actor(duty.by(), place + ".by");
    if (names_incident) Alias(duty.incident(), place + ".incident");
  }
  void Actor(const std::string& given, const std::string& place) {
    if (given != "system") Person(given, place);
  }
  void Case(const testing::v1::Case& given, const std::string& place) {
    Entity(given.entity(), place + ".entity");
    Each(given.duty(), place + ".duty",
         [&](const auto& one, const std::string& at) { Instance(one, at); });
  }

  void Recipient(const std::string& given, const std::string& place) {
    // Which rooms there will be, only the server knows.
    if (absl::StartsWith(given, "rooms/")) return;
    if (absl::StartsWith(given, "channels/")) {
      OneOf(channels_, given, place, "channel");
    } else {
      Person(given, place);
    }
  }
  void Sent(const testing::v1::Sent& sent, const std::string& place) {
    static const Names* const kinds = [] {
      auto* names = new Names(EnumNames(v1::Notice::Kind_descriptor(), "KIND_"));
      names->insert("RECEIPT");
      return names;
    }();
    Recipient(sent.to(), place + ".to");
    OneOf(*kinds, sent.kind(), place + ".kind", "kind");
    Instance(sent.duty(), place + ".duty");
    Clause(sent.clause(), place + ".clause");
    if (!sent.incident().empty()) Alias(sent.incident(), place + ".incident");
  }
  void Order(const testing::v1::Order& order, const std::string& place) {
    Alias(order.incident(), place + ".incident");
    for (int i = 0; i < order.entry_size(); ++i) {
      const std::string entry = absl::StrCat(place, ".entry[", i, "]");
      OneOf(EntryKinds(), order.entry(i).kind(), entry + ".kind", "kind of entry");
      Actor(order.entry(i).actor(), entry + ".actor");
      Clause(order.entry(i).clause(), entry + ".clause");
    }
  }

  void Expectations() {
    const testing::v1::Expectations& expect = scenario_.expect();
    for (int i = 0; i < expect.duty_size(); ++i) {
      Duty(expect.duty(i), absl::StrCat("expect.duty[", i, "]"), true);
    }
    Each(expect.ignore(), "expect.ignore",
         [&](const auto& one, const std::string& at) { Code(one, at); });
    Each(expect.no_duty(), "expect.no_duty",
         [&](const auto& one, const std::string& at) { Code(one, at); });
    for (int i = 0; i < expect.sent_size(); ++i) {
      Sent(expect.sent(i), absl::StrCat("expect.sent[", i, "]"));
    }
    for (int i = 0; i < expect.not_sent_size(); ++i) {
      const std::string place = absl::StrCat("expect.not_sent[", i, "]");
      Sent(expect.not_sent(i), place);
      if (expect.not_sent(i).times() > 0) Complain(place + ".times", "means nothing here");
    }
    for (int i = 0; i < expect.order_size(); ++i) {
      Order(expect.order(i), absl::StrCat("expect.order[", i, "]"));
    }
    for (int i = 0; i < expect.not_recorded_size(); ++i) {
      Order(expect.not_recorded(i), absl::StrCat("expect.not_recorded[", i, "]"));
    }
    for (int i = 0; i < expect.told_size(); ++i) {
      const std::string place = absl::StrCat("expect.told[", i, "]");
      Alias(expect.told(i).incident(), place + ".incident");
      Each(expect.told(i).to(), place + ".to",
           [&](const auto& one, const std::string& at) { Recipient(one, at); });
    }
    for (int i = 0; i < expect.final_size(); ++i) {
      const std::string place = absl::StrCat("expect.final[", i, "]");
      const testing::v1::Final& final = expect.final(i);
      Alias(final.incident(), place + ".incident");
      OneOf(states_, final.state(), place + ".state", "state");
      OneOf(severities_, final.severity(), place + ".severity", "severity");
      Each(final.case_(), place + ".case",
           [&](const auto& one, const std::string& at) { Case(one, at); });
    }
  }

  const std::string& file_;
  const Lines lines_;
  const testing::v1::Scenario& scenario_;
  const absl::TimeZone zone_;
  const absl::Time start_;
  Names codes_, states_, severities_, floors_, facts_, roles_, clauses_;
  Names people_, entities_, subjects_, channels_, aliases_;
  std::vector<std::string> complaints_;
};

}  // namespace

absl::Status LintScenario(const std::string& file, const std::string& text,
                          const testing::v1::Scenario& scenario, const policy::v1::Policy& policy,
                          absl::TimeZone zone, absl::Time start) {
  return Linter(file, text, scenario, policy, zone, start).Lint();
}

}  // namespace belfry::scenario
