#include "belfry/pages.h"

#include <utility>

namespace belfry::client {

IncidentPages::IncidentPages(std::shared_ptr<Connection> connection,
                             v1::ListIncidentsRequest request, CallOptions call)
    : connection_(std::move(connection)), request_(std::move(request)), call_(std::move(call)) {}

const v1::Incident* IncidentPages::Next() {
  // A page may be empty and not the last one.
  while (status_.ok() && next_ >= page_.incidents_size()) {
    if (started_ && page_.next_page_token().empty()) return nullptr;
    if (started_) request_.set_page_token(page_.next_page_token());
    absl::StatusOr<v1::ListIncidentsResponse> page = connection_->ListIncidents(request_, call_);
    if (!page.ok()) {
      status_ = page.status();
      return nullptr;
    }
    started_ = true;
    next_ = 0;
    page_ = *std::move(page);
  }
  return status_.ok() ? &page_.incidents(next_++) : nullptr;
}

}  // namespace belfry::client
