#include "bot/witness/carrier.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "client-lib/audit/proof.h"
#include "spdlog/spdlog.h"

namespace belfry::bot {
namespace {

// The first answer may only tell the size, and another bot may carry the same checkpoint.
constexpr int kAttemptsMax = 3;

constexpr const char* kOutcomeNames[WitnessCarrier::kOutcomes] = {
    "cosigned", "unchanged", "unreachable", "refused", "server", "split_view"};

// The bot asks for itself, whoever it last acted for.
client::CallOptions Itself() {
  client::CallOptions call;
  call.act_for = "";
  return call;
}

std::string Label(absl::string_view name) {
  return absl::StrCat("{witness=\"", absl::CEscape(name), "\"");
}

}  // namespace

WitnessCarrier::WitnessCarrier(client::Client client, HttpClient* http,
                               std::vector<WitnessEndpoint> witnesses, absl::Duration interval)
    : client_(std::move(client)), http_(*http), interval_(interval) {
  for (WitnessEndpoint& endpoint : witnesses) {
    witnesses_.push_back({std::move(endpoint), 0, false, false});
  }
  stats_.resize(witnesses_.size());
}

WitnessCarrier::~WitnessCarrier() { Stop(); }

void WitnessCarrier::Start() {
  thread_ = std::thread([this] { Run(); });
}

void WitnessCarrier::Stop() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  if (thread_.joinable()) thread_.join();
}

void WitnessCarrier::Run() {
  for (;;) {
    Round();
    absl::MutexLock lock(&mutex_);
    if (mutex_.AwaitWithTimeout(absl::Condition(&stopping_), interval_)) return;
  }
}

std::vector<WitnessCarrier::Outcome> WitnessCarrier::Round() {
  const absl::StatusOr<Checkpoint> newest = Newest();
  if (!newest.ok()) {
    spdlog::warn("no checkpoint for the witnesses: {}", std::string(newest.status().message()));
  }
  std::vector<Outcome> outcomes;
  for (size_t i = 0; i < witnesses_.size(); ++i) {
    Witness& witness = witnesses_[i];
    const Outcome outcome = newest.ok() ? Visit(witness, *newest) : Outcome::kServer;
    outcomes.push_back(outcome);
    absl::MutexLock lock(&mutex_);
    ++stats_[i].outcomes[static_cast<size_t>(outcome)];
    stats_[i].split = witness.alarmed;
    if (outcome == Outcome::kCosigned) stats_[i].size = witness.size;
  }
  return outcomes;
}

absl::StatusOr<WitnessCarrier::Checkpoint> WitnessCarrier::Newest() const {
  const auto response = client_.GetCheckpoint(v1::GetCheckpointRequest(), Itself());
  if (!response.ok()) return response.status();
  if (response->note().empty()) return absl::NotFoundError("none was made yet");
  absl::StatusOr<audit::Checkpoint> parsed = audit::ParseCheckpoint(response->note());
  if (!parsed.ok()) return parsed.status();
  return Checkpoint{*std::move(parsed), response->note()};
}

absl::StatusOr<std::string> WitnessCarrier::Body(const Witness& witness,
                                                 const Checkpoint& checkpoint) const {
  std::string body = absl::StrCat("old ", witness.size, "\n");
  if (witness.size > 0 && witness.size < checkpoint.parsed.size) {
    v1::GetConsistencyProofRequest request;
    request.set_from_size(static_cast<int64_t>(witness.size));
    request.set_to_size(static_cast<int64_t>(checkpoint.parsed.size));
    const auto proof = client_.GetConsistencyProof(request, Itself());
    if (!proof.ok()) return proof.status();
    for (const std::string& hash : proof->hashes()) {
      absl::StrAppend(&body, absl::Base64Escape(hash), "\n");
    }
  }
  return absl::StrCat(body, "\n", checkpoint.note);
}

WitnessCarrier::Outcome WitnessCarrier::Visit(Witness& witness, Checkpoint checkpoint) {
  const std::string& name = witness.endpoint.key.name();
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    if (witness.size > checkpoint.parsed.size) {
      // Another bot may have carried a newer one while we were on our way.
      absl::StatusOr<Checkpoint> newer = Newest();
      if (!newer.ok()) return Outcome::kServer;
      checkpoint = *std::move(newer);
      if (witness.size > checkpoint.parsed.size) {
        return Alarm(witness, checkpoint,
                     "it has seen more than the server has: an older record was restored");
      }
    }
    if (witness.cosigned && witness.size == checkpoint.parsed.size) return Outcome::kUnchanged;
    const absl::StatusOr<std::string> body = Body(witness, checkpoint);
    if (!body.ok()) {
      spdlog::warn("no proof for witness {}: {}", name, std::string(body.status().message()));
      return Outcome::kServer;
    }
    OutgoingRequest request;
    request.url = absl::StrCat(witness.endpoint.url, "/add-checkpoint");
    request.headers = {{"Content-Type", "text/plain; charset=utf-8"}};
    request.body = *body;
    const absl::StatusOr<HttpResponse> response = http_.Send(request);
    if (!response.ok()) {
      spdlog::warn("witness {} does not answer: {}", name,
                   std::string(response.status().message()));
      return Outcome::kUnreachable;
    }
    if (response->status == 200) return HandBack(witness, checkpoint, response->body);
    uint64_t size = 0;
    if (response->status == 409 &&
        absl::SimpleAtoi(absl::StripAsciiWhitespace(response->body), &size)) {
      if (size == witness.size && size == checkpoint.parsed.size) {
        return Alarm(witness, checkpoint, "it has seen another root at this size");
      }
      witness.size = size;
      witness.cosigned = false;
      continue;
    }
    if (response->status == 422) {
      return Alarm(witness, checkpoint, "what it has seen is not the beginning of this");
    }
    if (response->status >= 500) {
      spdlog::warn("witness {} answers {}", name, response->status);
      return Outcome::kUnreachable;
    }
    spdlog::warn("witness {} refuses {}: {} {}", name, checkpoint.parsed.origin, response->status,
                 absl::CEscape(response->body.substr(0, 200)));
    return Outcome::kRefused;
  }
  return Outcome::kUnreachable;  // others are faster; the next round will do
}

