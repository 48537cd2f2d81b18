// Outgoing WebSockets against a server made of bytes.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/sha.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "bot/http/websocket.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace belfry::bot {
namespace {

using ::testing::HasSubstr;

// Takes one connection and does with it what the test says.
class Server {
 public:
  explicit Server(std::function<void(int fd)> serve) : listener_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(listen(listener_, 1), 0);
    EXPECT_EQ(getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, serve = std::move(serve)] {
      const int fd = accept(listener_, nullptr, nullptr);
      if (fd < 0) return;  // nobody came
      const timeval timeout = {10, 0};
      setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
      serve(fd);
      close(fd);
    });
  }
  ~Server() {
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    close(listener_);
  }
  std::string url() const { return absl::StrCat("ws://127.0.0.1:", port_, "/link?ticket=secret"); }

 private:
  const int listener_;
  int port_ = 0;
  std::thread thread_;
};

std::string ReadHead(int fd) {
  std::string head;
  char byte = 0;
  while (!absl::EndsWith(head, "\r\n\r\n") && recv(fd, &byte, 1, 0) == 1) head += byte;
  return head;
}

void Write(int fd, const std::string& bytes) {
  EXPECT_EQ(send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL), static_cast<ssize_t>(bytes.size()));
}

void Upgrade(int fd) {
  const std::string head = ReadHead(fd);
  const std::string name = "Sec-WebSocket-Key: ";
  if (!absl::StrContains(head, name)) return;  // it was gone again
  const size_t at = head.find(name) + name.size();
  const std::string key =
      head.substr(at, head.find('\r', at) - at) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  unsigned char digest[SHA_DIGEST_LENGTH];
  SHA1(reinterpret_cast<const unsigned char*>(key.data()), key.size(), digest);
  Write(fd, absl::StrCat("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: "
                         "Upgrade\r\nSec-WebSocket-Accept: ",
                         absl::Base64Escape(absl::string_view(reinterpret_cast<const char*>(digest),
                                                              sizeof(digest))),
                         "\r\n\r\n"));
}

void WaitForEnd(int fd) {
  char bytes[4096];
  while (recv(fd, bytes, sizeof(bytes), 0) > 0) {
  }
}

class WebSocketTest : public ::testing::Test {
 protected:
  explicit WebSocketTest() {
    WebSocketOptions options;
    options.handshake = absl::Milliseconds(500);
    options.silence = absl::Milliseconds(400);
    options.message_bytes_max = 1000;
    loop_ = MakeSocketLoop(options);
  }
  ~WebSocketTest() override {
    // Connections belong to the loop's thread.
    OnLoop([this] { socket_.reset(); });
  }

  void OnLoop(const std::function<void()>& task) {
    absl::Mutex mutex;
    bool done = false;
    loop_->Post([&] {
      task();
      absl::MutexLock lock(&mutex);
      done = true;
    });
    absl::MutexLock lock(&mutex);
    mutex.Await(absl::Condition(&done));
  }

  absl::Status Connect(const std::string& url) {
    absl::Status status;
    OnLoop([&] {
      WebSocketEvents events;
      events.opened = [this] { Say("opened"); };
      events.received = [this](const std::string& text) {
        Say("got " + text);
        if (text == "ping me") socket_->Send("ponged");
        if (text == "bye") socket_->Close();
      };
      events.closed = [this](const absl::Status& end) {
        Say(absl::StrCat("closed ", end.ok() ? "well" : std::string(end.message())));
      };
      auto socket = loop_->Connect(url, std::move(events));
      status = socket.status();
      if (socket.ok()) socket_ = *std::move(socket);
    });
    return status;
  }
  void Say(const std::string& line) {
    absl::MutexLock lock(&mutex_);
    said_.push_back(line);
  }
  // What happened up to the end of the connection.
  std::vector<std::string> UntilClosed() {
    absl::MutexLock lock(&mutex_);
    const auto closed = [this] {
      return !said_.empty() && absl::StartsWith(said_.back(), "closed");
    };
    EXPECT_TRUE(mutex_.AwaitWithTimeout(absl::Condition(&closed), absl::Seconds(10)));
    return said_;
  }

