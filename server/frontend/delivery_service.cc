#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "server/base/error.h"
#include "server/base/proto_time.h"
#include "server/base/status_macros.h"
#include "server/core/core.h"
#include "server/engine/delivery_work.h"
#include "server/frontend/incident_access.h"
#include "server/frontend/other_services.h"
#include "server/frontend/page_token.h"
#include "server/frontend/request_limits.h"

namespace belfry::frontend {
namespace {

constexpr int kDeliveriesPerPage = 50;

absl::Status CheckLease(const v1::LeaseDeliveriesRequest& request) {
  if (request.holder().empty()) return InvalidField("holder", "is needed: the bot's stable name");
  if (request.incarnation().empty()) {
    return InvalidField("incarnation", "is needed: new at each start of the bot");
  }
  if (request.platforms().empty()) return InvalidField("platforms", "is needed, at least one");
  if (request.platforms_size() > kPlatformsMax) {
    return InvalidField("platforms", absl::StrCat("at most ", kPlatformsMax));
  }
  for (const std::string& platform : request.platforms()) {
    BELFRY_RETURN_IF_ERROR(CheckBytes("platforms", platform.size(), kNameBytesMax));
  }
  BELFRY_RETURN_IF_ERROR(CheckBytes("holder", request.holder().size(), kNameBytesMax));
  BELFRY_RETURN_IF_ERROR(CheckBytes("incarnation", request.incarnation().size(), kNameBytesMax));
  if (request.has_lease() && FromProto(request.lease()) < kLeaseMin) {
    return InvalidField("lease", "at least a second");
  }
  return absl::OkStatus();
}

absl::Status CheckReport(const v1::ReportDeliveryRequest& request) {
  BELFRY_RETURN_IF_ERROR(CheckBytes("name", request.name().size(), kNameBytesMax));
  BELFRY_RETURN_IF_ERROR(CheckBytes("holder", request.holder().size(), kNameBytesMax));
  BELFRY_RETURN_IF_ERROR(CheckBytes("incarnation", request.incarnation().size(), kNameBytesMax));
  BELFRY_RETURN_IF_ERROR(CheckBytes("error", request.error().size(), kErrorBytesMax));
  return CheckBytes("message", request.message().ByteSizeLong(), kMessageRefBytesMax);
}

}  // namespace

grpc::ServerUnaryReactor* DeliveryServiceImpl::LeaseDeliveries(
    grpc::CallbackServerContext* context, const v1::LeaseDeliveriesRequest* request,
    v1::LeaseDeliveriesResponse* response) {
  return RunCall(
      services_, context, "LeaseDeliveries", Audience::kBotsOnly,
      [&](CallPtr call) {
        if (const absl::Status status = CheckLease(*request); !status.ok()) {
          call->Finish(status);
          return;
        }
        call->engine().LeaseDeliveries(
            *request, [call, response](absl::StatusOr<v1::LeaseDeliveriesResponse> leased) {
              absl::Status status = leased.status();
              // It may have waited for half a minute. What was leased is given out again when the
              // lease has run out.
              if (status.ok()) status = call->gate().CheckStill(call->identity());
              if (status.ok()) response->Swap(&*leased);
              call->Finish(status);
            });
      },
      /*waits=*/true);
}

grpc::ServerUnaryReactor* DeliveryServiceImpl::ReportDelivery(
    grpc::CallbackServerContext* context, const v1::ReportDeliveryRequest* request,
    v1::ReportDeliveryResponse* response) {
  return RunCall(services_, context, "ReportDelivery", Audience::kBotsOnly, [&](CallPtr call) {
    if (const absl::Status status = CheckReport(*request); !status.ok()) {
      call->Finish(status);
      return;
    }
    call->engine().ReportDelivery(
        *request, [call, response](absl::StatusOr<v1::ReportDeliveryResponse> answer) {
          if (answer.ok()) response->Swap(&*answer);
          call->Finish(answer.status());
        });
  });
}

grpc::ServerUnaryReactor* DeliveryServiceImpl::ListDeliveries(
    grpc::CallbackServerContext* context, const v1::ListDeliveriesRequest* request,
    v1::ListDeliveriesResponse* response) {
  return RunCall(services_, context, "ListDeliveries", Audience::kEverybody, [&](CallPtr call) {
    ReadLater(call, [call, request, response](storage::Store& store) -> absl::Status {
      BELFRY_ASSIGN_OR_RETURN(const int page_size,
                              PageSize(request->page_size(), kDeliveriesPerPage));
      std::string incident;
      if (!request->incident().empty()) {
        BELFRY_ASSIGN_OR_RETURN(incident, ParseIncidentName("incident", request->incident()));
      }
      const std::string same = absl::StrCat(incident, "\n", request->state());
      int64_t before = 0;
      if (!request->page_token().empty()) {
        BELFRY_ASSIGN_OR_RETURN(const PagePosition position,
                                ReadPageToken(request->page_token(), same));
        before = position.number;
      }
      std::optional<storage::DeliveryState> state;
      if (request->state() != v1::Delivery::STATE_UNSPECIFIED) {
        state = static_cast<storage::DeliveryState>(request->state());
      }
      BELFRY_ASSIGN_OR_RETURN(std::vector<storage::DeliveryRow> rows,
                              store.ListDeliveries(incident, state, before, page_size + 1));
      const bool more = rows.size() > static_cast<size_t>(page_size);
      if (more) rows.pop_back();
      const auto directory = call->engine().directory();
      const Identity& identity = call->identity();
      for (const storage::DeliveryRow& row : rows) {
        // A delivery shows what its incident shows.
        if (!identity.admin) {
          const absl::StatusOr<StatePtr> of = call->engine().LoadState(row.incident);
          if (!of.ok() || !ViewOf(*call, *directory, **of).ShowsDeliveryTo(row.target)) continue;
        }
        *response->add_deliveries() = engine::ToDelivery(row);
      }
      if (more) response->set_next_page_token(MakePageToken({rows.back().sequence, ""}, same));
      return absl::OkStatus();
    });
  });
}

grpc::ServerUnaryReactor* DeliveryServiceImpl::RequeueDelivery(
    grpc::CallbackServerContext* context, const v1::RequeueDeliveryRequest* request,
    v1::RequeueDeliveryResponse* response) {
  return RunCall(services_, context, "RequeueDelivery", Audience::kAdmins, [&](CallPtr call) {
    if (const absl::Status status = CheckBytes("name", request->name().size(), kNameBytesMax);
        !status.ok()) {
      call->Finish(status);
      return;
    }
    call->engine().RequeueDelivery(request->name(),
                                   [call, response](absl::StatusOr<v1::Delivery> delivery) {
                                     if (delivery.ok()) {
                                       response->mutable_delivery()->Swap(&*delivery);
                                     }
                                     call->Finish(delivery.status());
                                   });
  });
}

}  // namespace belfry::frontend
