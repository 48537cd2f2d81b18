// The platforms this bot can send to.
#ifndef BELFRY_BOT_PLATFORM_REGISTRY_H_
#define BELFRY_BOT_PLATFORM_REGISTRY_H_

#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "bot/platform/platform.h"

namespace belfry::bot {

// Filled at the start, read-only afterwards.
class PlatformRegistry {
 public:
  // `workspace` empty: any. `root` is what people type there before a verb, "/incident"; empty:
  // what the bot says elsewhere.
  void Add(std::string workspace, std::shared_ptr<Platform> platform, std::string root = "") {
    entries_.push_back({std::move(workspace), std::move(platform), std::move(root)});
  }

  // Null when no platform serves the endpoint.
  Platform* Find(const v1::Endpoint& endpoint) const {
    const Entry* entry = Serving(endpoint);
    return entry == nullptr ? nullptr : entry->platform.get();
  }
  // What is typed before a verb where the endpoint is; empty when nobody said.
  std::string RootOf(const v1::Endpoint& endpoint) const {
    const Entry* entry = Serving(endpoint);
    return entry == nullptr ? "" : entry->root;
  }

  // Each once, however many workspaces it has: whoever asks for a platform twice gets its notices
  // twice.
  std::vector<std::string> Names() const {
    std::set<std::string> names;
    for (const Entry& entry : entries_) names.emplace(entry.platform->name());
    return {names.begin(), names.end()};
  }

 private:
  struct Entry {
    std::string workspace;
    std::shared_ptr<Platform> platform;
    std::string root;
  };

  const Entry* Serving(const v1::Endpoint& endpoint) const {
    for (const Entry& entry : entries_) {
      if (entry.platform->name() == endpoint.platform() &&
          (entry.workspace.empty() || entry.workspace == endpoint.workspace())) {
        return &entry;
      }
    }
    return nullptr;
  }

  std::vector<Entry> entries_;
};

}  // namespace belfry::bot

#endif  // BELFRY_BOT_PLATFORM_REGISTRY_H_
