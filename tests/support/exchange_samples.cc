// Exports of many incidents of a real server, for other people's validators.
//
//   exchange_samples DIR [COUNT]   plays COUNT incidents (200) and writes all-FORMAT.* (everything
//   a
//                                  named reader may have), amber-FORMAT.* (the default label,
//                                  without restricted ones) and one-FORMAT.* (a single incident)
//   exchange_samples --schemas DIR writes the schemas of docs/exchange/
//
// Prints what was played, as JSON.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "client-lib/exchange/collect.h"
#include "client-lib/exchange/format.h"
#include "tests/support/exchange_schema.h"
#include "tests/support/exchange_world.h"

namespace belfry::testing {
namespace {

using exchange::Format;

void Save(const std::string& path, const std::string& bytes) {
  std::ofstream file(path, std::ios::binary);
  if (!(file << bytes)) {
    std::cerr << "cannot write " << path << "\n";
    std::exit(2);
  }
}

template <typename T>
T Must(absl::StatusOr<T> value) {
  if (value.ok()) return *std::move(value);
  std::cerr << value.status() << "\n";
  std::exit(1);
}

std::string Extension(Format format) {
  return format == Format::kIodef ? "xml" : format == Format::kCsv ? "csv" : "json";
}

void Export(const TestServer& server, const std::string& directory, const std::string& set,
            const exchange::ExportOptions& options, exchange::Json& told) {
  const exchange::Collected collected =
      Must(exchange::Collect(server.As("csirt.handler"), options));
  const exchange::Mappings mappings = Must(exchange::LoadMappings(collected, ""));
  for (const exchange::FormatRow& row : exchange::kFormats) {
    exchange::v1::Export file = collected.file;
    const bool one = options.incidents.size() == 1;
    const std::string bytes = Must(exchange::Write(row.format, mappings, one, file));
    Save(absl::StrCat(directory, "/", set, "-", std::string(row.name), ".", Extension(row.format)),
         bytes);
    told[set][std::string(row.name)] = file.incidents_size();
  }
}

int Samples(const std::string& directory, int count) {
  std::filesystem::create_directories(directory);
  TestServer server;
  const std::vector<std::string> names = PlayIncidents(server, count);
  exchange::Json told = exchange::Json::object();
  told["played"] = names.size();
  exchange::ExportOptions options;
  options.now = server.now();
  Export(server, directory, "amber", options, told);
  options.tlp_max = exchange::Tlp::kRed;
  options.restricted = true;
  options.recipient = "the inspector general";
  Export(server, directory, "all", options, told);
  options.incidents = {names.front()};
  Export(server, directory, "one", options, told);
  std::cout << exchange::DumpJson(told);
  return 0;
}

}  // namespace
}  // namespace belfry::testing

int main(int argc, char** argv) {
  const std::string first = argc > 1 ? argv[1] : "";
  int count = 200;
  if (first == "--schemas" && argc == 3) {
    const std::string directory = argv[2];
    belfry::testing::Save(directory + "/belfry-export.schema.json",
                          belfry::exchange::DumpJson(belfry::testing::ExportSchema()));
    belfry::testing::Save(directory + "/stix-extension.schema.json",
                          belfry::exchange::DumpJson(belfry::testing::StixExtensionSchema()));
    return 0;
  }
  if (first.empty() || (argc > 2 && !absl::SimpleAtoi(argv[2], &count))) {
    std::cerr << "usage: exchange_samples DIR [COUNT] | --schemas DIR\n";
    return 2;
  }
  return belfry::testing::Samples(first, count);
}
