// Notes, keys and checkpoints: the published examples of C2SP's formats, and what must not pass.
#include <string>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/record/checkpoint.h"
#include "server/record/note.h"
#include "tests/support/status_matchers.h"

namespace belfry::testing {
namespace {

using record::SignedNote;
using record::VerifierKey;
using ::testing::HasSubstr;

// The example of the note format's reference implementation.
constexpr char kExampleKey[] = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
constexpr char kExampleSeed[] = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
constexpr char kExampleText[] =
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n";
constexpr char kExampleSignature[] =
    "\xE2\x80\x94 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvq"
    "fqdngotpRZb6KE6RyyBwJnAM=\n";

std::string ExampleNote() { return absl::StrCat(kExampleText, "\n", kExampleSignature); }

// RFC 8032, section 7.1, test 1.
PrivateKey TestKey() {
  return *PrivateKey::FromEd25519Seed(
      absl::HexStringToBytes("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"));
}

std::unique_ptr<record::NoteSigner> Signer(KeyAlgorithm algorithm) {
  return *record::NewNoteSigner("example.org/belfry", *PrivateKey::Generate(algorithm));
}

record::Checkpoint SomeCheckpoint() {
  record::Checkpoint checkpoint{"example.org/belfry/dop", 4321, {}};
  checkpoint.root.fill('\5');
  return checkpoint;
}

TEST(SigningKeyTest, KnownAnswerOfTheRfc) {
  const PrivateKey key = TestKey();
  EXPECT_EQ(absl::BytesToHexString(key.public_key().bytes()),
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
  EXPECT_EQ(absl::BytesToHexString(*key.Sign("")),
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39"
            "701cf9b46bd25bf5f0595bbe24655141438e7a100b");
}

TEST(SigningKeyTest, BothKindsSurvivePemAndSign) {
  for (const KeyAlgorithm algorithm : {KeyAlgorithm::kEd25519, KeyAlgorithm::kP256}) {
    const PrivateKey key = *PrivateKey::Generate(algorithm);
    const auto pem = key.ToPem();
    ASSERT_THAT(pem, IsOk());
    EXPECT_THAT(*pem, HasSubstr("BEGIN PRIVATE KEY"));
    const auto again = PrivateKey::FromPem(*pem);
    ASSERT_THAT(again, IsOk());
    EXPECT_EQ(again->public_key().bytes(), key.public_key().bytes());
    const auto public_key = PublicKey::FromBytes(algorithm, key.public_key().bytes());
    ASSERT_THAT(public_key, IsOk());
    std::string signature = *again->Sign("text");
    EXPECT_TRUE(public_key->Verify("text", signature));
    EXPECT_FALSE(public_key->Verify("texT", signature));
    signature.back() ^= 1;
    EXPECT_FALSE(public_key->Verify("text", signature));
    EXPECT_FALSE(public_key->Verify("text", ""));
  }
}

TEST(SigningKeyTest, WhatIsNoKeyIsRefusedWithoutShowingIt) {
  EXPECT_FALSE(PublicKey::FromBytes(KeyAlgorithm::kEd25519, "short").ok());
  EXPECT_FALSE(PublicKey::FromBytes(KeyAlgorithm::kP256, std::string(32, 'x')).ok());
  const std::string spki = PrivateKey::Generate(KeyAlgorithm::kP256)->public_key().bytes();
  EXPECT_THAT(PublicKey::FromBytes(KeyAlgorithm::kP256, spki), IsOk());
  EXPECT_FALSE(PublicKey::FromBytes(KeyAlgorithm::kP256, spki + "x").ok());
  const auto refused = PrivateKey::FromPem("-----BEGIN PRIVATE KEY-----\nhunter2\n");
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(std::string(refused.status().message()), ::testing::Not(HasSubstr("hunter2")));
}

TEST(NoteTest, KnownAnswerOfTheReference) {
  const auto key = VerifierKey::Parse(kExampleKey);
  ASSERT_THAT(key, IsOk());
  EXPECT_EQ(key->ToString(), kExampleKey);
  const auto note = record::ParseNote(ExampleNote());
  ASSERT_THAT(note, IsOk());
  EXPECT_EQ(note->text, kExampleText);
  EXPECT_THAT(record::VerifyNote(*note, *key), IsOk());
  EXPECT_EQ(record::FormatNote(*note), ExampleNote());

  std::string seed;
  ASSERT_TRUE(absl::Base64Unescape(kExampleSeed, &seed));
  const auto signer =
      record::NewNoteSigner("PeterNeumann", *PrivateKey::FromEd25519Seed(seed.substr(1)));
  ASSERT_THAT(signer, IsOk());
  EXPECT_EQ((*signer)->verifier().ToString(), kExampleKey);
  EXPECT_EQ(record::FormatSignatureLine(*(*signer)->Sign(kExampleText)), kExampleSignature);
}

TEST(NoteTest, TheLastBlankLineBeginsTheSignatures) {
  const auto signer = Signer(KeyAlgorithm::kEd25519);
  SignedNote note;
  note.text = "one\n\ntwo\n";
  note.signatures.push_back(*signer->Sign(note.text));
  const auto parsed = record::ParseNote(record::FormatNote(note));
  ASSERT_THAT(parsed, IsOk());
  EXPECT_EQ(parsed->text, note.text);
  EXPECT_EQ(parsed->signatures, note.signatures);
}

TEST(NoteTest, WhatIsNoNoteIsRefused) {
  const std::string good = ExampleNote();
  ASSERT_THAT(record::ParseNote(good), IsOk());
  const std::vector<std::string> bad = {
      "",
      "\n",
      kExampleText,
      absl::StrCat(kExampleText, "\n"),
      good.substr(0, good.size() - 1),
      good + "\n",
      good + "more",
      absl::StrReplaceAll(good, {{"\n\n", "\n"}}),
      absl::StrReplaceAll(good, {{"\xE2\x80\x94 ", "- "}}),
      absl::StrReplaceAll(good, {{"PeterNeumann ", "Peter Neumann "}}),
      absl::StrReplaceAll(good, {{"PeterNeumann ", "Peter+Neumann "}}),
      absl::StrReplaceAll(good, {{"PeterNeumann ", " "}}),
      absl::StrReplaceAll(good, {{"AM=", "AM"}}),
      absl::StrReplaceAll(good, {{"AM=", "AN="}}),  // stray bits
      absl::StrReplaceAll(good, {{"problem is", "problem\tis"}}),
      absl::StrReplaceAll(good, {{"problem is", "problem\r\nis"}}),
      absl::StrReplaceAll(good, {{"problem is", "problem\xC3is"}}),
      absl::StrReplaceAll(good, {{"problem is", "problem\xED\xA0\x80is"}}),
      absl::StrReplaceAll(good, {{"problem is", "problem\xC0\xAFis"}}),
      absl::StrCat(kExampleText, "\n", "\xE2\x80\x94 x AAAAAA==\n"),  // a key id alone
      absl::StrCat(std::string(record::kNoteSizeMax, 'x'), good),
  };
  for (const std::string& text : bad) {
    EXPECT_FALSE(record::ParseNote(text).ok()) << absl::CEscape(text.substr(0, 200));
  }
  std::string crowded = absl::StrCat(kExampleText, "\n");
  for (size_t i = 0; i <= record::kNoteSignaturesMax; ++i) crowded += kExampleSignature;
  EXPECT_FALSE(record::ParseNote(crowded).ok());
}

TEST(NoteTest, TellsAMissingSignatureFromAWrongOne) {
  const VerifierKey key = *VerifierKey::Parse(kExampleKey);
  SignedNote note = *record::ParseNote(ExampleNote());
  note.text[0] = 'i';
  EXPECT_THAT(std::string(record::VerifyNote(note, key).message()), HasSubstr("is wrong"));
  const auto other = Signer(KeyAlgorithm::kEd25519);
  EXPECT_THAT(std::string(record::VerifyNote(note, other->verifier()).message()),
              HasSubstr("no signature of example.org/belfry"));
}

TEST(VerifierKeyTest, ACopyWithAMistakeIsRefused) {
  const std::string good = kExampleKey;
  for (size_t at = 0; at < good.size(); ++at) {
    std::string bad = good;
    bad[at] = bad[at] == 'q' ? 'r' : 'q';
    EXPECT_FALSE(VerifierKey::Parse(bad).ok()) << bad;
    EXPECT_FALSE(VerifierKey::Parse(good.substr(0, at)).ok()) << at;
  }
}

TEST(CheckpointTest, HasThreeLines) {
  EXPECT_EQ(record::FormatCheckpoint(SomeCheckpoint()),
            "example.org/belfry/dop\n4321\nBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQU=\n");
  const auto parsed = record::ParseCheckpoint(record::FormatCheckpoint(SomeCheckpoint()));
  ASSERT_THAT(parsed, IsOk());
  EXPECT_EQ(*parsed, SomeCheckpoint());
  const std::string good = record::FormatCheckpoint(SomeCheckpoint());
  EXPECT_THAT(record::ParseCheckpoint(good + "extension\n"), IsOk());
  for (const auto& [from, to] :
       std::vector<std::pair<std::string, std::string>>{{"4321", "04321"},
                                                        {"4321", "+4321"},
                                                        {"4321", "4321 "},
                                                        {"4321", "x"},
                                                        {"4321", "99999999999999999999"},
                                                        {"4321", "-1"},
                                                        {"BQU=\n", "BQU=\n\n"},
                                                        {"BQU=", "BQU"},
                                                        {"BQU=", "BQV="},
                                                        {"BQUF", ""},
                                                        {"example.org/belfry/dop", ""},
                                                        {"BQU=\n", "BQU="}}) {
    const std::string bad = absl::StrReplaceAll(good, {{from, to}});
    // An empty extension line is none of ours, but harmless; everything else must go.
    if (absl::EndsWith(bad, "\n\n")) continue;
    EXPECT_FALSE(record::ParseCheckpoint(bad).ok()) << bad;
  }
}

TEST(CheckpointTest, IsSignedAndOpenedWithBothKinds) {
  for (const KeyAlgorithm algorithm : {KeyAlgorithm::kEd25519, KeyAlgorithm::kP256}) {
    const auto signer = Signer(algorithm);
    const auto note = record::SignCheckpoint(SomeCheckpoint(), *signer);
    ASSERT_THAT(note, IsOk());
    const std::string bytes = record::FormatNote(*note);
    // Through its text, as a verifier far away would have it.
    const auto key = VerifierKey::Parse(signer->verifier().ToString());
    ASSERT_THAT(key, IsOk());
    const auto opened = record::OpenCheckpoint(bytes, *key);
    ASSERT_THAT(opened, IsOk());
    EXPECT_EQ(*opened, SomeCheckpoint());
    EXPECT_FALSE(record::OpenCheckpoint(absl::StrReplaceAll(bytes, {{"4321", "4322"}}), *key).ok());
  }
}

TEST(CosignatureTest, CoversTheTimeAndTheText) {
  const record::Cosigner witness = *record::Cosigner::Create("witness.example", TestKey());
  const std::string text = record::FormatCheckpoint(SomeCheckpoint());
  record::NoteSignature signature = *witness.Sign(text, 1'790'000'000);
  EXPECT_EQ(signature.bytes.size(), 8u + 64);
  EXPECT_EQ(*record::CosignatureTime(signature), 1'790'000'000u);
  EXPECT_TRUE(witness.verifier().Verify(text, signature));
  // What is signed, as the format words it.
  EXPECT_TRUE(TestKey().public_key().Verify(absl::StrCat("cosignature/v1\ntime 1790000000\n", text),
                                            signature.bytes.substr(8)));
  EXPECT_FALSE(witness.verifier().Verify(text + "x\n", signature));
  const auto line = record::ParseSignatureLine(record::FormatSignatureLine(signature));
  ASSERT_THAT(line, IsOk());
  EXPECT_EQ(*line, signature);
  signature.bytes[7] ^= 1;
  EXPECT_FALSE(witness.verifier().Verify(text, signature));
  signature.bytes.resize(5);
  EXPECT_FALSE(witness.verifier().Verify(text, signature));

  const auto key = VerifierKey::Parse(witness.verifier().ToString());
  ASSERT_THAT(key, IsOk());
  EXPECT_EQ(key->type(), record::SignatureType::kCosignature);
  // The same key as a log's is another key.
  EXPECT_NE(key->id(), (*record::NewNoteSigner("witness.example", TestKey()))->verifier().id());
  EXPECT_FALSE(
      record::Cosigner::Create("witness", *PrivateKey::Generate(KeyAlgorithm::kP256)).ok());
}

}  // namespace
}  // namespace belfry::testing
