#include "server/paper/markup.h"

#include <libxml/parser.h>
#include <libxml/tree.h>

#include <memory>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "server/base/status_macros.h"

namespace belfry::paper {
namespace {

constexpr int kDepthMax = 32;

const std::set<std::string>& Elements() {
  static const auto* const names = new std::set<std::string>{
      "section", "header", "footer", "h1", "h2", "h3", "p",  "dl",     "dt", "dd", "table",
      "tr",      "th",     "td",     "ul", "ol", "li", "br", "strong", "em", "hr"};
  return *names;
}

std::string FromXml(const xmlChar* text) {
  return text == nullptr ? "" : reinterpret_cast<const char*>(text);
}

absl::Status At(const xmlNode& node, absl::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat("line ", xmlGetLineNo(const_cast<xmlNode*>(&node)), ": ", what));
}

// White space as one space; an unbreakable space stays what it is.
std::string Collapse(absl::string_view text) {
  std::string out;
  for (const char c : text) {
    if (!absl::ascii_isspace(static_cast<unsigned char>(c))) {
      out.push_back(c);
    } else if (out.empty() || out.back() != ' ') {
      out.push_back(' ');
    }
  }
  return out;
}

absl::Status Convert(const xmlNode* first, int depth, std::vector<Node>& out) {
  if (depth > kDepthMax) return At(*first, "elements stand too deep in each other");
  for (const xmlNode* one = first; one != nullptr; one = one->next) {
    if (one->type == XML_TEXT_NODE || one->type == XML_CDATA_SECTION_NODE) {
      Node text;
      text.text = Collapse(FromXml(one->content));
      out.push_back(std::move(text));
      continue;
    }
    if (one->type == XML_COMMENT_NODE) continue;
    if (one->type != XML_ELEMENT_NODE) return At(*one, "only elements and text belong here");
    Node node;
    node.name = FromXml(one->name);
    if (Elements().count(node.name) == 0) {
      return At(*one, absl::StrCat("<", node.name, "> is no element of documents"));
    }
    for (const xmlAttr* attribute = one->properties; attribute != nullptr;
         attribute = attribute->next) {
      if (FromXml(attribute->name) != "class") {
        return At(*one, absl::StrCat("<", node.name, "> takes class alone, not ",
                                     FromXml(attribute->name)));
      }
      if (attribute->children != nullptr) node.style = FromXml(attribute->children->content);
    }
    BELFRY_RETURN_IF_ERROR(Convert(one->children, depth + 1, node.children));
    out.push_back(std::move(node));
  }
  return absl::OkStatus();
}

void AppendText(const Node& node, std::string& out) {
  if (node.name == "br") {
    while (!out.empty() && out.back() == ' ') out.pop_back();
    out.push_back('\n');
  }
  if (node.name.empty()) {
    absl::string_view text = node.text;
    const bool begins = out.empty() || out.back() == '\n' || out.back() == ' ';
    if (begins && !text.empty() && text[0] == ' ') text.remove_prefix(1);
    absl::StrAppend(&out, text);
  }
  for (const Node& child : node.children) AppendText(child, out);
}

}  // namespace

absl::StatusOr<std::vector<Node>> ParseMarkup(absl::string_view content) {
  // On one line with what it wraps, so that lines are counted as in the template.
  const std::string whole = absl::StrCat("<section>", content, "</section>");
  const std::unique_ptr<xmlParserCtxt, void (*)(xmlParserCtxt*)> parser(xmlNewParserCtxt(),
                                                                        xmlFreeParserCtxt);
  const std::unique_ptr<xmlDoc, void (*)(xmlDoc*)> document(
      xmlCtxtReadMemory(parser.get(), whole.data(), static_cast<int>(whole.size()), nullptr,
                        "UTF-8", XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING),
      xmlFreeDoc);
  if (document == nullptr) {
    const xmlError* error = xmlCtxtGetLastError(parser.get());
    return absl::InvalidArgumentError(absl::StrCat(
        "line ", error == nullptr ? 0 : error->line, ": ",
        absl::StripAsciiWhitespace(
            error == nullptr || error->message == nullptr ? "is no XML" : error->message)));
  }
  if (document->intSubset != nullptr) {
    return absl::InvalidArgumentError("a document type declaration does not belong here");
  }
  std::vector<Node> nodes;
  BELFRY_RETURN_IF_ERROR(Convert(xmlDocGetRootElement(document.get())->children, 0, nodes));
  return nodes;
}

std::string TextOf(const Node& node) {
  std::string text;
  AppendText(node, text);
  return std::string(absl::StripAsciiWhitespace(text));
}

}  // namespace belfry::paper
