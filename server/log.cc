#include "server/log.h"

#include <cstdio>
#include <memory>
#include <mutex>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "spdlog/sinks/base_sink.h"
#include "spdlog/spdlog.h"

namespace belfry {
namespace {

// JSON's escapes; bytes above ASCII pass, because our texts are UTF-8.
void AppendEscaped(std::string& out, const char* bytes, size_t size) {
  for (size_t i = 0; i < size; ++i) {
    const char c = bytes[i];
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      absl::StrAppendFormat(&out, "\\u%04x", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
}

class JsonSink final : public spdlog::sinks::base_sink<std::mutex> {
 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    std::string line =
        absl::StrCat("{\"time\":\"",
                     absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", absl::FromChrono(message.time),
                                      absl::UTCTimeZone()),
                     "\",\"level\":\"");
    const auto level = spdlog::level::to_string_view(message.level);
    line.append(level.data(), level.size());
    line += "\",\"thread\":";
    absl::StrAppend(&line, message.thread_id, ",\"message\":\"");
    AppendEscaped(line, message.payload.data(), message.payload.size());
    line += "\"}\n";
    std::fwrite(line.data(), 1, line.size(), stderr);
  }
  void flush_() override { std::fflush(stderr); }
};

}  // namespace

void InstallLog(const std::string& level) {
  auto logger = std::make_shared<spdlog::logger>("belfry", std::make_shared<JsonSink>());
  const spdlog::level::level_enum parsed = spdlog::level::from_str(level);
  const bool unknown = parsed == spdlog::level::off && level != "off";
  logger->set_level(level.empty() || unknown ? spdlog::level::info : parsed);
  logger->flush_on(spdlog::level::warn);
  spdlog::set_default_logger(std::move(logger));
}

}  // namespace belfry
