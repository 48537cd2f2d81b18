#include "bot/http/websocket.h"

#include <deque>
#include <thread>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "boost/asio/executor_work_guard.hpp"
#include "boost/asio/io_context.hpp"
#include "boost/asio/ip/address.hpp"
#include "boost/asio/ip/tcp.hpp"
#include "boost/asio/post.hpp"
#include "boost/asio/ssl/context.hpp"
#include "boost/asio/ssl/host_name_verification.hpp"
#include "boost/asio/steady_timer.hpp"
#include "boost/beast/core.hpp"
#include "boost/beast/ssl.hpp"
#include "boost/beast/websocket.hpp"
#include "boost/beast/websocket/ssl.hpp"

namespace belfry::bot {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace ssl = asio::ssl;
namespace websocket = beast::websocket;
using tcp = asio::ip::tcp;
using PlainStream = beast::tcp_stream;
using TlsStream = beast::ssl_stream<beast::tcp_stream>;

struct Address {
  bool tls = true;
  std::string host;
  std::string port;
  std::string target;
};

// A name is not trusted for how it begins: "127.0.0.1.example" is anybody's.
bool IsLoopback(const std::string& host) {
  beast::error_code error;
  const asio::ip::address address = asio::ip::make_address(host, error);
  return host == "localhost" || (!error && address.is_loopback());
}

absl::StatusOr<Address> ParseAddress(absl::string_view url) {
  const auto wrong = [] {
    return absl::InvalidArgumentError("only wss addresses, and ws on loopback, are allowed");
  };
  Address address;
  for (const char c : url) {
    if (c <= ' ' || c == '\x7f' || c == '\\') return wrong();
  }
  if (absl::ConsumePrefix(&url, "ws://")) {
    address.tls = false;
  } else if (!absl::ConsumePrefix(&url, "wss://")) {
    return wrong();
  }
  const size_t end = url.find_first_of("/?#");
  absl::string_view authority = url.substr(0, end);
  address.target = end == absl::string_view::npos ? "/" : std::string(url.substr(end));
  if (address.target[0] != '/') address.target.insert(0, "/");
  if (absl::StrContains(authority, '@')) return wrong();
  if (absl::ConsumePrefix(&authority, "[")) {
    const size_t close = authority.find(']');
    if (close == absl::string_view::npos) return wrong();
    address.host = std::string(authority.substr(0, close));
    authority.remove_prefix(close + 1);
  } else {
    address.host = std::string(authority.substr(0, authority.find(':')));
    authority.remove_prefix(address.host.size());
  }
  address.port = address.tls ? "443" : "80";
  int port = 0;
  if (absl::ConsumePrefix(&authority, ":")) {
    if (!absl::SimpleAtoi(authority, &port) || port < 1 || port > 65535) return wrong();
    address.port = absl::StrCat(port);
  } else if (!authority.empty()) {
    return wrong();
  }
  if (address.host.empty() || (!address.tls && !IsLoopback(address.host))) return wrong();
  return address;
}

absl::Status ToStatus(const char* step, const beast::error_code& error) {
  if (error == websocket::error::closed) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat(step, ": ", error.message()));
}

// One connection, over TCP or TLS. Lives as long as an operation or its handle holds it.
template <typename Stream>
class Session : public std::enable_shared_from_this<Session<Stream>> {
 public:
  template <typename... Arguments>
  Session(asio::io_context& io, Address address, const WebSocketOptions& options,
          WebSocketEvents events, Arguments&&... arguments)
      : resolver_(io),
        stream_(io, std::forward<Arguments>(arguments)...),
        address_(std::move(address)),
        options_(options),
        events_(std::move(events)) {}

  void Run() {
    resolver_.async_resolve(
        address_.host, address_.port,
        [self = this->shared_from_this()](beast::error_code error, tcp::resolver::results_type to) {
          if (error) return self->Fail("look-up", error);
          beast::get_lowest_layer(self->stream_)
              .expires_after(absl::ToChronoMilliseconds(self->options_.handshake));
          beast::get_lowest_layer(self->stream_)
              .async_connect(to, [self](beast::error_code failed, const tcp::endpoint&) {
                if (failed) return self->Fail("connect", failed);
                self->Secure();
              });
        });
  }

  void Send(std::string text) {
    if (said_goodbye_ || dropped_) return;
    queue_.push_back(std::move(text));
    if (open_ && queue_.size() == 1) Write();
  }

  void Close() {
    closing_ = true;
    if (!open_) return Drop(absl::OkStatus());
    if (queue_.empty()) SayGoodbye();
  }

  // Nothing is heard of it any more.
  void Forget() {
    events_ = {};
    Drop(absl::OkStatus());
  }

 private:
  void Secure() {
    if constexpr (std::is_same_v<Stream, TlsStream>) {
      auto& tls = stream_.next_layer();
      tls.set_verify_callback(ssl::host_name_verification(address_.host));
      if (SSL_set_tlsext_host_name(tls.native_handle(), address_.host.c_str()) != 1) {
        return Fail("TLS", asio::error::invalid_argument);
      }
      tls.async_handshake(ssl::stream_base::client,
                          [self = this->shared_from_this()](beast::error_code error) {
                            if (error) return self->Fail("TLS", error);
                            self->Upgrade();
                          });
    } else {
      Upgrade();
    }
  }

