// Evidence and its chain of custody (POL-3.4): what is recorded, who had it when, and what may not
// be done with it.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "server/base/error.h"
#include "server/base/proto_time.h"
#include "server/base/status_macros.h"
#include "server/core/access.h"
#include "server/core/acts.h"
#include "server/core/confidentiality.h"
#include "server/core/evidence.h"
#include "server/core/limits.h"
#include "server/core/notice_text.h"
#include "server/core/recipients.h"
#include "server/core/record_checks.h"
#include "server/core/sight.h"
#include "server/core/text.h"

namespace belfry::core {
namespace {

using record::v1::Event;
using record::v1::EvidenceState;
using v1::CustodyEntry;
using v1::Evidence;

constexpr size_t kFieldMax = kEvidenceFieldCharactersMax;

absl::Status Unfit(const EvidenceState& item, absl::string_view why) {
  return ErrorBuilder(absl::StatusCode::kFailedPrecondition, "CUSTODY_STATE",
                      absl::StrCat("E", item.number(), " ", why))
      .Build();
}

absl::Status CheckDigest(absl::string_view field, absl::string_view digest) {
  if (digest.empty() || IsSha256Hex(digest)) return absl::OkStatus();
  return InvalidField(field, "is a SHA-256, 64 lower-case hexadecimal digits");
}

bool IsPerson(absl::string_view name) { return absl::StartsWith(name, "people/"); }

absl::Status NotInFuture(const Draft& draft, absl::string_view field, absl::Time time) {
  if (time <= draft.context().now + kFutureTolerance) return absl::OkStatus();
  return InvalidField(field, "is in the future; say when it happened, or leave it out");
}

// The next link of the item's chain. The time that the server knows goes beside the one that is
// said; a chain never runs backwards.
CustodyEntry NewEntry(const Draft& draft, CustodyEntry::Kind kind, const EvidenceState* item) {
  CustodyEntry entry;
  entry.set_seq(item == nullptr ? 1 : item->evidence().custody_count() + 1);
  entry.set_kind(kind);
  entry.set_actor(draft.actor().principal());
  absl::Time asserted = draft.context().now;
  // Somebody's clock may have been a little ahead of ours.
  if (item != nullptr) asserted = std::max(asserted, FromProto(item->custody_time()));
  *entry.mutable_assert_time() = ToProto(asserted);
  *entry.mutable_record_time() = ToProto(draft.context().now);
  entry.set_zone(draft.context().policy.proto().time_zone());
  return entry;
}

absl::Status SetAssertTime(const Draft& draft, const EvidenceState& item, absl::string_view field,
                           const google::protobuf::Timestamp& said, CustodyEntry& entry) {
  const absl::Time time = FromProto(said);
  BELFRY_RETURN_IF_ERROR(NotInFuture(draft, field, time));
  const absl::Time before = FromProto(item.custody_time());
  if (time < before) {
    return ErrorBuilder(
               absl::StatusCode::kFailedPrecondition, "CUSTODY_TIME",
               absl::StrCat(field, ": lies before the entry before it (",
                            CivilTime(draft.context().policy, before),
                            "); custody never runs backwards. Say when it happened, and in `note` "
                            "what was entered late"))
        .Build();
  }
  *entry.mutable_assert_time() = said;
  return absl::OkStatus();
}

absl::Status CheckRoom(const EvidenceState& item) {
  if (item.evidence().custody_count() < kCustodyMax) return absl::OkStatus();
  return InvalidField("name", absl::StrCat("at most ", kCustodyMax, " links of custody an item"));
}

// ---- Recording an item ----

absl::Status CheckFields(const Evidence& evidence) {
  const v1::SourceDevice& source = evidence.source();
  const v1::Collection& collected = evidence.collected();
  const std::pair<const char*, const std::string*> fields[] = {
      {"evidence.source.location", &source.location()},
      {"evidence.source.make", &source.make()},
      {"evidence.source.model", &source.model()},
      {"evidence.source.serial", &source.serial()},
      {"evidence.source.hostname", &source.hostname()},
      {"evidence.source.mac", &source.mac()},
      {"evidence.source.ip", &source.ip()},
      {"evidence.discovered.by", &evidence.discovered().by()},
      {"evidence.discovered.where", &evidence.discovered().where()},
      {"evidence.collected.by", &collected.by()},
      {"evidence.collected.title", &collected.title()},
      {"evidence.collected.phone", &collected.phone()},
      {"evidence.collected.zone", &collected.zone()},
      {"evidence.collected.method", &collected.method()},
      {"evidence.collected.tool", &collected.tool()},
      {"evidence.collected.write_blocker", &collected.write_blocker()},
      {"evidence.collected.authority", &collected.authority()},
      {"evidence.storage.place", &evidence.storage().place()},
      {"evidence.storage.seal_no", &evidence.storage().seal_no()},
      {"evidence.storage.access", &evidence.storage().access()},
  };
  for (const auto& [field, text] : fields) {
    BELFRY_RETURN_IF_ERROR(CheckText(field, *text, kFieldMax));
  }
  BELFRY_RETURN_IF_ERROR(CheckText("evidence.order_reason", evidence.order_reason(), 500));
  BELFRY_RETURN_IF_ERROR(
      CheckNeeded("evidence.description", evidence.description(), kReasonCharactersMax));
  BELFRY_RETURN_IF_ERROR(CheckDigest("evidence.collected_sha256", evidence.collected_sha256()));
  if (!Evidence::Kind_IsValid(evidence.kind()) || evidence.kind() == Evidence::KIND_UNSPECIFIED) {
    return InvalidField("evidence.kind",
                        "is needed: PHYSICAL, IMAGE, MEMORY, LOG, PCAP, MAIL, SCREENSHOT, DOCUMENT "
                        "or ACCOUNT_RECORD");
  }
  if (evidence.volatility_rank() < 0 || evidence.volatility_rank() > 7) {
    return InvalidField("evidence.volatility_rank",
                        "is 1 (registers) to 7 (archival media) as in RFC 3227, or left out");
  }
  if (evidence.kind() == Evidence::KIND_PHYSICAL) {
    if (source.serial().empty() && source.mac().empty() && evidence.storage().seal_no().empty()) {
      return InvalidField("evidence.source.serial",
                          "a physical item needs a mark: a serial number, a MAC address or the "
                          "number of its seal");
    }
    if (evidence.storage().place().empty() && source.location().empty()) {
      return InvalidField("evidence.storage.place", "say where a physical item is");
    }
  }
  return absl::OkStatus();
}

// The item that a copy was made from is one of the same incident.
absl::Status CheckParent(const Draft& draft, const Evidence& evidence) {
  if (evidence.parent().empty()) {
    if (!evidence.copy()) return absl::OkStatus();
    return InvalidField("evidence.parent",
                        "name what it is a copy of, as in "
                        "incidents/DOP-2026-0007/evidence/1");
  }
  for (int32_t number = 1; number <= draft.state().evidence().item_count(); ++number) {
    if (absl::EqualsIgnoreCase(evidence.parent(), EvidenceName(draft.state().id(), number))) {
      return absl::OkStatus();
    }
  }
  return InvalidField("evidence.parent", absl::StrCat("is no evidence of ", draft.state().id()));
}

// RFC 3227 § 2.1: what is lost first is collected first.
std::vector<std::string> OrderWarnings(const Draft& draft, const Evidence& evidence) {
  const int32_t rank = evidence.volatility_rank();
  if (rank == 0 || !evidence.order_reason().empty()) return {};
  std::vector<std::string> warnings;
  bool volatile_before = rank <= 2;
  const absl::Time time = FromProto(evidence.collected().time());
  for (const record::v1::RankTime& known : draft.state().evidence().ranks()) {
    volatile_before |= known.rank() <= 2;
    if (known.rank() > rank && FromProto(known.first_time()) < time && warnings.empty()) {
      warnings.push_back(absl::StrCat("Collected after evidence of rank ", known.rank(),
                                      ", though rank ", rank,
                                      " is more volatile (RFC 3227); say why in order_reason"));
    }
  }
  if (rank >= 3 && rank <= 4 && !volatile_before) {
    warnings.push_back(
        "Nothing of rank 1 or 2 (registers, memory) was collected before; it is lost when the "
        "power "
        "goes (RFC 3227)");
  }
  return warnings;
}

// The least time that the policy wants it kept.
absl::Status SetRetention(const Draft& draft, Evidence& evidence) {
  const policy::v1::EvidenceRules& rules = draft.context().policy.proto().evidence();
  if (!rules.has_retention()) return absl::OkStatus();
  const absl::Time least = FromProto(evidence.collected().time()) + FromProto(rules.retention());
  if (!evidence.has_retain_until_time()) {
    *evidence.mutable_retain_until_time() = ToProto(least);
  } else if (FromProto(evidence.retain_until_time()) < least) {
    return InvalidField(
        "evidence.retain_until_time",
        absl::StrCat("the policy keeps it until ", CivilTime(draft.context().policy, least),
                     " at least (", absl::StrJoin(rules.retention_clauses(), ", "), ")"));
  }
  return absl::OkStatus();
}

// The times and names that a court asks for, filled in where the record knows them.
absl::Status SetCollection(const Draft& draft, const Caller& caller, Evidence& evidence) {
  v1::Collection& collected = *evidence.mutable_collected();
  if (collected.by().empty()) {
    const v1::Person* person = draft.context().directory.FindPerson(caller.actor.principal());
    collected.set_by(person == nullptr || person->display_name().empty() ? caller.actor.principal()
                                                                         : person->display_name());
  }
  if (!collected.has_time()) *collected.mutable_time() = ToProto(draft.context().now);
  if (collected.zone().empty()) collected.set_zone(draft.context().policy.proto().time_zone());
  const absl::Time time = FromProto(collected.time());
  BELFRY_RETURN_IF_ERROR(NotInFuture(draft, "evidence.collected.time", time));
  if (evidence.discovered().has_time() && FromProto(evidence.discovered().time()) > time) {
    return InvalidField("evidence.discovered.time", "is after it was collected");
  }
  return absl::OkStatus();
}

absl::Status DecideCreate(Draft& draft, const Caller& caller,
                          const v1::CreateEvidenceRequest& act) {
  const Context& context = draft.context();
  BELFRY_RETURN_IF_ERROR(RequireAct(context, caller, draft.state(), "RECORD_EVIDENCE"));
  const record::v1::EvidenceSummary& summary = draft.state().evidence();
  if (summary.item_count() >= kEvidenceMax) {
    return InvalidField("parent", absl::StrCat("at most ", kEvidenceMax, " items an incident"));
  }
  // What callers may set, and nothing else.
  Evidence evidence;
  evidence.set_kind(act.evidence().kind());
  evidence.set_description(act.evidence().description());
  evidence.set_volatility_rank(act.evidence().volatility_rank());
  evidence.set_copy(act.evidence().copy());
  evidence.set_parent(act.evidence().parent());
  evidence.set_collected_sha256(act.evidence().collected_sha256());
  evidence.set_order_reason(act.evidence().order_reason());
  *evidence.mutable_source() = act.evidence().source();
  *evidence.mutable_discovered() = act.evidence().discovered();
  *evidence.mutable_collected() = act.evidence().collected();
  *evidence.mutable_storage() = act.evidence().storage();
  if (act.evidence().has_retain_until_time()) {
    *evidence.mutable_retain_until_time() = act.evidence().retain_until_time();
  }
  BELFRY_RETURN_IF_ERROR(CheckFields(evidence));
  BELFRY_ASSIGN_OR_RETURN(*evidence.mutable_tlp(),
                          ReadPartTlp(draft.state(), "evidence.tlp", act.evidence().tlp()));
  BELFRY_RETURN_IF_ERROR(CheckParent(draft, evidence));
  BELFRY_RETURN_IF_ERROR(SetCollection(draft, caller, evidence));
  if (evidence.copy() && IsCopyForbidden(context, draft.state())) {
    EvidenceState none;
    return CheckUpload(context, caller, draft.state(), none);
  }
  BELFRY_RETURN_IF_ERROR(SetRetention(draft, evidence));
  for (std::string& warning : OrderWarnings(draft, evidence)) {
    evidence.add_warnings(std::move(warning));
  }
  evidence.set_state(Evidence::STATE_HELD);
  evidence.set_custodian(caller.actor.principal());
  evidence.set_recorded_by(caller.actor.principal());
  *evidence.mutable_record_time() = ToProto(context.now);

  Event event = draft.NewEvent();
  record::v1::EvidenceRecorded* body = event.mutable_evidence_recorded();
  body->set_number(summary.item_count() + 1);
  CustodyEntry& entry = *body->mutable_entry();
  entry = NewEntry(draft, CustodyEntry::KIND_COLLECTED, nullptr);
  *entry.mutable_assert_time() = evidence.collected().time();
  entry.set_zone(evidence.collected().zone());
  entry.set_from(evidence.discovered().by());
  entry.set_to(caller.actor.principal());
  entry.set_place(evidence.storage().place());
  entry.set_seal_no(evidence.storage().seal_no());
  entry.set_digest_after(evidence.collected_sha256());
  *body->mutable_evidence() = std::move(evidence);
  AddPermissionClauses(draft, "RECORD_EVIDENCE", event);
  draft.Record(std::move(event));
  Reconcile(draft);
  return absl::OkStatus();
}

// ---- Custody ----

const char* ActFor(CustodyEntry::Kind kind) {
  switch (kind) {
    case CustodyEntry::KIND_SEALED:
    case CustodyEntry::KIND_UNSEALED:
    case CustodyEntry::KIND_TRANSFERRED:
    case CustodyEntry::KIND_CHECKED_OUT:
    case CustodyEntry::KIND_CHECKED_IN:
    case CustodyEntry::KIND_ACCESSED:
    case CustodyEntry::KIND_COPIED:
    case CustodyEntry::KIND_ANALYSED:
      return "HANDLE_EVIDENCE";
    case CustodyEntry::KIND_RELEASED_TO_LAW_ENFORCEMENT:
    case CustodyEntry::KIND_RETURNED:
      return "RELEASE_EVIDENCE";
    default:
      return nullptr;
  }
}

// Whoever has it may say what they do with it, whatever office they hold.
absl::Status RequireHandling(const Draft& draft, const Caller& caller, const EvidenceState& item,
                             absl::string_view act) {
  const Evidence& evidence = item.evidence();
  const bool has_it =
      evidence.custodian() == caller.actor.principal() &&
      (evidence.state() == Evidence::STATE_HELD || evidence.state() == Evidence::STATE_CHECKED_OUT);
  if (has_it && act == "HANDLE_EVIDENCE") return absl::OkStatus();
  return RequireAct(draft.context(), caller, draft.state(), act);
}

// Somebody of the directory must be able to see what they are given; others are only named.
absl::Status CheckTaker(const Draft& draft, const std::string& to) {
  BELFRY_RETURN_IF_ERROR(CheckNeeded("entry.to", to, kFieldMax));
  if (!IsPerson(to)) return absl::OkStatus();
  const Context& context = draft.context();
  const v1::Person* person = context.directory.FindPerson(to);
  const auto& subjects = draft.state().subjects();
  const bool subject = std::find(subjects.begin(), subjects.end(), to) != subjects.end();
  if (person == nullptr || subject) {
    return InvalidField("entry.to", absl::StrCat(to, " cannot take evidence of ",
                                                 draft.state().id(), "; `who` shows the people"));
  }
  if (!draft.state().restricted()) return absl::OkStatus();
  Caller taker;
  taker.actor.set_principal(to);
  taker.entity = person->entity();
  if (SightOf(context.policy, context.directory, taker, draft.state()) == Sight::kAll) {
    return absl::OkStatus();
  }
  return ErrorBuilder(absl::StatusCode::kFailedPrecondition, "NOT_A_READER",
                      absl::StrCat(draft.state().id(), " is restricted and ", to,
                                   " is no reader of it; hand its evidence to one who is"))
      .Build();
}

absl::Status CheckEntry(const CustodyEntry& entry) {
  const std::pair<const char*, const std::string*> fields[] = {
      {"entry.to", &entry.to()},           {"entry.zone", &entry.zone()},
      {"entry.place", &entry.place()},     {"entry.purpose", &entry.purpose()},
      {"entry.carrier", &entry.carrier()}, {"entry.seal_no", &entry.seal_no()},
  };
  for (const auto& [field, text] : fields) {
    BELFRY_RETURN_IF_ERROR(CheckText(field, *text, kFieldMax));
  }
  BELFRY_RETURN_IF_ERROR(CheckText("entry.note", entry.note(), kReasonCharactersMax));
  BELFRY_RETURN_IF_ERROR(CheckDigest("entry.digest_before", entry.digest_before()));
  return CheckDigest("entry.digest_after", entry.digest_after());
}

// Does the step fit where the item is?
absl::Status CheckStep(const EvidenceState& item, CustodyEntry::Kind kind) {
  const Evidence& evidence = item.evidence();
  switch (evidence.state()) {
    case Evidence::STATE_IN_TRANSFER:
      return Unfit(item, absl::StrCat("is on its way to ", evidence.transfer_to(),
                                      "; that is confirmed or refused first"));
    case Evidence::STATE_RETURNED:
      return Unfit(item, "was returned to its owner");
    case Evidence::STATE_DESTROYED:
      return Unfit(item, "was destroyed; its custody can be read");
    case Evidence::STATE_RELEASED:
      if (kind == CustodyEntry::KIND_CHECKED_IN) return absl::OkStatus();
      return Unfit(item, "is with law enforcement; CHECKED_IN says that it came back");
    default:
      break;
  }
  const bool out = evidence.state() == Evidence::STATE_CHECKED_OUT;
  if (kind == CustodyEntry::KIND_CHECKED_IN && !out) return Unfit(item, "is not checked out");
  if (out && (kind == CustodyEntry::KIND_CHECKED_OUT || kind == CustodyEntry::KIND_TRANSFERRED ||
              kind == CustodyEntry::KIND_RETURNED)) {
    return Unfit(
        item, absl::StrCat("is checked out to ", evidence.custodian(), "; it is checked in first"));
  }
  const bool sealed = !evidence.storage().seal_no().empty();
  if (kind == CustodyEntry::KIND_UNSEALED && !sealed) return Unfit(item, "has no seal");
  if (kind == CustodyEntry::KIND_SEALED && sealed) {
    return Unfit(item, absl::StrCat("is sealed already, no. ", evidence.storage().seal_no(),
                                    "; UNSEALED comes first"));
  }
  const bool opens = kind == CustodyEntry::KIND_ACCESSED || kind == CustodyEntry::KIND_COPIED ||
                     kind == CustodyEntry::KIND_ANALYSED;
  if (opens && sealed && evidence.kind() == Evidence::KIND_PHYSICAL) {
    return Unfit(item, absl::StrCat("is sealed, no. ", evidence.storage().seal_no(),
                                    "; UNSEALED comes first"));
  }
  return absl::OkStatus();
}

std::string HoldText(const std::vector<v1::LegalHold>& holds) {
  std::vector<std::string> reasons;
  for (const v1::LegalHold& hold : holds) {
    reasons.push_back(
        hold.clauses().empty()
            ? hold.reason()
            : absl::StrCat(hold.reason(), " (", absl::StrJoin(hold.clauses(), ", "), ")"));
  }
  return absl::StrJoin(reasons, "; ");
}

// Nothing on hold leaves for good.
absl::Status CheckNotHeld(const Draft& draft, const EvidenceState& item, absl::string_view what) {
  std::vector<v1::LegalHold> holds = HoldsOn(draft.context(), draft.state());
  if (item.has_hold()) holds.push_back(item.hold());
  if (holds.empty()) return absl::OkStatus();
  ErrorBuilder error(absl::StatusCode::kFailedPrecondition, "ON_HOLD",
                     absl::StrCat("E", item.number(), " is on legal hold and must not be ", what,
                                  ": ", HoldText(holds)));
  for (const v1::LegalHold& hold : holds) {
    error.Violation(absl::StrJoin(hold.clauses(), ", "),
                    EvidenceName(draft.state().id(), item.number()), hold.reason());
  }
  return error.Build();
}

// What the step makes of the item.
void SetAfter(const Draft& draft, const EvidenceState& item, record::v1::CustodyRecorded& body) {
  CustodyEntry& entry = *body.mutable_entry();
  body.set_previous_state(item.evidence().state());
  body.set_state(item.evidence().state());
  body.set_custodian(item.evidence().custodian());
  entry.set_from(item.evidence().custodian());
  v1::Disposition disposition;
  switch (entry.kind()) {
    case CustodyEntry::KIND_TRANSFERRED:
      body.set_state(Evidence::STATE_IN_TRANSFER);
      body.set_transfer_to(entry.to());
      if (IsPerson(entry.to())) body.add_told_people(entry.to());
      return;
    case CustodyEntry::KIND_CHECKED_OUT:
      body.set_state(Evidence::STATE_CHECKED_OUT);
      body.set_custodian(entry.to());
      if (IsPerson(entry.to()) && entry.to() != draft.actor().principal()) {
        body.add_told_people(entry.to());
      }
      return;
    case CustodyEntry::KIND_CHECKED_IN:
      body.set_state(Evidence::STATE_HELD);
      body.set_custodian(entry.to());
      return;
    case CustodyEntry::KIND_RELEASED_TO_LAW_ENFORCEMENT:
      body.set_state(Evidence::STATE_RELEASED);
      disposition.set_kind(v1::Disposition::KIND_HANDED_TO_LAW_ENFORCEMENT);
      break;
    case CustodyEntry::KIND_RETURNED:
      body.set_state(Evidence::STATE_RETURNED);
      disposition.set_kind(v1::Disposition::KIND_RETURNED);
      break;
    default:
      entry.clear_from();
      return;
  }
  body.set_custodian(entry.to());
  *disposition.mutable_time() = entry.assert_time();
  disposition.set_reason(entry.purpose());
  disposition.set_recipient(entry.to());
  *body.mutable_disposition() = std::move(disposition);
}

absl::Status DecideCustody(Draft& draft, const Caller& caller, const v1::RecordCustodyRequest& act,
                           const EvidenceState& item) {
  const CustodyEntry& wanted = act.entry();
  const char* const permission = ActFor(wanted.kind());
  if (permission == nullptr) {
    return InvalidField("entry.kind",
                        "is SEALED, UNSEALED, TRANSFERRED, CHECKED_OUT, CHECKED_IN, ACCESSED, "
                        "COPIED, ANALYSED, RELEASED_TO_LAW_ENFORCEMENT or RETURNED; other steps "
                        "have methods of their own");
  }
  BELFRY_RETURN_IF_ERROR(RequireHandling(draft, caller, item, permission));
  BELFRY_RETURN_IF_ERROR(CheckEntry(wanted));
  BELFRY_RETURN_IF_ERROR(CheckRoom(item));
  if (wanted.kind() == CustodyEntry::KIND_COPIED &&
      IsCopyForbidden(draft.context(), draft.state())) {
    // Asked as if it had content: what forbids it is the same.
    Caller belfry = caller;
    belfry.internal = true;
    return CheckDownload(draft.context(), belfry, draft.state(), item);
  }
  BELFRY_RETURN_IF_ERROR(CheckStep(item, wanted.kind()));
  CustodyEntry entry = NewEntry(draft, wanted.kind(), &item);
  if (wanted.has_assert_time()) {
    BELFRY_RETURN_IF_ERROR(
        SetAssertTime(draft, item, "entry.assert_time", wanted.assert_time(), entry));
  }
  if (!wanted.zone().empty()) entry.set_zone(wanted.zone());
  entry.set_to(wanted.to());
  entry.set_place(wanted.place());
  entry.set_purpose(wanted.purpose());
  entry.set_carrier(wanted.carrier());
  entry.set_seal_no(wanted.seal_no());
  entry.set_digest_before(wanted.digest_before());
  entry.set_digest_after(wanted.digest_after());
  entry.set_note(wanted.note());
  switch (wanted.kind()) {
    case CustodyEntry::KIND_SEALED:
      BELFRY_RETURN_IF_ERROR(CheckNeeded("entry.seal_no", wanted.seal_no(), kFieldMax));
      break;
    case CustodyEntry::KIND_UNSEALED:
    case CustodyEntry::KIND_ACCESSED:
    case CustodyEntry::KIND_COPIED:
    case CustodyEntry::KIND_ANALYSED:
      BELFRY_RETURN_IF_ERROR(CheckNeeded("entry.purpose", wanted.purpose(), kFieldMax));
      break;
    case CustodyEntry::KIND_TRANSFERRED:
      BELFRY_RETURN_IF_ERROR(CheckTaker(draft, wanted.to()));
      if (wanted.to() == item.evidence().custodian()) {
        return InvalidField("entry.to", "has it already");
      }
      break;
    case CustodyEntry::KIND_CHECKED_OUT:
    case CustodyEntry::KIND_CHECKED_IN:
      if (entry.to().empty()) entry.set_to(caller.actor.principal());
      BELFRY_RETURN_IF_ERROR(CheckTaker(draft, entry.to()));
      break;
    case CustodyEntry::KIND_RETURNED:
      BELFRY_RETURN_IF_ERROR(CheckNotHeld(draft, item, "returned"));
      BELFRY_RETURN_IF_ERROR(CheckNeeded("entry.to", wanted.to(), kFieldMax));
      break;
    case CustodyEntry::KIND_RELEASED_TO_LAW_ENFORCEMENT:
      BELFRY_RETURN_IF_ERROR(CheckNeeded("entry.to", wanted.to(), kFieldMax));
      BELFRY_RETURN_IF_ERROR(CheckNeeded("entry.purpose", wanted.purpose(), kFieldMax));
      break;
    default:
      break;
  }
  Event event = draft.NewEvent();
  record::v1::CustodyRecorded* body = event.mutable_custody_recorded();
  body->set_number(item.number());
  *body->mutable_entry() = std::move(entry);
  SetAfter(draft, item, *body);
  AddPermissionClauses(draft, permission, event);
  draft.Record(std::move(event));
  Reconcile(draft);
  return absl::OkStatus();
}

absl::Status DecideConfirm(Draft& draft, const Caller& caller,
                           const v1::ConfirmTransferRequest& act, const EvidenceState& item) {
  const Evidence& evidence = item.evidence();
  const bool outside = !IsPerson(evidence.transfer_to());
  if (evidence.state() != Evidence::STATE_IN_TRANSFER)
    return Unfit(item, "is on its way to nobody");
  if (outside) {
    BELFRY_RETURN_IF_ERROR(RequireAct(draft.context(), caller, draft.state(), "HANDLE_EVIDENCE"));
  } else if (evidence.transfer_to() != caller.actor.principal()) {
    return ErrorBuilder(absl::StatusCode::kPermissionDenied, "ROLE_REQUIRED",
                        absl::StrCat("E", item.number(), " goes to ", evidence.transfer_to(),
                                     ", who alone can say whether it arrived"))
        .Build();
  }
  BELFRY_RETURN_IF_ERROR(CheckText("place", act.place(), kFieldMax));
  if (outside || !act.accept()) {
    BELFRY_RETURN_IF_ERROR(CheckNeeded("note", act.note(), kReasonCharactersMax));
  }
  BELFRY_RETURN_IF_ERROR(CheckText("note", act.note(), kReasonCharactersMax));
  BELFRY_RETURN_IF_ERROR(CheckRoom(item));
  Event event = draft.NewEvent();
  record::v1::CustodyRecorded* body = event.mutable_custody_recorded();
  body->set_number(item.number());
  CustodyEntry& entry = *body->mutable_entry();
  entry = NewEntry(
      draft,
      act.accept() ? CustodyEntry::KIND_TRANSFER_ACCEPTED : CustodyEntry::KIND_TRANSFER_REFUSED,
      &item);
  if (act.has_assert_time()) {
    BELFRY_RETURN_IF_ERROR(SetAssertTime(draft, item, "assert_time", act.assert_time(), entry));
  }
  entry.set_from(evidence.custodian());
  entry.set_to(evidence.transfer_to());
  entry.set_note(act.note());
  if (act.accept()) entry.set_place(act.place());
  body->set_previous_state(evidence.state());
  body->set_state(Evidence::STATE_HELD);
  body->set_custodian(act.accept() ? evidence.transfer_to() : evidence.custodian());
  if (IsPerson(evidence.custodian()) && evidence.custodian() != caller.actor.principal()) {
    body->add_told_people(evidence.custodian());
  }
  AddPermissionClauses(draft, "HANDLE_EVIDENCE", event);
  draft.Record(std::move(event));
  Reconcile(draft);
  return absl::OkStatus();
}

// ---- Holds and destruction ----

absl::Status DecideLegalHold(Draft& draft, const Caller& caller, const v1::SetLegalHoldRequest& act,
                             const EvidenceState* item) {
  const char* const permission = act.hold() ? "HOLD_EVIDENCE" : "END_EVIDENCE_HOLD";
  BELFRY_RETURN_IF_ERROR(RequireAct(draft.context(), caller, draft.state(), permission));
  BELFRY_RETURN_IF_ERROR(CheckNeeded("reason", act.reason(), kReasonCharactersMax));
  const bool held = item == nullptr ? draft.state().evidence().has_hold() : item->has_hold();
  if (!act.hold() && !held) {
    const std::vector<v1::LegalHold> others = HoldsOn(draft.context(), draft.state());
    return ErrorBuilder(absl::StatusCode::kFailedPrecondition, "CUSTODY_STATE",
                        others.empty()
                            ? std::string("no person has set a hold here")
                            : absl::StrCat("this hold is not set here: ", HoldText(others)))
        .Build();
  }
  if (item != nullptr) BELFRY_RETURN_IF_ERROR(CheckRoom(*item));
  Event event = draft.NewEvent();
  record::v1::EvidenceHoldChanged* body = event.mutable_evidence_hold_changed();
  body->set_hold(act.hold());
  body->set_reason(act.reason());
  if (item != nullptr) {
    body->set_number(item->number());
    *body->mutable_entry() = NewEntry(
        draft, act.hold() ? CustodyEntry::KIND_HOLD_SET : CustodyEntry::KIND_HOLD_RELEASED, item);
    body->mutable_entry()->set_note(act.reason());
  }
  AddPermissionClauses(draft, permission, event);
  draft.Record(std::move(event));
  Reconcile(draft);
  return absl::OkStatus();
}

// Kept long enough, and nothing forbids it.
absl::Status CheckDisposable(const Draft& draft, const EvidenceState& item) {
  const Evidence& evidence = item.evidence();
  if (evidence.state() != Evidence::STATE_HELD) {
    return Unfit(
        item,
        absl::StrCat("is ", absl::StripPrefix(Evidence::State_Name(evidence.state()), "STATE_"),
                     "; only what is in custody here can be destroyed"));
  }
  BELFRY_RETURN_IF_ERROR(CheckNotHeld(draft, item, "destroyed"));
  if (evidence.has_retain_until_time() &&
      FromProto(evidence.retain_until_time()) > draft.context().now) {
    const auto& rules = draft.context().policy.proto().evidence();
    const std::string clauses = absl::StrJoin(rules.retention_clauses(), ", ");
    return ErrorBuilder(absl::StatusCode::kFailedPrecondition, "RETENTION",
                        absl::StrCat("E", item.number(), " is to be kept until ",
                                     CivilTime(draft.context().policy,
                                               FromProto(evidence.retain_until_time())),
                                     clauses.empty() ? "" : absl::StrCat(" (", clauses, ")")))
        .Violation(clauses, EvidenceName(draft.state().id(), item.number()), "is to be kept longer")
        .Build();
  }
  return absl::OkStatus();
}

absl::Status DecideDestroy(Draft& draft, const Caller& caller,
                           const v1::DestroyEvidenceRequest& act, const EvidenceState& item) {
  const policy::v1::EvidenceRules& rules = draft.context().policy.proto().evidence();
  BELFRY_RETURN_IF_ERROR(RequireAct(draft.context(), caller, draft.state(), "DESTROY_EVIDENCE"));
  BELFRY_RETURN_IF_ERROR(CheckNeeded("reason", act.reason(), kReasonCharactersMax));
  const std::string method = absl::AsciiStrToUpper(act.method());
  const auto& methods = rules.destruction_methods();
  if (std::find(methods.begin(), methods.end(), method) == methods.end()) {
    return InvalidField("method",
                        methods.empty()
                            ? std::string("the policy pack names no method of destruction")
                            : absl::StrCat("is one of ", absl::StrJoin(methods, ", "), " (",
                                           absl::StrJoin(rules.destruction_clauses(), ", "), ")"));
  }
  BELFRY_RETURN_IF_ERROR(CheckRoom(item));
  BELFRY_RETURN_IF_ERROR(CheckDisposable(draft, item));
  if (item.evidence().has_destruction()) {
    return Unfit(item, absl::StrCat("has been asked to be destroyed by ",
                                    item.evidence().destruction().by(), " already"));
  }
  Event event = draft.NewEvent();
  record::v1::DestructionAsked* body = event.mutable_destruction_asked();
  body->set_number(item.number());
  v1::DestructionRequest& request = *body->mutable_request();
  request.set_by(caller.actor.principal());
  *request.mutable_time() = event.time();
  request.set_reason(act.reason());
  request.set_method(method);
  *body->mutable_entry() = NewEntry(draft, CustodyEntry::KIND_DESTRUCTION_REQUESTED, &item);
  body->mutable_entry()->set_purpose(method);
  body->mutable_entry()->set_note(act.reason());
  if (const auto* approval = draft.context().policy.FindPermission("APPROVE_DESTRUCTION");
      approval != nullptr) {
    for (std::string& person :
         PeopleHolding(draft.context(), draft.state(), approval->roles(), draft.state().entity())) {
      body->add_told_people(std::move(person));
    }
  }
  for (const std::string& clause : rules.destruction_clauses()) event.add_clauses(clause);
  draft.Record(std::move(event));
  Reconcile(draft);
  return absl::OkStatus();
}

absl::Status DecideDestruction(Draft& draft, const Caller& caller,
                               const v1::DecideDestructionRequest& act, const EvidenceState& item) {
  const policy::v1::EvidenceRules& rules = draft.context().policy.proto().evidence();
  BELFRY_RETURN_IF_ERROR(RequireAct(draft.context(), caller, draft.state(), "APPROVE_DESTRUCTION"));
  if (!item.evidence().has_destruction()) {
    return Unfit(item, "has not been asked to be destroyed; `evidence destroy` asks for it");
  }
  const v1::DestructionRequest& request = item.evidence().destruction();
  if (request.by() == caller.actor.principal() && act.approve()) {
    return ErrorBuilder(absl::StatusCode::kFailedPrecondition, "SAME_PERSON",
                        "whoever asked for a destruction must not approve it; somebody else has to")
        .Build();
  }
  BELFRY_RETURN_IF_ERROR(act.approve() ? CheckText("reason", act.reason(), kReasonCharactersMax)
                                       : CheckNeeded("reason", act.reason(), kReasonCharactersMax));
  Event event = draft.NewEvent();
  for (const std::string& clause : rules.destruction_clauses()) event.add_clauses(clause);
  if (!act.approve()) {
    record::v1::DestructionAsked* body = event.mutable_destruction_asked();
    body->set_number(item.number());
    *body->mutable_entry() = NewEntry(draft, CustodyEntry::KIND_DESTRUCTION_REFUSED, &item);
    body->mutable_entry()->set_note(act.reason());
    if (IsPerson(request.by())) body->add_told_people(request.by());
    draft.Record(std::move(event));
    Reconcile(draft);
    return absl::OkStatus();
  }
  // It may have been put on hold since it was asked for.
  BELFRY_RETURN_IF_ERROR(CheckDisposable(draft, item));
  record::v1::EvidenceDestroyed* body = event.mutable_evidence_destroyed();
  body->set_number(item.number());
  body->set_previous_state(item.evidence().state());
  CustodyEntry& entry = *body->mutable_entry();
  entry = NewEntry(draft, CustodyEntry::KIND_DESTROYED, &item);
  entry.set_from(item.evidence().custodian());
  entry.set_purpose(request.method());
  entry.set_note(request.reason());
  if (item.evidence().has_content()) entry.set_digest_before(item.evidence().content().sha256());
  v1::Disposition& disposition = *body->mutable_disposition();
  disposition.set_kind(v1::Disposition::KIND_DISPOSED);
  *disposition.mutable_time() = entry.assert_time();
  disposition.set_method(request.method());
  disposition.set_reason(request.reason());
  disposition.set_requested_by(request.by());
  disposition.set_approved_by(caller.actor.principal());
  draft.Record(std::move(event));
  Reconcile(draft);
  return absl::OkStatus();
}

// ---- Bytes ----

absl::Status DecideStore(Draft& draft, const Caller& caller, const StoreEvidence& act,
                         const EvidenceState& item) {
  BELFRY_RETURN_IF_ERROR(CheckUpload(draft.context(), caller, draft.state(), item));
  Event event = draft.NewEvent();
  record::v1::EvidenceStored* body = event.mutable_evidence_stored();
  body->set_number(item.number());
  body->set_object(act.object);
  v1::Content& content = *body->mutable_content();
  content.set_size_bytes(act.size_bytes);
  content.set_sha256(act.sha256);
  *content.mutable_store_time() = event.time();
  content.set_uploaded_by(caller.actor.principal());
  CustodyEntry& entry = *body->mutable_entry();
  entry = NewEntry(draft, CustodyEntry::KIND_STORED, &item);
  entry.set_digest_before(item.evidence().collected_sha256());
  entry.set_digest_after(act.sha256);
  entry.set_length(act.size_bytes);
  AddPermissionClauses(draft, "RECORD_EVIDENCE", event);
  draft.Record(std::move(event));
  Reconcile(draft);
  return absl::OkStatus();
}

absl::Status DecideAccess(Draft& draft, const Caller& caller,
                          const v1::DownloadEvidenceRequest& act, const EvidenceState& item) {
  BELFRY_RETURN_IF_ERROR(CheckDownload(draft.context(), caller, draft.state(), item));
  BELFRY_RETURN_IF_ERROR(CheckNeeded("purpose", act.purpose(), kFieldMax));
  BELFRY_RETURN_IF_ERROR(CheckRoom(item));
  const int64_t size = item.evidence().content().size_bytes();
  if (act.offset() < 0 || act.offset() > size) {
    return InvalidField("offset", absl::StrCat("is 0 to ", size));
  }
  if (act.length() < 0) return InvalidField("length", "is not negative; 0 means all the rest");
  Event event = draft.NewEvent();
  record::v1::CustodyRecorded* body = event.mutable_custody_recorded();
  body->set_number(item.number());
  CustodyEntry& entry = *body->mutable_entry();
  entry = NewEntry(draft, CustodyEntry::KIND_ACCESSED, &item);
  entry.set_purpose(act.purpose());
  entry.set_offset(act.offset());
  const int64_t rest = size - act.offset();
  entry.set_length(act.length() == 0 ? rest : std::min(act.length(), rest));
  body->set_previous_state(item.evidence().state());
  body->set_state(item.evidence().state());
  body->set_custodian(item.evidence().custodian());
  body->set_transfer_to(item.evidence().transfer_to());
  if (item.evidence().has_disposition()) {
    *body->mutable_disposition() = item.evidence().disposition();
  }
  AddPermissionClauses(draft, "READ_EVIDENCE", event);
  draft.Record(std::move(event));
  return absl::OkStatus();
}

absl::Status DecideChecked(Draft& draft, const Caller& caller, const EvidenceChecked& act,
                           const EvidenceState& item) {
  const policy::v1::EvidenceRules& rules = draft.context().policy.proto().evidence();
  if (act.in_passing) {
    // The alarm is out, and a client that tries again and again does not ring it again.
    // Nor does an item whose bytes were destroyed while somebody was about to read them.
    if (item.evidence().integrity_alert() || !item.evidence().has_content() ||
        item.evidence().state() == Evidence::STATE_DESTROYED) {
      return absl::OkStatus();
    }
  } else {
    BELFRY_RETURN_IF_ERROR(CheckVerify(draft.context(), caller, draft.state(), item));
    BELFRY_RETURN_IF_ERROR(CheckRoom(item));
  }
  Event event = draft.NewEvent();
  record::v1::EvidenceVerified* body = event.mutable_evidence_verified();
  body->set_number(item.number());
  body->set_intact(act.intact);
  CustodyEntry& entry = *body->mutable_entry();
  entry = NewEntry(
      draft, act.intact ? CustodyEntry::KIND_VERIFIED : CustodyEntry::KIND_INTEGRITY_FAILED, &item);
  entry.set_digest_before(item.evidence().content().sha256());
  entry.set_digest_after(act.found);
  if (act.found.empty() && !act.intact) entry.set_note("it cannot be read to its end");
  if (act.intact) {
    AddPermissionClauses(draft, "VERIFY_EVIDENCE", event);
  } else {
    for (const std::string& clause : rules.alarm_clauses()) event.add_clauses(clause);
    for (std::string& person : PeopleHolding(draft.context(), draft.state(), rules.alarm_roles(),
                                             draft.state().entity())) {
      body->add_alarm_people(std::move(person));
    }
  }
  draft.Record(std::move(event));
  Reconcile(draft);
  return absl::OkStatus();
}

template <class... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};
template <class... Ts>
Overloaded(Ts...) -> Overloaded<Ts...>;

}  // namespace

