// Public records: `records show|review|request|release|deny|log`.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "client-lib/chat/session.h"
#include "client-lib/chat/time_format.h"
#include "client-lib/chat/usage_error.h"
#include "client-lib/chat/utf8.h"

namespace belfry::chat {
namespace {

constexpr int kRowsInChat = 20;
constexpr int kRowsAtTerminal = 500;
constexpr size_t kTextInTable = 120;
constexpr char kUnreviewed[] = "UNREVIEWED";

bool AtTerminal(const Session& session) { return session.context.via == "cli"; }

// What was said behind the sub-command.
std::vector<std::string> WordsAfter(const Session& session) {
  const auto& words = session.command.words;
  return {words.begin() + (words.empty() ? 0 : 1), words.end()};
}

bool IsItem(absl::string_view word) {
  return absl::StrContains(word, '/') || word == "title" || word == "summary";
}

std::string TagsOf(const policy::v1::Policy& policy) {
  std::vector<std::string> tags;
  for (const auto& exemption : policy.exemptions()) {
    tags.push_back(absl::StrCat(exemption.code(), " (", exemption.title(), ")"));
  }
  tags.emplace_back("NONE");
  tags.emplace_back(kUnreviewed);
  return absl::StrJoin(tags, ", ");
}

std::string TagText(const v1::RecordItem& item) {
  std::string text = item.tag();
  if (!item.phrases().empty()) absl::StrAppend(&text, ", in part");
  if (item.public_by_law()) absl::StrAppend(&text, ", public by law");
  if (item.changed_since_review()) absl::StrAppend(&text, ", changed since");
  return text;
}

std::string WhoTagged(const v1::RecordItem& item) {
  if (!item.decider().empty()) return ActorName(item.decider());
  return item.rule().empty() ? "" : absl::StrCat("rule ", item.rule());
}

std::string PhrasesText(const v1::RecordItem& item) {
  std::vector<std::string> phrases;
  for (const v1::WithheldPhrase& phrase : item.phrases()) {
    phrases.push_back(absl::StrCat("\"", phrase.text(), "\" (", phrase.exemption(),
                                   phrase.only_here() ? ", only here" : "", ")"));
  }
  return absl::StrJoin(phrases, ", ");
}

std::string RequestState(const v1::RecordsRequest& request) {
  switch (request.state()) {
    case v1::RecordsRequest::STATE_RELEASED:
      return "released";
    case v1::RecordsRequest::STATE_DENIED:
      return absl::StrCat("denied: ", request.reason());
    default:
      return "open";
  }
}

// One item in full.
Card ItemCard(const Session& session, const v1::RecordItem& item) {
  const std::string id = IncidentId(session.incident);
  Card card;
  card.title = absl::StrCat(id, " · ", item.id(), " · ", TagText(item));
  card.body = item.text();
  card.fields.push_back({"What", item.label()});
  if (const std::string who = WhoTagged(item); !who.empty()) {
    card.fields.push_back({"Tagged by", who});
  }
  if (!item.reason().empty()) card.fields.push_back({"Why", item.reason()});
  if (!item.phrases().empty()) card.fields.push_back({"Withheld in it", PhrasesText(item)});
  card.context = absl::StrJoin(item.clauses(), ", ");
  card.hints = {session.view.Typed(
      absl::StrCat("records review ", id, " ", item.id(), " <tag> reason:\"…\""))};
  return card;
}

Card ItemsCard(const Session& session, const v1::ListRecordItemsResponse& all) {
  const std::string id = IncidentId(session.incident);
  Card card;
  card.title =
      absl::StrCat(id, " · ", all.item_count(), " parts, ", all.unreviewed_count(), " unreviewed, ",
                   all.withheld_count(), " withheld, ", all.partly_withheld_count(), " in part");
  if (!all.items().empty()) card.table.push_back({"Item", "Tag", "By", "What", "Text"});
  for (const v1::RecordItem& item : all.items()) {
    card.table.push_back(
        {item.id(), TagText(item), WhoTagged(item), item.label(), Clip(item.text(), kTextInTable)});
  }
  if (!all.next_page_token().empty()) card.body = "There are more than are shown.";
  if (all.unreviewed_count() > 0) {
    card.hints = {
        session.view.Typed(absl::StrCat("records show ", id, " unreviewed")),
        session.view.Typed(absl::StrCat("records review ", id, " <item,…> <tag> reason:\"…\""))};
  } else {
    card.hints = {session.view.Typed(absl::StrCat("records log ", id))};
  }
  card.context =
      absl::StrCat("as of entry ", all.record_version(), " · tags: ", TagsOf(session.policy()));
  return card;
}

CommandResult Show(const Session& session) {
  const std::vector<std::string> words = WordsAfter(session);
  if (words.size() > 1) return Refused(Lacks(session, "Name one item or one tag."));
  v1::ListRecordItemsRequest request;
  request.set_name(session.incident);
  const bool one = !words.empty() && IsItem(words[0]);
  if (one) request.set_item(words[0]);
  if (!words.empty() && !one && !absl::EqualsIgnoreCase(words[0], "all")) {
    request.set_tag(absl::AsciiStrToUpper(words[0]));
  }
  const int rows = AtTerminal(session) ? kRowsAtTerminal : kRowsInChat;
  v1::ListRecordItemsResponse all;
  do {
    request.set_page_size(std::min(rows - all.items_size(), kRowsAtTerminal));
    request.set_page_token(all.next_page_token());
    auto page = session.client.ListRecordItems(request, session.call);
    if (!page.ok()) return Refused(page.status());
    auto items = std::move(*all.mutable_items());
    items.MergeFrom(page->items());
    all = *std::move(page);
    *all.mutable_items() = std::move(items);
  } while (!all.next_page_token().empty() && all.items_size() < rows);
  Card card =
      one && all.items_size() == 1 ? ItemCard(session, all.items(0)) : ItemsCard(session, all);
  CommandResult result = Done(std::move(all), session.incident, false);
  result.card = std::move(card);
  return result;
}

CommandResult Review(const Session& session) {
  std::vector<std::string> items;
  std::vector<std::string> others;
  for (const std::string& word : WordsAfter(session)) {
    for (const absl::string_view part : absl::StrSplit(word, ',', absl::SkipEmpty())) {
      (IsItem(part) ? items : others).emplace_back(part);
    }
  }
  const std::vector<std::string> phrases = ReadList(session, "phrase");
  if (items.empty()) {
    return Refused(Lacks(session, "Say which items, as `records show` names them."));
  }
  if (others.size() > 1 || (others.empty() && phrases.empty())) {
    return Refused(
        Lacks(session, absl::StrCat("Say one tag: ", TagsOf(session.policy()),
                                    "; or what is withheld in it: phrase:\"…\" ground:<tag>.")));
  }
  const auto here = ReadFlag(session, "here");
  if (!here.ok()) return Refused(here.status());
  v1::ReviewRecordRequest request;
  request.set_name(session.incident);
  request.set_request_id(session.request_id);
  request.set_reason(session.command.Option("reason").value_or(""));
  for (const std::string& item : items) {
    v1::RecordReview& review = *request.add_reviews();
    review.set_item(item);
    if (!others.empty()) review.set_tag(others[0]);
    for (const Pair& pair : session.command.pairs) {
      if (pair.key.kind != KeyRef::Kind::kOption || pair.key.name != "phrase") continue;
      v1::WithheldPhrase& phrase = *review.add_phrases();
      phrase.set_text(pair.value);
      phrase.set_exemption(session.command.Option("ground").value_or(""));
      phrase.set_only_here(*here);
    }
  }
  auto response = session.client.ReviewRecord(request, session.call);
  if (!response.ok()) return Refused(response.status());
  const std::string id = IncidentId(session.incident);
  Card card;
  card.tone = Tone::kGood;
  card.title = absl::StrCat(id, " · ", response->items_size(),
                            response->items_size() == 1 ? " item reviewed" : " items reviewed",
                            response->replayed() ? " before, by the same request" : "", ", ",
                            response->unreviewed_count(), " left");
  card.table.push_back({"Item", "Tag"});
  for (const v1::RecordItem& item : response->items()) {
    card.table.push_back({item.id(), TagText(item)});
  }
  card.hints = {session.view.Typed(absl::StrCat("records show ", id, " unreviewed"))};
  CommandResult result = Done(*std::move(response), session.incident, true);
  result.card = std::move(card);
  return result;
}

CommandResult Request(const Session& session) {
  const std::vector<std::string> words = WordsAfter(session);
  const auto requester = session.command.Option("requester");
  if (words.size() != 1 || !requester.has_value()) {
    return Refused(Lacks(session, "Say the reference of the request, and requester:\"…\"."));
  }
  v1::RequestRecordRequest request;
  request.set_name(session.incident);
  request.set_request_id(session.request_id);
  request.set_reference(words[0]);
  request.set_requester(*requester);
  const auto received = ReadTime(session, "received");
  if (!received.ok()) return Refused(received.status());
  if (received->has_value()) *request.mutable_receive_time() = ToTimestamp(**received);
  auto response = session.client.RequestRecord(request, session.call);
  if (!response.ok()) return Refused(response.status());
  const std::string id = IncidentId(session.incident);
  Card card;
  card.tone = Tone::kGood;
  card.title = absl::StrCat(id, " · request ", request.reference(), " recorded");
  card.fields.push_back({"Received", session.view.Time(response->request().receive_time())});
  card.hints = {session.view.Typed(absl::StrCat("duties ", id)),
                session.view.Typed(absl::StrCat("records show ", id, " unreviewed"))};
  CommandResult result = Done(*std::move(response), session.incident, true);
  result.card = std::move(card);
  return result;
}

CommandResult Deny(const Session& session) {
  const std::vector<std::string> words = WordsAfter(session);
  const auto reason = session.command.Option("reason");
  if (words.size() != 1 || !reason.has_value()) {
    return Refused(Lacks(session, "Say the reference of the request, and reason:\"…\"."));
  }
  v1::DenyRecordRequest request;
  request.set_name(session.incident);
  request.set_request_id(session.request_id);
  request.set_reference(words[0]);
  request.set_reason(*reason);
  auto response = session.client.DenyRecord(request, session.call);
  if (!response.ok()) return Refused(response.status());
  const std::string id = IncidentId(session.incident);
  Card card;
  card.tone = Tone::kGood;
  card.title = absl::StrCat(id, " · request ", request.reference(), " denied");
  card.hints = {session.view.Typed(absl::StrCat("records log ", id))};
  CommandResult result = Done(*std::move(response), session.incident, true);
  result.card = std::move(card);
  return result;
}

// What was withheld from one release.
CommandResult ExemptionLog(const Session& session, const std::string& reference) {
  v1::GetRecordReleaseRequest request;
  request.set_name(session.incident);
  request.set_reference(reference);
  request.set_part(v1::GetRecordReleaseRequest::PART_LOG);
  auto response = session.client.GetRecordRelease(request, session.call);
  if (!response.ok()) return Refused(response.status());
  const v1::RecordRelease& release = response->release();
  Card card;
  card.title =
      absl::StrCat(IncidentId(session.incident), " · release ", release.reference(), " version ",
                   release.number(), " · ", release.withheld_count(), " of ", release.item_count(),
                   " parts withheld, ", release.partly_withheld_count(), " in part");
  if (!response->log().empty()) {
    card.table.push_back({"Item", "Withheld", "Ground", "By", "When", "Why"});
  }
  const int rows = AtTerminal(session) ? kRowsAtTerminal : kRowsInChat;
  for (const v1::ExemptionLogEntry& entry : response->log()) {
    if (static_cast<int>(card.table.size()) > rows) {
      card.body = "There are more than are shown; the log's file has them all.";
      break;
    }
    card.table.push_back({entry.item(), entry.in_part() ? "in part" : "whole", entry.mark(),
                          ActorName(entry.decider()),
                          entry.has_decide_time() ? session.view.Time(entry.decide_time()) : "",
                          entry.reason()});
  }
  card.context = absl::StrCat("SHA-256 of the unredacted record ", release.original_sha256());
  CommandResult result = Done(*std::move(response), session.incident, false);
  result.card = std::move(card);
  return result;
}

CommandResult Log(const Session& session) {
  const std::vector<std::string> words = WordsAfter(session);
  if (words.size() > 1) return Refused(Lacks(session, "Name one reference, or none."));
  if (words.size() == 1) return ExemptionLog(session, words[0]);
  v1::ListRecordReleasesRequest request;
  request.set_name(session.incident);
  auto response = session.client.ListRecordReleases(request, session.call);
  if (!response.ok()) return Refused(response.status());
  const std::string id = IncidentId(session.incident);
  Card card;
  card.title = absl::StrCat(id, " · ", response->requests_size(), " requests, ",
                            response->releases_size(), " releases");
  if (response->requests_size() + response->releases_size() > 0) {
    card.table.push_back({"Reference", "What", "Who", "When", "Withheld"});
  }
  for (const v1::RecordsRequest& one : response->requests()) {
    card.table.push_back({one.reference(), absl::StrCat("request, ", RequestState(one)),
                          one.requester(), session.view.Time(one.receive_time()), ""});
  }
  for (const v1::RecordRelease& one : response->releases()) {
    card.table.push_back({one.reference(), absl::StrCat("release, version ", one.number()),
                          ActorName(one.releaser()), session.view.Time(one.release_time()),
                          absl::StrCat(one.withheld_count(), " + ", one.partly_withheld_count(),
                                       " in part, of ", one.item_count())});
  }
  if (!response->releases().empty()) {
    card.hints = {session.view.Typed(
        absl::StrCat("records log ", id, " ", response->releases().rbegin()->reference()))};
  }
  CommandResult result = Done(*std::move(response), session.incident, false);
  result.card = std::move(card);
  return result;
}

}  // namespace

CommandResult RunRecords(const Session& session) {
  const std::string what = session.command.words.empty() ? "" : session.command.words[0];
  if (what == "show") return Show(session);
  if (what == "review") return Review(session);
  if (what == "request") return Request(session);
  if (what == "deny") return Deny(session);
  if (what == "log") return Log(session);
  const std::string id = IncidentId(session.incident);
  if (what == "release") {
    return Refused(UsageError(
        "What is released is given away as files: run it at a terminal.",
        {absl::StrCat("belfry records release ", id, " <reference> --output-dir <directory>")}));
  }
  return Refused(Lacks(session, "Say what: show, review, request, release, deny or log."));
}

}  // namespace belfry::chat
