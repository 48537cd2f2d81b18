#include "client-lib/audit/leaf.h"

#include "client-lib/chat/utf8.h"

namespace belfry::audit {
namespace {

constexpr char kFormat = 1;

uint64_t ReadNumber(absl::string_view bytes) {
  uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

// Takes fields from the front; remembers the first thing that was wrong.
class Fields {
 public:
  explicit Fields(absl::string_view bytes) : rest_(bytes) {
    if (Raw(1) != absl::string_view(&kFormat, 1) && wrong_ == nullptr)
      wrong_ = "its format is not 1";
  }

  absl::string_view Raw(size_t size) {
    if (wrong_ != nullptr) return {};
    if (rest_.size() < size) {
      wrong_ = "it ends too early";
      return {};
    }
    const absl::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  uint64_t Number(size_t size) { return ReadNumber(Raw(size)); }
  absl::string_view Text() {
    const absl::string_view text = Raw(Number(2));
    if (wrong_ == nullptr && !chat::IsUtf8(text)) wrong_ = "a text in it is not UTF-8";
    return text;
  }
  std::string Wrong() const {
    if (wrong_ != nullptr) return wrong_;
    return rest_.empty() ? "" : "there are bytes behind its last field";
  }

 private:
  absl::string_view rest_;
  const char* wrong_ = nullptr;
};

}  // namespace

std::string ReadLeaf(absl::string_view bytes, LeafView* leaf) {
  Fields fields(bytes);
  leaf->origin = fields.Text();
  leaf->index = fields.Number(8);
  leaf->time_us = fields.Number(8);
  leaf->kind = fields.Text();
  leaf->subject = fields.Text();
  leaf->version = fields.Number(8);
  leaf->principal = fields.Text();
  leaf->request_id = fields.Text();
  leaf->commitment = fields.Raw(kDigestSize);
  return fields.Wrong();
}

std::string ReadSuperLeaf(absl::string_view bytes, SuperLeafView* leaf) {
  Fields fields(bytes);
  leaf->origin = fields.Text();
  leaf->size = fields.Number(8);
  leaf->root = fields.Raw(kDigestSize);
  return fields.Wrong();
}

uint32_t ReadU32(absl::string_view bytes) {
  return static_cast<uint32_t>(ReadNumber(bytes.substr(0, 4)));
}
uint64_t ReadU64(absl::string_view bytes) { return ReadNumber(bytes.substr(0, 8)); }

}  // namespace belfry::audit
