// HTTP in and out over real loopback sockets; the Slack routes and Web API on top of them.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "bot/http/client.h"
#include "bot/http/listener.h"
#include "bot/http/loopback.h"
#include "bot/platform/slack/slack_platform.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace belfry::bot {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class Socket {
 public:
  explicit Socket(int port) : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    const timeval timeout = {10, 0};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
  }
  ~Socket() { close(fd_); }
  void Send(const std::string& bytes) {
    for (size_t sent = 0; sent < bytes.size();) {
      const ssize_t count = send(fd_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
      if (count <= 0) return;  // refused early
      sent += static_cast<size_t>(count);
    }
  }
  // Until the other side closes.
  std::string ReadAll() {
    std::string all;
    char bytes[4096];
    for (ssize_t count = 0; (count = recv(fd_, bytes, sizeof(bytes), 0)) > 0;) {
      all.append(bytes, static_cast<size_t>(count));
    }
    return all;
  }

 private:
  const int fd_;
};

std::unique_ptr<HttpListener> Start(HttpListener::Handler handler, ListenerOptions options = {}) {
  options.address = "127.0.0.1:0";
  auto listener = HttpListener::Start(options, std::move(handler));
  EXPECT_TRUE(listener.ok()) << listener.status();
  return *std::move(listener);
}

HttpListener::Handler Echo() {
  return [](HttpRequest request, HttpListener::Respond respond) {
    respond({.body = absl::StrCat(request.method, " ", request.path, "?", request.query, " ",
                                  request.body.size())});
  };
}

TEST(LoopbackTest, IsWhatItIsAndNotWhatBeginsLikeIt) {
  for (const char* url : {"http://127.0.0.1:80/x", "http://127.9.9.9/", "http://localhost/x",
                          "http://localhost:8080", "http://[::1]:80/x", "http://127.0.0.1?x"}) {
    EXPECT_TRUE(IsLoopbackUrl(url)) << url;
  }
  for (const char* url :
       {"http://127.0.0.1.evil.example/", "http://127.evil.example/", "http://localhost.evil/",
        "http://localhost:80@evil.example/", "http://127.0.0.1@evil.example/", "http://127.1/",
        "http://0177.0.0.1/", "http://10.0.0.1/", "http://[::2]/", "https://127.0.0.1/", "",
        "http://", "http://127.0.0.1\\@evil.example/x@y"}) {
    EXPECT_FALSE(IsLoopbackUrl(url)) << url;
  }
}

