#include "client-lib/exchange/json_text.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "client-lib/chat/utf8.h"

namespace belfry::exchange {
namespace {

// Where a byte of the text is, for people.
std::string PlaceOf(absl::string_view text, size_t position) {
  const absl::string_view before = text.substr(0, std::min(position, text.size()));
  const size_t lines = static_cast<size_t>(std::count(before.begin(), before.end(), '\n'));
  const size_t start = before.rfind('\n');
  const size_t column =
      start == absl::string_view::npos ? before.size() : before.size() - start - 1;
  return absl::StrCat("line ", lines + 1, ", column ", std::max<size_t>(column, 1));
}

// Builds the value and stops at the first thing that is wrong with it.
class Builder final : public nlohmann::json_sax<Json> {
 public:
  explicit Builder(absl::string_view text) : text_(text) {}

  bool null() override { return Add(Json()) != nullptr; }
  bool boolean(bool value) override { return Add(Json(value)) != nullptr; }
  bool number_integer(number_integer_t value) override { return Add(Json(value)) != nullptr; }
  bool number_unsigned(number_unsigned_t value) override { return Add(Json(value)) != nullptr; }
  bool number_float(number_float_t value, const string_t&) override {
    if (!std::isfinite(value)) return Fail(JsonError(Path(), "the number is too large"));
    return Add(Json(value)) != nullptr;
  }
  bool string(string_t& value) override { return Add(Json(std::move(value))) != nullptr; }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return Open(Json::object()); }
  bool start_array(std::size_t) override { return Open(Json::array()); }
  bool end_object() override { return Close(); }
  bool end_array() override { return Close(); }
  bool key(string_t& value) override {
    keys_.back() = value;
    if (open_.back()->size() >= kJsonMembersMax) {
      return Fail(JsonError(
          Path(), absl::StrCat("its object has more than ", kJsonMembersMax, " members")));
    }
    if (open_.back()->find(value) != open_.back()->end()) {
      return Fail(JsonError(Path(), "stands twice in its object"));
    }
    return true;
  }
  bool parse_error(std::size_t position, const std::string&, const Json::exception&) override {
    return Fail(absl::InvalidArgumentError(
        absl::StrCat("the file is no JSON at ", PlaceOf(text_, position))));
  }

  const absl::Status& status() const { return status_; }
  Json& value() { return root_; }

 private:
  bool Fail(absl::Status status) {
    if (status_.ok()) status_ = std::move(status);
    return false;
  }

  std::string Path() const {
    std::string path = "$";
    for (size_t i = 0; i < open_.size(); ++i) {
      path = open_[i]->is_array()
                 ? ElementPath(path, i + 1 < open_.size() ? open_[i]->size() - 1 : open_[i]->size())
                 : MemberPath(path, keys_[i]);
    }
    return path;
  }

  Json* Add(Json value) {
    if (++values_ > kJsonValuesMax) {
      Fail(JsonError(Path(), absl::StrCat("more than ", kJsonValuesMax, " values in the file")));
      return nullptr;
    }
    if (open_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    if (open_.back()->is_array()) {
      open_.back()->push_back(std::move(value));
      return &open_.back()->back();
    }
    Json& slot = (*open_.back())[keys_.back()];
    slot = std::move(value);
    return &slot;
  }

  bool Open(Json value) {
    if (open_.size() >= static_cast<size_t>(kJsonDepthMax)) {
      return Fail(JsonError(Path(), absl::StrCat("nested deeper than ", kJsonDepthMax, " levels")));
    }
    Json* const added = Add(std::move(value));
    if (added == nullptr) return false;
    open_.push_back(added);
    keys_.emplace_back();
    return true;
  }

  bool Close() {
    open_.pop_back();
    keys_.pop_back();
    return true;
  }

  const absl::string_view text_;
  absl::Status status_;
  Json root_;
  std::vector<Json*> open_;  // a parent does not grow while its last child is open
  std::vector<std::string> keys_;
  size_t values_ = 0;
};

}  // namespace

absl::StatusOr<Json> ParseJson(absl::string_view text) {
  if (text.size() > kImportBytesMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("the file has ", text.size(), " bytes; at most ", kImportBytesMax));
  }
  Builder builder(text);
  const bool complete = Json::sax_parse(text.begin(), text.end(), &builder);
  if (!builder.status().ok()) return builder.status();
  if (!complete) return absl::InvalidArgumentError("the file is no JSON");
  return std::move(builder.value());
}

std::string DumpJson(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

absl::Status JsonError(absl::string_view path, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(path, ": ", what));
}

std::string MemberPath(absl::string_view path, absl::string_view member) {
  const bool plain = !member.empty() && std::all_of(member.begin(), member.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_';
  });
  if (plain) return absl::StrCat(path, ".", member);
  return absl::StrCat(path, "['", chat::Clip(member, 80), "']");
}

std::string ElementPath(absl::string_view path, size_t index) {
  return absl::StrCat(path, "[", index, "]");
}

absl::string_view KindOf(const Json& json) {
  if (json.is_string()) return "text";
  if (json.is_number()) return "a number";
  if (json.is_boolean()) return "true or false";
  if (json.is_array()) return "a list";
  if (json.is_object()) return "an object";
  return "null";
}

}  // namespace belfry::exchange
