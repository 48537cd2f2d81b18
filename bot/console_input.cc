#include "bot/console_input.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "spdlog/spdlog.h"

namespace belfry::bot {
namespace {

constexpr size_t kLineBytesMax = 64 * 1024;
constexpr int kPollMs = 500;
constexpr char kRoot[] = "/incident";

class Session {
 public:
  Session(std::string person, Console& console, CommandDispatcher& dispatcher)
      : person_(std::move(person)), console_(console), dispatcher_(dispatcher) {}

  // False when the person leaves.
  bool Line(absl::string_view line) {
    line = absl::StripAsciiWhitespace(line);
    if (line.empty()) return true;
    if (line == "/quit" || line == "/exit") return false;
    if (absl::ConsumePrefix(&line, "/as ")) {
      const absl::string_view name = absl::StripAsciiWhitespace(line);
      person_ =
          absl::StartsWith(name, "people/") ? std::string(name) : absl::StrCat("people/", name);
      chat::Card card;
      card.title = absl::StrCat("You now type as ", person_);
      console_.Answer(card);
      return true;
    }
    ChatRequest request;
    request.kind = ChatRequest::Kind::kCommand;
    request.platform = "console";
    // The word of the slash command may be left out.
    if (absl::ConsumePrefix(&line, kRoot)) line = absl::StripLeadingAsciiWhitespace(line);
    request.text = std::string(line);
    console_.Answer(dispatcher_.RunAs(person_, request, kRoot).card);
    return true;
  }

 private:
  std::string person_;
  Console& console_;
  CommandDispatcher& dispatcher_;
};

// Waits for input, at most a moment. False at the end of the stop.
bool WaitReadable(int fd, const std::function<bool()>& stopping) {
  while (!stopping()) {
    pollfd poller = {fd, POLLIN, 0};
    if (poll(&poller, 1, kPollMs) > 0) return true;
  }
  return false;
}

}  // namespace

void ReadConsole(const std::string& person, const std::string& input_file, Console& console,
                 CommandDispatcher& dispatcher, const std::function<bool()>& stopping) {
  int fd = STDIN_FILENO;
  if (!input_file.empty()) {
    // Open for writing as well: then a pipe never ends when a writer goes away.
    fd = open(input_file.c_str(), O_RDWR | O_CLOEXEC);
    if (fd < 0) {
      spdlog::error("console.input_file: cannot open {}", input_file);
      return;
    }
  }
  Session session(person, console, dispatcher);
  std::string pending;
  bool open_input = true;
  while (open_input && WaitReadable(fd, stopping)) {
    char bytes[4096];
    const ssize_t count = read(fd, bytes, sizeof(bytes));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    pending.append(bytes, static_cast<size_t>(count));
    for (size_t end = pending.find('\n'); end != std::string::npos; end = pending.find('\n')) {
      const std::string line = pending.substr(0, end);
      pending.erase(0, end + 1);
      if (!session.Line(line)) {
        open_input = false;
        break;
      }
    }
    if (pending.size() > kLineBytesMax) pending.clear();
  }
  if (fd != STDIN_FILENO) close(fd);
}

}  // namespace belfry::bot
