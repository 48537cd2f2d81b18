// Answers that end when they end, over real loopback sockets.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "absl/strings/match.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "bot/http/listener.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace belfry::bot {
namespace {

class Client {
 public:
  explicit Client(int port) : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    const timeval timeout = {10, 0};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
    const std::string request = "GET /s HTTP/1.1\r\nHost: x\r\n\r\n";
    EXPECT_EQ(send(fd_, request.data(), request.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(request.size()));
  }
  ~Client() { Close(); }
  void Close() {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
  }
  // What came until `end` came, or until the other side closed.
  std::string ReadUntil(const std::string& end) {
    char bytes[4096];
    while (!absl::StrContains(text_, end)) {
      const ssize_t count = recv(fd_, bytes, sizeof(bytes), 0);
      if (count <= 0) break;
      text_.append(bytes, static_cast<size_t>(count));
    }
    return text_;
  }

 private:
  int fd_;
  std::string text_;
};

class StreamTest : public ::testing::Test {
 protected:
  StreamTest() {
    ListenerOptions options;
    options.address = "127.0.0.1:0";
    options.idle = absl::Seconds(1);
    listener_ = *HttpListener::Start(options, [this](HttpRequest request, auto respond) {
      peer_ = request.peer;
      HttpResponse response;
      response.content_type = "text/event-stream";
      response.headers = {{"X-Kind", "endless"}};
      response.stream = [this](std::shared_ptr<HttpStream> stream) {
        stream_ = std::move(stream);
        opened_.Notify();
      };
      respond(std::move(response));
    });
  }
  bool WaitClosed() {
    for (int i = 0; i < 1000 && stream_->open(); ++i) absl::SleepFor(absl::Milliseconds(10));
    return !stream_->open();
  }
  std::string peer_;
  absl::Notification opened_;
  std::shared_ptr<HttpStream> stream_;
  std::unique_ptr<HttpListener> listener_;
};

TEST_F(StreamTest, SendsWhatIsWrittenAtOnceAndThenTheEnd) {
  Client client(listener_->port());
  opened_.WaitForNotification();
  EXPECT_EQ(peer_, "127.0.0.1");
  stream_->Write("first\n");
  const std::string head = client.ReadUntil("first\n");
  EXPECT_THAT(head, ::testing::HasSubstr("X-Kind: endless"));
  EXPECT_THAT(head, ::testing::HasSubstr("Transfer-Encoding: chunked"));
  EXPECT_THAT(head, ::testing::HasSubstr("\r\n6\r\nfirst\n\r\n"));
  stream_->Write("second\n");
  stream_->Close();
  stream_->Write("nobody hears this");
  const std::string all = client.ReadUntil("never");
  EXPECT_TRUE(absl::EndsWith(all, "7\r\nsecond\n\r\n0\r\n\r\n")) << all;
  EXPECT_FALSE(stream_->open());
}

TEST_F(StreamTest, NoticesThatTheOtherSideIsGone) {
  Client client(listener_->port());
  opened_.WaitForNotification();
  EXPECT_TRUE(stream_->open());
  client.Close();
  EXPECT_TRUE(WaitClosed());
}

TEST_F(StreamTest, DropsWhoTakesNothing) {
  Client client(listener_->port());
  opened_.WaitForNotification();
  stream_->Write(std::string(32 << 20, 'x'));  // more than sockets hold
  EXPECT_GT(stream_->pending(), 0u);
  EXPECT_TRUE(WaitClosed());
}

TEST_F(StreamTest, StopsWhileStreamsAreOpen) {
  Client client(listener_->port());
  opened_.WaitForNotification();
  listener_->Stop(absl::Seconds(5));
  listener_.reset();
  stream_->Write("into nothing");
  EXPECT_FALSE(stream_->open());
}

}  // namespace
}  // namespace belfry::bot
