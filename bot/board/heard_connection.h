// Says when the server has answered a stream: until something happens nothing else would.
#ifndef BELFRY_BOT_BOARD_HEARD_CONNECTION_H_
#define BELFRY_BOT_BOARD_HEARD_CONNECTION_H_

#include <functional>
#include <memory>
#include <utility>

#include "belfry/connection.h"

namespace belfry::board {

// Only for streams: a connection to hand to client::Watcher. `on_open` hears of every stream whose
// first message came, within Read().
class HeardConnection final : public client::Connection {
 public:
  HeardConnection(std::shared_ptr<client::Connection> connection, std::function<void()> on_open)
      : connection_(std::move(connection)), on_open_(std::move(on_open)) {}

  std::unique_ptr<client::IncidentStream> WatchIncidents(const v1::WatchIncidentsRequest& request,
                                                         const client::CallOptions& call) override {
    return std::make_unique<Stream>(connection_->WatchIncidents(request, call), on_open_);
  }

 private:
  class Stream final : public client::IncidentStream {
   public:
    Stream(std::unique_ptr<client::IncidentStream> stream, std::function<void()> on_open)
        : stream_(std::move(stream)), on_open_(std::move(on_open)) {}
    bool Read(v1::WatchIncidentsResponse* response) override {
      const bool read = stream_->Read(response);
      if (read && on_open_) std::exchange(on_open_, nullptr)();
      return read;
    }
    absl::Status Finish() override { return stream_->Finish(); }
    void Cancel() override { stream_->Cancel(); }

   private:
    const std::unique_ptr<client::IncidentStream> stream_;
    std::function<void()> on_open_;
  };

  const std::shared_ptr<client::Connection> connection_;
  const std::function<void()> on_open_;
};

}  // namespace belfry::board

#endif  // BELFRY_BOT_BOARD_HEARD_CONNECTION_H_
