#include "client-lib/cli/record_release.h"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "client-lib/chat/grammar.h"
#include "client-lib/chat/parser.h"
#include "client-lib/chat/quote.h"
#include "client-lib/cli/output.h"

namespace belfry::cli {
namespace {

using Part = v1::GetRecordReleaseRequest;

struct File {
  Part::Part part;
  const char* ending;
  std::string name;
  std::string content;
};

int Misused(const Console& console, absl::string_view why) {
  console.error << "belfry: " << Harmless(why)
                << "\nusage: belfry records release ID REFERENCE [requester:…] [version:N] "
                   "--output-dir DIRECTORY\n";
  return kWrongUsage;
}

int NotWritten(const Console& console, const std::string& path) {
  console.error << "belfry: cannot write " << Harmless(path)
                << "; the release is recorded: make room, then write its files with version:N\n";
  return kRefused;
}

// Whole, or not at all: a cut release must not be given away.
bool WriteFile(const std::filesystem::path& path, const std::string& content) {
  const std::filesystem::path beside = path.string() + ".part";
  std::error_code error;
  {
    std::ofstream file(beside, std::ios::binary | std::ios::trunc);
    file << content;
    if (!file.flush()) {
      std::filesystem::remove(beside, error);
      return false;
    }
  }
  std::filesystem::rename(beside, path, error);
  return !error;
}

absl::StatusOr<v1::RecordRelease> Fetch(const client::Client& client, Part request,
                                        std::string& content) {
  for (;;) {
    request.set_offset(static_cast<int64_t>(content.size()));
    auto piece = client.GetRecordRelease(request);
    if (!piece.ok()) return piece.status();
    content += piece->content();
    if (static_cast<int64_t>(content.size()) >= piece->size()) return piece->release();
    if (piece->content().empty()) return absl::DataLossError("the server sent less than it has");
    // The latest one may be another by the next piece.
    request.set_number(piece->release().number());
  }
}

}  // namespace

bool IsRecordRelease(const std::vector<std::string>& words) {
  return words.size() > 1 && absl::EqualsIgnoreCase(words[0], "records") &&
         absl::EqualsIgnoreCase(words[1], "release");
}

std::string ReleaseFileStem(absl::string_view incident, absl::string_view reference, int number) {
  std::string stem = absl::StrCat(incident, "-", reference);
  for (char& c : stem) {
    const auto byte = static_cast<unsigned char>(c);
    if (!absl::ascii_isalnum(byte) && c != '.' && c != '-') c = '_';
  }
  return absl::StrCat(stem, "-v", number);
}

int RunRecordRelease(const Desk& desk) {
  const Console& console = desk.console;
  const chat::Grammar grammar(nullptr);
  const auto command = chat::Parse(chat::JoinWords(desk.arguments.words), grammar);
  if (!command.ok()) return Misused(console, command.status().message());
  if (command->incident.empty()) return Misused(console, "say which incident");
  if (command->words.size() != 2) return Misused(console, "say the reference of the request");
  const std::filesystem::path directory = desk.arguments.output_dir;
  std::error_code error;
  if (directory.empty()) return Misused(console, "say where the files go");
  if (!std::filesystem::is_directory(directory, error)) {
    return Misused(console, absl::StrCat(desk.arguments.output_dir, " is no directory"));
  }
  int number = 0;
  if (const auto version = command->Option("version");
      version.has_value() && (!absl::SimpleAtoi(*version, &number) || number < 1)) {
    return Misused(console, "version: takes a number from 1");
  }
  const std::string& reference = command->words[1];

  v1::RecordRelease release;
  if (number == 0) {
    v1::ReleaseRecordRequest request;
    request.set_name(command->incident);
    request.set_reference(reference);
    request.set_requester(command->Option("requester").value_or(""));
    request.set_request_id(desk.arguments.request_id);
    const auto response = desk.client.ReleaseRecord(request);
    if (!response.ok()) return Fail(console, response.status());
    release = response->release();
    number = release.number();
  }
  const std::string stem = ReleaseFileStem(chat::IncidentId(command->incident), reference, number);
  File files[] = {{Part::PART_JSON, ".json", "", ""},
                  {Part::PART_TEXT, ".txt", "", ""},
                  {Part::PART_LOG, ".log.json", "", ""}};
  for (File& file : files) {
    file.name = stem + file.ending;
    if (std::filesystem::exists(directory / file.name, error)) {
      console.error << "belfry: " << Harmless((directory / file.name).string())
                    << " is there already and is left alone; with version:" << number
                    << " the files can be written into another directory\n";
      return kWrongUsage;
    }
    Part request;
    request.set_name(command->incident);
    request.set_reference(reference);
    request.set_number(number);
    request.set_part(file.part);
    auto fetched = Fetch(desk.client, std::move(request), file.content);
    if (!fetched.ok()) return Fail(console, fetched.status());
    release = *std::move(fetched);
  }
  for (const File& file : files) {
    if (!WriteFile(directory / file.name, file.content)) {
      return NotWritten(console, (directory / file.name).string());
    }
  }
  const std::string sums =
      absl::StrCat(release.json_sha256(), "  ", files[0].name, "\n", release.text_sha256(), "  ",
                   files[1].name, "\n", release.log_sha256(), "  ", files[2].name, "\n");
  if (!WriteFile(directory / (stem + ".sha256"), sums)) {
    return NotWritten(console, (directory / (stem + ".sha256")).string());
  }
  if (console.output == Output::kJson) {
    console.out << RenderJson(release);
    return kDone;
  }
  console.out << Harmless(absl::StrCat(
      "Released ", chat::IncidentId(command->incident), " up to entry ", release.record_version(),
      ", reference ", reference, ", version ", number, ": ", release.withheld_count(), " of ",
      release.item_count(), " parts withheld, ", release.partly_withheld_count(), " in part.\n"));
  for (const File& file : files) {
    console.out << "  " << Harmless((directory / file.name).string()) << "\n";
  }
  console.out << "SHA-256 of the unredacted record: " << release.original_sha256() << "\n";
  return kDone;
}

}  // namespace belfry::cli
