#include "bot/assembly/assembly.h"

namespace belfry::bot {

absl::Status AddMattermost(Assembly& assembly) {
  if (assembly.config.mattermost().empty()) return absl::OkStatus();
  return absl::UnimplementedError("mattermost: is not there yet");
}

}  // namespace belfry::bot
