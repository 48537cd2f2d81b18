// Notices(): who hears about what happened, why, and what.
#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "server/base/account_name.h"
#include "server/base/proto_time.h"
#include "server/base/room_name.h"
#include "server/base/tlp.h"
#include "server/core/confidentiality.h"
#include "server/core/core.h"
#include "server/core/document_checks.h"
#include "server/core/limits.h"
#include "server/core/notice_text.h"
#include "server/core/rooms.h"
#include "server/core/sight.h"
#include "server/core/state_util.h"

namespace belfry::core {
namespace {

using record::v1::ChainPaged;
using record::v1::Event;
using record::v1::IncidentState;
using v1::Notice;

// Collects the notices of one commit, so that a place is told one thing once.
class Notifier {
 public:
  Notifier(const Context& context, const IncidentState& state, const std::vector<Event>& events,
           const std::vector<DutyCards>& cards)
      : context_(context),
        state_(state),
        cards_(cards),
        told_everyone_(std::any_of(events.begin(), events.end(),
                                   [](const Event& event) {
                                     return event.has_state_changed() &&
                                            event.state_changed().tell_everyone();
                                   })),
        closed_(IsClosed(state)),
        just_closed_(JustClosed(state, events)) {
    // What was open until now is taken back where it stands.
    if (closed_ && !just_closed_) return;
    FindChannels();
    FindRooms();
  }

  void Tell(const Event& event);
  std::vector<NoticeDraft> Finish(const std::vector<Event>& events) &&;

 private:
  // Where an incident is followed.
  struct Place {
    std::string target;
    bool quiet = false;
    bool operator==(const Place& other) const { return target == other.target; }
  };

  void FindChannels();
  void FindRooms();
  Notice NewNotice(Notice::Kind kind, const Event& event, absl::string_view reason) const;
  void SetText(Notice& notice, absl::string_view key, const NoticeFacts& facts) const;
  NoticeFacts DutyFacts(absl::string_view instance) const;
  std::string OutcomeText(absl::string_view instance) const;
  static void OfferAnswer(Notice& notice, const NoticeFacts& facts);
  void OfferNextActs(Notice& headline) const;

  void MarkDrill(Notice& notice) const;
  void ToPerson(const std::string& person, Notice notice, bool report_outcome,
                absl::string_view chain_entity = "");
  void CutTo(const std::string& person, v1::Incident& incident) const;
  void ToPeople(const google::protobuf::RepeatedPtrField<std::string>& people, const Notice& notice,
                bool report_outcome, absl::string_view chain_entity = "");
  void ToPlace(const std::string& target, const Notice& notice);
  void ToPlaces(const Notice& notice, bool quiet_ones_too);

  void TellPaged(const Event& event);
  void TellDuty(const Event& event);
  void TellDone(const Event& event);
  // Who is asked to approve a draft, or wrote it. `key` names the pack's words for it.
  void TellDraft(const Event& event, const google::protobuf::RepeatedPtrField<std::string>& people,
                 absl::string_view key, const std::string& type, const std::string& entity);
  void TellRoom(const Event& event);
  void TellReader(const Event& event);
  void TellGlass(const Event& event);
  void TakeBack(const Event& event);
  void CloseRoom(const Event& event, const std::string& room);
  void TellDigest(const Event& event);
  Notice Headline(const Event& event) const;
  void TellEveryone(const Event& event);
  void TellInvolved(const Event& event);
  void TellWhoPasted(const Event& event);
  void TellEvidence(const Event& event);
  void ToList(const Event& event);
  void TellOver(const Event& event, const google::protobuf::RepeatedPtrField<std::string>& people,
                absl::string_view reason);

