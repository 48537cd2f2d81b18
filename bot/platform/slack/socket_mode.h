// Slack's Socket Mode: everything over a WebSocket that the bot opens, so that nothing needs to
// reach it.
#ifndef BELFRY_BOT_PLATFORM_SLACK_SOCKET_MODE_H_
#define BELFRY_BOT_PLATFORM_SLACK_SOCKET_MODE_H_

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "absl/time/time.h"
#include "bot/http/websocket.h"
#include "bot/platform/send_result.h"
#include "bot/platform/slack/desk.h"
#include "bot/platform/slack/inbound.h"
#include "nlohmann/json.hpp"
#include "server/base/random.h"

namespace belfry::bot::slack {

// What it works with; all outlive it.
struct SocketModeParts {
  SocketLoop* loop = nullptr;
  Random* random = nullptr;
  // Runs what blocks on another thread; false: there is too much to do.
  std::function<bool(std::function<void()>)> errand;
  // apps.connections.open: a single-use address, itself a secret. Blocks.
  std::function<SendResult(std::string* url)> open_address;
  // As SlackDesk::Handle().
  std::function<void(Inbound, SlackDesk::Acknowledge)> handle;
  // Counts a refused message by its reason.
  std::function<void(const char*)> rejected;
  std::string workspace;  // for the log
};

// Keeps one connection, and for a moment two when Slack asks for a new one: the old one ends only
// when the new one has said hello. Everything runs on the loop's thread; held by a shared_ptr,
// because acknowledgements come back when they come.
class SocketMode : public std::enable_shared_from_this<SocketMode> {
 public:
  explicit SocketMode(SocketModeParts parts) : parts_(std::move(parts)) {}

  void Start();
  // Takes nothing new, waits up to `grace` for what is not yet acknowledged, says goodbye.
  void Stop(absl::Duration grace);

 private:
  struct Connection {
    std::unique_ptr<WebSocket> socket;
    bool ready = false;    // has said hello
    bool leaving = false;  // will be closed; another one has taken over
  };

  void Open();
  void Connect(const SendResult& result, const std::string& url);
  void Retry(absl::Duration least = absl::ZeroDuration());
  void GiveUpCandidate(const std::string& why, absl::Duration least = absl::ZeroDuration());
  void Received(int id, const std::string& text);
  void Closed(int id, const absl::Status& status);
  void Hello(int id);
  void Disconnect(int id, const std::string& reason);
  void Envelope(int id, const nlohmann::json& envelope);
  void Acknowledge(int id, const std::string& envelope_id, const nlohmann::json& payload);
  void Finish();

  const SocketModeParts parts_;
  std::map<int, Connection> connections_;
  int last_id_ = 0;
  bool opening_ = false;  // an address was asked for, or a connection has not said hello yet
  int candidate_ = 0;     // that connection
  bool timer_runs_ = false;
  int failures_ = 0;  // in a row; a hello ends the row
  // Envelopes of late: their acknowledgement, empty until it is there.
  std::map<std::string, std::string> acknowledged_;
  std::deque<std::string> order_;
  int pending_ = 0;
  bool stopping_ = false;
  std::function<void()> stopped_;
};

}  // namespace belfry::bot::slack

#endif  // BELFRY_BOT_PLATFORM_SLACK_SOCKET_MODE_H_
