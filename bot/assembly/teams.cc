#include "bot/assembly/assembly.h"

namespace belfry::bot {

absl::Status AddTeams(Assembly& assembly) {
  if (assembly.config.teams().empty()) return absl::OkStatus();
  return absl::UnimplementedError("teams: is not there yet");
}

}  // namespace belfry::bot