  void Upgrade() {
    // From here the WebSocket keeps the time itself, with pings.
    beast::get_lowest_layer(stream_).expires_never();
    websocket::stream_base::timeout timeout{};
    timeout.handshake_timeout = absl::ToChronoMilliseconds(options_.handshake);
    timeout.idle_timeout = absl::ToChronoMilliseconds(options_.silence);
    timeout.keep_alive_pings = true;
    stream_.set_option(timeout);
    stream_.read_message_max(options_.message_bytes_max);
    const bool literal = absl::StrContains(address_.host, ':');
    stream_.async_handshake(
        absl::StrCat(literal ? "[" : "", address_.host, literal ? "]:" : ":", address_.port),
        address_.target, [self = this->shared_from_this()](beast::error_code error) {
          if (error) return self->Fail("upgrade", error);
          self->open_ = true;
          // A copy: the callback may drop this connection.
          if (const auto opened = self->events_.opened) opened();
          self->Read();
          if (!self->queue_.empty()) {
            self->Write();
          } else if (self->closing_) {
            self->SayGoodbye();
          }
        });
  }

  void Read() {
    stream_.async_read(buffer_,
                       [self = this->shared_from_this()](beast::error_code error, std::size_t) {
                         if (error) return self->Fail("read", error);
                         std::string text = beast::buffers_to_string(self->buffer_.data());
                         self->buffer_.consume(self->buffer_.size());
                         const auto received = self->events_.received;
                         if (received && self->stream_.got_text()) received(std::move(text));
                         if (!self->dropped_) self->Read();
                       });
  }

  void Write() {
    stream_.text(true);
    stream_.async_write(asio::buffer(queue_.front()),
                        [self = this->shared_from_this()](beast::error_code error, std::size_t) {
                          if (error) return self->Fail("write", error);
                          self->queue_.pop_front();
                          if (!self->queue_.empty()) {
                            self->Write();
                          } else if (self->closing_) {
                            self->SayGoodbye();
                          }
                        });
  }

  void SayGoodbye() {
    if (std::exchange(said_goodbye_, true)) return;
    stream_.async_close(websocket::close_code::normal,
                        [self = this->shared_from_this()](beast::error_code error) {
                          self->Drop(error ? ToStatus("close", error) : absl::OkStatus());
                        });
  }

  void Fail(const char* step, beast::error_code error) { Drop(ToStatus(step, error)); }

  void Drop(absl::Status status) {
    if (std::exchange(dropped_, true)) return;
    resolver_.cancel();
    beast::error_code ignored;
    beast::get_lowest_layer(stream_).socket().close(ignored);
    const auto closed = std::exchange(events_, {}).closed;
    if (closed) closed(std::move(status));
  }

  tcp::resolver resolver_;
  websocket::stream<Stream> stream_;
  const Address address_;
  const WebSocketOptions options_;
  WebSocketEvents events_;
  beast::flat_buffer buffer_;
  std::deque<std::string> queue_;
  bool open_ = false;
  bool closing_ = false;
  bool said_goodbye_ = false;
  bool dropped_ = false;
};

template <typename Stream>
class Handle final : public WebSocket {
 public:
  explicit Handle(std::shared_ptr<Session<Stream>> session) : session_(std::move(session)) {}
  ~Handle() override { session_->Forget(); }
  void Send(std::string text) override { session_->Send(std::move(text)); }
  void Close() override { session_->Close(); }

 private:
  const std::shared_ptr<Session<Stream>> session_;
};

class SocketLoopImpl final : public SocketLoop {
 public:
  explicit SocketLoopImpl(WebSocketOptions options)
      : options_(options), tls_(ssl::context::tls_client), work_(asio::make_work_guard(io_)) {
    tls_.set_default_verify_paths();
    tls_.set_verify_mode(ssl::verify_peer);
    tls_.set_options(ssl::context::default_workarounds | ssl::context::no_sslv2 |
                     ssl::context::no_sslv3 | ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1);
    thread_ = std::thread([this] { io_.run(); });
  }
  ~SocketLoopImpl() override {
    io_.stop();
    thread_.join();
  }

  void Post(std::function<void()> task) override { asio::post(io_, std::move(task)); }

  void After(absl::Duration wait, std::function<void()> task) override {
    auto timer = std::make_shared<asio::steady_timer>(io_, absl::ToChronoMilliseconds(wait));
    timer->async_wait([timer, task = std::move(task)](beast::error_code error) {
      if (!error) task();
    });
  }

  absl::StatusOr<std::unique_ptr<WebSocket>> Connect(const std::string& url,
                                                     WebSocketEvents events) override {
    absl::StatusOr<Address> address = ParseAddress(url);
    if (!address.ok()) return address.status();
    if (address->tls) {
      return Start<TlsStream>(*std::move(address), std::move(events), tls_);
    }
    return Start<PlainStream>(*std::move(address), std::move(events));
  }

 private:
  template <typename Stream, typename... Arguments>
  std::unique_ptr<WebSocket> Start(Address address, WebSocketEvents events,
                                   Arguments&... arguments) {
    auto session = std::make_shared<Session<Stream>>(io_, std::move(address), options_,
                                                     std::move(events), arguments...);
    session->Run();
    return std::make_unique<Handle<Stream>>(std::move(session));
  }

  const WebSocketOptions options_;
  asio::io_context io_;
  ssl::context tls_;
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  std::thread thread_;
};

}  // namespace

std::unique_ptr<SocketLoop> MakeSocketLoop(WebSocketOptions options) {
  return std::make_unique<SocketLoopImpl>(options);
}

}  // namespace belfry::bot
