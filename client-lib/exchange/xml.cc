#include "client-lib/exchange/xml.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "client-lib/chat/utf8.h"

namespace belfry::exchange {
namespace {

// Line ends inside attributes would be read as spaces, a carriage return anywhere as a line feed.
std::string Escape(absl::string_view text, bool attribute) {
  std::string out;
  for (const char c : VisibleControls(text)) {
    switch (c) {
      case '&':
        absl::StrAppend(&out, "&amp;");
        break;
      case '<':
        absl::StrAppend(&out, "&lt;");
        break;
      case '>':
        absl::StrAppend(&out, "&gt;");
        break;
      case '"':
        absl::StrAppend(&out, "&quot;");
        break;
      case '\r':
        absl::StrAppend(&out, "&#13;");
        break;
      case '\n':
      case '\t':
        attribute ? absl::StrAppend(&out, c == '\n' ? "&#10;" : "&#9;")
                  : absl::StrAppend(&out, absl::string_view(&c, 1));
        break;
      default:
        out.push_back(c);
    }
  }
  return out;
}

void AppendUtf8(char32_t point, std::string& out) {
  // Only the block of control pictures and U+FFFD come here: three bytes each.
  out.push_back(static_cast<char>(0xe0 | (point >> 12)));
  out.push_back(static_cast<char>(0x80 | ((point >> 6) & 0x3f)));
  out.push_back(static_cast<char>(0x80 | (point & 0x3f)));
}

}  // namespace

std::string VisibleControls(absl::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const chat::CodePoint point = chat::DecodeUtf8(text);
    const size_t bytes = std::max<size_t>(point.bytes, 1);
    const char32_t value = point.value;
    if (point.bytes == 0 || value == 0xfffe || value == 0xffff) {
      AppendUtf8(0xfffd, out);
    } else if (value < 0x20 && value != '\t' && value != '\n' && value != '\r') {
      AppendUtf8(0x2400 + value, out);
    } else if (value == 0x7f) {
      AppendUtf8(0x2421, out);
    } else if (value >= 0x80 && value < 0xa0) {
      AppendUtf8(0xfffd, out);
    } else {
      out.append(text.data(), bytes);
    }
    text.remove_prefix(bytes);
  }
  return out;
}

XmlWriter::XmlWriter() : out_("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n") {}

XmlWriter::Element::Element(XmlWriter& writer, absl::string_view name, const Attributes& attributes)
    : writer_(writer), name_(name) {
  writer_.Open(name, attributes);
  absl::StrAppend(&writer_.out_, ">\n");
  ++writer_.depth_;
}

XmlWriter::Element::~Element() {
  --writer_.depth_;
  writer_.out_.append(static_cast<size_t>(writer_.depth_) * 2, ' ');
  absl::StrAppend(&writer_.out_, "</", name_, ">\n");
}

void XmlWriter::Text(absl::string_view name, absl::string_view text, const Attributes& attributes) {
  Open(name, attributes);
  if (text.empty()) {
    absl::StrAppend(&out_, "/>\n");
    return;
  }
  absl::StrAppend(&out_, ">", Escape(text, /*attribute=*/false), "</", name, ">\n");
}

void XmlWriter::Open(absl::string_view name, const Attributes& attributes) {
  out_.append(static_cast<size_t>(depth_) * 2, ' ');
  absl::StrAppend(&out_, "<", name);
  for (const auto& [key, value] : attributes) {
    if (!value.empty()) {
      absl::StrAppend(&out_, " ", key, "=\"", Escape(value, /*attribute=*/true), "\"");
    }
  }
}

}  // namespace belfry::exchange