  std::unique_ptr<SocketLoop> loop_;
  std::unique_ptr<WebSocket> socket_;
  absl::Mutex mutex_;
  std::vector<std::string> said_;
};

TEST_F(WebSocketTest, TalksAndSaysGoodbye) {
  std::string heard;
  {
    Server server([&](int fd) {
      Upgrade(fd);
      Write(fd, "\x81\x07ping me");
      char bytes[64];
      const ssize_t count = recv(fd, bytes, sizeof(bytes), 0);
      for (ssize_t i = 6; i < count; ++i)
        heard += static_cast<char>(bytes[i] ^ bytes[2 + (i - 6) % 4]);
      Write(fd,
            "\x81\x03"
            "bye");
      recv(fd, bytes, sizeof(bytes), 0);
      Write(fd, std::string("\x88\x02\x03\xE8", 4));  // and it is the server that hangs up
    });
    ASSERT_TRUE(Connect(server.url()).ok());
    EXPECT_THAT(UntilClosed(),
                ::testing::ElementsAre("opened", "got ping me", "got bye", "closed well"));
  }
  EXPECT_EQ(heard, "ponged");
}

TEST_F(WebSocketTest, ASilentServerIsGivenUp) {
  Server server([](int fd) {
    Upgrade(fd);
    WaitForEnd(fd);  // reads our pings, answers none
  });
  ASSERT_TRUE(Connect(server.url()).ok());
  EXPECT_THAT(UntilClosed().back(), HasSubstr("timeout"));
}

TEST_F(WebSocketTest, AServerThatNeverUpgradesIsGivenUp) {
  Server server(WaitForEnd);
  ASSERT_TRUE(Connect(server.url()).ok());
  EXPECT_THAT(UntilClosed().back(), HasSubstr("upgrade: "));
}

TEST_F(WebSocketTest, ARefusalIsAnErrorThatKeepsTheAddressToItself) {
  Server server([](int fd) {
    ReadHead(fd);
    Write(fd, "HTTP/1.1 409 Conflict\r\nContent-Length: 0\r\n\r\n");
    WaitForEnd(fd);
  });
  ASSERT_TRUE(Connect(server.url()).ok());
  const std::string end = UntilClosed().back();
  EXPECT_THAT(end, HasSubstr("upgrade: "));
  EXPECT_THAT(end, ::testing::Not(HasSubstr("secret")));
}

TEST_F(WebSocketTest, AMessageThatIsTooLargeEndsIt) {
  Server server([](int fd) {
    Upgrade(fd);
    Write(fd, std::string("\x81\x7E\x04\x00", 4) + std::string(1024, 'x'));
    WaitForEnd(fd);
  });
  ASSERT_TRUE(Connect(server.url()).ok());
  EXPECT_THAT(UntilClosed().back(), HasSubstr("read: "));
}

TEST_F(WebSocketTest, DroppingAConnectionIsSilent) {
  Server server([](int fd) {
    Upgrade(fd);
    WaitForEnd(fd);
  });
  ASSERT_TRUE(Connect(server.url()).ok());
  OnLoop([this] { socket_.reset(); });
  absl::MutexLock lock(&mutex_);
  for (const std::string& line : said_) EXPECT_EQ(line, "opened");
}

TEST_F(WebSocketTest, OnlyWssAndLoopbackAreAllowed) {
  for (const char* url :
       {"ws://slack.test/x", "http://127.0.0.1/", "ws://127.0.0.1.evil.test/", "wss://", "wss:///x",
        "wss://user@slack.test/", "wss://slack.test:0/", "wss://slack.test:99999/",
        "wss://slack.test:x/", "wss://a b/", "wss://a\r\nHost: b/", "wss://[::1", ""}) {
    EXPECT_TRUE(absl::IsInvalidArgument(Connect(url))) << url;
  }
}

}  // namespace
}  // namespace belfry::bot
