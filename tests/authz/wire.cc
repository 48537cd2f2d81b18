#include "tests/authz/wire.h"

#include <grpcpp/impl/codegen/client_unary_call.h>
#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/impl/codegen/rpc_method.h>
#include <grpcpp/support/sync_stream.h>

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

grpc::Status Wire::Send(const google::protobuf::MethodDescriptor& method, const std::string& path,
                        grpc::ClientContext& context, const google::protobuf::Message& request,
                        google::protobuf::Message& response) const {
  using google::protobuf::Message;
  using google::protobuf::MessageLite;
  using grpc::internal::RpcMethod;
  if (method.server_streaming()) {
    const RpcMethod rpc(path.c_str(), RpcMethod::SERVER_STREAMING, channel_);
    const std::unique_ptr<grpc::ClientReader<Message>> reader(
        grpc::internal::ClientReaderFactory<Message>::Create(channel_.get(), rpc, &context,
                                                             request));
    while (reader->Read(&response)) {
    }
    return reader->Finish();
  }
  if (method.client_streaming()) {
    const RpcMethod rpc(path.c_str(), RpcMethod::CLIENT_STREAMING, channel_);
    const std::unique_ptr<grpc::ClientWriter<Message>> writer(
        grpc::internal::ClientWriterFactory<Message>::Create(channel_.get(), rpc, &context,
                                                             &response));
    writer->Write(request);  // of one that was refused already, the status says so
    writer->WritesDone();
    return writer->Finish();
  }
  const RpcMethod rpc(path.c_str(), RpcMethod::NORMAL_RPC, channel_);
  return grpc::internal::BlockingUnaryCall<Message, Message, MessageLite, MessageLite>(
      channel_.get(), rpc, &context, request, &response);
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
  answer.status = Send(method, path, context, *in, *answer.response);
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
