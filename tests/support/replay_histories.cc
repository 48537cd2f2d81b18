// Folds every history that a test run recorded and compares with what the server had kept, byte for
// byte: replay_histories DIRECTORY
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include "belfry/record/v1/event.pb.h"
#include "belfry/record/v1/state.pb.h"
#include "server/core/core.h"
#include "server/storage/sqlite/sqlite_store.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "replay_histories DIRECTORY\n";
    return 2;
  }
  int databases = 0;
  int64_t incidents = 0;
  int64_t events = 0;
  int64_t wrong = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(argv[1])) {
    if (entry.path().extension() != ".db") continue;
    auto store = belfry::storage::OpenSqliteStore(entry.path().string());
    if (!store.ok()) {
      std::cerr << entry.path() << ": " << store.status() << "\n";
      return 1;
    }
    ++databases;
    // By pack: registers of standing duties are listed nowhere else.
    std::vector<std::string> ids;
    const auto pinned = (*store)->ListPinned();
    for (const auto& pin : *pinned) {
      const auto more = (*store)->ListPinnedTo(pin.policy, 1'000'000);
      ids.insert(ids.end(), more->begin(), more->end());
    }
    for (const std::string& id : ids) {
      const auto found = (*store)->LoadIncident(id);
      const belfry::storage::IncidentRow& row = **found;
      ++incidents;
      belfry::record::v1::IncidentState state;
      const auto history = (*store)->ListEvents(row.id, 0, 1'000'000);
      for (const auto& stored : *history) {
        ++events;
        belfry::record::v1::Event event;
        if (!event.ParseFromString(stored.blob)) ++wrong;
        belfry::core::Apply(state, event);
      }
      if (state.SerializeAsString() != row.state_blob) {
        ++wrong;
        std::cerr << entry.path() << ": " << row.id << " differs after the replay\n";
      }
    }
  }
  std::cout << databases << " databases, " << incidents << " incidents, " << events
            << " events replayed, " << wrong << " wrong\n";
  return wrong == 0 && incidents > 0 ? 0 : 1;
}
