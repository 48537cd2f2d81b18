// Properties 9, 10, 18: what may be written, and to whom.
#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tests/properties/checker.h"
#include "tests/properties/texts.h"

namespace belfry::properties {
namespace {

// ---- 9 ----

class LetterChecker : public Checker {
 public:
  explicit LetterChecker(Findings& findings) : Checker(9, findings) {}

  void See(const Moment& moment) override {
    for (const Event& event : *moment.events) {
      if (!event.has_document_submitted()) continue;
      const auto& body = event.document_submitted();
      const auto field = [&](absl::string_view name) -> std::string {
        for (const v1::DocumentField& one : body.fields()) {
          if (one.name() == name) return one.value();
        }
        return "";
      };
      if (body.type() == "RESIDENT_NOTICE") {
        Saw("9: letter accepted");
        const std::string letter = field("letter");
        if (TellsNature(letter)) Fail("9/nature", absl::StrCat("accepted: ", letter));
        if (TellsNumber(letter)) Fail("9/number", absl::StrCat("accepted: ", letter));
        if (letter.empty()) Fail("9/empty", "a letter without text");
      }
      if (IsMember(body.type(), {"AGO_FILING", "OCABR_FILING"})) {
        Saw("9: filing accepted");
        // The nine fields of the official list.
        for (const char* name : {"nature", "residents", "experienced_by", "reported_by",
                                 "reporter_type", "responsible", "pi_types", "wisp", "steps"}) {
          if (field(name).empty()) Fail("9/filing", absl::StrCat(body.type(), " lacks ", name));
        }
      }
    }
  }

  void Refused(const Moment& moment, const absl::Status& status) override {
    const auto* act = std::get_if<v1::SubmitDocumentRequest>(&moment.command->act);
    if (act == nullptr || act->type() != "RESIDENT_NOTICE") return;
    for (const v1::DocumentField& field : act->fields()) {
      if (field.name() == "letter" && (TellsNature(field.value()) || TellsNumber(field.value()))) {
        if (absl::StrContains(std::string(status.message()), "must not tell")) {
          Saw("9: letter refused");
        }
      }
    }
  }
};

// ---- 10 ----

int Strictness(absl::string_view label) {
  if (label == "TLP:CLEAR") return 1;
  if (label == "TLP:GREEN") return 2;
  if (label == "TLP:AMBER") return 3;
  if (label == "TLP:AMBER+STRICT") return 4;
  if (label == "TLP:RED") return 5;
  return 0;
}

class LabelChecker : public Checker {
 public:
  explicit LabelChecker(Findings& findings) : Checker(10, findings) {}

  void See(const Moment& moment) override {
    if (moment.after->standing_register()) return;
    const std::string& label = moment.after->tlp();
    const bool red = moment.after->restricted() || label == "TLP:RED";
    if (red && !moment.notices->empty()) Saw("10: notices of a restricted incident");
    if (!red && !moment.notices->empty()) Saw("10: notices of an ordinary incident");
    for (const core::NoticeDraft& draft : *moment.notices) {
      const bool channel = absl::StartsWith(draft.target, "channels/");
      if (red && channel && !TakesBack(moment, draft.notice)) {
        Fail("10/channel",
             absl::StrCat("TLP:RED goes to ", draft.target, ": ", draft.notice.title()));
      }
      if (red && TellsMore(moment, draft.notice)) {
        Fail("10/content", absl::StrCat("content of a restricted incident goes to ", draft.target,
                                        ": ", draft.notice.ShortDebugString()));
      }
      if (draft.notice.reason() == "LIST") {
        // What a list gets is no part of the incident; it has a label of its own.
        const int own = Strictness(draft.notice.incident().tlp());
        Saw("10: sent to a list");
        if (own == 0 || own == 5) {
          Fail("10/list-label", absl::StrCat("what goes to ", draft.target, " is labelled \"",
                                             draft.notice.incident().tlp(), "\""));
        }
        continue;
      }
      if (Strictness(draft.notice.incident().tlp()) < Strictness(label)) {
        Fail(draft.notice.kind() == v1::Notice::KIND_LOG ? "10/log-label" : "10/label",
             absl::StrCat("a ", v1::Notice::Kind_Name(draft.notice.kind()), " to ", draft.target,
                          " is labelled \"", draft.notice.incident().tlp(), "\", the incident ",
                          label));
      }
    }
    Parts(moment);
    Categories(moment);
    if (const auto* absorb = std::get_if<core::Absorb>(&moment.command->act)) {
      Saw("10: merged");
      if (Strictness(label) < Strictness(absorb->from->tlp())) {
        Fail("10/absorbed",
             absl::StrCat(absorb->from->id(), " is ", absorb->from->tlp(), " and went into ",
                          moment.after->id(), ", which is ", label));
      }
    }
  }

