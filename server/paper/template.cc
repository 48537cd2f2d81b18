#include "server/paper/template.h"

#include <kainjow/mustache.hpp>

#include "absl/strings/str_cat.h"

namespace belfry::paper {
namespace {

namespace km = kainjow::mustache;

km::data ToData(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value.get())) {
    // An empty text is as good as none: {{^x}} then says so.
    return text->empty() ? km::data(km::data::type::bool_false) : km::data(*text);
  }
  if (const auto* list = std::get_if<Value::List>(&value.get())) {
    km::data data(km::data::type::list);
    for (const Value& item : *list) data.push_back(ToData(item));
    return data;
  }
  km::data data(km::data::type::object);
  for (const auto& [name, item] : std::get<Value::Group>(value.get())) data.set(name, ToData(item));
  return data;
}

km::data ToData(const Value::Group& values, const Partials& partials) {
  km::data data = ToData(Value(values));
  for (const auto& [name, text] : partials) {
    data.set(name, km::data(km::partial([text = text] { return text; })));
  }
  return data;
}

// Length of the UTF-8 sequence that begins with this byte.
size_t SequenceLength(unsigned char first) {
  if (first < 0x80) return 1;
  if (first < 0xe0) return 2;
  return first < 0xf0 ? 3 : 4;
}

// XML 1.0 has no place for control characters and for U+FFFE and U+FFFF.
bool FitsXml(absl::string_view sequence) {
  const auto first = static_cast<unsigned char>(sequence[0]);
  if (first < 0x20) return first == '\t' || first == '\n';
  return sequence != "\xef\xbf\xbe" && sequence != "\xef\xbf\xbf";
}

std::string Escape(const std::string& text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    const size_t length =
        std::min(SequenceLength(static_cast<unsigned char>(text[i])), text.size() - i);
    const absl::string_view sequence = absl::string_view(text).substr(i, length);
    i += length;
    if (!FitsXml(sequence)) continue;
    switch (sequence[0]) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\n':
        out += "<br/>";
        break;
      default:
        out.append(sequence.data(), sequence.size());
    }
  }
  return out;
}

// Remembers which names were asked for.
class Listener final : public km::context<std::string> {
 public:
  Listener(const km::data* data, const Partials& partials, NamesUsed* used)
      : km::context<std::string>(data), partials_(partials), used_(*used) {}

  const km::data* get(const std::string& name) const override {
    const km::data* found = km::context<std::string>::get(name);
    if (name != ".") (found == nullptr ? used_.unknown : used_.known).insert(name);
    return found;
  }
  const km::data* get_partial(const std::string& name) const override {
    if (partials_.count(name) == 0) used_.unknown.insert(absl::StrCat("> ", name));
    return km::context<std::string>::get_partial(name);
  }

 private:
  const Partials& partials_;
  NamesUsed& used_;
};

absl::Status Check(const km::mustache& parsed) {
  if (parsed.is_valid()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("is no mustache: ", parsed.error_message()));
}

absl::StatusOr<std::string> FillWith(const std::string& text, const Value::Group& values,
                                     const Partials& partials,
                                     const std::function<std::string(const std::string&)>& escape) {
  km::mustache parsed(text);
  if (absl::Status status = Check(parsed); !status.ok()) return status;
  parsed.set_custom_escape(escape);
  return parsed.render(ToData(values, partials));
}

// The same shape with nothing in it, so that what stands in {{^x}} is looked at, too.
Value Emptied(const Value& value) {
  if (const auto* group = std::get_if<Value::Group>(&value.get())) {
    Value::Group empty;
    for (const auto& [name, item] : *group) empty[name] = Emptied(item);
    return empty;
  }
  if (std::holds_alternative<Value::List>(value.get())) return Value::List();
  return std::string();
}

}  // namespace

absl::Status CheckSyntax(const std::string& text) { return Check(km::mustache(text)); }

absl::StatusOr<std::string> Fill(const std::string& text, const Value::Group& values,
                                 const Partials& partials) {
  return FillWith(text, values, partials, Escape);
}

absl::StatusOr<std::string> FillPlain(const std::string& text, const Value::Group& values,
                                      const Partials& partials) {
  return FillWith(text, values, partials, [](const std::string& value) { return value; });
}

absl::StatusOr<NamesUsed> FindNames(const std::string& text, const Value::Group& sample,
                                    const Partials& partials) {
  NamesUsed used;
  for (const Value& values : {Value(sample), Emptied(Value(sample))}) {
    km::mustache parsed(text);
    if (absl::Status status = Check(parsed); !status.ok()) return status;
    const km::data data = ToData(std::get<Value::Group>(values.get()), partials);
    Listener listener(&data, partials, &used);
    parsed.render(listener);
  }
  return used;
}

}  // namespace belfry::paper