absl::Status DecideEvidence(Draft& draft, const Caller& caller, const EvidenceAct& act,
                            const EvidenceState* item) {
  if (item == nullptr && act.number != 0) return EvidenceNotFound(draft.state().id(), act.number);
  if (item == nullptr) {
    if (const auto* create = std::get_if<v1::CreateEvidenceRequest>(&act.deed); create != nullptr) {
      return DecideCreate(draft, caller, *create);
    }
    if (const auto* hold = std::get_if<v1::SetLegalHoldRequest>(&act.deed); hold != nullptr) {
      return DecideLegalHold(draft, caller, *hold, nullptr);
    }
    return InvalidField("name", "names one item, as in incidents/DOP-2026-0007/evidence/1");
  }
  return std::visit(
      Overloaded{
          [](const v1::CreateEvidenceRequest&) {
            return InvalidField("parent", "is an incident, as in incidents/DOP-2026-0007");
          },
          [&](const v1::RecordCustodyRequest& deed) {
            return DecideCustody(draft, caller, deed, *item);
          },
          [&](const v1::ConfirmTransferRequest& deed) {
            return DecideConfirm(draft, caller, deed, *item);
          },
          [&](const v1::SetLegalHoldRequest& deed) {
            return DecideLegalHold(draft, caller, deed, item);
          },
          [&](const v1::DestroyEvidenceRequest& deed) {
            return DecideDestroy(draft, caller, deed, *item);
          },
          [&](const v1::DecideDestructionRequest& deed) {
            return DecideDestruction(draft, caller, deed, *item);
          },
          [&](const v1::DownloadEvidenceRequest& deed) {
            return DecideAccess(draft, caller, deed, *item);
          },
          [&](const StoreEvidence& deed) { return DecideStore(draft, caller, deed, *item); },
          [&](const EvidenceChecked& deed) { return DecideChecked(draft, caller, deed, *item); },
      },
      act.deed);
}

}  // namespace belfry::core
