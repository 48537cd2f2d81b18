#include "bot/platform/slack/socket_mode.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/synchronization/notification.h"
#include "bot/platform/slack/json_read.h"
#include "spdlog/spdlog.h"

namespace belfry::bot::slack {
namespace {

using Json = nlohmann::json;

constexpr absl::Duration kHelloMax = absl::Seconds(20);
constexpr absl::Duration kBackoffMin = absl::Seconds(1);
constexpr absl::Duration kBackoffMax = absl::Minutes(1);
constexpr int kDoublingsMax = 6;
// An administrator has to do something; until then there is no hurry.
constexpr absl::Duration kTurnedOff = absl::Minutes(5);
constexpr absl::Duration kTooMany = absl::Minutes(1);
// An old connection may still get an envelope and owe an answer.
constexpr absl::Duration kHandover = absl::Seconds(5);
constexpr absl::Duration kGoodbyeMax = absl::Seconds(2);
constexpr size_t kRememberedMax = 2000;

absl::StatusOr<Inbound> FromEnvelope(const std::string& type, const Json& payload) {
  if (type == "slash_commands") return FromCommand(payload);
  if (type == "interactive") return FromInteraction(payload);
  if (type == "events_api") return FromEvent(payload);
  return Inbound();
}

}  // namespace

void SocketMode::Start() {
  parts_.loop->Post([self = shared_from_this()] { self->Open(); });
}

void SocketMode::Stop(absl::Duration grace) {
  auto done = std::make_shared<absl::Notification>();
  parts_.loop->Post([self = shared_from_this(), grace, done] {
    self->stopping_ = true;
    self->stopped_ = [done] { done->Notify(); };
    if (self->pending_ == 0) return self->Finish();
    self->parts_.loop->After(grace, [self] { self->Finish(); });
  });
  done->WaitForNotificationWithTimeout(grace + kGoodbyeMax + absl::Seconds(1));
}

void SocketMode::Finish() {
  if (stopped_ == nullptr) return;
  auto stopped = std::exchange(stopped_, nullptr);
  if (connections_.empty()) return stopped();
  for (auto& [id, connection] : connections_) {
    connection.leaving = true;
    connection.socket->Close();
  }
  // Closed() drops them one by one; whoever does not answer is dropped all the same.
  parts_.loop->After(kGoodbyeMax, [self = shared_from_this(), stopped] {
    self->connections_.clear();
    stopped();
  });
}

void SocketMode::Open() {
  if (stopping_ || opening_) return;
  opening_ = true;
  const bool queued = parts_.errand([self = shared_from_this()] {
    std::string url;
    const SendResult result = self->parts_.open_address(&url);
    self->parts_.loop->Post([self, result, url] { self->Connect(result, url); });
  });
  if (!queued) GiveUpCandidate("too much to do");
}

void SocketMode::Connect(const SendResult& result, const std::string& url) {
  if (stopping_) return;
  if (!result.ok()) {
    const bool refused =
        result.failure == SendFailure::kWorkspaceBroken || result.failure == SendFailure::kBug;
    if (refused) {
      spdlog::error(
          "slack {}: no connection for Socket Mode: {}. The app-level token "
          "(slack.app_token_file, \"xapp-…\") needs the scope connections:write, and Socket Mode "
          "has to be turned on for the app.",
          parts_.workspace, result.detail);
    }
    return GiveUpCandidate(result.detail, refused ? kTurnedOff : result.retry_after);
  }
  const int id = ++last_id_;
  candidate_ = id;
  WebSocketEvents events;
  const std::weak_ptr<SocketMode> weak = weak_from_this();
  events.received = [weak, id](const std::string& text) {
    if (const auto self = weak.lock()) self->Received(id, text);
  };
  events.closed = [weak, id](const absl::Status& status) {
    if (const auto self = weak.lock()) self->Closed(id, status);
  };
  absl::StatusOr<std::unique_ptr<WebSocket>> socket = parts_.loop->Connect(url, std::move(events));
  if (!socket.ok()) return GiveUpCandidate(std::string(socket.status().message()));
  connections_[id].socket = *std::move(socket);
  parts_.loop->After(kHelloMax, [weak, id] {
    const auto self = weak.lock();
    if (self == nullptr || self->candidate_ != id) return;
    self->connections_.erase(id);
    self->GiveUpCandidate("Slack did not say hello");
  });
}

void SocketMode::GiveUpCandidate(const std::string& why, absl::Duration least) {
  opening_ = false;
  candidate_ = 0;
  ++failures_;
  spdlog::warn("slack {}: no new connection: {}", parts_.workspace, why);
  Retry(least);
}

void SocketMode::Retry(absl::Duration least) {
  // One timer only: two would open two connections, and then four.
  if (stopping_ || opening_ || std::exchange(timer_runs_, true)) return;
  const int doublings = std::clamp(failures_ - 1, 0, kDoublingsMax);
  const absl::Duration backoff = std::min(kBackoffMax, kBackoffMin * (1 << doublings));
  // Between half and all of it, so that several bots do not come back in step.
  const absl::Duration wait = backoff * (0.5 + 0.5 * parts_.random->Uniform());
  parts_.loop->After(std::max(wait, least), [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (self == nullptr) return;
    self->timer_runs_ = false;
    self->Open();
  });
}

void SocketMode::Closed(int id, const absl::Status& status) {
  // Dropped later: this is called from inside of it.
  auto gone = std::make_shared<std::map<int, Connection>::node_type>(connections_.extract(id));
  parts_.loop->Post([gone] {});
  if (stopping_) return;
  if (id == candidate_) return GiveUpCandidate(std::string(status.message()));
  const bool left = std::any_of(connections_.begin(), connections_.end(), [](const auto& other) {
    return other.second.ready && !other.second.leaving;
  });
  if (left) return;
  spdlog::warn("slack {}: the connection ended: {}", parts_.workspace,
               status.ok() ? "Slack closed it" : std::string(status.message()));
  Retry();
}

void SocketMode::Received(int id, const std::string& text) {
  const absl::StatusOr<Json> message = ParseJsonObject(text, "message");
  if (!message.ok()) {
    parts_.rejected("malformed");
    return;
  }
  const std::string type = TextAt(*message, {"type"});
  if (type == "hello") return Hello(id);
  if (type == "disconnect") return Disconnect(id, TextAt(*message, {"reason"}));
  Envelope(id, *message);
}

void SocketMode::Hello(int id) {
  const auto found = connections_.find(id);
  if (found == connections_.end() || found->second.ready) return;
  found->second.ready = true;
  if (candidate_ == id) {
    candidate_ = 0;
    opening_ = false;
  }
  failures_ = 0;
  spdlog::info("slack {}: connected", parts_.workspace);
  for (auto& [other, connection] : connections_) {
    if (other == id || std::exchange(connection.leaving, true)) continue;
    parts_.loop->After(kHandover, [weak = weak_from_this(), other = other] {
      const auto self = weak.lock();
      if (self == nullptr) return;
      const auto old = self->connections_.find(other);
      if (old != self->connections_.end()) old->second.socket->Close();
    });
  }
}

void SocketMode::Disconnect(int id, const std::string& reason) {
  if (reason == "link_disabled") {
    spdlog::error(
        "slack {}: Socket Mode was turned off for the app; turn it on in the app's "
        "settings",
        parts_.workspace);
    Retry(kTurnedOff);
  } else if (reason == "too_many_websockets") {
    spdlog::error("slack {}: the app has more than ten connections; end some of its bots",
                  parts_.workspace);
    Retry(kTooMany);
  } else {
    // "warning" comes ahead, "refresh_requested" at the end; either way a new one is due.
    return Open();
  }
  if (const auto found = connections_.find(id); found != connections_.end()) {
    found->second.leaving = true;
    found->second.socket->Close();
  }
}

void SocketMode::Envelope(int id, const Json& envelope) {
  const std::string envelope_id = TextAt(envelope, {"envelope_id"});
  if (envelope_id.empty()) {
    parts_.rejected("malformed");
    return;
  }
  if (stopping_) return;  // another bot, or this one later, will get it again
  if (const auto known = acknowledged_.find(envelope_id); known != acknowledged_.end()) {
    // It came twice, over two connections or again: one answer, said as often as asked.
    const auto connection = connections_.find(id);
    if (!known->second.empty() && connection != connections_.end()) {
      connection->second.socket->Send(known->second);
    }
    return;
  }
  acknowledged_[envelope_id];
  order_.push_back(envelope_id);
  if (order_.size() > kRememberedMax) {
    acknowledged_.erase(order_.front());
    order_.pop_front();
  }
  ++pending_;
  absl::StatusOr<Inbound> inbound =
      FromEnvelope(TextAt(envelope, {"type"}), ValueAt(envelope, {"payload"}));
  if (!inbound.ok()) {
    // Asking for it again would bring the same again.
    parts_.rejected("malformed");
    spdlog::warn("slack {}: {}", parts_.workspace, std::string(inbound.status().message()));
    return Acknowledge(id, envelope_id, nullptr);
  }
  if (inbound->chat.kind == ChatRequest::Kind::kVerification) {
    return Acknowledge(id, envelope_id, nullptr);
  }
  const Json& accepts = ValueAt(envelope, {"accepts_response_payload"});
  const bool takes_payload = accepts.is_boolean() && accepts.get<bool>();
  parts_.handle(*std::move(inbound), [self = shared_from_this(), id, envelope_id,
                                      takes_payload](const Json& payload) {
    self->parts_.loop->Post([self, id, envelope_id, payload = takes_payload ? payload : Json()] {
      self->Acknowledge(id, envelope_id, payload);
    });
  });
}

void SocketMode::Acknowledge(int id, const std::string& envelope_id, const Json& payload) {
  Json answer = {{"envelope_id", envelope_id}};
  if (!payload.is_null()) answer["payload"] = payload;
  const std::string text = DumpJson(answer);
  if (const auto known = acknowledged_.find(envelope_id); known != acknowledged_.end()) {
    known->second = text;
  }
  auto connection = connections_.find(id);
  if (connection == connections_.end()) {
    // Its connection is gone; another one is better than none.
    connection = std::find_if(connections_.begin(), connections_.end(),
                              [](const auto& other) { return other.second.ready; });
  }
  if (connection != connections_.end()) connection->second.socket->Send(text);
  if (--pending_ == 0 && stopping_) Finish();
}

}  // namespace belfry::bot::slack
