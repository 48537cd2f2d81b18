#include "client-lib/cli/output.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "belfry/error.h"
#include "client-lib/chat/utf8.h"
#include "google/protobuf/util/json_util.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace belfry::cli {
namespace {

using chat::DisplayWidth;

constexpr size_t kColumnGap = 2;
constexpr size_t kColumnMin = 8;

std::string Paint(const std::string& text, absl::string_view code, const Terminal& terminal) {
  return terminal.color ? absl::StrCat("\x1b[", code, "m", text, "\x1b[0m") : text;
}

absl::string_view ToneCode(chat::Tone tone) {
  switch (tone) {
    case chat::Tone::kGood:
      return "1;32";
    case chat::Tone::kWarning:
      return "1;33";
    case chat::Tone::kDanger:
      return "1;31";
    case chat::Tone::kNeutral:
      break;
  }
  return "1";
}

// Breaks one word that is wider than the line.
void SplitWord(absl::string_view word, size_t width, std::vector<std::string>& lines) {
  std::string part;
  size_t columns = 0;
  while (!word.empty()) {
    const size_t bytes = std::max<size_t>(chat::DecodeUtf8(word).bytes, 1);
    const absl::string_view point = word.substr(0, bytes);
    if (columns + DisplayWidth(point) > width && !part.empty()) {
      lines.push_back(part);
      part.clear();
      columns = 0;
    }
    absl::StrAppend(&part, point);
    columns += DisplayWidth(point);
    word.remove_prefix(bytes);
  }
  lines.push_back(part);
}

// Folds at spaces; line breaks stay. Width 0 is no limit.
std::vector<std::string> Fold(const std::string& text, size_t width) {
  std::vector<std::string> lines;
  for (const absl::string_view paragraph : absl::StrSplit(text, '\n')) {
    if (width == 0 || DisplayWidth(paragraph) <= width) {
      lines.emplace_back(paragraph);
      continue;
    }
    std::string line;
    for (const absl::string_view word : absl::StrSplit(paragraph, ' ')) {
      if (!line.empty() && DisplayWidth(line) + 1 + DisplayWidth(word) > width) {
        lines.push_back(line);
        line.clear();
      }
      if (DisplayWidth(word) > width) {
        std::vector<std::string> parts;
        SplitWord(word, width, parts);
        lines.insert(lines.end(), parts.begin(), parts.end() - 1);
        line = parts.back();
        continue;
      }
      absl::StrAppend(&line, line.empty() ? "" : " ", word);
    }
    lines.push_back(line);
  }
  return lines;
}

void AppendPadded(std::string& out, absl::string_view text, size_t width) {
  absl::StrAppend(&out, text);
  const size_t used = DisplayWidth(text);
  if (used < width) out.append(width - used, ' ');
}

// Takes columns from the widest until the row fits.
void Shrink(std::vector<size_t>& widths, size_t width) {
  if (width == 0 || widths.empty()) return;
  const size_t gaps = kColumnGap * (widths.size() - 1);
  while (std::accumulate(widths.begin(), widths.end(), size_t{0}) + gaps > width) {
    const auto widest = std::max_element(widths.begin(), widths.end());
    if (*widest <= kColumnMin) return;
    --*widest;
  }
}

void AppendTable(const std::vector<std::vector<std::string>>& rows, const Terminal& terminal,
                 std::string& out) {
  std::vector<size_t> widths;
  std::vector<std::vector<std::string>> cells;
  for (const auto& row : rows) {
    std::vector<std::string>& line = cells.emplace_back();
    for (size_t i = 0; i < row.size(); ++i) {
      std::string cell = Harmless(row[i]);
      std::replace(cell.begin(), cell.end(), '\n', ' ');
      if (widths.size() <= i) widths.push_back(0);
      widths[i] = std::max(widths[i], DisplayWidth(cell));
      line.push_back(std::move(cell));
    }
  }
  Shrink(widths, terminal.width);
  for (size_t r = 0; r < cells.size(); ++r) {
    std::vector<std::vector<std::string>> folded;
    size_t height = 1;
    for (size_t i = 0; i < cells[r].size(); ++i) {
      folded.push_back(Fold(cells[r][i], terminal.width == 0 ? 0 : widths[i]));
      height = std::max(height, folded.back().size());
    }
    for (size_t h = 0; h < height; ++h) {
      std::string line;
      for (size_t i = 0; i < folded.size(); ++i) {
        AppendPadded(line, h < folded[i].size() ? folded[i][h] : "", widths[i]);
        if (i + 1 < folded.size()) line.append(kColumnGap, ' ');
      }
      absl::StripTrailingAsciiWhitespace(&line);
      absl::StrAppend(&out, r == 0 ? Paint(line, "2", terminal) : line, "\n");
    }
  }
}

void AppendFields(const std::vector<chat::CardField>& fields, const Terminal& terminal,
                  std::string& out) {
  size_t label_width = 0;
  for (const auto& field : fields) {
    label_width = std::max(label_width, DisplayWidth(Harmless(field.label)));
  }
  label_width = std::min<size_t>(label_width, 24);
  const size_t indent = 2 + label_width + kColumnGap;
  const size_t left = terminal.width > indent + kColumnMin ? terminal.width - indent : 0;
  for (const auto& field : fields) {
    const std::vector<std::string> lines = Fold(Harmless(field.value), left);
    for (size_t i = 0; i < lines.size(); ++i) {
      std::string label;
      AppendPadded(label, i == 0 ? Harmless(field.label) : "", label_width);
      absl::StrAppend(&out, "  ", Paint(label, "2", terminal), std::string(kColumnGap, ' '),
                      lines[i], "\n");
    }
  }
}

}  // namespace

