// Prints one of each kind of card as Adaptive Cards, made by the bot's own code from the shipped
// pack: {"name": card, …}. For Microsoft's renderer to judge, and for pictures.
//
//   teams_cards POLICY_FILE
#include <iostream>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "belfry/chat/time_token.h"
#include "bot/platform/teams/adaptive_card.h"
#include "bot/platform/teams/form_card.h"
#include "client-lib/chat/notice_card.h"
#include "client-lib/chat/unlinked_card.h"
#include "client-lib/chat/view.h"
#include "server/base/textproto.h"
#include "tests/support/teams_samples.h"

namespace belfry::bot::teams {
namespace {

using v1::Notice;

const absl::Time kNow = absl::FromUnixSeconds(1'795'530'600);  // 24 November 2026, 14:30 UTC

void SetTime(absl::Time time, google::protobuf::Timestamp* timestamp) {
  timestamp->set_seconds(absl::ToUnixSeconds(time));
}

v1::Incident Incident() {
  v1::Incident incident;
  incident.set_name("incidents/DOP-2026-0007");
  incident.set_title("Ransom note on three workstations");
  incident.set_summary(
      "Three PCs in the permit office show a ransom note since 8:40. They were unplugged; the file "
      "server is being looked at.");
  incident.set_state("DECLARED");
  incident.set_severity("SEV2");
  incident.set_entity("entities/dop");
  incident.set_reporter("people/dop.clerk");
  incident.set_tlp("TLP:AMBER");
  auto* chain = incident.add_escalations();
  chain->set_entity("entities/dop");
  chain->set_state(v1::EscalationChain::STATE_NOTIFIED);
  chain->set_level(2);
  chain->set_attempt(2);
  chain->add_paged_people("people/dop.iso");
  SetTime(kNow + absl::Minutes(15), chain->mutable_next_page_time());
  SetTime(kNow - absl::Minutes(50), incident.mutable_create_time());
  return incident;
}

v1::Delivery Delivery(Notice::Kind kind) {
  v1::Delivery delivery;
  delivery.set_name("deliveries/0190b3f2");
  delivery.set_incident("incidents/DOP-2026-0007");
  Notice& notice = *delivery.mutable_notice();
  notice.set_kind(kind);
  *notice.mutable_incident() = Incident();
  SetTime(kNow, notice.mutable_time());
  return delivery;
}

v1::Delivery Duty(Notice::Kind kind, const char* title, absl::Duration due) {
  v1::Delivery delivery = Delivery(kind);
  Notice& notice = *delivery.mutable_notice();
  notice.set_title(title);
  notice.set_text("Tell ITD the conditions, what was done and what is needed.");
  notice.set_obligation("DAILY-STATUS#1[dop]");
  notice.add_clauses("POL-5.18");
  notice.add_actions("update");
  notice.add_actions("escalate");
  SetTime(kNow + due, notice.mutable_due_time());
  return delivery;
}

v1::Delivery Headline() {
  v1::Delivery delivery = Delivery(Notice::KIND_HEADLINE);
  Notice& notice = *delivery.mutable_notice();
  const struct {
    const char* obligation;
    absl::Duration due;
  } duties[] = {{"FOLLOWUP-24H", absl::Hours(23)},
                {"DAILY-STATUS#1", absl::Hours(4)},
                {"INIT-REPORT", -absl::Minutes(20)}};
  for (const auto& [obligation, due] : duties) {
    auto* duty = notice.add_duties();
    duty->set_obligation(obligation);
    duty->set_entity("entities/dop");
    duty->set_overdue(due < absl::ZeroDuration());
    SetTime(kNow + due, duty->mutable_due_time());
  }
  for (const char* action : {"ack", "update", "escalate"}) notice.add_actions(action);
  return delivery;
}

// A card is whatever somebody typed, too.
chat::Card Hostile() {
  chat::Card card;
  card.tone = chat::Tone::kWarning;
  card.title = "[click](https://evil.example) **bold** # <script>alert(1)</script>";
  card.body =
      "# heading\n- list\n1. one\n[link](https://evil.example) <at>everyone</at> {{DATE(2020-01-01T"
      "00:00:00Z)}} `code` &amp; ~~x~~ _y_";
  card.fields = {{"**Label**", "[x](javascript:alert(1))"}};
  card.table = {{"A", "B"}, {"*a*", "[b](https://evil.example)"}};
  card.hints = {"@Belfry ack [DOP](https://evil.example)"};
  card.context = "**small** print";
  return card;
}

int Main(const std::string& policy_file) {
  auto policy = std::make_shared<policy::v1::Policy>();
  if (const absl::Status status = ReadTextProto(policy_file, "POLICY_FILE", *policy);
      !status.ok()) {
    std::cerr << status.message() << '\n';
    return 2;
  }
  chat::View view;
  view.policy = policy;
  view.time_tokens = true;
  view.root = "@Belfry";

  Json cards;
  const auto add = [&](const char* name, const chat::Card& card, const CardUse& use = {}) {
    cards[name] = ToAdaptiveCard(card, use);
  };
  const v1::Delivery headline = Headline();
  add("headline", chat::NoticeCard(headline, view));
  add("workflow", chat::NoticeCard(headline, view), kWorkflowUse);
  add("webhook", chat::NoticeCard(headline, view), kWebhookUse);
  v1::Delivery page = Delivery(Notice::KIND_PAGE);
  page.mutable_notice()->set_title("You are paged for DOP-2026-0007");
  page.mutable_notice()->set_text("Level 1 did not answer within 15 minutes.");
  page.mutable_notice()->add_actions("ack");
  page.mutable_notice()->add_actions("escalate");
  page.mutable_notice()->add_clauses("POL-5.25");
  add("page", chat::NoticeCard(page, view));
  add("reminder",
      chat::NoticeCard(Duty(Notice::KIND_REMINDER, "Daily status is due", absl::Hours(4)), view));
  add("overdue", chat::NoticeCard(
                     Duty(Notice::KIND_OVERDUE, "Daily status is overdue", -absl::Hours(1)), view));
  v1::Delivery alarm = Delivery(Notice::KIND_ALARM);
  alarm.mutable_notice()->set_text("A page to dop.iso could not be delivered by Teams.");
  add("alarm", chat::NoticeCard(alarm, view));
  v1::Delivery log = Delivery(Notice::KIND_LOG);
  log.mutable_notice()->mutable_entry()->set_text("Contained: the three PCs are off the network.");
  log.mutable_notice()->mutable_entry()->set_actor("people/dop.contact");
  log.mutable_notice()->mutable_entry()->set_via("teams");
  SetTime(kNow, log.mutable_notice()->mutable_entry()->mutable_time());
  add("log", chat::NoticeCard(log, view));
  v1::Delivery restricted = headline;
  restricted.mutable_notice()->mutable_incident()->set_restricted(true);
  add("restricted", chat::NoticeCard(restricted, view));
  add("unlinked", chat::UnlinkedCard(view), {.on_answer = true});

  chat::Card list;
  list.title = "3 open incidents";
  list.table = {{"Incident", "Severity", "State", "Due"},
                {"DOP-2026-0007 · Ransom note on three workstations", "SEV2", "Declared",
                 chat::TimeToken(kNow + absl::Hours(4), "Tue 24 Nov 13:30 EST")},
                {"DOT-2026-0003 · Stolen laptop", "SEV3", "Contained",
                 chat::TimeToken(kNow + absl::Hours(30), "Wed 25 Nov 15:30 EST")},
                {"ITD-2026-0011 · Phishing wave", "SEV4", "In triage", ""}};
  list.context = "Only what you may see.";
  add("list", list, {.on_answer = true});
  for (int i = 0; i < 500; ++i) list.table.push_back({"DOT-2026-0004", "SEV4", "Reported", ""});
  add("long_list", list, {.on_answer = true});

  chat::Card confirm;
  confirm.tone = chat::Tone::kWarning;
  confirm.title = "Close DOP-2026-0007?";
  confirm.body = "Closing ends all duties. It can be reopened on new facts only.";
  confirm.buttons = {
      Button("Yes, close it", "close DOP-2026-0007 confirm:yes", chat::Tone::kDanger)};
  confirm.context = "POL-5.30";
  add("confirm", confirm, {.on_answer = true});
  chat::Card ask;
  ask.title = "DOP-2026-0007 is resolved";
  ask.tone = chat::Tone::kGood;
  ask.body = "All duties are done.";
  ask.buttons = {Button("Close", "close DOP-2026-0007 confirm:yes", chat::Tone::kDanger,
                        "Closing ends all duties. Close DOP-2026-0007?"),
                 Button("Show", "show DOP-2026-0007")};
  add("ask", ask);
  chat::Card failed;
  failed.tone = chat::Tone::kDanger;
  failed.title = "Belfry cannot be reached";
  failed.body = "Nothing was done. You wrote: open \"Ransom note\" sev:2";
  failed.hints = {"Send it again in a minute; the same text is safe to repeat."};
  add("unreachable", failed, {.on_answer = true});
  add("hostile", Hostile());

  cards["form"] = ToFormCard(StatusForm(), FormPlace::kMessage);
  cards["form_errors"] =
      ToFormCard(Filled(StatusForm(), {{"conditions", "bad"}, {"actions", "Unplugged the PCs."}}),
                 FormPlace::kMessage, {{"conditions", "Say more than one word: what is broken?"}});
  cards["dialog"] = ToFormCard(StatusForm(), FormPlace::kDialog);
  std::cout << cards.dump(1) << '\n';
  return 0;
}

}  // namespace
}  // namespace belfry::bot::teams

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "teams_cards POLICY_FILE\n";
    return 2;
  }
  return belfry::bot::teams::Main(argv[1]);
}
