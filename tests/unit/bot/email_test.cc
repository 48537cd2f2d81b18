// Mail: what stands on the wire, what can be smuggled into it, and what a mail server's words mean.
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "belfry/chat/time_token.h"
#include "bot/platform/email/address.h"
#include "bot/platform/email/email_platform.h"
#include "bot/platform/email/letter.h"
#include "bot/platform/email/mime.h"
#include "bot/platform/email/smtp.h"
#include "client-lib/chat/notice_card.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/base/clock.h"

namespace belfry::bot::email {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

TEST(AddressTest, TakesPlainAddressesAndNothingThatCouldEndALine) {
  for (const char* good : {"duty@example.gov", "a.b+c@x-y.example", "o'neil@example.gov"}) {
    EXPECT_TRUE(IsAddress(good)) << good;
  }
  for (const char* bad :
       {"", "duty", "@example.gov", "duty@", "a b@example.gov", "a@b\r\nBcc: c@d", "a@b>", "<a@b>",
        "a@b,c@d", "\"a b\"@example.gov", "a..b@example.gov", "a@.example", "a@example.",
        "a@exa mple.gov", "a@-example.gov", "ä@example.gov", "a\x00@b"}) {
    EXPECT_FALSE(IsAddress(bad)) << bad;
  }
  EXPECT_FALSE(IsAddress(std::string(65, 'a') + "@example.gov"));
}

TEST(AddressTest, ReadsTheSendersName) {
  EXPECT_EQ(ParseMailbox("Belfry <belfry@example.gov>")->name, "Belfry");
  EXPECT_EQ(ParseMailbox("Belfry <belfry@example.gov>")->address, "belfry@example.gov");
  EXPECT_EQ(ParseMailbox("belfry@example.gov")->name, "");
  for (const char* bad :
       {"Belfry", "Belfry <belfry@example.gov", "A \"B\" <a@b.gov>", "a@b, c@d"}) {
    EXPECT_FALSE(ParseMailbox(bad).ok()) << bad;
  }
}

// What a mail program makes of an encoded header.
std::string Decoded(const std::string& header) {
  std::string decoded;
  for (absl::string_view line : absl::StrSplit(header, "\r\n ")) {
    std::string bytes;
    EXPECT_TRUE(absl::StartsWith(line, "=?UTF-8?B?") && absl::EndsWith(line, "?=")) << line;
    EXPECT_LE(line.size(), 75u);
    EXPECT_TRUE(absl::Base64Unescape(line.substr(10, line.size() - 12), &bytes));
    decoded += bytes;
  }
  return decoded;
}

TEST(HeaderTest, AsciiStaysAndIsFoldedAtSpaces) {
  EXPECT_EQ(HeaderText("short", 9), "short");
  std::string text;
  for (int i = 0; i < 40; ++i) absl::StrAppend(&text, i == 0 ? "" : " ", "word", i);
  const std::string folded = HeaderText(text, 9);
  EXPECT_EQ(absl::StrReplaceAll(folded, {{"\r\n", ""}}), text);
  size_t column = 9;
  for (absl::string_view line : absl::StrSplit(folded, "\r\n")) {
    EXPECT_LE(line.size() + column, 78u);
    column = 0;
  }
}

TEST(HeaderTest, OtherTextBecomesEncodedWordsThatNeverCutACharacter) {
  for (const std::string& text :
       {std::string("Überwachung ausgefallen"), std::string("DOP-2026-0007 · SEV3 · ") + "€",
        absl::StrCat("a", absl::StrReplaceAll(std::string(60, 'x'), {{"x", "𝄞"}})),
        std::string("looks =?like?= one"), std::string(500, 'x')}) {
    EXPECT_EQ(Decoded(HeaderText(text, 9)), text);
  }
}

TEST(HeaderTest, NothingEndsTheHeader) {
  for (const char* text : {"a\r\nBcc: all@example.gov", "a\nb", "a\rb", "a\tb\x01"}) {
    const std::string header = HeaderText(text, 9);
    EXPECT_EQ(header.find_first_of("\r\n\t\x01"), std::string::npos) << text;
  }
}

TEST(QuotedPrintableTest, LinesAreShortAndTrailingSpacesKept) {
  const std::string encoded =
      QuotedPrintable(absl::StrCat(std::string(200, 'x'), "= \n é.\n", ".x"));
  for (absl::string_view line : absl::StrSplit(encoded, "\r\n")) {
    EXPECT_LE(line.size(), 76u);
    EXPECT_FALSE(absl::StartsWith(line, ".")) << line;
    EXPECT_FALSE(absl::EndsWith(line, " ")) << line;
  }
  EXPECT_THAT(encoded, HasSubstr("=3D=20\r\n"));
  EXPECT_THAT(encoded, HasSubstr("=C3=A9"));
  EXPECT_THAT(QuotedPrintable("From me"), StartsWith("=46rom"));
  // Also after a line that was too long.
  EXPECT_THAT(QuotedPrintable(std::string(75, 'x') + ".y"), HasSubstr("=\r\n=2Ey"));
  EXPECT_EQ(QuotedPrintable("a\r\nb\n"), "a\r\nb\r\n");
}

v1::Delivery MakeDelivery(v1::Notice::Kind kind = v1::Notice::KIND_PAGE) {
  v1::Delivery delivery;
  delivery.set_name("deliveries/0190b3f2-aaaa");
  delivery.set_incident("incidents/DOP-2026-0007");
  delivery.set_target("people/dop.iso");
  delivery.mutable_endpoint()->set_platform("email");
  delivery.mutable_endpoint()->set_address("iso@example.gov");
  delivery.mutable_notice()->set_kind(kind);
  delivery.mutable_notice()->set_title("The mail server is encrypted");
  delivery.mutable_notice()->set_text("<b>All of it</b> & \"more\"");
  v1::Incident& incident = *delivery.mutable_notice()->mutable_incident();
  incident.set_name("incidents/DOP-2026-0007");
  incident.set_title("Mail encrypted");
  incident.set_severity("SEV3");
  return delivery;
}

LetterOptions Options() {
  LetterOptions options;
  options.from = {"Belfry", "belfry@example.gov"};
  options.message_id_domain = "example.gov";
  options.root = "/incident";
  return options;
}

Letter LetterOf(const v1::Delivery& delivery) {
  Outgoing message;
  message.endpoint = delivery.endpoint();
  message.delivery = delivery.name();
  message.card = chat::NoticeCard(delivery, chat::View());
  message.source = &delivery;
  return MakeLetter(message, Options(), kNow);
}

TEST(LetterTest, TheSubjectHasTheIdAndTheSeverity) {
  const Letter letter = LetterOf(MakeDelivery());
  EXPECT_THAT(letter.subject, HasSubstr("DOP-2026-0007"));
  EXPECT_THAT(letter.subject, HasSubstr("SEV3"));
  EXPECT_THAT(letter.subject, HasSubstr("encrypted"));
}

TEST(LetterTest, OfARestrictedIncidentOnlyTheIdGoesOut) {
  v1::Delivery delivery = MakeDelivery();
  v1::Incident& incident = *delivery.mutable_notice()->mutable_incident();
  incident.set_restricted(true);
  incident.set_title("Secret");
  incident.set_severity("SEV9");
  delivery.mutable_notice()->set_title("Secret");
  delivery.mutable_notice()->set_text("Secret");
  const std::string written = Write(LetterOf(delivery));
  EXPECT_THAT(written, HasSubstr("DOP-2026-0007"));
  EXPECT_THAT(written, Not(HasSubstr("Secret")));
  EXPECT_THAT(written, Not(HasSubstr("SEV9")));
}

TEST(LetterTest, LettersAboutAnIncidentAreOneThread) {
  v1::Delivery headline = MakeDelivery(v1::Notice::KIND_HEADLINE);
  const Letter first = LetterOf(headline);
  EXPECT_EQ(first.message_id, "<dop-2026-0007.people-dop-iso@example.gov>");
  EXPECT_EQ(first.thread_id, "");
  const Letter page = LetterOf(MakeDelivery());
  EXPECT_EQ(page.message_id, "<0190b3f2-aaaa@example.gov>");
  EXPECT_EQ(page.thread_id, first.message_id);
  // A second headline must not take the first one's id.
  headline.mutable_headline()->set_id(first.message_id);
  EXPECT_EQ(LetterOf(headline).message_id, page.message_id);
  EXPECT_EQ(LetterOf(headline).thread_id, first.message_id);
  // A repeat has the same id: mailboxes show it once.
  EXPECT_EQ(LetterOf(MakeDelivery()).message_id, page.message_id);
}

TEST(LetterTest, BothPartsSayTheSameAndNothingIsMarkup) {
  v1::Delivery delivery = MakeDelivery();
  delivery.mutable_notice()->add_actions("ack");
  const Letter letter = LetterOf(delivery);
  EXPECT_THAT(letter.text, HasSubstr("<b>All of it</b>"));
  EXPECT_THAT(letter.html, HasSubstr("&lt;b&gt;All of it&lt;/b&gt; &amp; &quot;more&quot;"));
  for (const std::string& part : {letter.text, letter.html}) {
    EXPECT_THAT(part, HasSubstr("belfry ack DOP-2026-0007"));
    EXPECT_THAT(part, HasSubstr("encrypted"));
  }
  EXPECT_THAT(letter.html, HasSubstr("prefers-color-scheme: dark"));
  EXPECT_THAT(letter.html, HasSubstr("<html lang=\"en\">"));
}

TEST(LetterTest, TimesAreWrittenOut) {
  v1::Delivery delivery = MakeDelivery();
  delivery.mutable_notice()->mutable_due_time()->set_seconds(1'800'000'000);
  Outgoing message;
  message.endpoint = delivery.endpoint();
  message.delivery = delivery.name();
  chat::View view;
  view.time_tokens = true;
  message.card = chat::NoticeCard(delivery, view);
  message.source = &delivery;
  const Letter letter = MakeLetter(message, Options(), kNow);
  EXPECT_THAT(letter.text, HasSubstr("15 Jan 08:00 UTC"));
  EXPECT_THAT(letter.html, HasSubstr("15 Jan 08:00 UTC"));
  EXPECT_THAT(letter.html, Not(HasSubstr("\xEE\x80\x80")));
}

TEST(LetterTest, TheWholeMessage) {
  const std::string written = Write(LetterOf(MakeDelivery()));
  for (const char* header :
       {"From: \"Belfry\" <belfry@example.gov>\r\n", "To: iso@example.gov\r\n",
        "Date: Fri, 15 Jan 2027 08:00:00 +0000\r\n", "Message-ID: <0190b3f2-aaaa@example.gov>\r\n",
        "In-Reply-To: <dop-2026-0007.people-dop-iso@example.gov>\r\n",
        "X-Belfry-Delivery: deliveries/0190b3f2-aaaa\r\n", "Auto-Submitted: auto-generated\r\n",
        "X-Auto-Response-Suppress: All\r\n", "MIME-Version: 1.0\r\n"}) {
    EXPECT_THAT(written, HasSubstr(header));
  }
  EXPECT_THAT(written, EndsWith("--\r\n"));
  for (absl::string_view line : absl::StrSplit(written, "\r\n")) {
    EXPECT_LE(line.size(), 998u);
    EXPECT_EQ(line.find('\n'), absl::string_view::npos);
  }
}

TEST(LetterTest, ATitleCannotAddAHeader) {
  v1::Delivery delivery = MakeDelivery();
  delivery.mutable_notice()->set_title("x\r\nBcc: all@example.gov\r\n\r\nbody");
  const std::string written = Write(LetterOf(delivery));
  const std::string headers = written.substr(0, written.find("\r\n\r\n"));
  EXPECT_THAT(headers, Not(HasSubstr("\nBcc")));
  EXPECT_THAT(headers, HasSubstr("MIME-Version"));
}

SmtpProgress Progress(const std::string& command, int code, bool sent = false) {
  SmtpProgress progress;
  progress.command = command;
  progress.code = code;
  progress.answer = absl::StrCat(code, " words");
  progress.message_sent = sent;
  return progress;
}

TEST(SmtpTest, WhatAServersAnswersMean) {
  const auto failure = [](const SmtpProgress& progress) {
    return ClassifySmtp(progress, "failed").failure;
  };
  EXPECT_EQ(failure(SmtpProgress()), SendFailure::kNotSent);
  EXPECT_EQ(failure(Progress("MAIL", 250)), SendFailure::kNotSent);
  // The final dot is out and nothing came back.
  EXPECT_EQ(failure(Progress("DATA", 354, true)), SendFailure::kAmbiguous);
  EXPECT_EQ(failure(Progress("DATA", 354, false)), SendFailure::kNotSent);
  EXPECT_EQ(failure(Progress("RCPT", 550)), SendFailure::kTargetBroken);
  EXPECT_EQ(failure(Progress("RCPT", 450)), SendFailure::kRetryLater);
  EXPECT_EQ(failure(Progress("RCPT", 530)), SendFailure::kWorkspaceBroken);
  EXPECT_EQ(failure(Progress("MAIL", 550)), SendFailure::kWorkspaceBroken);
  EXPECT_EQ(failure(Progress("AUTH", 535)), SendFailure::kWorkspaceBroken);
  EXPECT_EQ(failure(Progress("", 554)), SendFailure::kWorkspaceBroken);
  EXPECT_EQ(failure(Progress("DATA", 451, true)), SendFailure::kRetryLater);
  EXPECT_EQ(failure(Progress("DATA", 554, true)), SendFailure::kBug);
  // Greylisting speaks for one mailbox, 421 for the server.
  EXPECT_EQ(ClassifySmtp(Progress("RCPT", 450), "").retry_after, absl::Minutes(1));
  EXPECT_EQ(ClassifySmtp(Progress("RCPT", 421), "").retry_after, absl::ZeroDuration());
  EXPECT_EQ(ClassifySmtp(Progress("RCPT", 550), "").detail, "RCPT: 550 words");
}

TEST(SmtpTest, AddressesOfServers) {
  const auto check = [](const std::string& url, bool plaintext = false) {
    SmtpOptions options;
    options.url = url;
    options.plaintext = plaintext;
    return CheckUrl(options).ok();
  };
  EXPECT_TRUE(check("smtp://mail.example:587"));
  EXPECT_TRUE(check("smtps://mail.example:465"));
  EXPECT_TRUE(check("smtp://mail.example"));
  EXPECT_TRUE(check("smtp://127.0.0.1:2525", true));
  EXPECT_TRUE(check("smtp://[::1]:2525", true));
  EXPECT_FALSE(check("smtp://mail.example:587", true));
  EXPECT_FALSE(check("smtps://127.0.0.1:465", true));
  // A name that only begins like loopback is somebody else's.
  EXPECT_FALSE(check("smtp://127.0.0.1.evil.example:25", true));
  for (const char* bad :
       {"", "mail.example", "http://mail.example", "smtp://", "smtp://a:0", "smtp://a:70000",
        "smtp://user:pw@mail.example:587", "smtp://mail.example:587/path", "file:///etc/passwd"}) {
    EXPECT_FALSE(check(bad)) << bad;
  }
}

class FakeMailServer final : public MailServer {
 public:
  SendResult Send(const std::string& from, const std::string& to,
                  const std::string& message) override {
    sent.push_back(absl::StrCat(from, " ", to, "\n", message));
    return result;
  }
  std::vector<std::string> sent;
  SendResult result;
};

TEST(EmailPlatformTest, SendsToMailAddressesOnly) {
  FakeMailServer server;
  VirtualClock clock(kNow);
  EmailPlatform platform(Options(), &server, &clock);
  v1::Delivery delivery = MakeDelivery();
  Outgoing message;
  message.endpoint = delivery.endpoint();
  message.delivery = delivery.name();
  message.card.title = "Hello";
  const SendResult sent = platform.Post(message);
  ASSERT_TRUE(sent.ok());
  EXPECT_EQ(sent.message.id(), "<0190b3f2-aaaa@example.gov>");
  EXPECT_THAT(server.sent[0], StartsWith("belfry@example.gov iso@example.gov\n"));
  message.endpoint.set_address("x@y\r\nRCPT TO:<z@y>");
  EXPECT_EQ(platform.Post(message).failure, SendFailure::kTargetBroken);
  EXPECT_EQ(server.sent.size(), 1u);
  EXPECT_TRUE(absl::IsUnimplemented(platform.Find(message, kNow).status()));
  EXPECT_EQ(platform.Update(v1::MessageRef(), message).failure, SendFailure::kMessageGone);
}

}  // namespace
}  // namespace belfry::bot::email
