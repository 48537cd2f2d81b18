#include "bot/http/listener.h"

#include <atomic>
#include <deque>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/synchronization/mutex.h"
#include "boost/asio/dispatch.hpp"
#include "boost/asio/ip/tcp.hpp"
#include "boost/asio/strand.hpp"
#include "boost/beast/core.hpp"
#include "boost/beast/http.hpp"

namespace belfry::bot {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using tcp = asio::ip::tcp;

// Shared by the listener and its connections.
struct Shared {
  ListenerOptions options;
  HttpListener::Handler handler;
  std::atomic<int> connections{0};
  absl::Mutex mutex;
  int running ABSL_GUARDED_BY(mutex) = 0;  // requests without an answer

  void Count(int change) {
    absl::MutexLock lock(&mutex);
    running += change;
  }
  void AwaitAnswers(absl::Duration grace) {
    absl::MutexLock lock(&mutex);
    mutex.AwaitWithTimeout(absl::Condition(
                               +[](int* count) { return *count == 0; }, &running),
                           grace);
  }
};

// One connection: reads a request, waits for its answer, reads the next. Lives as long as an
// operation or an unanswered request holds it.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(tcp::socket socket, std::shared_ptr<Shared> shared)
      : stream_(std::move(socket)), shared_(std::move(shared)) {
    ++shared_->connections;
  }
  ~Connection() { --shared_->connections; }

  void Run() {
    asio::dispatch(stream_.get_executor(), [self = shared_from_this()] {
      self->Read(self->shared_->options.read_deadline);
    });
  }

  void RefuseBusy() {
    asio::dispatch(stream_.get_executor(), [self = shared_from_this()] {
      self->keep_alive_ = false;
      self->Write({.status = 503, .body = "too many connections"});
    });
  }

 private:
  void Read(absl::Duration deadline) {
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(shared_->options.header_bytes_max));
    parser_->body_limit(shared_->options.body_bytes_max);
    stream_.expires_after(absl::ToChronoMilliseconds(deadline));
    http::async_read(
        stream_, buffer_, *parser_,
        [self = shared_from_this()](beast::error_code error, std::size_t) { self->OnRead(error); });
  }

  void OnRead(beast::error_code error) {
    if (error == http::error::body_limit) return Reject(413, "the body is too large");
    if (error == http::error::header_limit || error == http::error::buffer_overflow) {
      return Reject(431, "the headers are too large");
    }
    if (error == http::error::end_of_stream || error == beast::error::timeout ||
        error == asio::error::connection_reset || error == asio::error::eof ||
        error == asio::error::operation_aborted) {
      return Close();
    }
    if (error) return Reject(400, "this is no HTTP request");
    const http::request<http::string_body> message = parser_->release();
    HttpRequest request;
    request.method = std::string(message.method_string());
    const std::string target(message.target());
    const size_t question = target.find('?');
    request.path = target.substr(0, question);
    if (question != std::string::npos) request.query = target.substr(question + 1);
    for (const auto& field : message) {
      request.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
    }
    request.body = message.body();
    beast::error_code unknown;
    const tcp::endpoint peer = stream_.socket().remote_endpoint(unknown);
    if (!unknown) request.peer = peer.address().to_string();
    keep_alive_ = message.keep_alive();
    stream_.expires_never();  // the handler answers in time; that is its promise
    shared_->Count(1);
    auto answered = std::make_shared<std::atomic<bool>>(false);
    shared_->handler(std::move(request),
                     [self = shared_from_this(), answered](HttpResponse response) {
                       if (answered->exchange(true)) return;
                       self->shared_->Count(-1);
                       asio::dispatch(self->stream_.get_executor(),
                                      [self, response = std::move(response)]() mutable {
                                        if (response.stream) {
                                          self->WriteStream(std::move(response));
                                        } else {
                                          self->Write(std::move(response));
                                        }
                                      });
                     });
  }

  void Reject(int status, const char* text) {
    keep_alive_ = false;
    Write({.status = status, .body = text});
  }

  void Write(HttpResponse response) {
    answer_ = {};
    answer_.version(11);
    answer_.result(static_cast<unsigned>(response.status));
    answer_.set(http::field::content_type, response.content_type);
    for (const auto& [name, value] : response.headers) answer_.insert(name, value);
    answer_.keep_alive(keep_alive_);
    answer_.body() = std::move(response.body);
    answer_.prepare_payload();
    stream_.expires_after(absl::ToChronoMilliseconds(shared_->options.read_deadline));
    http::async_write(stream_, answer_,
                      [self = shared_from_this()](beast::error_code error, std::size_t) {
                        if (error || !self->keep_alive_) return self->Close();
                        self->Read(self->shared_->options.idle);
                      });
  }

  void WriteStream(HttpResponse response) {
    keep_alive_ = false;
    auto header = std::make_shared<http::response<http::empty_body>>();
    header->version(11);
    header->result(static_cast<unsigned>(response.status));
    header->set(http::field::content_type, response.content_type);
    for (const auto& [name, value] : response.headers) header->insert(name, value);
    header->keep_alive(false);
    header->chunked(true);
    auto serializer = std::make_shared<http::response_serializer<http::empty_body>>(*header);
    stream_.expires_after(absl::ToChronoMilliseconds(shared_->options.read_deadline));
    http::async_write_header(
        stream_, *serializer,
        [self = shared_from_this(), header, serializer, opened = std::move(response.stream)](
            beast::error_code error, std::size_t) {
          if (error) return self->Close();
          self->stream_.expires_never();
          self->body_ = std::make_shared<Body>(self);
          self->AwaitEnd();
          opened(self->body_);
        });
  }

  // Whoever listens to a stream says nothing more; what comes is the end.
  void AwaitEnd() {
    stream_.async_read_some(buffer_.prepare(1),
                            [self = shared_from_this()](beast::error_code, std::size_t) {
                              if (self->body_ != nullptr) self->body_->open_ = false;
                              self->Drop();
                            });
  }

  // An endless body, in chunks of HTTP/1.1. What is written waits here until the connection's own
  // thread takes it.
  class Body final : public HttpStream {
   public:
    explicit Body(std::weak_ptr<Connection> connection) : connection_(std::move(connection)) {}

    void Write(std::string bytes) override {
      if (bytes.empty()) return;
      const auto connection = connection_.lock();
      if (connection == nullptr || !open_) return;
      pending_ += bytes.size();
      asio::dispatch(
          connection->stream_.get_executor(), [connection, bytes = std::move(bytes)]() mutable {
            connection->Queue(absl::StrCat(absl::StrFormat("%x\r\n", bytes.size()), bytes, "\r\n"),
                              bytes.size());
          });
    }
    size_t pending() const override { return pending_; }
    bool open() const override { return open_ && !connection_.expired(); }
    void Close() override {
      const auto connection = connection_.lock();
      if (connection == nullptr || !open_.exchange(false)) return;
      asio::dispatch(connection->stream_.get_executor(),
                     [connection] { connection->Queue("0\r\n\r\n", 0); });
    }

   private:
    friend class Connection;
    const std::weak_ptr<Connection> connection_;
    std::atomic<size_t> pending_{0};
    std::atomic<bool> open_{true};
  };

  struct Chunk {
    std::string wire;
    size_t bytes = 0;  // without the framing; zero: the end
  };

  void Queue(std::string wire, size_t bytes) {
    chunks_.push_back({std::move(wire), bytes});
    if (chunks_.size() == 1) WriteChunk();
  }

  void WriteChunk() {
    stream_.expires_after(absl::ToChronoMilliseconds(shared_->options.idle));
    asio::async_write(stream_, asio::buffer(chunks_.front().wire),
                      [self = shared_from_this()](beast::error_code error, std::size_t) {
                        const size_t bytes = self->chunks_.front().bytes;
                        self->chunks_.pop_front();
                        self->body_->pending_ -= bytes;
                        if (error || bytes == 0) {
                          self->body_->open_ = false;
                          return self->Drop();
                        }
                        if (!self->chunks_.empty()) self->WriteChunk();
                      });
  }

  void Close() {
    beast::error_code ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
  }

  // Also ends the read that waits for the other side's end.
  void Drop() {
    beast::error_code ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_both, ignored);
    stream_.socket().close(ignored);
  }

  beast::tcp_stream stream_;
  const std::shared_ptr<Shared> shared_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  http::response<http::string_body> answer_;
  std::shared_ptr<Body> body_;  // of a stream
  std::deque<Chunk> chunks_;
  bool keep_alive_ = false;
};

