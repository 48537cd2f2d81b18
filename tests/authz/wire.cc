#include "tests/authz/wire.h"

#include <grpcpp/impl/codegen/client_unary_call.h>
#include <grpcpp/impl/codegen/rpc_method.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "google/protobuf/text_format.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "gtest/gtest.h"

namespace belfry::authz {

std::string Answer::Bytes(const std::string& name) const {
  std::string all = absl::StrCat(static_cast<int>(status.error_code()), "\n",
                                 status.error_message(), "\n", status.error_details());
  for (const auto& [key, value] : trailers) absl::StrAppend(&all, "\n", key, ": ", value);
  const std::string id = name.substr(name.find('/') + 1);
  return absl::StrReplaceAll(all, {{id, "$I"}});
}

Wire::Wire(const std::string& socket, std::string token, std::string act_for)
    : channel_(
          grpc::CreateChannel(absl::StrCat("unix:", socket), grpc::InsecureChannelCredentials())),
      token_(std::move(token)),
      act_for_(std::move(act_for)) {}

void Wire::Prepare(grpc::ClientContext& context) const {
  context.AddMetadata("authorization", absl::StrCat("Bearer ", token_));
  if (!act_for_.empty()) context.AddMetadata("belfry-act-for", act_for_);
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
}

Answer Wire::Call(const google::protobuf::MethodDescriptor& method,
                  const std::string& request) const {
  auto* factory = google::protobuf::MessageFactory::generated_factory();
  std::unique_ptr<google::protobuf::Message> in(factory->GetPrototype(method.input_type())->New());
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(request, in.get()))
      << method.full_name() << " " << request;
  Answer answer;
  answer.response.reset(factory->GetPrototype(method.output_type())->New());
  grpc::ClientContext context;
  Prepare(context);
  const std::string path = absl::StrCat("/", method.service()->full_name(), "/", method.name());
  const grpc::internal::RpcMethod rpc(path.c_str(), grpc::internal::RpcMethod::NORMAL_RPC,
                                      channel_);
  answer.status =
      grpc::internal::BlockingUnaryCall<google::protobuf::Message, google::protobuf::Message,
                                        google::protobuf::MessageLite,
                                        google::protobuf::MessageLite>(
          channel_.get(), rpc, &context, *in, answer.response.get());
  for (const auto& [key, value] : context.GetServerTrailingMetadata()) {
    answer.trailers.emplace(std::string(key.data(), key.size()),
                            std::string(value.data(), value.size()));
  }
  google::rpc::Status details;
  if (details.ParseFromString(answer.status.error_details())) {
    for (const google::protobuf::Any& any : details.details()) {
      google::rpc::ErrorInfo info;
      if (any.UnpackTo(&info)) answer.reason = info.reason();
    }
  }
  return answer;
}

}  // namespace belfry::authz
