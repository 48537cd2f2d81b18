#include "client-lib/cli/policy_commands.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "belfry/server_clock.h"
#include "client-lib/chat/parser.h"
#include "client-lib/chat/policy_cache.h"
#include "client-lib/chat/quote.h"
#include "client-lib/chat/time_format.h"
#include "client-lib/chat/values.h"
#include "client-lib/chat/view.h"
#include "client-lib/cli/lint_command.h"
#include "client-lib/cli/output.h"
#include "google/protobuf/text_format.h"

namespace belfry::cli {
namespace {

using v1::PolicyChange;

// More repetitions than this, of so many steps at most, become one line.
constexpr size_t kRepeatsFolded = 3;
constexpr size_t kCycleStepsMax = 4;

int WrongWords(const Console& console, const absl::Status& status) {
  console.error << "belfry: " << Harmless(status.message()) << "\n";
  return kWrongUsage;
}

int Misused(const Console& console) {
  console.error << "belfry: usage: belfry " << FindTerminalVerb("policy")->syntax << "\n";
  return kWrongUsage;
}

int Show(const Desk& desk, const std::string& name) {
  v1::GetPolicyRequest request;
  request.set_name(name);
  request.set_with_text(true);
  const auto response = desk.client.GetPolicy(request);
  if (!response.ok()) return Fail(desk.console, response.status());
  if (desk.console.output == Output::kJson) {
    desk.console.out << RenderJson(*response);
  } else {
    // As it was adopted, with its comments: what a reviewer wants to read and to edit.
    desk.console.out << response->text();
    if (!absl::EndsWith(response->text(), "\n")) desk.console.out << "\n";
  }
  return kDone;
}

int List(const Desk& desk) {
  const auto response = desk.client.ListPolicies(v1::ListPoliciesRequest());
  if (!response.ok()) return Fail(desk.console, response.status());
  if (desk.console.output == Output::kJson) {
    desk.console.out << RenderJson(*response);
    return kDone;
  }
  chat::Card card;
  card.title = "Policy packs, newest first";
  card.table.push_back({"Pack", "In force", "Since", "Adopted by", "Title"});
  for (const v1::PolicyVersion& version : response->policies()) {
    card.table.push_back(
        {version.name(), version.in_force() ? "yes" : "",
         chat::FormatLocal(chat::ToTime(version.adopt_time()), absl::UTCTimeZone()),
         chat::ActorName(version.principal()), version.title()});
  }
  desk.console.out << RenderCard(card, desk.console.terminal);
  return kDone;
}

// nullopt and an exit status when it could not be had.
absl::StatusOr<v1::PreviewPolicyResponse> AskPreview(const Desk& desk, const std::string& text) {
  v1::PreviewPolicyRequest request;
  request.set_text(text);
  return desk.client.PreviewPolicy(request);
}

bool HasErrors(const v1::PreviewPolicyResponse& preview) {
  return std::any_of(preview.findings().begin(), preview.findings().end(),
                     [](const auto& finding) { return !finding.warning(); });
}

int Diff(const Desk& desk, const std::string& path) {
  const absl::StatusOr<std::string> text = ReadFile(path);
  if (!text.ok()) return WrongWords(desk.console, text.status());
  const auto preview = AskPreview(desk, *text);
  if (!preview.ok()) return Fail(desk.console, preview.status());
  const bool refused = HasErrors(*preview) || !preview->refusal().empty();
  if (desk.console.output == Output::kJson) {
    desk.console.out << RenderJson(*preview);
  } else {
    desk.console.out << RenderFindings(path, preview->findings());
    desk.console.out << RenderCard(PreviewCard(*preview), desk.console.terminal);
  }
  return refused ? kRefused : kDone;
}

int Adopt(const Desk& desk, const std::string& path) {
  const Console& console = desk.console;
  const absl::StatusOr<std::string> text = ReadFile(path);
  if (!text.ok()) return WrongWords(console, text.status());
  // What is shown is what is adopted: the etag holds it fast.
  const auto preview = AskPreview(desk, *text);
  if (!preview.ok()) return Fail(console, preview.status());
  if (console.output == Output::kTable) {
    console.out << RenderFindings(path, preview->findings());
    console.out << RenderCard(PreviewCard(*preview), console.terminal);
    // The server would say the same once more.
    if (HasErrors(*preview)) return kRefused;
  }
  v1::AdoptPolicyRequest request;
  request.set_text(*text);
  request.set_etag(preview->etag());
  request.set_request_id(desk.arguments.request_id);
  const auto response = desk.client.AdoptPolicy(request);
  if (!response.ok()) return Fail(console, response.status());
  if (console.output == Output::kJson) {
    console.out << RenderJson(*response);
  } else {
    console.out << Harmless(response->policy().name()) << " is in force"
                << (response->replayed() ? "; it was adopted by the same request before" : "")
                << ".\n";
  }
  return kDone;
}

// The pack whose words the line uses.
absl::StatusOr<std::shared_ptr<const policy::v1::Policy>> PackOf(const Desk& desk,
                                                                 const std::string& text,
                                                                 const std::string& name) {
  auto pack = std::make_shared<policy::v1::Policy>();
  if (text.empty()) {
    v1::GetPolicyRequest request;
    request.set_name(name);
    auto response = desk.client.GetPolicy(request);
    if (!response.ok()) return response.status();
    *pack = std::move(*response->mutable_policy());
  } else {
    // What is wrong with it the server says, with the line.
    google::protobuf::TextFormat::Parser parser;
    parser.RecordErrorsTo(nullptr);
    parser.ParseFromString(text, pack.get());
  }
  return std::shared_ptr<const policy::v1::Policy>(std::move(pack));
}

int Simulate(const Desk& desk, std::vector<std::string> words) {
  const Console& console = desk.console;
  std::string text;
  std::string name;
  if (!words.empty() && !absl::StrContains(words[0], ':')) {
    absl::StatusOr<std::string> file = ReadFile(words[0]);
    if (!file.ok()) return WrongWords(console, file.status());
    text = *std::move(file);
    words.erase(words.begin());
  }
  for (auto word = words.begin(); word != words.end(); ++word) {
    if (!absl::StartsWith(*word, "pack:")) continue;
    name = word->substr(sizeof("pack:") - 1);
    words.erase(word);
    break;
  }
  const auto pack = PackOf(desk, text, name);
  if (!pack.ok()) return Fail(console, pack.status());
  absl::Time now = absl::Now();
  if (auto clock = client::MakeServerClock(desk.options); clock.ok()) now = (*clock)();
  auto request = ParseSimulation(**pack, words, now);
  if (!request.ok()) return WrongWords(console, request.status());
  request->set_text(text);
  request->set_name(name);
  const auto response = desk.client.SimulatePolicy(*request);
  if (!response.ok()) return Fail(console, response.status());
  if (console.output == Output::kJson) {
    console.out << RenderJson(*response);
    return kDone;
  }
  for (const chat::Card& card : SimulationCards(*response, chat::PolicyZone(**pack))) {
    console.out << RenderCard(card, console.terminal) << "\n";
  }
  return kDone;
}

absl::Status NotAnOption(absl::string_view word, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("\"", word, "\" is no ", what));
}

// Options of the simulation itself; false for words of the report.
absl::StatusOr<bool> ReadOption(const std::string& word, absl::Time now,
                                v1::SimulatePolicyRequest& request) {
  absl::string_view value = word;
  if (absl::ConsumePrefix(&value, "for:")) {
    const auto until = ParseClockTarget(absl::StrCat("+", value), now);
    if (!until.ok()) return NotAnOption(word, "span; type for:72h or for:14d");
    const absl::Duration span = *until - now;
    request.mutable_horizon()->set_seconds(absl::ToInt64Seconds(span));
    return true;
  }
  if (absl::ConsumePrefix(&value, "start:")) {
    const auto start = ParseClockTarget(value, now);
    if (!start.ok()) return start.status();
    *request.mutable_start_time() = chat::ToTimestamp(*start);
    return true;
  }
  if (absl::ConsumePrefix(&value, "react:")) {
    if (value == "none") {
      request.set_reaction(v1::SimulatePolicyRequest::REACTION_NONE);
    } else if (value == "on-time") {
      request.set_reaction(v1::SimulatePolicyRequest::REACTION_ON_TIME);
    } else {
      return NotAnOption(word, "reaction; type react:none or react:on-time");
    }
    return true;
  }
  return false;
}

absl::Status ReadPair(const policy::v1::Policy& policy, const chat::Pair& pair,
                      std::vector<std::string>& types, v1::CreateIncidentRequest& report) {
  if (pair.key.kind == chat::KeyRef::Kind::kFact) {
    auto fact = chat::ParseFact(policy, pair.key.name, pair.value);
    if (!fact.ok()) return fact.status();
    for (const auto& known : policy.facts()) {
      const auto& values = known.reason_values();
      if (known.name() == fact->name() &&
          std::find(values.begin(), values.end(), fact->value()) != values.end()) {
        fact->set_reason("simulated");
      }
    }
    *report.add_facts() = *std::move(fact);
    return absl::OkStatus();
  }
  if (pair.key.name == "type") {
    types.push_back(pair.value);
  } else if (pair.key.name == "sev") {
    auto severity = chat::ParseSeverity(policy, pair.value);
    if (!severity.ok()) return severity.status();
    report.set_severity(*std::move(severity));
  } else if (pair.key.name == "agency") {
    auto entity = chat::ParseEntity(pair.value);
    if (!entity.ok()) return entity.status();
    report.set_entity(*std::move(entity));
  } else if (pair.key.name == "title") {
    report.set_title(pair.value);
  } else {
    return absl::InvalidArgumentError(
        absl::StrCat(pair.key.name,
                     ": a simulation takes type:, sev:, agency:, title:, answers to "
                     "the policy's questions, for:, start:, react: and pack:"));
  }
  return absl::OkStatus();
}

std::string Told(const v1::SimulatePolicyResponse::Step& step) {
  std::vector<std::string> names;
  for (const auto& told : step.told()) {
    absl::string_view name = told.target();
    if (absl::ConsumePrefix(&name, "channels/")) {
      names.push_back(absl::StrCat("#", name));
    } else {
      names.push_back(chat::ActorName(told.target()));
    }
  }
  return absl::StrJoin(names, ", ");
}

// What repeats itself but for its counting: pages that nobody answers.
std::string Pattern(const v1::SimulatePolicyResponse::Step& step) {
  std::string pattern;
  for (const char c : step.entry().text()) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(c))) pattern += c;
  }
  return absl::StrCat(pattern, "\n", Told(step));
}