TEST(ListenerTest, TakesLargeFormsAndRefusesLargerOnesChunkedOrNot) {
  const auto listener = Start(Echo());
  CurlHttpClient client;
  OutgoingRequest request;
  request.url = absl::StrCat("http://127.0.0.1:", listener->port(), "/x?y=1");
  request.body = std::string(900'000, 'a');
  EXPECT_EQ(client.Send(request)->body, "POST /x?y=1 900000");
  request.body = std::string(1'100'000, 'a');
  const auto large = client.Send(request);
  if (large.ok()) {
    EXPECT_EQ(large->status, 413);
  }
  Socket chunked(listener->port());
  chunked.Send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
  const std::string chunk = "40000\r\n" + std::string(0x40000, 'b') + "\r\n";
  for (int i = 0; i < 6; ++i) chunked.Send(chunk);
  EXPECT_THAT(chunked.ReadAll(), ::testing::AnyOf(StartsWith("HTTP/1.1 413"), ""));
}

TEST(ListenerTest, RefusesWhatIsNoHttpAndHugeHeaders) {
  const auto listener = Start(Echo());
  Socket garbage(listener->port());
  garbage.Send("\x16\x03\x01 hello\r\n\r\n");
  EXPECT_THAT(garbage.ReadAll(), StartsWith("HTTP/1.1 400"));
  Socket headers(listener->port());
  headers.Send("GET / HTTP/1.1\r\nHost: x\r\nX: " + std::string(20'000, 'h') + "\r\n\r\n");
  EXPECT_THAT(headers.ReadAll(), ::testing::AnyOf(StartsWith("HTTP/1.1 431"), ""));
}

TEST(ListenerTest, ASlowClientIsDroppedAndHoldsNobodyUp) {
  ListenerOptions options;
  options.read_deadline = absl::Milliseconds(300);
  const auto listener = Start(Echo(), options);
  Socket slow(listener->port());
  slow.Send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nab");
  CurlHttpClient client;
  OutgoingRequest request;
  request.url = absl::StrCat("http://127.0.0.1:", listener->port(), "/");
  EXPECT_EQ(client.Send(request)->status, 200);
  EXPECT_EQ(slow.ReadAll(), "");  // closed by the deadline, not by us
}

TEST(ListenerTest, TooManyConnectionsAreToldSo) {
  ListenerOptions options;
  options.connections_max = 2;
  const auto listener = Start(Echo(), options);
  Socket one(listener->port());
  Socket two(listener->port());
  // The two above must have been accepted before the third one counts.
  std::string answer;
  for (int i = 0; i < 100 && !absl::StartsWith(answer, "HTTP/1.1 503"); ++i) {
    Socket three(listener->port());
    three.Send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    answer = three.ReadAll();
  }
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 503"));
}

TEST(ListenerTest, AnAnswerMayComeLaterAndFromAnotherThread) {
  HttpListener::Respond later;
  absl::Notification asked;
  auto listener = Start([&](HttpRequest, HttpListener::Respond respond) {
    later = std::move(respond);
    asked.Notify();
  });
  absl::StatusOr<HttpResponse> response = absl::UnknownError("");
  std::thread caller([&] {
    CurlHttpClient client;
    OutgoingRequest request;
    request.url = absl::StrCat("http://127.0.0.1:", listener->port(), "/");
    response = client.Send(request);
  });
  asked.WaitForNotification();
  later({.status = 202, .body = "at last"});
  later({.status = 500});  // the first one counted
  caller.join();
  EXPECT_EQ(response->status, 202);
  later = nullptr;
}

TEST(ClientTest, TellsNotSentFromUnknown) {
  CurlOptions options;
  options.total_timeout = absl::Milliseconds(300);
  CurlHttpClient client(options);
  OutgoingRequest request;
  request.url = "http://127.0.0.1:1/";
  EXPECT_EQ(client.Send(request).status().code(), absl::StatusCode::kUnavailable);
  std::vector<HttpListener::Respond> silent;
  auto listener = Start(
      [&](HttpRequest, HttpListener::Respond respond) { silent.push_back(std::move(respond)); });
  request.url = absl::StrCat("http://127.0.0.1:", listener->port(), "/");
  EXPECT_EQ(client.Send(request).status().code(), absl::StatusCode::kUnknown);
  request.url = "http://example.org/";
  EXPECT_EQ(client.Send(request).status().code(), absl::StatusCode::kInvalidArgument);
  request.url = "file:///etc/passwd";
  EXPECT_EQ(client.Send(request).status().code(), absl::StatusCode::kInvalidArgument);
  silent.clear();
}

// Slack's Web API, as far as the bot uses it.
class SlackApiTest : public ::testing::Test {
 protected:
  SlackApiTest()
      : listener_(Start([this](HttpRequest request, HttpListener::Respond respond) {
          last_ = request;
          respond(answer_);
        })) {
    slack::SlackOptions options;
    options.workspace = "T1";
    options.bot_token = "xoxb-secret";
    options.api_base_url = absl::StrCat("http://127.0.0.1:", listener_->port(), "/api/");
    options.response_hosts = {absl::StrCat("127.0.0.1:", listener_->port())};
    platform_ = std::make_unique<slack::SlackPlatform>(options, &http_);
    message_.endpoint.set_address("C1");
    message_.delivery = "deliveries/1";
    message_.card.title = "Hello";
  }
  CurlHttpClient http_;
  HttpResponse answer_;
  HttpRequest last_;
  std::unique_ptr<HttpListener> listener_;
  std::unique_ptr<slack::SlackPlatform> platform_;
  Outgoing message_;
};

TEST_F(SlackApiTest, PostsWithTheDeliveryIdAndWithoutPreviews) {
  answer_.body = R"({"ok":true,"channel":"C1","ts":"1.2"})";
  v1::MessageRef thread;
  thread.set_id("9.9");
  message_.thread = thread;
  const SendResult sent = platform_->Post(message_);
  ASSERT_TRUE(sent.ok()) << sent.detail;
  EXPECT_EQ(sent.message.id(), "1.2");
  EXPECT_EQ(last_.path, "/api/chat.postMessage");
  EXPECT_EQ(last_.Header("Authorization"), "Bearer xoxb-secret");
  const auto body = nlohmann::json::parse(last_.body);
  EXPECT_EQ(body["metadata"]["event_payload"]["delivery"], "deliveries/1");
  EXPECT_EQ(body["thread_ts"], "9.9");
  EXPECT_EQ(body["unfurl_links"], false);
}

TEST_F(SlackApiTest, WaitsAsLongAsItIsAsked) {
  // The header is set by hand: our own listener has no Retry-After to give.
  answer_.status = 429;
  const SendResult sent = platform_->Post(message_);
  EXPECT_EQ(sent.failure, SendFailure::kRetryLater);
  EXPECT_GE(sent.retry_after, absl::Seconds(1));
}

TEST_F(SlackApiTest, FindsWhatAnEarlierAttemptHadPosted) {
  answer_.body =
      R"({"ok":true,"messages":[{"ts":"1.1"},{"ts":"1.2","metadata":)"
      R"({"event_type":"belfry_delivery","event_payload":{"delivery":"deliveries/1"}}}]})";
  const auto found = platform_->Find(message_, absl::UnixEpoch());
  ASSERT_TRUE(found.ok()) << found.status();
  ASSERT_TRUE(found->has_value());
  EXPECT_EQ((*found)->id(), "1.2");
  EXPECT_THAT(last_.query, HasSubstr("include_all_metadata=true"));
  answer_.body = R"({"ok":true,"messages":[]})";
  EXPECT_FALSE(platform_->Find(message_, absl::UnixEpoch())->has_value());
  answer_.body = "garbage";
  EXPECT_FALSE(platform_->Find(message_, absl::UnixEpoch()).ok());
}

TEST_F(SlackApiTest, AnswersOnlyWhereResponseUrlsMayPoint) {
  answer_.body = "ok";
  chat::Card card;
  card.title = "Done";
  EXPECT_TRUE(
      platform_->Respond(absl::StrCat("http://127.0.0.1:", listener_->port(), "/response/1"), card)
          .ok());
  EXPECT_EQ(platform_->Respond("https://evil.example/x", card).failure, SendFailure::kBug);
  EXPECT_EQ(platform_->Respond("https://hooks.slack.com.evil.example/x", card).failure,
            SendFailure::kBug);
}

TEST_F(SlackApiTest, NoSecretIsInAnErrorText) {
  answer_.status = 500;
  EXPECT_THAT(platform_->Post(message_).detail, ::testing::Not(HasSubstr("xoxb")));
}

}  // namespace
}  // namespace belfry::bot
