#include "client-lib/cli/clock_client.h"

#include <algorithm>
#include <utility>

#include "belfry/testing/v1/clock_service.grpc.pb.h"
#include "client-lib/src/caller.h"
#include "client-lib/src/channel.h"

namespace belfry::cli {
namespace {

constexpr absl::Duration kAdvanceMax = absl::Minutes(5);

class GrpcClockClient final : public ClockClient {
 public:
  GrpcClockClient(std::shared_ptr<grpc::Channel> channel, client::Options options)
      : advance_deadline_(std::max(options.deadline, kAdvanceMax)),
        caller_(std::move(options)),
        stub_(testing::v1::ClockService::NewStub(channel)) {}

  absl::StatusOr<testing::v1::GetTimeResponse> GetTime() override {
    return caller_.Call<testing::v1::GetTimeResponse>(
        testing::v1::GetTimeRequest(), {}, [this](auto* context, const auto& in, auto* out) {
          return stub_->GetTime(context, in, out);
        });
  }

  absl::StatusOr<testing::v1::AdvanceToResponse> AdvanceTo(
      const testing::v1::AdvanceToRequest& request) override {
    client::CallOptions call;
    call.deadline = advance_deadline_;
    return caller_.Call<testing::v1::AdvanceToResponse>(
        request, call, [this](auto* context, const auto& in, auto* out) {
          return stub_->AdvanceTo(context, in, out);
        });
  }

 private:
  const absl::Duration advance_deadline_;
  const client::Caller caller_;
  const std::unique_ptr<testing::v1::ClockService::Stub> stub_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<ClockClient>> ClockClient::Make(client::Options options) {
  auto channel = client::MakeChannel(options);
  if (!channel.ok()) return channel.status();
  return std::make_unique<GrpcClockClient>(*std::move(channel), std::move(options));
}

}  // namespace belfry::cli
