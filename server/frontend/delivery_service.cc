#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "server/base/error.h"
#include "server/base/proto_time.h"
#include "server/base/status_macros.h"
#include "server/core/confidentiality.h"
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

// That it is on its way, and how that goes; not what it says. What a platform answers may repeat
// that, so of a closed incident it is left out as well.
v1::Delivery Envelope(v1::Delivery delivery, bool closed) {
  if (closed) delivery.clear_last_error();
  v1::Notice envelope;
  envelope.set_kind(delivery.notice().kind());
  envelope.set_reason(delivery.notice().reason());
  envelope.mutable_incident()->set_name(delivery.incident());
  *delivery.mutable_notice() = std::move(envelope);
  return delivery;
}

// A delivery shows what its incident shows. Who runs the server, or a bot, sees what became of all
// of them, and of an incident that they may not read no more than that.
std::optional<v1::Delivery> Shown(const Call& call, const storage::DeliveryRow& row) {
  const auto directory = call.engine().directory();
  const Identity& identity = call.identity();
  const absl::StatusOr<StatePtr> of = call.engine().LoadState(row.incident);
  if (of.ok() && ViewOf(call, *directory, **of).ShowsDeliveryTo(row.target)) {
    return engine::ToDelivery(row);
  }
  if (!identity.bare_bot && !identity.admin) return std::nullopt;
  return Envelope(engine::ToDelivery(row), !of.ok() || core::IsClosed(**of));
}

}  // namespace

grpc::ServerUnaryReactor* DeliveryServiceImpl::LeaseDeliveries(
    grpc::CallbackServerContext* context, const v1::LeaseDeliveriesRequest* request,
    v1::LeaseDeliveriesResponse* response) {
  return RunCall(
      services_, context, "LeaseDeliveries",
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
  return RunCall(services_, context, "ReportDelivery", [&](CallPtr call) {
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
  return RunCall(services_, context, "ListDeliveries", [&](CallPtr call) {
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
      int64_t last = 0;
      for (;;) {
        BELFRY_ASSIGN_OR_RETURN(const std::vector<storage::DeliveryRow> rows,
                                store.ListDeliveries(incident, state, before, page_size + 1));
        for (const storage::DeliveryRow& row : rows) {
          before = row.sequence;
          std::optional<v1::Delivery> shown = Shown(*call, row);
          if (!shown.has_value()) continue;
          if (response->deliveries_size() == page_size) {
            response->set_next_page_token(MakePageToken({last, ""}, same));
            return absl::OkStatus();
          }
          *response->add_deliveries() = *std::move(shown);
          last = row.sequence;
        }
        if (rows.size() <= static_cast<size_t>(page_size)) return absl::OkStatus();
      }
    });
  });
}

grpc::ServerUnaryReactor* DeliveryServiceImpl::RequeueDelivery(
    grpc::CallbackServerContext* context, const v1::RequeueDeliveryRequest* request,
    v1::RequeueDeliveryResponse* response) {
  return RunCall(services_, context, "RequeueDelivery", [&](CallPtr call) {
    if (const absl::Status status = CheckBytes("name", request->name().size(), kNameBytesMax);
        !status.ok()) {
      call->Finish(status);
      return;
    }
    call->engine().RequeueDelivery(
        request->name(), [call, response](absl::StatusOr<v1::Delivery> delivery) {
          if (delivery.ok()) {
            const bool closed = delivery->notice().incident().restricted();
            *response->mutable_delivery() = Envelope(*std::move(delivery), closed);
          }
          call->Finish(delivery.status());
        });
  });
}

}  // namespace belfry::frontend
