// Bodies of the type application/x-www-form-urlencoded.
#ifndef BELFRY_BOT_HTTP_FORM_H_
#define BELFRY_BOT_HTTP_FORM_H_

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace belfry::bot {

// The fields by name. Of a name that stands there twice the first counts: a second one could say
// otherwise to a second reader. INVALID_ARGUMENT for a broken percent escape.
absl::StatusOr<std::map<std::string, std::string>> ParseForm(absl::string_view body);

}  // namespace belfry::bot

#endif  // BELFRY_BOT_HTTP_FORM_H_
