// Calls of any method by its name, with everything that comes back.
#ifndef BELFRY_TESTS_AUTHZ_WIRE_H_
#define BELFRY_TESTS_AUTHZ_WIRE_H_

#include <grpcpp/grpcpp.h>

#include <map>
#include <memory>
#include <string>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace belfry::authz {

struct Answer {
  grpc::Status status;
  // Of ErrorInfo; empty when there is none.
  std::string reason;
  // As they crossed the wire, "grpc-status-details-bin" among them.
  std::multimap<std::string, std::string> trailers;
  std::unique_ptr<google::protobuf::Message> response;

  // Code, message, details and trailers as one text, with `name` written as "$I".
  std::string Bytes(const std::string& name) const;
};

class Wire {
 public:
  // `token`: of a principal; `act_for`: empty, or whom the bot acts for.
  Wire(const std::string& socket, std::string token, std::string act_for);

  // The request is protobuf text. Of a stream out the last message is kept, and it must end; a
  // stream in gets this one message.
  Answer Call(const google::protobuf::MethodDescriptor& method, const std::string& request) const;

  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }
  void Prepare(grpc::ClientContext& context) const;

 private:
  grpc::Status Send(const google::protobuf::MethodDescriptor& method, const std::string& path,
                    grpc::ClientContext& context, const google::protobuf::Message& request,
                    google::protobuf::Message& response) const;

  std::shared_ptr<grpc::Channel> channel_;
  const std::string token_;
  const std::string act_for_;
};

}  // namespace belfry::authz

#endif  // BELFRY_TESTS_AUTHZ_WIRE_H_