 private:
  // When an open incident is closed, what stands about it in channels is overwritten with its
  // number, and who may not know of it must leave its own.
  static bool TakesBack(const Moment& moment, const v1::Notice& notice) {
    if (notice.kind() == v1::Notice::KIND_ROOM) return true;
    const bool was_open = moment.before->version() > 0 && !moment.before->restricted() &&
                          moment.before->tlp() != "TLP:RED";
    return notice.kind() == v1::Notice::KIND_HEADLINE && was_open;
  }

  // Content of the incident. What an official wrote to be sent is theirs to say, and nothing else:
  // a notice, or the paper that a list is meant for.
  static bool TellsMore(const Moment& moment, v1::Notice notice) {
    std::vector<std::pair<std::string, std::string>> written;
    const auto add = [&](const std::string& text) {
      if (!text.empty()) written.emplace_back(text, "");
    };
    if (const auto* sent = std::get_if<v1::SendObligationNoticeRequest>(&moment.command->act);
        sent != nullptr && notice.reason() == "NOTICE") {
      add(sent->text());
      for (const v1::DocumentField& field : sent->fields()) add(field.value());
    } else if (const auto* paper = std::get_if<v1::SubmitDocumentRequest>(&moment.command->act);
               paper != nullptr && notice.reason() == "LIST") {
      for (const v1::DocumentField& field : paper->fields()) add(field.value());
    }
    notice.set_text(absl::StrReplaceAll(notice.text(), written));
    return absl::StrContains(notice.SerializeAsString(), kMark);
  }

  // A document's own label counts as well.
  void Parts(const Moment& moment) {
    for (const Event& event : *moment.events) {
      if (!event.has_document_submitted()) continue;
      for (const v1::DocumentField& field : event.document_submitted().fields()) {
        if (field.name() != "tlp" || Strictness(field.value()) < 5) continue;
        Saw("10: document labelled RED");
        for (const core::NoticeDraft& draft : *moment.notices) {
          if (draft.notice.reason() != "DOCUMENT") continue;
          // The notice must not carry what the document says under a weaker label.
          if (absl::StrContains(draft.notice.text(), kMark) &&
              Strictness(draft.notice.incident().tlp()) < 5) {
            Fail("10/part", draft.notice.ShortDebugString());
          }
        }
      }
    }
  }

  // Child exploitation, stalking, harassment: named readers only.
  void Categories(const Moment& moment) {
    for (const v1::CategoryAssignment& assigned : moment.after->categories()) {
      if (assigned.category() != "CAT-03") continue;
      Saw("10: CAT-03");
      if (moment.after->tlp() != "TLP:RED") {
        Fail("10/cat-03",
             absl::StrCat(moment.after->id(), " has CAT-03 and is labelled ", moment.after->tlp()));
      }
    }
  }
};

// ---- 18 ----

class SubjectChecker : public Checker {
 public:
  explicit SubjectChecker(Findings& findings) : Checker(18, findings) {}

  void See(const Moment& moment) override {
    const auto& subjects = moment.after->subjects();
    if (const auto* absorb = std::get_if<core::Absorb>(&moment.command->act)) {
      for (const std::string& subject : absorb->from->subjects()) {
        Saw("18: merged with subjects");
        if (std::find(subjects.begin(), subjects.end(), subject) == subjects.end()) {
          Fail("18/absorbed",
               absl::StrCat(subject, " is a subject of ", absorb->from->id(), " and not of ",
                            moment.after->id(), ", into which it was merged"));
        }
      }
    }
    if (subjects.empty()) return;
    Saw("18: incident about somebody");
    for (const core::NoticeDraft& draft : *moment.notices) {
      if (std::find(subjects.begin(), subjects.end(), draft.target) != subjects.end()) {
        Fail("18/told", absl::StrCat(draft.target, " is told: ", draft.notice.title()));
      }
    }
    for (const std::string& told : moment.after->told_people()) {
      if (std::find(subjects.begin(), subjects.end(), told) != subjects.end()) {
        Fail("18/told-list", absl::StrCat(told, " is on the list of those who were told"));
      }
    }
    const std::string& actor = moment.command->caller.actor.principal();
    if (std::find(subjects.begin(), subjects.end(), actor) != subjects.end() &&
        !std::holds_alternative<core::Report>(moment.command->act) &&
        !moment.command->caller.internal) {
      Fail("18/acts", absl::StrCat(actor, " acts in an incident about themselves"));
    }
  }
};

}  // namespace

std::unique_ptr<Checker> MakeLetterChecker(Findings& findings) {
  return std::make_unique<LetterChecker>(findings);
}
std::unique_ptr<Checker> MakeLabelChecker(Findings& findings) {
  return std::make_unique<LabelChecker>(findings);
}
std::unique_ptr<Checker> MakeSubjectChecker(Findings& findings) {
  return std::make_unique<SubjectChecker>(findings);
}

}  // namespace belfry::properties
