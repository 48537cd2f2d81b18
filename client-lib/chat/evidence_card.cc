#include "client-lib/chat/evidence_card.h"

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "client-lib/chat/parser.h"
#include "client-lib/chat/utf8.h"
#include "client-lib/chat/values.h"

namespace belfry::chat {
namespace {

constexpr size_t kCellCharactersMax = 80;

// "in transfer" of STATE_IN_TRANSFER.
std::string Words(const std::string& name, absl::string_view prefix) {
  return absl::AsciiStrToLower(absl::StrReplaceAll(absl::StripPrefix(name, prefix), {{"_", " "}}));
}

std::string StateWords(const v1::Evidence& evidence) {
  const std::string state = Words(v1::Evidence::State_Name(evidence.state()), "STATE_");
  switch (evidence.state()) {
    case v1::Evidence::STATE_IN_TRANSFER:
      return absl::StrCat("on its way to ", ShortName(evidence.transfer_to()), ", not confirmed");
    case v1::Evidence::STATE_DESTROYED:
      return absl::StrCat(state, " (", evidence.disposition().method(), ")");
    default:
      return evidence.custodian().empty()
                 ? state
                 : absl::StrCat(state, ", with ", ShortName(evidence.custodian()));
  }
}

bool IsHidden(const v1::Evidence& evidence, const View& view) {
  return !view.show_restricted && evidence.tlp() == "TLP:RED";
}

std::string SourceText(const v1::SourceDevice& source) {
  std::vector<std::string> parts;
  for (const std::string* part : {&source.make(), &source.model(), &source.hostname(), &source.ip(),
                                  &source.mac(), &source.location()}) {
    if (!part->empty()) parts.push_back(*part);
  }
  if (!source.serial().empty()) parts.push_back(absl::StrCat("serial ", source.serial()));
  return absl::StrJoin(parts, ", ");
}

void AddField(Card& card, const char* label, const std::string& value) {
  if (!value.empty()) card.fields.push_back({label, value});
}

std::string HoldText(const v1::Evidence& evidence) {
  std::vector<std::string> reasons;
  for (const v1::LegalHold& hold : evidence.holds()) {
    reasons.push_back(
        hold.clauses().empty()
            ? hold.reason()
            : absl::StrCat(hold.reason(), " (", absl::StrJoin(hold.clauses(), ", "), ")"));
  }
  return absl::StrJoin(reasons, "; ");
}

}  // namespace

Card EvidenceCard(const v1::Evidence& evidence, const View& view) {
  Card card;
  card.title = absl::StrCat(evidence.evidence_no(), " · ", StateWords(evidence));
  if (evidence.integrity_alert()) {
    card.tone = Tone::kDanger;
    absl::StrAppend(&card.title, " · NOT what was stored");
  }
  if (IsHidden(evidence, view)) {
    card.body = "TLP:RED: read it at a terminal.";
    return card;
  }
  card.body = evidence.description();
  for (const std::string& warning : evidence.warnings()) {
    absl::StrAppend(&card.body, "\nWarning: ", warning, ".");
  }
  AddField(card, "Kind", Words(v1::Evidence::Kind_Name(evidence.kind()), "KIND_"));
  AddField(card, "From", SourceText(evidence.source()));
  std::string collected = evidence.collected().by();
  if (evidence.collected().has_time()) {
    absl::StrAppend(&collected, ", ", view.Time(evidence.collected().time()));
  }
  if (!evidence.collected().tool().empty()) {
    absl::StrAppend(&collected, ", ", evidence.collected().tool());
  }
  AddField(card, "Collected", collected);
  std::string place = evidence.storage().place();
  if (!evidence.storage().seal_no().empty()) {
    absl::StrAppend(&place, place.empty() ? "" : ", ", "seal ", evidence.storage().seal_no());
  }
  AddField(card, "Kept", place);
  if (evidence.has_content()) {
    AddField(card, "Content",
             absl::StrCat(evidence.content().size_bytes(), " bytes, SHA-256 ",
                          evidence.content().sha256()));
  } else {
    AddField(card, "SHA-256", evidence.collected_sha256());
  }
  AddField(card, "Legal hold", HoldText(evidence));
  if (evidence.has_retain_until_time()) {
    AddField(card, "Kept until", view.Time(evidence.retain_until_time()));
  }
  if (evidence.has_destruction()) {
    AddField(card, "Destruction",
             absl::StrCat("asked for by ", ShortName(evidence.destruction().by()), ": ",
                          evidence.destruction().reason()));
  }
  if (evidence.no_copy()) {
    AddField(card, "Must not be copied",
             absl::StrCat("known to ", evidence.people_with_knowledge_size(), ": ",
                          absl::StrJoin(evidence.people_with_knowledge(), ", ",
                                        [](std::string* out, const std::string& person) {
                                          out->append(ShortName(person));
                                        })));
  }
  card.context = absl::StrCat(evidence.tlp(), " · ", evidence.custody_count(), " links of custody");
  const std::string& no = evidence.evidence_no();
  if (evidence.state() == v1::Evidence::STATE_IN_TRANSFER) {
    card.hints.push_back(view.Typed(absl::StrCat("evidence accept ", no)));
    card.hints.push_back(view.Typed(absl::StrCat("evidence refuse ", no, " <why>")));
  } else if (evidence.has_destruction()) {
    card.hints.push_back(view.Typed(absl::StrCat("evidence approve ", no)));
  } else if (evidence.state() == v1::Evidence::STATE_HELD) {
    card.hints.push_back(view.Typed(absl::StrCat("evidence transfer ", no, " to:@person")));
  }
  card.hints.push_back(view.Typed(absl::StrCat("evidence custody ", no)));
  return card;
}

Card EvidenceListCard(const v1::ListEvidenceResponse& list, const std::string& incident,
                      const View& view) {
  Card card;
  const std::string id = IncidentId(incident);
  card.title = absl::StrCat(id, " · ", list.evidence_size(),
                            list.evidence_size() == 1 ? " item" : " items", " of evidence");
  if (!list.evidence().empty()) card.table.push_back({"No.", "What", "Where", "Content", "Hold"});
  for (const v1::Evidence& evidence : list.evidence()) {
    const bool hidden = IsHidden(evidence, view);
    card.table.push_back(
        {absl::StrCat("E", evidence.evidence_no().substr(evidence.evidence_no().rfind('E') + 1)),
         hidden ? "TLP:RED"
                : absl::StrCat(Words(v1::Evidence::Kind_Name(evidence.kind()), "KIND_"), ": ",
                               Clip(evidence.description(), kCellCharactersMax)),
         StateWords(evidence),
         evidence.has_content() ? absl::StrCat(evidence.content().size_bytes(), " bytes",
                                               evidence.integrity_alert() ? ", CHANGED" : "")
                                : "",
         evidence.holds().empty() ? "" : "yes"});
  }
  if (!list.next_page_token().empty()) card.body = "There are more; the API lists all of them.";
  card.hints = {view.Typed(absl::StrCat("evidence show ", id, "-E1")),
                view.Typed(absl::StrCat("evidence add ", id, " \"what it is\" kind:image"))};
  return card;
}

Card CustodyCard(const v1::ListCustodyResponse& custody, const std::string& evidence_no,
                 const View& view) {
  Card card;
  card.title = absl::StrCat(evidence_no, " · chain of custody");
  card.table.push_back({"No.", "What", "When", "Recorded", "By", "From", "To", "Note"});
  for (const v1::CustodyEntry& entry : custody.entries()) {
    std::vector<std::string> note;
    for (const std::string* part :
         {&entry.purpose(), &entry.place(), &entry.carrier(), &entry.note()}) {
      if (!part->empty()) note.push_back(*part);
    }
    card.table.push_back({absl::StrCat(entry.seq()),
                          Words(v1::CustodyEntry::Kind_Name(entry.kind()), "KIND_"),
                          view.Time(entry.assert_time()), view.Time(entry.record_time()),
                          ShortName(entry.actor()), ShortName(entry.from()), ShortName(entry.to()),
                          Clip(absl::StrJoin(note, "; "), kCellCharactersMax)});
  }
  if (!custody.next_page_token().empty()) card.body = "There are more; the API lists all of them.";
  return card;
}

}  // namespace belfry::chat