class ListenerImpl final : public HttpListener {
 public:
  ListenerImpl(ListenerOptions options, Handler handler)
      : shared_(std::make_shared<Shared>()), acceptor_(io_) {
    shared_->options = std::move(options);
    shared_->handler = std::move(handler);
  }

  ~ListenerImpl() override { Stop(absl::ZeroDuration()); }

  absl::Status Open() {
    const std::string& address = shared_->options.address;
    const size_t colon = address.rfind(':');
    int port = 0;
    beast::error_code error;
    if (colon == std::string::npos || !absl::SimpleAtoi(address.substr(colon + 1), &port)) {
      return absl::InvalidArgumentError(absl::StrCat("listen: must be host:port, not ", address));
    }
    const auto host = asio::ip::make_address(address.substr(0, colon), error);
    if (error) {
      return absl::InvalidArgumentError(
          absl::StrCat("listen: must be an IP address and a port, not ", address));
    }
    const tcp::endpoint endpoint(host, static_cast<unsigned short>(port));
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (error) {
      return absl::UnavailableError(
          absl::StrCat("cannot listen on ", address, ": ", error.message()));
    }
    Accept();
    for (int i = 0; i < shared_->options.threads; ++i) {
      threads_.emplace_back([this] { io_.run(); });
    }
    return absl::OkStatus();
  }

  int port() const override { return acceptor_.local_endpoint().port(); }

  void Stop(absl::Duration grace) override {
    if (threads_.empty()) return;
    asio::dispatch(io_, [this] {
      beast::error_code ignored;
      acceptor_.close(ignored);
    });
    shared_->AwaitAnswers(grace);
    io_.stop();
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

 private:
  void Accept() {
    acceptor_.async_accept(
        asio::make_strand(io_), [this](beast::error_code error, tcp::socket socket) {
          if (error == asio::error::operation_aborted || !acceptor_.is_open()) return;
          if (!error) {
            auto connection = std::make_shared<Connection>(std::move(socket), shared_);
            if (shared_->connections > shared_->options.connections_max) {
              connection->RefuseBusy();
            } else {
              connection->Run();
            }
          }
          Accept();
        });
  }

  const std::shared_ptr<Shared> shared_;
  asio::io_context io_;
  tcp::acceptor acceptor_;
  std::vector<std::thread> threads_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<HttpListener>> HttpListener::Start(ListenerOptions options,
                                                                  Handler handler) {
  auto listener = std::make_unique<ListenerImpl>(std::move(options), std::move(handler));
  if (absl::Status status = listener->Open(); !status.ok()) return status;
  return std::unique_ptr<HttpListener>(std::move(listener));
}

}  // namespace belfry::bot
