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
  return RunCall(
      services_, context, "ListTimelineEntries", Audience::kEverybody, [&](CallPtr call) {
        WithIncident(
            std::move(call), "parent", request->parent(),
            [request, response](CallPtr found, std::string id, StatePtr state) {
              ReadLater(
                  found,
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
                    BELFRY_ASSIGN_OR_RETURN(std::vector<storage::EventRow> rows,
                                            store.ListEvents(id, after, page_size + 1));
                    const bool more = rows.size() > static_cast<size_t>(page_size);
                    if (more) rows.pop_back();
                    const auto directory = found->engine().directory();
                    const core::View view = ViewOf(*found, *directory, *state);
                    for (const storage::EventRow& row : rows) {
                      record::v1::Event event;
                      if (!event.ParseFromString(row.blob)) {
                        return absl::DataLossError(
                            absl::StrCat("event ", row.version, " of ", id, " cannot be read"));
                      }
                      if (view.Shows(event)) *response->add_entries() = view.Entry(event);
                    }
                    NoteReading(found->engine(), found->identity().caller, *state, "timeline");
                    if (more)
                      response->set_next_page_token(MakePageToken({rows.back().version, ""}, id));
                    return absl::OkStatus();
                  });
            });
      });
}

}  // namespace belfry::frontend
