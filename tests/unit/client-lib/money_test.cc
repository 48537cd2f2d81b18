#include "client-lib/chat/money.h"

#include <limits>
#include <string>

#include "absl/strings/str_cat.h"
#include "client-lib/chat/usage_error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace belfry::chat {
namespace {

using testing::HasSubstr;

std::string Money(absl::string_view text) {
  const auto cents = ParseMoney(text);
  if (cents.ok()) return absl::StrCat(*cents);
  EXPECT_TRUE(IsUsageError(cents.status())) << text;
  return std::string(cents.status().message());
}

TEST(MoneyTest, DollarsAsPeopleTypeThem) {
  EXPECT_EQ(Money("1190"), "119000");
  EXPECT_EQ(Money("$1190"), "119000");
  EXPECT_EQ(Money("1,190"), "119000");
  EXPECT_EQ(Money("$1,190.00"), "119000");
  EXPECT_EQ(Money(" $1,190.50 "), "119050");
  EXPECT_EQ(Money("0.01"), "1");
  EXPECT_EQ(Money("0001.00"), "100");
  EXPECT_EQ(Money("1,234,567.89"), "123456789");
  // A double would lose these cents.
  EXPECT_EQ(Money("0.29"), "29");
  EXPECT_EQ(Money("1.15"), "115");
  EXPECT_EQ(Money("4503599.63"), "450359963");
  EXPECT_EQ(Money("100000000"), "10000000000");
  EXPECT_EQ(Money("$100,000,000.00"), "10000000000");
}

TEST(MoneyTest, WhatCouldBeTwoAmountsIsNone) {
  for (const char* no :
       {"",        "$",        ".",    ".50",    "1190.",  "1.5",      "1.500", "1.190,00",
        "1,19",    "11,90",    ",190", "1,,190", "1,190,", "1190,000", "1 190", "-5",
        "+5",      "-$5",      "$-5",  "$$5",    "1e3",    "0x10",     "1/2",   "NaN",
        "12.3.45", "1190 USD", "ten",  "١٢",     "1.0٠"}) {
    EXPECT_THAT(Money(no), HasSubstr("is not an amount of dollars. Type 1190")) << no;
  }
}

TEST(MoneyTest, NothingAndTooMuchAreRefused) {
  EXPECT_THAT(Money("0"), HasSubstr("A cost of nothing"));
  EXPECT_THAT(Money("$0.00"), HasSubstr("A cost of nothing"));
  for (const char* no : {"100000000.01", "100,000,001", "92233720368547758.08",
                         "18446744073709551616.00", "99999999999999999999999999"}) {
    EXPECT_THAT(Money(no), HasSubstr("more than one cost line holds, $100,000,000.00")) << no;
  }
}

TEST(MoneyTest, IsReadAsItWasTyped) {
  EXPECT_EQ(FormatMoney(0), "$0.00");
  EXPECT_EQ(FormatMoney(5), "$0.05");
  EXPECT_EQ(FormatMoney(99'999), "$999.99");
  EXPECT_EQ(FormatMoney(100'000), "$1,000.00");
  EXPECT_EQ(FormatMoney(123'456'789), "$1,234,567.89");
  EXPECT_EQ(FormatMoney(-5), "-$0.05");
  EXPECT_EQ(FormatMoney(std::numeric_limits<int64_t>::min()), "-$92,233,720,368,547,758.08");
  for (const int64_t cents : {int64_t{1}, int64_t{115}, int64_t{119'000}, kCentsMax}) {
    EXPECT_EQ(*ParseMoney(FormatMoney(cents)), cents);
  }
}

}  // namespace
}  // namespace belfry::chat
