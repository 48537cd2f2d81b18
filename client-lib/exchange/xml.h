// Writes XML 1.0: well formed whatever the texts hold.
#ifndef BELFRY_CLIENT_LIB_EXCHANGE_XML_H_
#define BELFRY_CLIENT_LIB_EXCHANGE_XML_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace belfry::exchange {

// XML 1.0 and spreadsheets cannot carry most control characters, escaped or not: each becomes its
// picture (U+0001 is "␁"), U+FFFE and U+FFFF become U+FFFD. Tab, line feed and carriage return
// stay.
std::string VisibleControls(absl::string_view text);

// Elements are closed in the order in which they were opened, by the destructor of Element.
class XmlWriter {
 public:
  using Attributes = std::vector<std::pair<absl::string_view, std::string>>;

  // Writes the declaration.
  XmlWriter();

  // An element that holds others: open while the value lives.
  class Element {
   public:
    Element(XmlWriter& writer, absl::string_view name, const Attributes& attributes = {});
    ~Element();
    Element(const Element&) = delete;
    Element& operator=(const Element&) = delete;

   private:
    XmlWriter& writer_;
    const std::string name_;
  };

  // An element that holds text, or nothing. Attributes with an empty value are left out.
  void Text(absl::string_view name, absl::string_view text, const Attributes& attributes = {});

  const std::string& text() const { return out_; }

 private:
  void Open(absl::string_view name, const Attributes& attributes);

  std::string out_;
  int depth_ = 0;
};

}  // namespace belfry::exchange

#endif  // BELFRY_CLIENT_LIB_EXCHANGE_XML_H_
