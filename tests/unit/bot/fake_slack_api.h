// Slack's Web API as a test tells it to answer.
#ifndef BELFRY_TESTS_UNIT_BOT_FAKE_SLACK_API_H_
#define BELFRY_TESTS_UNIT_BOT_FAKE_SLACK_API_H_

#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "absl/synchronization/mutex.h"
#include "bot/http/client.h"
#include "nlohmann/json.hpp"

namespace belfry::bot::slack {

// Thread-safe. What is not scripted succeeds with nothing but "ok".
class FakeSlackApi final : public HttpClient {
 public:
  static constexpr char kBase[] = "https://slack.test/api/";

  struct Call {
    std::string method;  // "views.open"; the whole URL of anything that is no API call
    std::string query;
    nlohmann::json body;
    std::string authorization;
  };

  absl::StatusOr<HttpResponse> Send(const OutgoingRequest& request) override {
    absl::MutexLock lock(&mutex_);
    Call call;
    absl::string_view url = request.url;
    if (absl::ConsumePrefix(&url, kBase)) {
      const size_t question = url.find('?');
      call.method = std::string(url.substr(0, question));
      if (question != absl::string_view::npos) call.query = std::string(url.substr(question + 1));
    } else {
      call.method = request.url;
    }
    call.body = nlohmann::json::parse(request.body, nullptr, false);
    for (const auto& [name, value] : request.headers) {
      if (name == "Authorization") call.authorization = value;
    }
    calls_.push_back(call);
    auto& script = answers_[call.method];
    if (script.empty()) return HttpResponse{.status = 200, .body = R"({"ok":true})"};
    absl::StatusOr<HttpResponse> answer = script.front();
    script.pop_front();
    return answer;
  }

  // The next answer of a method, after those that were said before.
  void Answer(const std::string& method, const nlohmann::json& body, int status = 200) {
    absl::MutexLock lock(&mutex_);
    answers_[method].push_back(HttpResponse{.status = status, .body = body.dump()});
  }
  void Fail(const std::string& method, absl::Status status) {
    absl::MutexLock lock(&mutex_);
    answers_[method].push_back(std::move(status));
  }

  std::vector<Call> Calls(const std::string& method = "") {
    absl::MutexLock lock(&mutex_);
    std::vector<Call> found;
    for (const Call& call : calls_) {
      if (method.empty() || call.method == method) found.push_back(call);
    }
    return found;
  }
  // Waits until a method was called `count` times.
  bool Await(const std::string& method, size_t count = 1) {
    absl::MutexLock lock(&mutex_);
    auto enough = [&] {
      size_t found = 0;
      for (const Call& call : calls_) found += call.method == method ? 1 : 0;
      return found >= count;
    };
    return mutex_.AwaitWithTimeout(absl::Condition(&enough), absl::Seconds(10));
  }

 private:
  absl::Mutex mutex_;
  std::vector<Call> calls_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::deque<absl::StatusOr<HttpResponse>>> answers_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace belfry::bot::slack

#endif  // BELFRY_TESTS_UNIT_BOT_FAKE_SLACK_API_H_
