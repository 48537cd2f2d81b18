#include "server/config.h"

#include <fstream>
#include <sstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/status_macros.h"
#include "server/base/textproto.h"

namespace belfry {

absl::StatusOr<std::string> ReadFile(const std::string& path, const std::string& setting) {
  std::ifstream file(path);
  if (!file) {
    return absl::NotFoundError(absl::StrCat(setting, ": cannot read ", path));
  }
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

absl::StatusOr<CommandLine> ReadCommandLine(const std::vector<std::string>& arguments) {
  CommandLine line;
  // "--flag value" and "--flag=value" mean the same.
  std::vector<std::pair<std::string, std::string>> flags;
  for (size_t i = 0; i < arguments.size(); ++i) {
    std::string name = arguments[i];
    if (name == "--check") {
      line.check = true;
    } else if (name == "--accept-older-record") {
      line.accept_older_record = true;
    } else if (name == "--version") {
      line.version = true;
    } else if (name == "--help" || name == "-h") {
      line.help = true;
    } else {
      std::string value;
      if (const size_t equals = name.find('='); equals != std::string::npos) {
        value = name.substr(equals + 1);
        name.resize(equals);
      } else if (i + 1 < arguments.size()) {
        value = arguments[++i];
      } else {
        return absl::InvalidArgumentError(absl::StrCat(name, " needs a value; see --help"));
      }
      flags.emplace_back(std::move(name), std::move(value));
    }
  }
  for (const auto& [name, value] : flags) {
    if (name == "--config") BELFRY_RETURN_IF_ERROR(ReadTextProto(value, "--config", line.config));
  }
  bool listens = false;
  for (const auto& [name, value] : flags) {
    if (name == "--config") continue;
    if (name == "--listen") {
      if (!listens) line.config.clear_listen();  // flags replace the file's addresses
      listens = true;
      line.config.add_listen(value);
    } else if (name == "--store") {
      line.config.set_store(value);
    } else if (name == "--policy") {
      line.config.set_policy_file(value);
    } else if (name == "--directory") {
      line.config.set_directory_file(value);
    } else if (name == "--metrics") {
      line.config.set_metrics(value);
    } else if (name == "--clock") {
      line.config.set_clock(value);
    } else {
      return absl::InvalidArgumentError(absl::StrCat("there is no flag ", name, "; see --help"));
    }
  }
  if (line.config.clock().empty()) line.config.set_clock("real");
  if (line.config.clock() != "real" && line.config.clock() != "virtual") {
    return absl::InvalidArgumentError(
        absl::StrCat("--clock: is real or virtual, not \"", line.config.clock(), "\""));
  }
  return line;
}

std::string HelpText() {
  return "belfryd: the incident service of Belfry\n"
         "\n"
         "  --config FILE      settings, protobuf text format (belfry.config.v1.ServerConfig)\n"
         "  --listen ADDR      host:port or unix:PATH; may be given several times\n"
         "  --store URL        sqlite:PATH\n"
         "  --policy FILE      policy pack; a new one is put into force, also on SIGHUP\n"
         "  --directory FILE   directory to begin with, used while the store holds none\n"
         "  --metrics ADDR     serve Prometheus metrics on host:port\n"
         "  --clock real|virtual\n"
         "                     virtual: time stands still until it is advanced; loopback and\n"
         "                     Unix sockets only; begins at the newest record, or at\n"
         "                     BELFRY_VIRTUAL_START (RFC 3339)\n"
         "  --accept-older-record\n"
         "                     start although the store lacks what the anchor file says was\n"
         "                     signed; what came after is lost, and the record says so\n"
         "  --check            check everything and exit\n"
         "  --version, --help\n";
}

}  // namespace belfry
