#include "server/base/textproto.h"

#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/text_format.h"

namespace belfry {
namespace {

class Complaints final : public google::protobuf::io::ErrorCollector {
 public:
  explicit Complaints(absl::string_view file) : file_(file) {}
  void AddError(int line, google::protobuf::io::ColumnNumber column,
                const std::string& message) override {
    // The parser counts from 0.
    absl::StrAppend(&text_, text_.empty() ? "" : "\n", file_, ": line ", line + 1, ", column ",
                    column + 1, ": ", message);
  }
  const std::string& text() const { return text_; }

 private:
  absl::string_view file_;
  std::string text_;
};

}  // namespace

absl::Status ParseTextProto(absl::string_view text, absl::string_view file,
                            google::protobuf::Message& message) {
  Complaints complaints(file);
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&complaints);
  if (parser.ParseFromString(std::string(text), &message)) return absl::OkStatus();
  return absl::InvalidArgumentError(complaints.text());
}

absl::Status ReadTextProto(const std::string& path, absl::string_view setting,
                           google::protobuf::Message& message) {
  std::ifstream file(path);
  if (!file) return absl::NotFoundError(absl::StrCat(setting, ": cannot read ", path));
  std::stringstream text;
  text << file.rdbuf();
  return ParseTextProto(text.str(), path, message);
}

}  // namespace belfry