  const Context& context_;
  const IncidentState& state_;
  const std::vector<DutyCards>& cards_;
  const bool told_everyone_;
  // For named readers only; and since these events.
  const bool closed_;
  const bool just_closed_;
  std::vector<Place> places_;
  std::vector<NoticeDraft> drafts_;
};

void Notifier::FindChannels() {
  for (const auto& part : state_.entities()) {
    if (!IsReporting(part)) continue;
    for (const v1::Channel* channel : context_.directory.ChannelsFor(part.entity())) {
      Place place{channel->name(), channel->quiet()};
      if (std::find(places_.begin(), places_.end(), place) == places_.end()) {
        places_.push_back(std::move(place));
      }
    }
  }
}

void Notifier::FindRooms() {
  for (const record::v1::Room& room : state_.rooms()) {
    if (room.channel().empty()) continue;
    places_.push_back({FormatRoomName({room.platform(), room.workspace(), room.channel()})});
  }
}

// A restricted incident leaves nothing but its number in a notice.
v1::Incident ShownIncident(const Context& context, const IncidentState& state) {
  if (!IsClosed(state)) return ToIncident(context.policy, state);
  v1::Incident hidden;
  hidden.set_name(absl::StrCat("incidents/", state.id()));
  hidden.set_restricted(true);
  hidden.set_tlp(state.tlp());
  hidden.set_drill(state.drill());
  return hidden;
}

Notice Notifier::NewNotice(Notice::Kind kind, const Event& event, absl::string_view reason) const {
  Notice notice;
  notice.set_kind(kind);
  notice.set_reason(std::string(reason));
  *notice.mutable_clauses() = event.clauses();
  *notice.mutable_incident() = ShownIncident(context_, state_);
  notice.set_tlp(state_.tlp());
  *notice.mutable_time() = event.time();
  notice.set_event_version(event.version());
  notice.set_late(event.has_due_time() &&
                  FromProto(event.time()) - FromProto(event.due_time()) > kLateTolerance);
  return notice;
}

void Notifier::SetText(Notice& notice, absl::string_view key, const NoticeFacts& facts) const {
  if (closed_) {
    Withhold(state_.id(), notice);
    return;
  }
  NoticeText text = TextFor(context_, state_, key, facts);
  notice.set_title(std::move(text.title));
  notice.set_text(std::move(text.text));
}

NoticeFacts Notifier::DutyFacts(absl::string_view instance) const {
  NoticeFacts facts;
  facts.obligation = FindObligation(state_, instance);
  if (facts.obligation != nullptr) {
    facts.rule = context_.policy.FindObligation(facts.obligation->code());
  }
  return facts;
}

// What was decided about it, or raised it, in words; else only that it is done.
std::string Notifier::OutcomeText(absl::string_view instance) const {
  const NoticeFacts facts = DutyFacts(instance);
  if (facts.rule == nullptr || state_.decisions().empty()) return "done";
  const v1::Decision& latest = *state_.decisions().rbegin();
  const auto speaks = [&](const std::string& question) { return question == latest.question(); };
  const bool about =
      std::any_of(facts.rule->satisfied_by().begin(), facts.rule->satisfied_by().end(),
                  [&](const auto& way) {
                    return way.has_decision() && speaks(way.decision().question());
                  }) ||
      std::any_of(facts.rule->sources().begin(), facts.rule->sources().end(),
                  [&](const auto& source) {
                    return source.has_decision() && speaks(source.decision().question());
                  });
  if (!about) return "done";
  return absl::StrCat(latest.answer(), latest.reason().empty() ? "" : ": ", latest.reason());
}

// The button that answers a duty, where one press or one form can.
void Notifier::OfferAnswer(Notice& notice, const NoticeFacts& facts) {
  if (facts.rule == nullptr) return;
  for (const policy::v1::Satisfaction& way : facts.rule->satisfied_by()) {
    if (way.has_acknowledgement()) notice.add_actions("ack");
    if (way.has_document()) {
      notice.add_actions(facts.rule->has_recurrence() ? "update" : "followup");
    }
  }
}

// The two or three likely next acts; none once nothing goes on.
void Notifier::OfferNextActs(Notice& headline) const {
  const policy::v1::State* state = context_.policy.FindState(state_.state());
  if (state == nullptr || !state->ongoing()) return;
  const bool waiting = std::any_of(state_.chains().begin(), state_.chains().end(),
                                   [](const record::v1::Chain& chain) {
                                     return chain.state() == v1::EscalationChain::STATE_NOTIFIED ||
                                            chain.state() == v1::EscalationChain::STATE_EXHAUSTED;
                                   });
  if (waiting) headline.add_actions("ack");
  headline.add_actions("update");
  headline.add_actions("escalate");
}

// Nobody takes a drill for the real thing.
void Notifier::MarkDrill(Notice& notice) const {
  if (!state_.drill()) return;
  notice.mutable_incident()->set_drill(true);
  if (!notice.title().empty() && !absl::StartsWith(notice.title(), "DRILL ")) {
    notice.set_title(absl::StrCat("DRILL ", notice.title()));
  }
}

void Notifier::ToPerson(const std::string& person, Notice notice, bool report_outcome,
                        absl::string_view chain_entity) {
  MarkDrill(notice);
  // Whoever it is about is told nothing, however they came onto a list.
  const auto& subjects = state_.subjects();
  if (std::find(subjects.begin(), subjects.end(), person) != subjects.end()) return;
  const auto& barred = state_.barred_people();
  if (closed_ && std::find(barred.begin(), barred.end(), person) != barred.end()) return;
  if (notice.has_incident() && !closed_) CutTo(person, *notice.mutable_incident());
  drafts_.push_back({person, std::move(notice), std::string(chain_entity), report_outcome});
}

// A third party gets what it may read, and so does a chat account that is nobody's.
void Notifier::CutTo(const std::string& person, v1::Incident& incident) const {
  if (IsAccountName(person)) {
    Caller guest;
    guest.actor.set_principal(person);
    incident = View(context_.policy, context_.directory, guest, state_).Incident();
    return;
  }
  const v1::Person* known = context_.directory.FindPerson(person);
  if (known == nullptr || !IsThirdParty(context_.directory.FindEntity(known->entity()))) return;
  Caller reader;
  reader.actor.set_principal(person);
  reader.entity = known->entity();
  const View view(context_.policy, context_.directory, reader, state_);
  if (view.sight() == Sight::kOwnParts) incident = view.Incident();
}

void Notifier::ToPeople(const google::protobuf::RepeatedPtrField<std::string>& people,
                        const Notice& notice, bool report_outcome, absl::string_view chain_entity) {
  for (const std::string& person : people) {
    ToPerson(person, notice, report_outcome, chain_entity);
  }
}

void Notifier::ToPlace(const std::string& target, const Notice& notice) {
  // What many read is no stricter than the pack lets it be. Of a closed incident a place gets
  // nothing but what takes back what stands there.
  const bool takes_back =
      notice.kind() == Notice::KIND_HEADLINE || notice.kind() == Notice::KIND_ROOM;
  // A register has no label; what its digest tells is no stricter than a new report.
  const std::string label = notice.tlp().empty() ? InitialTlp(context_.policy) : notice.tlp();
  if (closed_ ? !takes_back : IsStricterThan(label, ChannelTlp(context_.policy))) return;
  Notice marked = notice;
  MarkDrill(marked);
  drafts_.push_back({target, std::move(marked), "", false});
}

void Notifier::ToPlaces(const Notice& notice, bool quiet_ones_too) {
  for (const Place& place : places_) {
    if (!place.quiet || quiet_ones_too) ToPlace(place.target, notice);
  }
}

void Notifier::TellPaged(const Event& event) {
  const ChainPaged& body = event.chain_paged();
  const std::string reason = ChainPaged::Reason_Name(body.reason()).substr(sizeof("REASON_") - 1);
  Notice notice = NewNotice(Notice::KIND_PAGE, event, reason);
  NoticeFacts facts{.reason = ToTimelineEntry(context_.policy, state_, event).text(),
                    .roles = absl::StrJoin(body.roles(), ", "),
                    .level = body.level()};
  SetText(notice, "PAGE", facts);
  for (const char* action : {"ack", "escalate", "show"}) notice.add_actions(action);
  ToPeople(body.people(), notice, true, body.entity());
  if (body.reason() == ChainPaged::REASON_EXHAUSTED) {
    Notice alarm = NewNotice(Notice::KIND_ALARM, event, reason);
    SetText(alarm, "EXHAUSTED", facts);
    ToPeople(body.alarm_people(), alarm, false);
  }
}

void Notifier::TellDuty(const Event& event) {
  switch (event.body_case()) {
    case Event::kObligationOpened: {
      const auto& body = event.obligation_opened();
      if (!body.told_people().empty()) {
        Notice told = NewNotice(Notice::KIND_STATEMENT, event, "DUTY_RAISED");
        told.set_obligation(body.instance());
        NoticeFacts why = DutyFacts(body.instance());
        why.actor = event.actor().principal();
        why.reason = OutcomeText(body.instance());
        SetText(told, "RAISED", why);
        ToPeople(body.told_people(), told, true);
      }
      if (body.notify_people().empty()) return;
      Notice notice = NewNotice(Notice::KIND_PAGE, event, "DUTY_OPENED");
      notice.set_obligation(body.instance());
      if (body.has_due_time()) *notice.mutable_due_time() = body.due_time();
      const NoticeFacts facts = DutyFacts(body.instance());
      SetText(notice, "OPENED_DUTY", facts);
      OfferAnswer(notice, facts);
      ToPeople(body.notify_people(), notice, true);
      return;
    }
    case Event::kReminderSent: {
      const auto& body = event.reminder_sent();
      const NoticeFacts facts = DutyFacts(body.instance());
      Notice notice = NewNotice(Notice::KIND_REMINDER, event, "DUTY_DUE");
      notice.set_obligation(body.instance());
      if (facts.obligation != nullptr) *notice.mutable_due_time() = facts.obligation->due_time();
      const bool held =
          facts.obligation != nullptr && facts.obligation->state() == v1::Obligation::STATE_HELD;
      SetText(notice, held ? "HOLD_REVIEW" : "REMINDER", facts);
      OfferAnswer(notice, facts);
      ToPeople(body.people(), notice, true);
      if (body.post_to_channel()) ToPlaces(notice, false);
      return;
    }
    case Event::kOverdueStepTaken: {
      const auto& body = event.overdue_step_taken();
      const NoticeFacts facts = DutyFacts(body.instance());
      Notice notice = NewNotice(Notice::KIND_OVERDUE, event, "DUTY_LATE");
      notice.set_obligation(body.instance());
      if (facts.obligation != nullptr) *notice.mutable_due_time() = facts.obligation->due_time();
      SetText(notice, "OVERDUE", facts);
      OfferAnswer(notice, facts);
      ToPeople(body.people(), notice, true);
      if (body.post_to_channel()) ToPlaces(notice, true);
      return;
    }
    case Event::kObligationSettled: {
      const auto& body = event.obligation_settled();
      TellDone(event);
      if (body.told_people().empty()) return;
      Notice notice = NewNotice(Notice::KIND_STATEMENT, event, "DUTY_SETTLED");
      notice.set_obligation(body.instance());
      NoticeFacts facts = DutyFacts(body.instance());
      facts.actor = event.actor().principal();
      facts.reason = OutcomeText(body.instance());
      SetText(notice, "SETTLED", facts);
      ToPeople(body.told_people(), notice, true);
      return;
    }
    case Event::kNoticeSent: {
      const auto& body = event.notice_sent();
      Notice notice = NewNotice(Notice::KIND_STATEMENT, event, "NOTICE");
      notice.set_obligation(body.obligation());
      // Of a restricted incident it says what its sender wrote, and nothing of the record.
      notice.set_title(body.title());
      notice.set_text(body.text());
      // One person in two of the roles gets one message; it counts for both.
      std::set<std::string> people;
      for (const auto& recipient : body.recipients()) people.insert(recipient.person());
      for (const std::string& person : people) ToPerson(person, notice, true);
      return;
    }
    default:
      return;
  }
}

// How a duty ended, in one or two words.
std::string EndOf(const record::v1::ObligationRow& row) {
  switch (row.state()) {
    case v1::Obligation::STATE_SATISFIED:
      return "done";
    case v1::Obligation::STATE_SATISFIED_LATE:
      return "done, late";
    case v1::Obligation::STATE_MISSED:
      return "missed";
    case v1::Obligation::STATE_WAIVED:
      return "waived";
    default:
      return "no longer owed";
  }
}

// Whoever was sent a card is told once that what it asks for has ended, and how.
void Notifier::TellDone(const Event& event) {
  std::vector<std::string> ended = EndedDuties(state_, {event});
  for (const DutyCards& cards : cards_) {
    if (std::find(ended.begin(), ended.end(), cards.obligation) == ended.end()) continue;
    NoticeFacts facts = DutyFacts(cards.obligation);
    if (facts.obligation == nullptr) continue;
    const record::v1::ObligationRow& row = *facts.obligation;
    facts.actor = std::string(absl::StripPrefix(row.settled_by(), "people/"));
    facts.reason = EndOf(row);
    if (row.has_settle_time()) facts.when = FromProto(row.settle_time());
    Notice notice = NewNotice(Notice::KIND_REMINDER, event, "DUTY_DONE");
    notice.set_obligation(cards.obligation);
    if (row.has_due_time()) *notice.mutable_due_time() = row.due_time();
    notice.set_done(true);
    // What is done is no longer late news.
    notice.set_late(false);
    SetText(notice, "DUTY_DONE", facts);
    for (const DutyCards::Place& place : cards.places) {
      notice.set_kind(place.kind);
      if (absl::StartsWith(place.target, "people/")) {
        ToPerson(place.target, notice, false);
      } else if (!closed_) {
        ToPlace(place.target, notice);
      }
    }
  }
}

void Notifier::TellRoom(const Event& event) {
  const record::v1::RoomWanted& body = event.room_wanted();
  if (closed_ && body.removed_people().empty()) return;
  Notice notice = NewNotice(Notice::KIND_ROOM, event, "ROOM_WANTED");
  *notice.mutable_room() = RoomRequestFor(context_, state_, body);
  notice.set_title(notice.room().topic());
  drafts_.push_back({body.channel(), std::move(notice), "", true});
}

// A pointer: that there is something to read, and where.
void Notifier::TellReader(const Event& event) {
  Notice notice = NewNotice(Notice::KIND_STATEMENT, event, "READER_NAMED");
  NoticeText text = TextFor(context_, state_, "READER_NAMED", {.actor = event.actor().principal()});
  notice.set_title(std::move(text.title));
  notice.set_text(std::move(text.text));
  if (event.reader_named().person() != event.actor().principal()) {
    ToPerson(event.reader_named().person(), std::move(notice), false);
  }
}

// Who did, and until when; why stands in the record.
void Notifier::TellGlass(const Event& event) {
  const record::v1::GlassBroken& body = event.glass_broken();
  Notice notice = NewNotice(Notice::KIND_ALARM, event, "GLASS_BROKEN");
  NoticeText text = TextFor(context_, state_, "GLASS_BROKEN",
                            {.actor = std::string(absl::StripPrefix(body.person(), "people/")),
                             .when = FromProto(body.until_time())});
  notice.set_title(std::move(text.title));
  notice.set_text(std::move(text.text));
  ToPeople(body.told_people(), notice, false);
}

// The headline that stands in a channel says no more than a number from now on, and so does the
// topic of a room.
void Notifier::TakeBack(const Event& event) {
  Notice headline = NewNotice(Notice::KIND_HEADLINE, event, "STATE");
  Withhold(state_.id(), headline);
  headline.clear_clauses();
  ToPlaces(headline, true);
  for (const record::v1::Room& room : state_.rooms()) {
    if (!room.channel().empty()) {
      CloseRoom(event, FormatRoomName({room.platform(), room.workspace(), room.channel()}));
    }
  }
}

void Notifier::CloseRoom(const Event& event, const std::string& room) {
  Notice topic = NewNotice(Notice::KIND_ROOM, event, "ROOM_CLOSED");
  *topic.mutable_room() = ClosedRoomRequest(state_);
  topic.set_title(topic.room().topic());
  ToPlace(room, topic);
}

// When and to whom; the engine adds what is due, late and new.
void Notifier::TellDigest(const Event& event) {
  const record::v1::DigestDue& body = event.digest_due();
  Notice notice = NewNotice(Notice::KIND_DIGEST, event, body.code());
  notice.clear_incident();
  notice.clear_event_version();
  notice.mutable_incident()->set_name(absl::StrCat("incidents/", state_.id()));
  notice.mutable_digest()->set_date(body.date());
  notice.mutable_digest()->set_entity(state_.entity());
  const v1::Entity* entity = context_.directory.FindEntity(state_.entity());
  NoticeText text = TextFor(context_, state_, "DIGEST",
                            {.reason = entity == nullptr ? "the whole government" : entity->title(),
                             .when = FromProto(event.due_time())});
  notice.set_title(std::move(text.title));
  if (body.collapsed() > 0) {
    absl::StrAppend(&text.text, text.text.empty() ? "" : " ", body.collapsed(),
                    body.collapsed() == 1 ? " earlier digest is" : " earlier digests are",
                    " left out: Belfry was down.");
  }
  notice.set_text(std::move(text.text));
  for (const v1::Channel* channel : context_.directory.ChannelsFor(state_.entity())) {
    if (channel->scope() == state_.entity() && !channel->quiet()) ToPlace(channel->name(), notice);
  }
  ToPeople(body.people(), notice, false);
}

void Notifier::TellEveryone(const Event& event) {
  Notice notice = NewNotice(Notice::KIND_STATEMENT, event, "TOLD_BEFORE");
  SetText(notice, "DISMISSED",
          {.actor = event.actor().principal(), .reason = event.state_changed().reason()});
  ToPeople(state_.told_people(), notice, false);
}

// One closing message to everybody who was paged.
void Notifier::TellOver(const Event& event,
                        const google::protobuf::RepeatedPtrField<std::string>& people,
                        absl::string_view reason) {
  if (people.empty()) return;
  Notice notice = NewNotice(Notice::KIND_STATEMENT, event, "PAGING_OVER");
  SetText(notice, "CLEARED", {.actor = event.actor().principal(), .reason = std::string(reason)});
  ToPeople(people, notice, false);
}

// What a list gets says what the document says, not even of which incident it speaks.
void Notifier::ToList(const Event& event) {
  const record::v1::DocumentSubmitted& body = event.document_submitted();
  if (body.list_people().empty()) return;
  Notice notice = NewNotice(Notice::KIND_STATEMENT, event, "LIST");
  notice.clear_incident();
  const policy::v1::DocumentType* type = context_.policy.FindDocument(body.type());
  std::string label = type == nullptr ? "" : type->list_tlp();
  std::string text;
  for (const v1::DocumentField& field : body.fields()) {
    if (field.name() == "tlp" && !field.value().empty()) label = field.value();
    absl::StrAppend(&text, text.empty() ? "" : "\n", field.name(), ": ", field.value());
  }
  // The list gets the document and nothing of the incident, so the label is the document's own.
  if (const std::optional<Tlp> read = ParseTlp(label); read.has_value())
    label = std::string(TlpName(*read));
  notice.set_tlp(label);
  notice.mutable_incident()->set_tlp(std::move(label));
  notice.set_title(body.title());
  notice.set_text(std::move(text));
  for (const std::string& person : body.list_people()) {
    const auto& told = body.recipient_people();
    if (std::find(told.begin(), told.end(), person) == told.end()) {
      ToPerson(person, notice, false);
    }
  }
}

void Notifier::TellDraft(const Event& event,
                         const google::protobuf::RepeatedPtrField<std::string>& people,
                         absl::string_view key, const std::string& type,
                         const std::string& entity) {
  if (people.empty()) return;
  Notice notice = NewNotice(Notice::KIND_STATEMENT, event, key);
  const policy::v1::DocumentType* known = context_.policy.FindDocument(type);
  SetText(notice, key,
          {.actor = event.actor().principal(),
           .reason = absl::StrCat(known == nullptr ? type : known->title(), " (",
                                  DraftId(type, entity), ")")});
  ToPeople(people, notice, false);
}

// An agency that may be concerned is told; it owes nothing yet.
void Notifier::TellInvolved(const Event& event) {
  const record::v1::EntityAdded& body = event.entity_added();
  if (body.told_people().empty()) return;
  const policy::v1::InvolvementNotice* rule =
      context_.policy.InvolvementNoticeFor(RelationName(body.part().relation()));
  if (rule == nullptr) return;
  Notice notice = NewNotice(Notice::KIND_STATEMENT, event, "INVOLVED");
  SetText(notice, rule->template_(),
          {.actor = event.actor().principal(), .roles = absl::StrJoin(rule->roles(), ", ")});
  ToPeople(body.told_people(), notice, true);
}

// Masking hides it here; where it was written first it still stands.
void Notifier::TellWhoPasted(const Event& event) {
  Notice notice = NewNotice(Notice::KIND_STATEMENT, event, "SECRET_MASKED");
  // It says nothing of the incident, so it may be said of a restricted one.
  NoticeText text = TextFor(context_, state_, "SECRET_MASKED",
                            {.actor = event.actor().principal(),
                             .reason = absl::StrJoin(event.secret_masked().what(), ", ")});
  notice.set_title(absl::StrCat(state_.drill() ? "DRILL " : "", text.title));
  notice.set_text(std::move(text.text));
  ToPerson(event.actor().principal(), std::move(notice), false);
}

// Whoever has to confirm, approve, or hear that evidence is no longer what it was.
void Notifier::TellEvidence(const Event& event) {
  const char* reason = "CUSTODY";
  const char* key = "EVIDENCE";
  Notice::Kind kind = Notice::KIND_STATEMENT;
  const google::protobuf::RepeatedPtrField<std::string>* people = nullptr;
  if (event.has_evidence_verified()) {
    people = &event.evidence_verified().alarm_people();
    reason = "EVIDENCE_CHANGED";
    key = "EVIDENCE_CHANGED";
    kind = Notice::KIND_ALARM;
  } else if (event.has_destruction_asked()) {
    people = &event.destruction_asked().told_people();
    reason = "DESTRUCTION";
  } else {
    people = &event.custody_recorded().told_people();
    const bool asks = event.custody_recorded().state() == v1::Evidence::STATE_IN_TRANSFER;
    if (asks) key = "EVIDENCE_TRANSFER";
  }
  if (people->empty()) return;
  Notice notice = NewNotice(kind, event, reason);
  SetText(notice, key,
          {.actor = event.actor().principal(),
           .reason = ToTimelineEntry(context_.policy, state_, event).text()});
  ToPeople(*people, notice, true);
}

void Notifier::Tell(const Event& event) {
  switch (event.body_case()) {
    case Event::kSecretMasked:
      TellWhoPasted(event);
      break;
    case Event::kChainPaged:
      TellPaged(event);
      break;
    case Event::kRolesPaged: {
      Notice notice = NewNotice(Notice::KIND_PAGE, event, "REQUESTED");
      SetText(notice, "PAGE",
              {.actor = event.actor().principal(),
               .reason = event.roles_paged().reason(),
               .roles = absl::StrJoin(event.roles_paged().roles(), ", ")});
      for (const char* action : {"ack", "show"}) notice.add_actions(action);
      ToPeople(event.roles_paged().people(), notice, true);
      break;
    }
    case Event::kDocumentDrafted:
      TellDraft(event, event.document_drafted().asked_people(), "APPROVAL_WANTED",
                event.document_drafted().type(), event.document_drafted().entity());
      break;
    case Event::kDocumentApproved: {
      google::protobuf::RepeatedPtrField<std::string> author;
      author.Add(std::string(event.document_approved().author()));
      TellDraft(event, author, "APPROVED", event.document_approved().type(),
                event.document_approved().entity());
      break;
    }
    case Event::kDocumentSubmitted: {
      const auto& body = event.document_submitted();
      Notice notice = NewNotice(Notice::KIND_STATEMENT, event, "DOCUMENT");
      SetText(notice, "DOCUMENT",
              {.actor = event.actor().principal(),
               .reason = ToTimelineEntry(context_.policy, state_, event).text()});
      notice.set_tlp(StricterTlp(notice.tlp(), body.tlp()));
      ToPeople(body.recipient_people(), notice, false);
      ToList(event);
      break;
    }
    case Event::kSpendDecided: {
      Notice notice = NewNotice(Notice::KIND_STATEMENT, event, "SPEND_DECIDED");
      SetText(notice, "SPEND_DECIDED",
              {.actor = event.actor().principal(),
               .reason = ToTimelineEntry(context_.policy, state_, event).text()});
      ToPeople(event.spend_decided().told_people(), notice, true);
      break;
    }
    case Event::kEntityAdded:
      TellInvolved(event);
      break;
    case Event::kDeliveryConcluded:
      if (!event.delivery_concluded().alarm_people().empty()) {
        Notice notice = NewNotice(Notice::KIND_ALARM, event, "UNDELIVERABLE");
        notice.set_title(absl::StrCat(state_.id(), ": a notice could not be delivered"));
        // Whom it did not reach, and why, tells who is concerned.
        notice.set_text(closed_ ? "Open it in Belfry; nothing about it may be written here."
                                : ToTimelineEntry(context_.policy, state_, event).text());
        ToPeople(event.delivery_concluded().alarm_people(), notice, false);
        // An alarm about a platform that has failed does not wait for that platform.
        for (NoticeDraft& draft : drafts_) {
          if (draft.notice.kind() == Notice::KIND_ALARM && draft.avoid_platform.empty()) {
            draft.avoid_platform = event.delivery_concluded().endpoint().platform();
          }
        }
      }
      break;
    case Event::kStateChanged:
      if (event.state_changed().tell_everyone()) TellEveryone(event);
      break;
    case Event::kChainCleared:
      // A dismissal is told to everybody anyway.
      if (!told_everyone_) TellOver(event, event.chain_cleared().told_people(), state_.state());
      break;
    case Event::kChainLowered:
      TellOver(event, event.chain_lowered().told_people(), event.chain_lowered().reason());
      break;
    case Event::kRoomWanted:
      TellRoom(event);
      break;
    case Event::kRoomOpened: {
      // It was asked for while everybody might know what it is about.
      const record::v1::RoomOpened& room = event.room_opened();
      if (closed_) {
        CloseRoom(event, FormatRoomName({room.platform(), room.workspace(), room.channel()}));
      }
      break;
    }
    case Event::kReaderNamed:
      TellReader(event);
      break;
    case Event::kGlassBroken:
      TellGlass(event);
      break;
    case Event::kDigestDue:
      TellDigest(event);
      break;
    case Event::kCustodyRecorded:
    case Event::kDestructionAsked:
    case Event::kEvidenceVerified:
      TellEvidence(event);
      break;
    default:
      TellDuty(event);
      break;
  }
}

// Worth a line in the thread. What only restates the headline, or was sent on its own, is not.
bool IsLogLine(const Event& event) {
  switch (event.body_case()) {
    case Event::kStateChanged:
    case Event::kFactRecorded:
    case Event::kCategoriesAssigned:
    case Event::kNoteAdded:
    case Event::kTicketLinked:
    case Event::kDocumentSubmitted:
    case Event::kAcknowledged:
    case Event::kChainPaged:
    case Event::kRolesPaged:
    case Event::kNoticeSent:
    case Event::kDetailsChanged:
    case Event::kEntityAdded:
    case Event::kDecisionRecorded:
    case Event::kDevicesRecorded:
    case Event::kRemovalConfirmed:
    case Event::kScanRecorded:
    case Event::kRemovalLifted:
    case Event::kCaseChanged:
    case Event::kObligationHeld:
    case Event::kLinked:
    case Event::kAbsorbed:
    case Event::kFirstPersonRecorded:
    case Event::kChainLowered:
    case Event::kReminderSnoozed:
    case Event::kEvidenceRecorded:
    case Event::kEvidenceStored:
    case Event::kEvidenceHoldChanged:
    case Event::kEvidenceDestroyed:
    case Event::kDestructionAsked:
    case Event::kTlpChanged:
      return true;
    case Event::kCustodyRecorded:
      return event.custody_recorded().entry().kind() != v1::CustodyEntry::KIND_ACCESSED;
    case Event::kEvidenceVerified:
      return !event.evidence_verified().intact();
    case Event::kSeverityChanged:
      return event.severity_changed().from() != event.severity_changed().to();
    case Event::kObligationSettled:
      return event.obligation_settled().state() != v1::Obligation::STATE_VOID;
    case Event::kDeliveryConcluded:
      return !event.delivery_concluded().delivered();
    default:
      return false;
  }
}

// Important enough to be seen outside the thread as well.
bool IsBroadcast(const Event& event) {
  if (event.has_severity_changed()) return event.severity_changed().raised();
  if (event.has_chain_paged()) {
    return event.chain_paged().reason() != ChainPaged::REASON_STARTED &&
           event.chain_paged().reason() != ChainPaged::REASON_REPEAT;
  }
  return event.has_state_changed();
}

// Reached a page or reminder: no reason to edit the headline.
bool ChangesHeadline(const Event& event) {
  switch (event.body_case()) {
    case Event::kDeliveryConcluded:
    case Event::kReminderSent:
    case Event::kNoteAdded:
    case Event::kSecretMasked:
    case Event::kIncidentRead:
    case Event::kDevicesNoted:
    case Event::kReminderSnoozed:
    case Event::kRoomWanted:
    case Event::kRoomOpened:
    case Event::kDigestDue:
    case Event::kPayloadExpunged:
    case Event::kEvidenceRecorded:
    case Event::kCustodyRecorded:
    case Event::kEvidenceStored:
    case Event::kEvidenceHoldChanged:
    case Event::kEvidenceDestroyed:
    case Event::kEvidenceVerified:
    case Event::kDestructionAsked:
    case Event::kReaderNamed:
    case Event::kReaderRemoved:
    case Event::kSubjectNamed:
    case Event::kGlassBroken:
    case Event::kGlassClosed:
      return false;
    default:
      return true;
  }
}

Notice Notifier::Headline(const Event& event) const {
  Notice headline = NewNotice(Notice::KIND_HEADLINE, event, "STATE");
  headline.set_title(state_.title());
  headline.clear_clauses();
  headline.set_late(false);
  std::vector<const record::v1::ObligationRow*> open;
  for (const auto& row : state_.obligations()) {
    if (IsOpen(row) && row.has_due_time()) open.push_back(&row);
  }
  std::stable_sort(open.begin(), open.end(), [](const auto* a, const auto* b) {
    return FromProto(a->due_time()) < FromProto(b->due_time());
  });
  for (size_t i = 0; i < open.size() && i < kHeadlineDutiesMax; ++i) {
    *headline.add_duties() = ToNextDuty(*open[i]);
  }
  OfferNextActs(headline);
  return headline;
}

std::vector<NoticeDraft> Notifier::Finish(const std::vector<Event>& events) && {
  // A register of standing duties is no incident: nobody follows it in a channel. What it asks and
  // reminds of is told all the same.
  if (state_.standing_register()) return std::move(drafts_);
  const bool reported = std::any_of(events.begin(), events.end(),
                                    [](const Event& e) { return e.has_incident_reported(); });
  // Headlines first: the thread hangs on them.
  std::vector<NoticeDraft> own = std::move(drafts_);
  drafts_.clear();
  if (just_closed_) {
    TakeBack(events.back());
    places_.clear();
  } else if (std::any_of(events.begin(), events.end(), ChangesHeadline)) {
    ToPlaces(Headline(events.back()), true);
  } else {
    // A new room begins with what everybody else sees already.
    for (const Event& event : events) {
      const record::v1::RoomOpened& room = event.room_opened();
      const Place place{FormatRoomName({room.platform(), room.workspace(), room.channel()})};
      if (!event.has_room_opened() ||
          std::find(places_.begin(), places_.end(), place) == places_.end()) {
        continue;
      }
      ToPlace(place.target, Headline(event));
    }
  }
  if (!places_.empty()) {
    for (const Event& event : events) {
      // What came with the report stands in the headline.
      const bool with_report = reported && !event.has_chain_paged();
      if (!IsLogLine(event) || with_report) continue;
      Notice line = NewNotice(Notice::KIND_LOG, event, "EVENT");
      line.clear_incident();
      line.mutable_incident()->set_name(absl::StrCat("incidents/", state_.id()));
      line.mutable_incident()->set_tlp(state_.tlp());
      line.mutable_incident()->set_drill(state_.drill());
      line.set_tlp(StricterTlp(state_.tlp(), event.has_note_added()
                                                 ? event.note_added().tlp()
                                                 : event.document_submitted().tlp()));
      *line.mutable_entry() = ToTimelineEntry(context_.policy, state_, event);
      line.set_text(line.entry().text());
      line.set_broadcast(IsBroadcast(event));
      ToPlaces(line, false);
    }
  }
  drafts_.insert(drafts_.end(), std::make_move_iterator(own.begin()),
                 std::make_move_iterator(own.end()));
  return std::move(drafts_);
}

}  // namespace

std::vector<std::string> EndedDuties(const IncidentState& state, const std::vector<Event>& events) {
  std::vector<std::string> ended;
  const auto add = [&](const record::v1::ObligationRow& row) {
    const bool final = !IsOpen(row) && row.state() != v1::Obligation::STATE_HELD;
    if (final && std::find(ended.begin(), ended.end(), row.instance()) == ended.end()) {
      ended.push_back(row.instance());
    }
  };
  for (const Event& event : events) {
    if (!event.has_obligation_settled()) continue;
    const auto* row = FindObligation(state, event.obligation_settled().instance());
    if (row == nullptr) continue;
    add(*row);
    // A day that was missed stays missed, but with an answer to a later one nobody is asked for it
    // any more.
    if (row->number() == 0 || row->state() == v1::Obligation::STATE_MISSED) continue;
    for (const record::v1::ObligationRow& other : state.obligations()) {
      if (other.code() == row->code() && other.subject() == row->subject() &&
          other.number() < row->number() && other.state() == v1::Obligation::STATE_MISSED) {
        add(other);
      }
    }
  }
  return ended;
}

void Withhold(absl::string_view id, v1::Notice& notice) {
  notice.set_title(absl::StrCat(id, ": restricted incident"));
  notice.set_text("Open it in Belfry; nothing about it may be written here.");
}

void CloseNotice(const Context& context, const IncidentState& state, Notice& notice) {
  if (!IsClosed(state) || notice.incident().restricted()) return;
  // What its sender wrote, or what says nothing of the incident, stays as it was said.
  if (notice.reason() == "NOTICE" || notice.reason() == "LIST" ||
      notice.reason() == "SECRET_MASKED" || notice.kind() == Notice::KIND_DIGEST) {
    return;
  }
  *notice.mutable_incident() = ShownIncident(context, state);
  Withhold(state.id(), notice);
  notice.set_tlp(state.tlp());
  notice.clear_duties();
  notice.clear_entry();
}

std::vector<NoticeDraft> Notices(const Context& context, const IncidentState& state,
                                 const std::vector<Event>& events,
                                 const std::vector<DutyCards>& cards) {
  if (events.empty()) return {};
  Notifier notifier(context, state, events, cards);
  for (const Event& event : events) notifier.Tell(event);
  return std::move(notifier).Finish(events);
}

}  // namespace belfry::core
