// The framing of export files: what is written is read back, in pieces of any size, and damage is
// noticed where it is.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/record/export_frames.h"
#include "tests/support/status_matchers.h"

namespace belfry::testing {
namespace {

using record::ExportFrame;
using record::ExportReader;
using record::ExportWriter;
using record::FrameType;
using ::testing::HasSubstr;

std::string SmallFile() {
  ExportWriter writer;
  // In braces, which are taken in order.
  return absl::StrJoin(
      std::vector<std::string>{ExportWriter::Begin(), writer.Origin("a/belfry/dop"),
                               writer.FirstIndex(7), writer.Leaf("leaf"),
                               writer.Payload("salt", "payload"), writer.Leaf("leaf2"),
                               writer.Expunged(), writer.Leaf("leaf3"), writer.Withheld(),
                               writer.Checkpoint("note"), writer.SuperLog("a/belfry"),
                               writer.Leaf("super"), writer.Checkpoint("note2"), writer.End()},
      "");
}

// All frames, fed in pieces of `piece` bytes, as "type bytes"; then how it ended.
std::vector<std::string> ReadIn(const std::string& file, size_t piece, absl::Status& end) {
  ExportReader reader;
  std::vector<std::string> frames;
  for (size_t at = 0;; at += piece) {
    for (;;) {
      absl::StatusOr<std::optional<ExportFrame>> frame = reader.Next();
      if (!frame.ok()) {
        end = frame.status();
        return frames;
      }
      if (!frame->has_value()) break;
      const char type = static_cast<char>((*frame)->type);
      EXPECT_EQ(file[(*frame)->offset], type);
      frames.push_back(absl::StrCat(std::string(1, type), " ", (*frame)->bytes));
    }
    if (at >= file.size()) break;
    reader.Feed(absl::string_view(file).substr(at, piece));
  }
  end = reader.Finish();
  return frames;
}

TEST(ExportFramesTest, TheBytesAreAsWritten) {
  ExportWriter writer;
  const std::vector<std::string> pieces = {ExportWriter::Begin(), writer.Payload("ab", "c"),
                                           writer.End()};
  EXPECT_EQ(absl::StrJoin(pieces, ""),
            std::string("belfry-record/v1\nP\0\0\0\3abcE\0\0\0\10\0\0\0\0\0\0\0\1", 17 + 8 + 13));
}

TEST(ExportFramesTest, IsReadBackInPiecesOfAnySize) {
  const std::string file = SmallFile();
  for (size_t piece = 1; piece <= file.size(); ++piece) {
    absl::Status end;
    const std::vector<std::string> frames = ReadIn(file, piece, end);
    EXPECT_THAT(end, IsOk());
    EXPECT_THAT(frames,
                ::testing::ElementsAre("O a/belfry/dop", std::string("F \0\0\0\0\0\0\0\7", 10),
                                       "L leaf", "P saltpayload", "L leaf2", "X ", "L leaf3", "W ",
                                       "C note", "S a/belfry", "L super", "C note2",
                                       std::string("E \0\0\0\0\0\0\0\14", 10)));
  }
}

TEST(ExportFramesTest, EveryCutIsNoticed) {
  const std::string file = SmallFile();
  for (size_t size = 0; size < file.size(); ++size) {
    absl::Status end;
    ReadIn(file.substr(0, size), 1000, end);
    EXPECT_FALSE(end.ok()) << size;
  }
}

TEST(ExportFramesTest, DamageIsNamedByItsPlace) {
  const std::string good = SmallFile();
  const auto why = [](const std::string& file) {
    absl::Status end;
    ReadIn(file, 1000, end);
    return std::string(end.message());
  };
  EXPECT_THAT(why("belfry-record/v2\n"), HasSubstr("at byte 0: not an export"));
  EXPECT_THAT(why(good + "x"), HasSubstr("something follows the end"));
  std::string bad = good;
  bad[17] = 'Q';
  EXPECT_THAT(why(bad), HasSubstr("at byte 17: an unknown type"));
  bad = good;
  bad[18] = '\x7F';
  EXPECT_THAT(why(bad), HasSubstr("too long"));
  bad = good;
  bad.back() ^= 1;
  EXPECT_THAT(why(bad), HasSubstr("it has 12"));
}

TEST(ExportFramesTest, AnErrorStays) {
  ExportReader reader;
  reader.Feed("nonsense and more of it");
  EXPECT_FALSE(reader.Next().ok());
  EXPECT_FALSE(reader.Next().ok());
  EXPECT_FALSE(reader.Finish().ok());
}

}  // namespace
}  // namespace belfry::testing