std::string RenderCard(const chat::Card& card, const Terminal& terminal) {
  std::string out;
  const auto add_text = [&](const std::string& text, absl::string_view code) {
    for (const std::string& line : Fold(Harmless(text), terminal.width)) {
      absl::StrAppend(&out, code.empty() ? line : Paint(line, code, terminal), "\n");
    }
  };
  if (!card.title.empty()) add_text(card.title, ToneCode(card.tone));
  if (!card.body.empty()) add_text(card.body, "");
  if (!card.fields.empty()) AppendFields(card.fields, terminal, out);
  if (!card.table.empty()) {
    absl::StrAppend(&out, "\n");
    AppendTable(card.table, terminal, out);
  }
  if (!card.hints.empty()) {
    absl::StrAppend(&out, "\n");
    for (const std::string& hint : card.hints) {
      // Not folded: it is there to be copied.
      absl::StrAppend(&out, Paint("next: ", "2", terminal), Harmless(hint), "\n");
    }
  }
  if (!card.context.empty()) add_text(card.context, "2");
  return out;
}

std::string RenderJson(const google::protobuf::Message& message, bool one_line) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = !one_line;
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(message, &json, options);
  if (!status.ok()) return "{}\n";
  if (json.empty() || json.back() != '\n') json.push_back('\n');
  return json;
}

std::string RenderStatusJson(const absl::Status& status) {
  google::rpc::Status proto;
  if (const auto payload = status.GetPayload(client::kStatusPayloadUrl); payload.has_value()) {
    google::rpc::Status details;
    if (details.ParseFromString(std::string(*payload))) proto = std::move(details);
  }
  proto.set_code(static_cast<int>(status.code()));
  proto.set_message(std::string(status.message().data(), status.message().size()));
  // JSON can only name details whose types this program knows.
  google::rpc::Status known = proto;
  known.clear_details();
  for (const auto& any : proto.details()) {
    if (any.Is<google::rpc::ErrorInfo>() || any.Is<google::rpc::BadRequest>() ||
        any.Is<google::rpc::PreconditionFailure>() || any.Is<google::rpc::RetryInfo>()) {
      *known.add_details() = any;
    }
  }
  return RenderJson(known);
}

}  // namespace belfry::cli
