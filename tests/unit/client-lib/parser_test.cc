#include "client-lib/chat/parser.h"

#include <random>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "client-lib/chat/help.h"
#include "client-lib/chat/usage_error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/client-lib/test_policy.h"

namespace belfry::chat {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// "verb incident key=value … 'text'".
std::string Meaning(absl::string_view line) {
  const Grammar grammar(TestPolicy());
  const auto command = Parse(line, grammar);
  if (!command.ok()) return absl::StrCat("error: ", command.status().message());
  std::string meaning = command->verb.name;
  if (!command->incident.empty()) absl::StrAppend(&meaning, " ", command->incident);
  for (const Pair& pair : command->pairs) {
    absl::StrAppend(&meaning, " ", pair.key.name, "=", pair.value);
  }
  if (!command->text.empty()) absl::StrAppend(&meaning, " '", command->text, "'");
  return meaning;
}

struct Case {
  std::string line;
  std::string meaning;
};

class ParserTableTest : public testing::TestWithParam<Case> {};

TEST_P(ParserTableTest, MeansWhatItSays) {
  EXPECT_EQ(Meaning(GetParam().line), GetParam().meaning);
}

INSTANTIATE_TEST_SUITE_P(
    Lines, ParserTableTest,
    testing::Values(
        Case{"", "help"}, Case{"  ", "help"}, Case{"HELP open", "help 'open'"},
        Case{"open \"Ransom note\" sev:3 agency:DOP", "open sev=3 agency=DOP 'Ransom note'"},
        Case{"new sev:3 Ransom note", "open sev=3 'Ransom note'"},
        Case{"open Mail server: it is down", "open 'Mail server: it is down'"},
        Case{"open Mail:down again", "open 'Mail:down again'"},
        Case{"open severity: 3 x", "open sev=3 'x'"},
        Case{"open x attack:yes pi:no", "open attack_intrusion=yes personal_information=no 'x'"},
        Case{"open type:dos type:malware x", "open type=dos type=malware 'x'"}, Case{"ack", "ack"},
        Case{"ack dop-2026-0007", "ack incidents/DOP-2026-0007"},
        Case{"ack incidents/DOP-2026-0007", "ack incidents/DOP-2026-0007"},
        Case{"ack DOP–2026–0007", "ack incidents/DOP-2026-0007"},
        Case{"DOP-2026-0007", "show incidents/DOP-2026-0007"},
        Case{"/ack DOP-2026-0007", "ack incidents/DOP-2026-0007"},
        Case{"note DOP-2026-0007: as in DOP-2026-0003",
             "note incidents/DOP-2026-0007 'as in DOP-2026-0003'"},
        Case{"note id:DOP-2026-0007 text",
             "note incidents/DOP-2026-0007 incident=DOP-2026-0007 'text'"},
        Case{"note seen at:14:05 sev:3 is wrong", "note at=14:05 'seen sev:3 is wrong'"},
        Case{"note one\ntwo\n\n\nthree", "note 'one\ntwo\n\nthree'"},
        Case{"note \"sev:3 at:14:05\"", "note 'sev:3 at:14:05'"},
        Case{"update conditions:mail is down actions: accounts locked needs:\"an image\"",
             "update conditions=mail is down actions=accounts locked needs=an image"},
        Case{"update mail is down", "update 'mail is down'"},
        Case{"update needs:\"nothing\" mail is back", "update needs=nothing 'mail is back'"},
        Case{"followup DOP-2026-0007 description:x next-steps:y",
             "followup incidents/DOP-2026-0007 description=x next_steps=y"},
        Case{"submit DOP-2026-0007 follow-up description:x",
             "document incidents/DOP-2026-0007 description=x"},
        Case{"doc DOP-2026-0007 police agency:State police for:DOR at:2026-10-06 08:10",
             "document incidents/DOP-2026-0007 agency=State police agency=DOR at=2026-10-06 08:10"},
        Case{"file police evidence: logs at:13:05 channel:phone",
             "document evidence=logs at=13:05 channel=phone"},
        Case{"note at:2026-10-06 08:10 seen", "note at=2026-10-06 08:10 'seen'"},
        Case{"note at:2026-10-06 seen", "note at=2026-10-06 'seen'"},
        Case{"open x detected: 2026-10-06 08:10", "open detected=2026-10-06 08:10 'x'"},
        Case{"open x subject:dop.clerk reader:a1, b2 also:DOR also:RMV",
             "open subject=dop.clerk reader=a1,b2 also=DOR also=RMV 'x'"},
        Case{"decide DOP-2026-0007 OLC YES reason:\"likely, they say\" devices:a, b subnets:c",
             "decide incidents/DOP-2026-0007 reason=likely, they say devices=a,b subnets=c 'OLC "
             "YES'"},
        Case{"decide OLC YES devices: a, b, c", "decide devices=a,b,c 'OLC YES'"},
        Case{"waive DOP-2026-0007 93H-AGO[dop] why:x",
             "waive incidents/DOP-2026-0007 reason=x '93H-AGO[dop]'"},
        Case{"why DOP-2026-0007 DAILY-STATUS#2",
             "explain incidents/DOP-2026-0007 'DAILY-STATUS#2'"},
        Case{"device DOP-2026-0007 ws-14,ws-15 infected subnet:10.0.0.0/24",
             "device incidents/DOP-2026-0007 subnet=10.0.0.0/24 'ws-14,ws-15 infected'"},
        Case{"cost DOP-2026-0007 $1,190.00 \"what for\" self_help:yes",
             "cost incidents/DOP-2026-0007 self-help=yes '$1,190.00 what for'"},
        Case{"link DOP-2026-0007 to:DOP-2026-0003",
             "relate incidents/DOP-2026-0007 parent=DOP-2026-0003"},
        Case{"merge DOP-2026-0007 DOP-2026-0003", "merge incidents/DOP-2026-0007 'DOP-2026-0003'"},
        Case{"absorb DOP-2026-0007 DOP-2026-0003", "merge incidents/DOP-2026-0007 'DOP-2026-0003'"},
        Case{"notify 93h-ago read this nature:stolen laptop residents:5",
             "notify nature=stolen laptop residents=5 '93h-ago read this'"},
        Case{"notify ccio-cso-via-scio nature:stolen", "notify 'ccio-cso-via-scio nature:stolen'"},
        Case{"contain DOP-2026-0007 all isolated",
             "contain incidents/DOP-2026-0007 'all isolated'"},
        Case{"declare attack:suspected because", "declare attack_intrusion=suspected 'because'"},
        Case{"page to:SCIO nobody answers", "escalate to=SCIO 'nobody answers'"},
        Case{"escalate to:<@U123> help", "escalate to=<@U123> 'help'"},
        Case{"set attack_intrusion:yes", "fact attack_intrusion=yes"},
        Case{"ticket E2E INC0012345", "ticket 'E2E INC0012345'"},
        // Slips of the finger are asked about, sentences with a colon are not.
        Case{"open x sevv:3",
             "error: \"sevv:\" is not known here. Did you mean \"sev:\"? If it is part of the "
             "text, put the text in quotes."},
        Case{"open x sev:3 severity:2", "error: \"severity:\" is given twice. Give it once."},
        Case{"open x sev:", "error: \"sev:\" needs a value, for example sev:\"…\"."},
        Case{"update conditions: actions:x", "error: \"conditions:\" has no text behind it."},
        Case{"fact atack:yes",
             "error: \"atack\" is not a question of the policy. The nearest: attack, at, cause."},
        Case{"document OLC DOP-2026-0007",
             "error: \"OLC\" is no document. The policy has: FOLLOWUP, DAILY, LE_CONTACT, "
             "AGO_FORM."},
        Case{"document agency:x",
             "error: Say which document. The policy has: FOLLOWUP, DAILY, LE_CONTACT, AGO_FORM."},
        Case{"decide OLC YES reason:a reason:b",
             "error: \"reason:\" is given twice. Give it once."},
        Case{"scan clean subnts:10.0.0.0/8",
             "error: \"subnts:\" is not known here. Did you mean \"subnets:\"? If it is part of "
             "the text, put the text in quotes."},
        Case{"decide OLC devices:",
             "error: \"devices:\" needs a value, for example devices:\"…\"."},
        Case{"submit nothing",
             "error: \"nothing\" is no document. The policy has: FOLLOWUP, DAILY, LE_CONTACT, "
             "AGO_FORM."}));

TEST(ParserTest, UnknownVerbsComeWithTheNearestThree) {
  const Grammar grammar(TestPolicy());
  const auto command = Parse("contian DOP-2026-0007", grammar);
  ASSERT_FALSE(command.ok());
  EXPECT_TRUE(IsUsageError(command.status()));
  EXPECT_THAT(std::string(command.status().message()), HasSubstr("\"contian\" is not a command"));
  const auto commands = UsageCommands(command.status());
  ASSERT_EQ(commands.size(), 4u);
  EXPECT_EQ(commands[0], "contain [id]");
  EXPECT_EQ(commands[3], "help");
}

TEST(ParserTest, VerbsOfTheLifeCycleComeFromThePack) {
  auto policy = std::make_shared<policy::v1::Policy>();
  policy->add_transitions()->set_verb("quarantine");
  policy->add_transitions()->set_verb("new");     // displaces the alias of `open`
  policy->add_transitions()->set_verb("update");  // does not displace a command
  const Grammar grammar(policy);
  EXPECT_EQ(grammar.FindVerb("Quarantine")->kind, VerbKind::kTransition);
  EXPECT_EQ(grammar.FindVerb("new")->kind, VerbKind::kTransition);
  EXPECT_EQ(grammar.FindVerb("update")->kind, VerbKind::kUpdate);
  EXPECT_FALSE(grammar.FindVerb("contain").has_value());
}

TEST(ParserTest, IdsAreReadInAllTheirForms) {
  EXPECT_EQ(ParseIncidentName("dop-2026-0007").value_or(""), "incidents/DOP-2026-0007");
  EXPECT_EQ(ParseIncidentName("Incidents/DOP-2026-12345,").value_or(""),
            "incidents/DOP-2026-12345");
  for (const char* no :
       {"", "7", "DOP-2026", "DOP-26-0007", "DOP-2026-007", "D-2026-0007", "DOP-2026-0007-1",
        "CVE-2026-", "DÖP-2026-0007", "ABCDEFGHIJKLM-2026-0001"}) {
    EXPECT_FALSE(ParseIncidentName(no).has_value()) << no;
  }
}

// A listed verb without a handler and a handler without a listing are the same defect.
TEST(ParserTest, EveryExampleInTheTableParsesAsItsVerb) {
  const Grammar grammar(TestPolicy());
  for (const Verb& verb : Verbs()) {
    const auto command = Parse(verb.example, grammar);
    ASSERT_TRUE(command.ok()) << verb.example << ": " << command.status();
    // "phase contain" is the step itself.
    EXPECT_EQ(command->verb.kind, verb.kind == VerbKind::kPhase ? VerbKind::kTransition : verb.kind)
        << verb.example;
    for (const std::string& alias : SplitWords(verb.aliases)) {
      if (!grammar.TransitionsOf(alias).empty()) continue;  // the pack's verbs win
      EXPECT_EQ(grammar.FindVerb(alias)->kind, verb.kind) << alias;
    }
  }
  for (int kind = 0; kind <= static_cast<int>(VerbKind::kHelp); ++kind) {
    if (static_cast<VerbKind>(kind) == VerbKind::kTransition) continue;
    EXPECT_EQ(VerbOf(static_cast<VerbKind>(kind)).kind, static_cast<VerbKind>(kind));
  }
}

TEST(ParserTest, HelpListsEveryVerbOnce) {
  const Grammar grammar(TestPolicy());
  const Card card = HelpCard(grammar, TestView(), "", Allowance());
  // A row is one command and how it is typed, or the names of a folded group.
  std::multiset<std::string> listed;
  for (size_t i = 1; i < card.table.size(); ++i) {
    const std::string& commands = card.table[i][0];
    if (absl::StrContains(card.table[i][1], ": help ")) {
      for (const absl::string_view name : absl::StrSplit(commands, ", ")) listed.emplace(name);
    } else {
      listed.insert(commands.substr(0, commands.find(' ')));
    }
  }
  for (const std::string& name : grammar.VerbNames()) {
    EXPECT_EQ(listed.count(name), 1u) << name;
    EXPECT_TRUE(VerbHelpCard(grammar, TestView(), name).ok()) << name;
  }
  EXPECT_EQ(listed.size(), grammar.VerbNames().size());
  EXPECT_THAT(card.PlainText(),
              HasSubstr("- reopen [id] <reason>, What it does Closed → Declared"));
  EXPECT_THAT(
      card.PlainText(),
      HasSubstr("- cost, assess, spend, approve, refuse, costs, What it does Costs, spending "
                "requests and what is claimed back: help money"));
}

TEST(ParserTest, AFoldedGroupIsShownInFull) {
  const Grammar grammar(TestPolicy());
  for (const FoldedGroup& group : FoldedGroups()) {
    // A verb of that name would hide the group.
    EXPECT_FALSE(grammar.FindVerb(group.name).has_value()) << group.name;
    const auto card = HelpCardFor(grammar, TestView(), "", {std::string(group.name)}, Allowance());
    ASSERT_TRUE(card.ok()) << group.name;
    EXPECT_GT(card->table.size(), 2u) << group.name;
  }
  const auto money = HelpCardFor(grammar, TestView(), "", {"MONEY"}, Allowance());
  EXPECT_EQ(money->table[6][0], "costs [id]");
  EXPECT_FALSE(HelpCardFor(grammar, TestView(), "", {"moneys"}, Allowance()).ok());
}

TEST(ParserTest, TheStepThatLeadsIntoAnotherIncidentIsMerge) {
  const Grammar grammar(TestPolicy());
  EXPECT_EQ(grammar.FindVerb("absorb")->kind, VerbKind::kMerge);
  EXPECT_THAT(grammar.TransitionVerbs(), testing::Not(testing::Contains("absorb")));
}

TEST(ParserTest, CodesWinOverAliases) {
  auto policy = std::make_shared<policy::v1::Policy>();
  auto* first = policy->add_documents();
  first->set_code("FIRST");
  first->add_aliases("second");
  policy->add_documents()->set_code("SECOND");
  const Grammar grammar(policy);
  EXPECT_EQ(grammar.FindDocument("second")->code(), "SECOND");
  EXPECT_EQ(grammar.FindDocument("first")->code(), "FIRST");
  EXPECT_EQ(grammar.FindDocument(""), nullptr);
  EXPECT_EQ(grammar.FindDocument("-"), nullptr);
}

TEST(ParserTest, SurvivesAnything) {
  const Grammar grammar(TestPolicy());
  std::mt19937 random(13);
  const std::vector<std::string> pieces = {"open",
                                           "update",
                                           "ack",
                                           "fact",
                                           "submit",
                                           "FOLLOWUP",
                                           "DOP-2026-0007",
                                           "sev:",
                                           "3",
                                           "\"",
                                           "document",
                                           "decide",
                                           "OLC",
                                           "YES",
                                           "notify",
                                           "93H-AGO",
                                           "at:2026-10-06",
                                           "08:10",
                                           "devices:a,",
                                           "“x”",
                                           "needs:",
                                           "a b",
                                           "\n",
                                           "<@U1>",
                                           "id:7",
                                           "to:",
                                           "::",
                                           ":",
                                           "–"};
  for (int i = 0; i < 5'000; ++i) {
    std::string line;
    for (size_t n = random() % 8; n > 0; --n) {
      absl::StrAppend(&line, pieces[random() % pieces.size()], random() % 3 == 0 ? "" : " ");
    }
    const auto command = Parse(line, grammar);
    if (!command.ok()) {
      EXPECT_TRUE(IsUsageError(command.status())) << line;
    }
  }
}

}  // namespace
}  // namespace belfry::chat