struct Cycle {
  size_t length = 1;  // steps
  size_t times = 1;
};

// What begins at `start` and repeats itself often enough to be told once.
Cycle CycleAt(const std::vector<std::string>& patterns, size_t start) {
  Cycle best;
  for (size_t length = 1; length <= kCycleStepsMax; ++length) {
    size_t end = start + length;
    while (end < patterns.size() && patterns[end] == patterns[end - length]) ++end;
    const size_t times = (end - start) / length;
    if (times > kRepeatsFolded && times * length > best.times * best.length) {
      best = {length, times};
    }
  }
  return best;
}

std::string Count(int number, absl::string_view one, absl::string_view many) {
  return absl::StrCat(number, " ", number == 1 ? one : many);
}

std::string After(absl::Duration since) {
  return since < absl::Minutes(1) ? "at once" : absl::StrCat("+", chat::FormatSpan(since));
}

std::string ChangeText(const PolicyChange& change) {
  std::string text = absl::StrCat(change.list(), change.item().empty() ? "" : " ", change.item());
  if (!change.title().empty() && change.list() != "pack") {
    absl::StrAppend(&text, " (", change.title(), ")");
  }
  return text;
}

}  // namespace

absl::StatusOr<v1::SimulatePolicyRequest> ParseSimulation(const policy::v1::Policy& policy,
                                                          const std::vector<std::string>& words,
                                                          absl::Time now) {
  v1::SimulatePolicyRequest request;
  std::vector<std::string> line = {"open"};
  for (const std::string& word : words) {
    const auto option = ReadOption(word, now, request);
    if (!option.ok()) return option.status();
    if (!*option) line.push_back(word);
  }
  const chat::Grammar grammar(std::make_shared<policy::v1::Policy>(policy));
  const auto command = chat::Parse(chat::JoinWords(line), grammar);
  if (!command.ok()) return command.status();
  v1::CreateIncidentRequest& report = *request.mutable_incident();
  report.set_title(command->text.empty() ? "Simulation" : command->text);
  std::vector<std::string> types;
  for (const chat::Pair& pair : command->pairs) {
    if (const absl::Status status = ReadPair(policy, pair, types, report); !status.ok()) {
      return status;
    }
  }
  if (!types.empty()) {
    auto categories = chat::ParseCategories(policy, types);
    if (!categories.ok()) return categories.status();
    for (auto& category : *categories) *report.add_categories() = std::move(category);
  }
  return request;
}

