// `evidence`: items, and who has them.
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client-lib/chat/choice.h"
#include "client-lib/chat/evidence_card.h"
#include "client-lib/chat/evidence_name.h"
#include "client-lib/chat/session.h"
#include "client-lib/chat/time_format.h"
#include "client-lib/chat/usage_error.h"

namespace belfry::chat {
namespace {

using v1::CustodyEntry;

constexpr char kKindPrefix[] = "KIND_";

std::string Option(const Session& session, absl::string_view key) {
  return session.command.Option(key).value_or("");
}

// The item of the line, "E3" behind the act.
absl::StatusOr<std::string> ReadItem(const Session& session) {
  const auto& words = session.command.words;
  const auto number = words.size() > 1 ? ParseItemNumber(words[1]) : std::nullopt;
  if (!number.has_value()) {
    return Lacks(session, absl::StrCat("Say which item, as in evidence ", words[0], " ",
                                       IncidentId(session.incident), "-E1."));
  }
  return absl::StrCat(session.incident, "/evidence/", *number);
}

// An act whose answer is the item as it is now.
template <typename Response>
CommandResult Acted(const Session& session, absl::StatusOr<Response> response,
                    absl::string_view done) {
  if (!response.ok()) return Refused(response.status());
  Card card = EvidenceCard(response->evidence(), session.view);
  if (card.tone == Tone::kNeutral) card.tone = Tone::kGood;
  if (!done.empty()) card.title = absl::StrCat(card.title, " · ", done);
  CommandResult result = Done(*std::move(response), session.incident, true);
  result.card = std::move(card);
  return result;
}

absl::StatusOr<int32_t> ReadRank(const Session& session) {
  const std::string text = Option(session, "rank");
  if (text.empty()) return 0;
  if (text.size() == 1 && text[0] >= '1' && text[0] <= '7') return text[0] - '0';
  return AboutField(UsageError("The rank of volatility is 1 (registers) to 7 (archives); memory is "
                               "2, a disk 4."),
                    "rank");
}

CommandResult Add(const Session& session) {
  v1::CreateEvidenceRequest request;
  request.set_parent(session.incident);
  request.set_request_id(session.request_id);
  v1::Evidence& evidence = *request.mutable_evidence();
  const auto& words = session.command.words;
  evidence.set_description(absl::StrJoin(words.begin() + 1, words.end(), " "));
  if (evidence.description().empty()) {
    return Refused(Lacks(session, "Say what it is, and kind:image or what else it is."));
  }
  const auto kind = ParseEnumWord(*v1::Evidence::Kind_descriptor(), kKindPrefix,
                                  "a kind of evidence", Option(session, "kind"));
  if (!kind.ok()) return Refused(AboutField(kind.status(), "kind"));
  evidence.set_kind(static_cast<v1::Evidence::Kind>(*kind));
  v1::SourceDevice& source = *evidence.mutable_source();
  source.set_location(Option(session, "location"));
  source.set_make(Option(session, "make"));
  source.set_model(Option(session, "model"));
  source.set_serial(Option(session, "serial"));
  source.set_hostname(Option(session, "host"));
  source.set_mac(Option(session, "mac"));
  source.set_ip(Option(session, "ip"));
  v1::Collection& collected = *evidence.mutable_collected();
  collected.set_by(Option(session, "by"));
  collected.set_method(Option(session, "how"));
  collected.set_tool(Option(session, "tool"));
  collected.set_write_blocker(Option(session, "blocker"));
  collected.set_authority(Option(session, "authority"));
  const auto at = ReadTime(session, "at");
  if (!at.ok()) return Refused(at.status());
  if (at->has_value()) *collected.mutable_time() = ToTimestamp(**at);
  const auto rank = ReadRank(session);
  if (!rank.ok()) return Refused(rank.status());
  evidence.set_volatility_rank(*rank);
  evidence.mutable_storage()->set_place(Option(session, "place"));
  evidence.mutable_storage()->set_seal_no(Option(session, "seal"));
  evidence.set_collected_sha256(absl::AsciiStrToLower(Option(session, "sha256")));
  evidence.set_tlp(absl::AsciiStrToUpper(Option(session, "tlp")));
  evidence.set_order_reason(Option(session, "order"));
  if (const std::string parent = Option(session, "copy-of"); !parent.empty()) {
    const auto item = ParseEvidenceNo(parent);
    const auto number = ParseItemNumber(parent);
    if (!item.has_value() && !number.has_value()) {
      return Refused(
          AboutField(UsageError("copy-of: names an item, as in copy-of:E1."), "copy-of"));
    }
    evidence.set_copy(true);
    evidence.set_parent(item.has_value() ? item->Name()
                                         : absl::StrCat(session.incident, "/evidence/", *number));
  }
  auto response = session.client.CreateEvidence(request, session.call);
  const std::string no = response.ok() ? response->evidence().evidence_no() : "";
  CommandResult result = Acted(session, std::move(response), "recorded");
  if (result.ok && evidence.kind() != v1::Evidence::KIND_PHYSICAL) {
    result.card.hints.push_back(absl::StrCat("belfry evidence upload ", no, " FILE"));
  }
  return result;
}

CommandResult List(const Session& session) {
  v1::ListEvidenceRequest request;
  request.set_parent(session.incident);
  auto response = session.client.ListEvidence(request, session.call);
  if (!response.ok()) return Refused(response.status());
  Card card = EvidenceListCard(*response, session.incident, session.view);
  CommandResult result = Done(*std::move(response), session.incident, false);
  result.card = std::move(card);
  return result;
}

CommandResult Show(const Session& session) {
  const auto name = ReadItem(session);
  if (!name.ok()) return Refused(name.status());
  v1::GetEvidenceRequest request;
  request.set_name(*name);
  auto response = session.client.GetEvidence(request, session.call);
  if (!response.ok()) return Refused(response.status());
  Card card = EvidenceCard(response->evidence(), session.view);
  CommandResult result = Done(*std::move(response), session.incident, false);
  result.card = std::move(card);
  return result;
}

CommandResult Custody(const Session& session) {
  const auto name = ReadItem(session);
  if (!name.ok()) return Refused(name.status());
  v1::ListCustodyRequest request;
  request.set_parent(*name);
  auto response = session.client.ListCustody(request, session.call);
  if (!response.ok()) return Refused(response.status());
  const auto number = ParseItemNumber(session.command.words[1]);
  Card card = CustodyCard(*response, absl::StrCat(IncidentId(session.incident), "-E", *number),
                          session.view);
  CommandResult result = Done(*std::move(response), session.incident, false);
  result.card = std::move(card);
  return result;
}

// The taker: somebody of the directory, or a name from outside in quotes.
absl::StatusOr<std::string> ReadTaker(const Session& session) {
  const std::string to = Option(session, "to");
  if (to.empty() || absl::StrContains(to, ' ')) return to;
  return ReadPerson(session, "to", to);
}

CommandResult Step(const Session& session, CustodyEntry::Kind kind) {
  const auto name = ReadItem(session);
  if (!name.ok()) return Refused(name.status());
  v1::RecordCustodyRequest request;
  request.set_name(*name);
  request.set_request_id(session.request_id);
  CustodyEntry& entry = *request.mutable_entry();
  entry.set_kind(kind);
  const bool outside =
      kind == CustodyEntry::KIND_RELEASED_TO_LAW_ENFORCEMENT || kind == CustodyEntry::KIND_RETURNED;
  if (outside) {
    entry.set_to(Option(session, "to"));
  } else {
    const auto to = ReadTaker(session);
    if (!to.ok()) return Refused(to.status());
    entry.set_to(*to);
  }
  const bool needs_taker = outside || kind == CustodyEntry::KIND_TRANSFERRED;
  if (needs_taker && entry.to().empty()) {
    return Refused(
        AboutField(Lacks(session, "Say to whom, as in to:@dop.iso or to:\"State Police\"."), "to"));
  }
  const auto at = ReadTime(session, "at");
  if (!at.ok()) return Refused(at.status());
  if (at->has_value()) *entry.mutable_assert_time() = ToTimestamp(**at);
  entry.set_place(Option(session, "place"));
  entry.set_carrier(Option(session, "carrier"));
  entry.set_seal_no(Option(session, "seal"));
  entry.set_digest_after(absl::AsciiStrToLower(Option(session, "sha256")));
  entry.set_purpose(ReadReason(session, 2));
  return Acted(session, session.client.RecordCustody(request, session.call), "");
}

CommandResult Confirm(const Session& session, bool accept) {
  const auto name = ReadItem(session);
  if (!name.ok()) return Refused(name.status());
  v1::ConfirmTransferRequest request;
  request.set_name(*name);
  request.set_request_id(session.request_id);
  request.set_accept(accept);
  request.set_note(ReadReason(session, 2));
  request.set_place(Option(session, "place"));
  if (!accept && request.note().empty()) {
    return Refused(Lacks(session, "Say why: whoever handed it over is told."));
  }
  const auto at = ReadTime(session, "at");
  if (!at.ok()) return Refused(at.status());
  if (at->has_value()) *request.mutable_assert_time() = ToTimestamp(**at);
  return Acted(session, session.client.ConfirmTransfer(request, session.call),
               accept ? "accepted" : "refused");
}

CommandResult Verify(const Session& session) {
  const auto name = ReadItem(session);
  if (!name.ok()) return Refused(name.status());
  v1::VerifyEvidenceRequest request;
  request.set_name(*name);
  request.set_request_id(session.request_id);
  auto response = session.client.VerifyEvidence(request, session.call);
  const bool intact = response.ok() && response->intact();
  return Acted(session, std::move(response), intact ? "it is what was stored" : "");
}

CommandResult Hold(const Session& session, bool hold) {
  v1::SetLegalHoldRequest request;
  request.set_request_id(session.request_id);
  request.set_hold(hold);
  // Without an item, all of the incident. A bare number may be the first word of the reason.
  const auto& words = session.command.words;
  const bool one = words.size() > 1 && absl::StartsWithIgnoreCase(words[1], "E");
  const absl::StatusOr<std::string> name =
      one ? ReadItem(session) : absl::InvalidArgumentError("no item");
  request.set_name(name.ok() ? *name : session.incident);
  request.set_reason(ReadReason(session, name.ok() ? 2 : 1));
  if (request.reason().empty()) return Refused(Lacks(session, "Say why."));
  auto response = session.client.SetLegalHold(request, session.call);
  if (!response.ok()) return Refused(response.status());
  if (name.ok()) return Acted(session, std::move(response), hold ? "on hold" : "no longer on hold");
  Card card;
  card.tone = Tone::kGood;
  card.title = absl::StrCat(IncidentId(session.incident), " · all evidence is ",
                            hold ? "on legal hold" : "no longer on this hold");
  CommandResult result = Done(*std::move(response), session.incident, true);
  result.card = std::move(card);
  return result;
}

CommandResult Destroy(const Session& session) {
  const auto name = ReadItem(session);
  if (!name.ok()) return Refused(name.status());
  v1::DestroyEvidenceRequest request;
  request.set_name(*name);
  request.set_request_id(session.request_id);
  request.set_method(Option(session, "method"));
  request.set_reason(ReadReason(session, 2));
  if (request.method().empty() || request.reason().empty()) {
    return Refused(Lacks(session, "Say how, as in method:SHREDDED, and why."));
  }
  return Acted(session, session.client.DestroyEvidence(request, session.call),
               "somebody else has to approve it");
}

CommandResult Decide(const Session& session, bool approve) {
  const auto name = ReadItem(session);
  if (!name.ok()) return Refused(name.status());
  v1::DecideDestructionRequest request;
  request.set_name(*name);
  request.set_request_id(session.request_id);
  request.set_approve(approve);
  request.set_reason(ReadReason(session, 2));
  if (!approve && request.reason().empty()) {
    return Refused(Lacks(session, "Say why: whoever asked is told."));
  }
  return Acted(session, session.client.DecideDestruction(request, session.call),
               approve ? "approved" : "it stays");
}

struct CustodyWord {
  absl::string_view word;
  CustodyEntry::Kind kind;
};
constexpr CustodyWord kSteps[] = {
    {"seal", CustodyEntry::KIND_SEALED},
    {"unseal", CustodyEntry::KIND_UNSEALED},
    {"transfer", CustodyEntry::KIND_TRANSFERRED},
    {"out", CustodyEntry::KIND_CHECKED_OUT},
    {"in", CustodyEntry::KIND_CHECKED_IN},
    {"copied", CustodyEntry::KIND_COPIED},
    {"analysed", CustodyEntry::KIND_ANALYSED},
    {"analyzed", CustodyEntry::KIND_ANALYSED},
    {"release", CustodyEntry::KIND_RELEASED_TO_LAW_ENFORCEMENT},
    {"return", CustodyEntry::KIND_RETURNED},
};

}  // namespace

CommandResult RunEvidence(const Session& session) {
  const auto& words = session.command.words;
  const std::string act = words.empty() ? "list" : absl::AsciiStrToLower(words[0]);
  if (act == "list") return List(session);
  if (act == "add") return Add(session);
  if (act == "show") return Show(session);
  if (act == "custody") return Custody(session);
  if (act == "accept" || act == "refuse") return Confirm(session, act == "accept");
  if (act == "verify") return Verify(session);
  if (act == "hold" || act == "unhold") return Hold(session, act == "hold");
  if (act == "destroy") return Destroy(session);
  if (act == "approve" || act == "deny") return Decide(session, act == "approve");
  for (const CustodyWord& step : kSteps) {
    if (act == step.word) return Step(session, step.kind);
  }
  return Refused(
      Lacks(session,
            "Say what: add, list, show, custody, transfer, accept, refuse, seal, unseal, out, in, "
            "copied, analysed, verify, hold, unhold, release, return, destroy, approve or deny."));
}

}  // namespace belfry::chat
