#include "server/core/evidence.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "server/base/error.h"
#include "server/base/proto_time.h"
#include "server/base/status_macros.h"
#include "server/core/access.h"
#include "server/core/predicate.h"

namespace belfry::core {
namespace {

using record::v1::Event;
using record::v1::EvidenceState;
using record::v1::IncidentState;
using v1::CustodyEntry;
using v1::Evidence;

// Nobody handles one thing with more people than this; the chain itself is complete.
constexpr int kPeopleKept = 500;

void AddPerson(EvidenceState& item, const std::string& person) {
  if (!absl::StartsWith(person, "people/") || item.people_size() >= kPeopleKept) return;
  auto* people = item.mutable_people();
  const auto at = std::lower_bound(people->begin(), people->end(), person);
  if (at != people->end() && *at == person) return;
  const auto index = static_cast<int>(at - people->begin());
  people->Add(std::string(person));
  std::rotate(people->begin() + index, people->end() - 1, people->end());
}

void FoldEntry(EvidenceState& item, const CustodyEntry& entry) {
  item.mutable_evidence()->set_custody_count(entry.seq());
  *item.mutable_custody_time() = entry.assert_time();
  AddPerson(item, entry.actor());
  AddPerson(item, entry.to());
  v1::Storage& storage = *item.mutable_evidence()->mutable_storage();
  if (!entry.place().empty()) storage.set_place(entry.place());
  if (entry.kind() == CustodyEntry::KIND_SEALED) storage.set_seal_no(entry.seal_no());
  if (entry.kind() == CustodyEntry::KIND_UNSEALED) storage.clear_seal_no();
}

void FoldCustody(EvidenceState& item, const record::v1::CustodyRecorded& body) {
  Evidence& evidence = *item.mutable_evidence();
  evidence.set_state(body.state());
  evidence.set_custodian(body.custodian());
  evidence.set_transfer_to(body.transfer_to());
  evidence.set_transfer_seq(body.transfer_to().empty() ? 0 : body.entry().seq());
  if (body.has_disposition()) {
    *evidence.mutable_disposition() = body.disposition();
  } else {
    // What law enforcement brought back is here again.
    evidence.clear_disposition();
  }
}

void FoldRank(record::v1::EvidenceSummary& summary, const Evidence& evidence) {
  const int32_t rank = evidence.volatility_rank();
  if (rank == 0) return;
  auto* ranks = summary.mutable_ranks();
  const auto at = std::lower_bound(
      ranks->begin(), ranks->end(), rank,
      [](const record::v1::RankTime& one, int32_t wanted) { return one.rank() < wanted; });
  const google::protobuf::Timestamp& time = evidence.collected().time();
  if (at != ranks->end() && at->rank() == rank) {
    if (FromProto(at->last_time()) < FromProto(time)) *at->mutable_last_time() = time;
    if (FromProto(time) < FromProto(at->first_time())) *at->mutable_first_time() = time;
    return;
  }
  const auto index = static_cast<int>(at - ranks->begin());
  record::v1::RankTime* added = ranks->Add();
  added->set_rank(rank);
  *added->mutable_last_time() = time;
  *added->mutable_first_time() = time;
  std::rotate(ranks->begin() + index, ranks->end() - 1, ranks->end());
}

std::string Short(absl::string_view name) {
  const size_t slash = name.find('/');
  return std::string(slash == absl::string_view::npos ? name : name.substr(slash + 1));
}

std::string Because(absl::string_view reason) {
  return reason.empty() ? "" : absl::StrCat(": ", reason);
}

absl::Status NoCopy(const Context& context, const IncidentState& state) {
  const std::string clauses =
      absl::StrJoin(context.policy.proto().evidence().no_copy_clauses(), ", ");
  return ErrorBuilder(
             absl::StatusCode::kFailedPrecondition, "NO_COPY",
             absl::StrCat("the policy forbids to copy evidence of ", state.id(), " (", clauses,
                          "): leave the device where it is for law enforcement, and "
                          "record description, ids, hashes and custody only"))
      .Violation(clauses, EvidenceName(state.id(), 0), "must not be copied")
      .Build();
}

absl::Status Gone(const EvidenceState& item) {
  return ErrorBuilder(absl::StatusCode::kFailedPrecondition, "CUSTODY_STATE",
                      absl::StrCat("E", item.number(), " was destroyed; its custody can be read"))
      .Build();
}

absl::Status NoContent(const EvidenceState& item) {
  return ErrorBuilder(absl::StatusCode::kFailedPrecondition, "NO_CONTENT",
                      absl::StrCat("nothing was uploaded for E", item.number()))
      .Build();
}

std::string CustodySentence(const record::v1::CustodyRecorded& body) {
  const CustodyEntry& entry = body.entry();
  const std::string item = absl::StrCat("Evidence E", body.number());
  const std::string why = Because(entry.purpose().empty() ? entry.note() : entry.purpose());
  switch (entry.kind()) {
    case CustodyEntry::KIND_SEALED:
      return absl::StrCat(item, " sealed, no. ", entry.seal_no());
    case CustodyEntry::KIND_UNSEALED:
      return absl::StrCat(item, " unsealed", why);
    case CustodyEntry::KIND_TRANSFERRED:
      return absl::StrCat(item, " handed over by ", Short(entry.from()), " to ", Short(entry.to()),
                          ", who has not confirmed yet", why);
    case CustodyEntry::KIND_TRANSFER_ACCEPTED:
      return absl::StrCat(item, " is with ", Short(entry.to()), " now, who confirmed it");
    case CustodyEntry::KIND_TRANSFER_REFUSED:
      return absl::StrCat(item, " did not get to ", Short(entry.to()), Because(entry.note()));
    case CustodyEntry::KIND_CHECKED_OUT:
      return absl::StrCat(item, " checked out to ", Short(entry.to()), why);
    case CustodyEntry::KIND_CHECKED_IN:
      return absl::StrCat(item, " checked in with ", Short(entry.to()));
    case CustodyEntry::KIND_ACCESSED:
      return absl::StrCat(item, " read by ", Short(entry.actor()), why);
    case CustodyEntry::KIND_COPIED:
      return absl::StrCat(item, " copied", why);
    case CustodyEntry::KIND_ANALYSED:
      return absl::StrCat(item, " analysed", why);
    case CustodyEntry::KIND_RELEASED_TO_LAW_ENFORCEMENT:
      return absl::StrCat(item, " released to law enforcement, ", Short(entry.to()), why);
    case CustodyEntry::KIND_RETURNED:
      return absl::StrCat(item, " returned to ", Short(entry.to()), why);
    default:
      return absl::StrCat(item, ": ", CustodyKindName(entry.kind()), why);
  }
}

}  // namespace

std::string EvidenceName(absl::string_view incident, int32_t number) {
  return absl::StrCat("incidents/", incident, "/evidence",
                      number == 0 ? "" : absl::StrCat("/", number));
}

std::string EvidenceNo(absl::string_view incident, int32_t number) {
  return absl::StrCat(incident, "-E", number);
}

std::string CustodyKindName(CustodyEntry::Kind kind) {
  return std::string(absl::StripPrefix(CustodyEntry::Kind_Name(kind), "KIND_"));
}

int32_t EvidenceNumber(const Event& event) {
  switch (event.body_case()) {
    case Event::kEvidenceRecorded:
      return event.evidence_recorded().number();
    case Event::kCustodyRecorded:
      return event.custody_recorded().number();
    case Event::kEvidenceStored:
      return event.evidence_stored().number();
    case Event::kEvidenceHoldChanged:
      return event.evidence_hold_changed().number();
    case Event::kEvidenceDestroyed:
      return event.evidence_destroyed().number();
    case Event::kEvidenceVerified:
      return event.evidence_verified().number();
    case Event::kDestructionAsked:
      return event.destruction_asked().number();
    default:
      return 0;
  }
}

const CustodyEntry* CustodyOf(const Event& event) {
  const auto entry_of = [](const auto& body) -> const CustodyEntry* {
    return body.has_entry() ? &body.entry() : nullptr;
  };
  switch (event.body_case()) {
    case Event::kEvidenceRecorded:
      return entry_of(event.evidence_recorded());
    case Event::kCustodyRecorded:
      return entry_of(event.custody_recorded());
    case Event::kEvidenceStored:
      return entry_of(event.evidence_stored());
    case Event::kEvidenceHoldChanged:
      return entry_of(event.evidence_hold_changed());
    case Event::kEvidenceDestroyed:
      return entry_of(event.evidence_destroyed());
    case Event::kEvidenceVerified:
      return entry_of(event.evidence_verified());
    case Event::kDestructionAsked:
      return entry_of(event.destruction_asked());
    default:
      return nullptr;
  }
}

void FoldEvidence(EvidenceState& item, const Event& event) {
  Evidence& evidence = *item.mutable_evidence();
  switch (event.body_case()) {
    case Event::kEvidenceRecorded:
      item.set_number(event.evidence_recorded().number());
      evidence = event.evidence_recorded().evidence();
      break;
    case Event::kCustodyRecorded:
      FoldCustody(item, event.custody_recorded());
      break;
    case Event::kEvidenceStored:
      *evidence.mutable_content() = event.evidence_stored().content();
      item.set_object(event.evidence_stored().object());
      break;
    case Event::kEvidenceHoldChanged:
      item.clear_hold();
      if (event.evidence_hold_changed().hold()) {
        item.mutable_hold()->set_by(event.actor().principal());
        item.mutable_hold()->set_reason(event.evidence_hold_changed().reason());
        *item.mutable_hold()->mutable_time() = event.time();
      }
      break;
    case Event::kEvidenceDestroyed:
      evidence.set_state(Evidence::STATE_DESTROYED);
      *evidence.mutable_disposition() = event.evidence_destroyed().disposition();
      evidence.clear_destruction();
      item.clear_object();
      break;
    case Event::kEvidenceVerified:
      evidence.set_integrity_alert(!event.evidence_verified().intact());
      if (event.evidence_verified().intact() && evidence.has_content()) {
        *evidence.mutable_content()->mutable_verify_time() = event.time();
      }
      break;
    case Event::kDestructionAsked:
      evidence.clear_destruction();
      if (event.destruction_asked().has_request()) {
        *evidence.mutable_destruction() = event.destruction_asked().request();
      }
      break;
    default:
      return;
  }
  if (const CustodyEntry* entry = CustodyOf(event); entry != nullptr) FoldEntry(item, *entry);
}

void FoldSummary(IncidentState& state, const Event& event) {
  if (EvidenceNumber(event) == 0 && !event.has_evidence_hold_changed()) return;
  record::v1::EvidenceSummary& summary = *state.mutable_evidence();
  switch (event.body_case()) {
    case Event::kEvidenceRecorded:
      summary.set_item_count(std::max(summary.item_count(), event.evidence_recorded().number()));
      FoldRank(summary, event.evidence_recorded().evidence());
      break;
    case Event::kEvidenceStored:
      summary.set_stored_count(summary.stored_count() + 1);
      summary.set_stored_bytes(summary.stored_bytes() +
                               event.evidence_stored().content().size_bytes());
      break;
    case Event::kCustodyRecorded: {
      const bool was = event.custody_recorded().previous_state() == Evidence::STATE_IN_TRANSFER;
      const bool is = event.custody_recorded().state() == Evidence::STATE_IN_TRANSFER;
      summary.set_open_transfer_count(summary.open_transfer_count() + (is ? 1 : 0) - (was ? 1 : 0));
      break;
    }
    case Event::kEvidenceDestroyed:
      summary.set_destroyed_count(summary.destroyed_count() + 1);
      break;
    case Event::kEvidenceHoldChanged: {
      const record::v1::EvidenceHoldChanged& body = event.evidence_hold_changed();
      if (body.number() != 0) break;
      summary.clear_hold();
      if (!body.hold()) break;
      summary.mutable_hold()->set_by(event.actor().principal());
      summary.mutable_hold()->set_reason(body.reason());
      *summary.mutable_hold()->mutable_time() = event.time();
      break;
    }
    default:
      break;
  }
}

std::vector<v1::LegalHold> HoldsOn(const Context& context, const IncidentState& state) {
  std::vector<v1::LegalHold> holds;
  for (const policy::v1::EvidenceRules::Hold& rule : context.policy.proto().evidence().holds()) {
    const Subject subject{context.policy, state, "", context.now};
    if (!Holds(rule.when(), subject)) continue;
    v1::LegalHold& hold = holds.emplace_back();
    hold.set_by("policy");
    hold.set_reason(rule.message());
    *hold.mutable_clauses() = rule.clauses();
  }
  if (state.evidence().has_hold()) holds.push_back(state.evidence().hold());
  return holds;
}

bool IsCopyForbidden(const Context& context, const IncidentState& state) {
  const policy::v1::EvidenceRules& rules = context.policy.proto().evidence();
  return rules.has_no_copy() && Holds(rules.no_copy(), {context.policy, state, "", context.now});
}

v1::Evidence ToEvidence(const Context& context, const IncidentState& state,
                        const EvidenceState& item) {
  Evidence view = item.evidence();
  view.set_name(EvidenceName(state.id(), item.number()));
  view.set_evidence_no(EvidenceNo(state.id(), item.number()));
  if (view.tlp().empty()) view.set_tlp(state.tlp());
  view.clear_holds();
  if (view.state() != Evidence::STATE_DESTROYED) {
    for (v1::LegalHold& hold : HoldsOn(context, state)) *view.add_holds() = std::move(hold);
    if (item.has_hold()) *view.add_holds() = item.hold();
  }
  if (!IsCopyForbidden(context, state)) return view;
  view.set_no_copy(true);
  std::set<std::string> people(item.people().begin(), item.people().end());
  for (const record::v1::Reading& reading : state.readings()) people.insert(reading.person());
  for (const std::string& person : people) view.add_people_with_knowledge(person);
  return view;
}

absl::Status CheckUpload(const Context& context, const Caller& caller, const IncidentState& state,
                         const EvidenceState& item) {
  BELFRY_RETURN_IF_ERROR(RequireAct(context, caller, state, "RECORD_EVIDENCE"));
  if (IsCopyForbidden(context, state)) return NoCopy(context, state);
  if (item.evidence().state() == Evidence::STATE_DESTROYED) return Gone(item);
  if (item.evidence().has_content()) {
    return ErrorBuilder(absl::StatusCode::kFailedPrecondition, "CONTENT_EXISTS",
                        absl::StrCat("E", item.number(),
                                     " has its content already, and evidence is never replaced; "
                                     "record another item, as a copy of this one if it is one"))
        .Build();
  }
  return absl::OkStatus();
}

absl::Status CheckDownload(const Context& context, const Caller& caller, const IncidentState& state,
                           const EvidenceState& item) {
  BELFRY_RETURN_IF_ERROR(RequireAct(context, caller, state, "READ_EVIDENCE"));
  if (IsCopyForbidden(context, state)) return NoCopy(context, state);
  if (item.evidence().state() == Evidence::STATE_DESTROYED) return Gone(item);
  return item.evidence().has_content() ? absl::OkStatus() : NoContent(item);
}

absl::Status CheckVerify(const Context& context, const Caller& caller, const IncidentState& state,
                         const EvidenceState& item) {
  BELFRY_RETURN_IF_ERROR(RequireAct(context, caller, state, "VERIFY_EVIDENCE"));
  if (item.evidence().state() == Evidence::STATE_DESTROYED) return Gone(item);
  return item.evidence().has_content() ? absl::OkStatus() : NoContent(item);
}

bool IsSha256Hex(absl::string_view text) {
  return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_isdigit(static_cast<unsigned char>(c)) || (c >= 'a' && c <= 'f');
         });
}