chat::Card PreviewCard(const v1::PreviewPolicyResponse& preview) {
  chat::Card card;
  const int changes = preview.changes_size();
  if (preview.name().empty()) {
    card.tone = chat::Tone::kDanger;
    card.title = "The text is no pack that could be adopted";
    card.body = absl::StrCat(preview.in_force(), " stays in force.");
    return card;
  }
  card.title = absl::StrCat(preview.in_force(), " → ", preview.name(), ": ",
                            changes == 1 ? "1 change" : absl::StrCat(changes, " changes"));
  if (!preview.refusal().empty()) {
    card.tone = chat::Tone::kDanger;
    card.body = absl::StrCat("It would be refused: ", preview.refusal(), "\n");
  }
  absl::StrAppend(&card.body, "Of what you may see, ",
                  preview.counts_incomplete() ? "at least " : "",
                  Count(preview.open_incidents(), "open incident", "open incidents"), " with ",
                  Count(preview.open_duties(), "open duty", "open duties"),
                  " stay under the packs they were reported under.");
  if (changes == 0) return card;
  card.table.push_back({"What", "", "Before", "After", "Clause"});
  for (const PolicyChange& change : preview.changes()) {
    const std::string clauses = absl::StrJoin(change.clauses(), ", ");
    std::string kind = PolicyChange::Kind_Name(change.kind()).substr(sizeof("KIND_") - 1);
    for (char& c : kind) c = static_cast<char>(c - 'A' + 'a');
    if (change.open_duties() > 0) {
      absl::StrAppend(&kind, "; ", change.open_duties(), " open stay as they are");
    }
    card.table.push_back({ChangeText(change), kind, "", "", clauses});
    for (const PolicyChange::Field& field : change.fields()) {
      card.table.push_back({absl::StrCat("  ", field.field()), "",
                            field.before().empty() ? "—" : field.before(),
                            field.after().empty() ? "—" : field.after(), ""});
    }
  }
  return card;
}

