// The forms of the verbs: when a line is answered with one, what stands in it, and what was wrong
// with one that was sent. A form completes a line (belfry/chat/form.h); whatever it can do can be
// typed.
#ifndef BELFRY_CLIENT_LIB_CHAT_FORMS_H_
#define BELFRY_CLIENT_LIB_CHAT_FORMS_H_

#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "belfry/chat/form.h"
#include "client-lib/chat/session.h"

namespace belfry::chat {

// By the words alone: CommandRunner::WantsForm().
bool WordsWantForm(absl::string_view line);

// The line lacks what the form of its verb asks for, or asks for the form itself.
bool NeedsForm(const Session& session);

// The form of the line's verb, with what the line has filled in. UNIMPLEMENTED for a verb without
// one. With `look` the server is asked for the incident and its open duties, and may refuse.
absl::StatusOr<Form> FormOf(const Session& session, bool look);

// "Not done yet", with the form; platforms that show none can type what the card says.
CommandResult AnswerWithForm(const Session& session);

// The line came out of a form.
bool IsFromForm(const Session& session);

// What `status` says about the fields of the form that the line came from; may be empty.
std::map<std::string, std::string> FieldErrors(const Session& session, const absl::Status& status);

}  // namespace belfry::chat

#endif  // BELFRY_CLIENT_LIB_CHAT_FORMS_H_