absl::Status EvidenceNotFound(absl::string_view incident, int32_t number) {
  return ErrorBuilder(absl::StatusCode::kNotFound, "EVIDENCE_NOT_FOUND",
                      absl::StrCat("there is no evidence ", EvidenceName(incident, number),
                                   ", or none that you may see"))
      .Build();
}

std::string EvidenceSentence(const Event& event, const char** kind) {
  switch (event.body_case()) {
    case Event::kEvidenceRecorded: {
      *kind = "EVIDENCE_RECORDED";
      const record::v1::EvidenceRecorded& body = event.evidence_recorded();
      const Evidence& evidence = body.evidence();
      // What is for named people alone is read in Belfry and in no thread.
      const bool red = evidence.tlp() == "TLP:RED";
      return absl::StrCat(
          "Evidence E", body.number(),
          " recorded: ", absl::StripPrefix(Evidence::Kind_Name(evidence.kind()), "KIND_"),
          red ? " (TLP:RED)" : absl::StrCat(", ", evidence.description()),
          evidence.warnings().empty() ? "" : absl::StrCat(". ", evidence.warnings(0)));
    }
    case Event::kCustodyRecorded:
      *kind = "CUSTODY";
      return CustodySentence(event.custody_recorded());
    case Event::kEvidenceStored:
      *kind = "EVIDENCE_STORED";
      return absl::StrCat("Evidence E", event.evidence_stored().number(), " uploaded, ",
                          event.evidence_stored().content().size_bytes(), " bytes, SHA-256 ",
                          event.evidence_stored().content().sha256());
    case Event::kEvidenceHoldChanged: {
      *kind = "EVIDENCE_HOLD";
      const record::v1::EvidenceHoldChanged& body = event.evidence_hold_changed();
      return absl::StrCat(
          body.number() == 0 ? "All evidence" : absl::StrCat("Evidence E", body.number()),
          body.hold() ? " is on legal hold" : " is no longer on legal hold",
          Because(body.reason()));
    }
    case Event::kEvidenceDestroyed: {
      *kind = "EVIDENCE_DESTROYED";
      const record::v1::EvidenceDestroyed& body = event.evidence_destroyed();
      return absl::StrCat("Evidence E", body.number(), " destroyed (", body.disposition().method(),
                          "), asked for by ", Short(body.disposition().requested_by()),
                          ", approved by ", Short(body.disposition().approved_by()),
                          Because(body.disposition().reason()));
    }
    case Event::kEvidenceVerified:
      *kind = event.evidence_verified().intact() ? "EVIDENCE_VERIFIED" : "EVIDENCE_CHANGED";
      return absl::StrCat("Evidence E", event.evidence_verified().number(),
                          event.evidence_verified().intact()
                              ? " verified: it is what was stored"
                              : " is NOT what was stored; nothing was overwritten");
    case Event::kDestructionAsked: {
      *kind = "DESTRUCTION_ASKED";
      const record::v1::DestructionAsked& body = event.destruction_asked();
      return absl::StrCat(
          "Destruction of evidence E", body.number(),
          body.has_request() ? " asked for" : " refused",
          Because(body.has_request() ? body.request().reason() : body.entry().note()));
    }
    default:
      *kind = "UNKNOWN";
      return "";
  }
}

}  // namespace belfry::core