std::vector<chat::Card> SimulationCards(const v1::SimulatePolicyResponse& simulation,
                                        absl::TimeZone zone) {
  std::vector<chat::Card> cards;
  const absl::Time start = simulation.steps().empty()
                               ? chat::ToTime(simulation.end_time())
                               : chat::ToTime(simulation.steps(0).entry().time());
  chat::Card& timeline = cards.emplace_back();
  timeline.title = absl::StrCat("What would happen under ", simulation.policy());
  timeline.body = absl::StrCat("From ", chat::FormatLocal(start, zone), " to ",
                               chat::FormatLocal(chat::ToTime(simulation.end_time()), zone),
                               "; nothing is stored, nobody is told.");
  if (simulation.incomplete()) {
    absl::StrAppend(&timeline.body, "\nIt stopped early: too much happens; look less far.");
  }
  timeline.table.push_back({"After", "When", "What", "Who is told", "Clause"});
  std::vector<std::string> patterns;
  for (const auto& step : simulation.steps()) patterns.push_back(Pattern(step));
  for (size_t i = 0; i < patterns.size();) {
    const Cycle cycle = CycleAt(patterns, i);
    for (size_t n = 0; n < cycle.length; ++n) {
      const auto& step = simulation.steps(static_cast<int>(i + n));
      const v1::TimelineEntry& entry = step.entry();
      const absl::Time time = chat::ToTime(entry.time());
      timeline.table.push_back({After(time - start), chat::FormatLocal(time, zone), entry.text(),
                                Told(step), absl::StrJoin(entry.clauses(), ", ")});
    }
    i += cycle.length * cycle.times;
    if (cycle.times == 1) continue;
    const absl::Time until = chat::ToTime(simulation.steps(static_cast<int>(i) - 1).entry().time());
    timeline.table.push_back(
        {After(until - start), chat::FormatLocal(until, zone),
         absl::StrCat("… and so on, ", cycle.times - 1, " times more until then"), "", ""});
  }
  chat::Card& duties = cards.emplace_back();
  duties.title =
      absl::StrCat("Duties at the end: ", simulation.state(), ", ", simulation.severity());
  duties.table.push_back({"Duty", "Of", "Clock runs from", "Due", "State", "Clause"});
  for (const v1::Obligation& duty : simulation.duties()) {
    std::string state = v1::Obligation::State_Name(duty.state()).substr(sizeof("STATE_") - 1);
    duties.table.push_back(
        {duty.instance(), chat::ShortName(duty.subject()),
         duty.has_clock_start() ? chat::FormatLocal(chat::ToTime(duty.clock_start()), zone) : "—",
         duty.has_due_time() ? chat::FormatLocal(chat::ToTime(duty.due_time()), zone) : "—", state,
         absl::StrJoin(duty.clauses(), ", ")});
  }
  if (!simulation.refusals().empty()) {
    chat::Card& refusals = cards.emplace_back();
    refusals.title = "What people who react could not do by themselves";
    refusals.table.push_back({"After", "Duty", "Why"});
    for (const auto& refusal : simulation.refusals()) {
      refusals.table.push_back(
          {After(chat::ToTime(refusal.time()) - start), refusal.instance(), refusal.message()});
    }
  }
  return cards;
}

int RunPolicyVerb(const Desk& desk, const std::vector<std::string>& words) {
  const size_t count = words.size();
  const std::string verb = count > 1 ? words[1] : "";
  if (verb == "show" && count <= 3) return Show(desk, count == 3 ? words[2] : "");
  if (verb == "list" && count == 2) return List(desk);
  if (verb == "diff" && count == 3) return Diff(desk, words[2]);
  if (verb == "adopt" && count == 3) return Adopt(desk, words[2]);
  if (verb == "simulate") return Simulate(desk, {words.begin() + 2, words.end()});
  return Misused(desk.console);
}

}  // namespace belfry::cli
