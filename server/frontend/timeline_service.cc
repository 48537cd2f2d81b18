#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/base/status_macros.h"
#include "server/core/core.h"
#include "server/frontend/incident_access.h"
#include "server/frontend/other_services.h"
#include "server/frontend/page_token.h"

namespace belfry::frontend {
namespace {

constexpr int kEntriesPerPage = 200;

}  // namespace

grpc::ServerUnaryReactor* TimelineServiceImpl::ListTimelineEntries(
    grpc::CallbackServerContext* context, const v1::ListTimelineEntriesRequest* request,
    v1::ListTimelineEntriesResponse* response) {
  return RunCall(services_, context, "ListTimelineEntries", [&](CallPtr call) {
    WithIncident(
        std::move(call), "parent", request->parent(),
        [request, response](CallPtr found, std::string id, StatePtr state) {
          ReadLater(found,
                    [found, request, response, id = std::move(id),
                     state = std::move(state)](storage::Store& store) -> absl::Status {
                      BELFRY_ASSIGN_OR_RETURN(const int page_size,
                                              PageSize(request->page_size(), kEntriesPerPage));
                      int64_t after = 0;
                      if (!request->page_token().empty()) {
                        BELFRY_ASSIGN_OR_RETURN(const PagePosition position,
                                                ReadPageToken(request->page_token(), id));
                        after = position.number;
                      }
                      const auto directory = found->engine().directory();
                      const core::View view = ViewOf(*found, *directory, *state);
                      // As in lists of incidents: full pages, and no word of what lies between.
                      int64_t last = 0;
                      bool more = false;
                      for (bool read = true; read && !more;) {
                        BELFRY_ASSIGN_OR_RETURN(const std::vector<storage::EventRow> rows,
                                                store.ListEvents(id, after, page_size + 1));
                        read = rows.size() > static_cast<size_t>(page_size);
                        for (const storage::EventRow& row : rows) {
                          after = row.version;
                          record::v1::Event event;
                          if (!event.ParseFromString(row.blob)) {
                            return absl::DataLossError(
                                absl::StrCat("event ", row.version, " of ", id, " cannot be read"));
                          }
                          if (!view.Shows(event)) continue;
                          more = response->entries_size() == page_size;
                          if (more) break;
                          *response->add_entries() = view.Entry(event);
                          last = row.version;
                        }
                      }
                      NoteReading(found->engine(), found->identity().caller, *state, "timeline");
                      if (more) response->set_next_page_token(MakePageToken({last, ""}, id));
                      return absl::OkStatus();
                    });
        });
  });
}

}  // namespace belfry::frontend