WitnessCarrier::Outcome WitnessCarrier::HandBack(Witness& witness, const Checkpoint& checkpoint,
                                                 absl::string_view answer) {
  std::string lines;
  for (const absl::string_view line : absl::StrSplit(answer, '\n', absl::SkipEmpty())) {
    const absl::StatusOr<audit::SignatureLine> parsed = audit::ParseSignatureLine(line);
    // Lines of keys that we do not know are none of our business.
    if (!parsed.ok() || !witness.endpoint.key.Claims(*parsed)) continue;
    if (!witness.endpoint.key.Holds(checkpoint.parsed.text, *parsed)) {
      lines.clear();
      break;
    }
    absl::StrAppend(&lines, line, "\n");
  }
  if (lines.empty()) {
    spdlog::warn("witness {} answers without a cosignature that holds",
                 witness.endpoint.key.name());
    return Outcome::kRefused;
  }
  witness.size = checkpoint.parsed.size;
  v1::AddCosignatureRequest request;
  request.set_size(static_cast<int64_t>(checkpoint.parsed.size));
  request.set_signatures(lines);
  const auto added = client_.AddCosignature(request, Itself());
  if (!added.ok()) {
    spdlog::warn("the cosignature of {} was not taken: {}", witness.endpoint.key.name(),
                 std::string(added.status().message()));
    return Outcome::kServer;
  }
  witness.cosigned = true;
  if (std::exchange(witness.alarmed, false)) {
    spdlog::info("witness {} cosigns again", witness.endpoint.key.name());
  }
  return Outcome::kCosigned;
}

WitnessCarrier::Outcome WitnessCarrier::Alarm(Witness& witness, const Checkpoint& checkpoint,
                                              absl::string_view why) {
  witness.cosigned = false;
  // Once for each time it begins; how long it lasts is in the metrics.
  if (!std::exchange(witness.alarmed, true)) {
    spdlog::critical(
        "SPLIT VIEW: witness {} and the server disagree about {}: {}; cosigned size {}, the "
        "server's {}; see docs/record.md",
        witness.endpoint.key.name(), checkpoint.parsed.origin, std::string(why), witness.size,
        checkpoint.parsed.size);
  }
  return Outcome::kSplitView;
}

std::string WitnessCarrier::StatsText() const {
  absl::MutexLock lock(&mutex_);
  std::string text =
      "# HELP belfry_bot_witness_visits_total Visits to witnesses, by outcome\n"
      "# TYPE belfry_bot_witness_visits_total counter\n";
  for (size_t i = 0; i < stats_.size(); ++i) {
    for (int outcome = 0; outcome < kOutcomes; ++outcome) {
      absl::StrAppend(&text, "belfry_bot_witness_visits_total",
                      Label(witnesses_[i].endpoint.key.name()), ",outcome=\"",
                      kOutcomeNames[outcome], "\"} ",
                      stats_[i].outcomes[static_cast<size_t>(outcome)], "\n");
    }
  }
  absl::StrAppend(&text,
                  "# HELP belfry_bot_witness_size Size of the super-log cosigned last\n"
                  "# TYPE belfry_bot_witness_size gauge\n");
  for (size_t i = 0; i < stats_.size(); ++i) {
    absl::StrAppend(&text, "belfry_bot_witness_size", Label(witnesses_[i].endpoint.key.name()),
                    "} ", stats_[i].size, "\n");
  }
  absl::StrAppend(&text,
                  "# HELP belfry_bot_witness_split_view 1 while a witness has seen another history "
                  "than the server shows\n"
                  "# TYPE belfry_bot_witness_split_view gauge\n");
  for (size_t i = 0; i < stats_.size(); ++i) {
    absl::StrAppend(&text, "belfry_bot_witness_split_view",
                    Label(witnesses_[i].endpoint.key.name()), "} ", stats_[i].split ? 1 : 0, "\n");
  }
  return text;
}

}  // namespace belfry::bot
