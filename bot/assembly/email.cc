#include "bot/assembly/assembly.h"

namespace belfry::bot {

absl::Status AddEmail(Assembly& assembly) {
  if (!assembly.config.has_email()) return absl::OkStatus();
  return absl::UnimplementedError("email: is not there yet");
}

}  // namespace belfry::bot
