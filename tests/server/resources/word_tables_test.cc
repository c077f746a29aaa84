// Word tables that a project keeps, and jobs whose sides belong to other words.
#include <utility>

#include "core/words/texts.h"
#include "gmock/gmock.h"
#include "server/rows/digest.h"
#include "tests/server/resources/resources_test.h"

namespace brainalign {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class WordTablesTest : public ResourcesTest {
 protected:
  std::string Refusal(const v1::CreateWordTableRequest& request) {
    const grpc::Status status = TryCreateTable(request);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    return status.error_message();
  }

  v1::ListWordTablesResponse List(int page_size, const std::string& token,
                                  const std::string& person = "") {
    Context context;
    v1::ListWordTablesRequest request;
    request.set_page_size(page_size);
    request.set_page_token(token);
    request.set_person(person);
    v1::ListWordTablesResponse response;
    const grpc::Status status = word_tables_->ListWordTables(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }

  // One column of 20 words "w0", "w1" and so on, with another word in the row `other`, from 1 on.
  v1::CreateWordTableRequest TableOfTexts(const std::string& name, const std::string& column,
                                          std::int64_t other = 0) {
    std::vector<std::string> texts;
    for (int i = 0; i < 20; ++i) texts.push_back(i + 1 == other ? "else" : absl::StrCat("w", i));
    const Tensor values = *TensorOfTexts(texts);
    v1::CreateWordTableRequest request;
    request.set_request_id("texts " + name);
    request.set_name(name);
    AddColumn(column, v1::WORD_COLUMN_TYPE_TEXT,
              StoreBytes(values.spec().shape,
                         std::string(reinterpret_cast<const char*>(values.data()),
                                     static_cast<std::size_t>(values.size_bytes())),
                         v1::DATA_TYPE_I32),
              request);
    return request;
  }
};

TEST_F(WordTablesTest, IsMadeOnceByItsRequestAndKept) {
  const v1::CreateWordTableRequest request = Table("story");
  v1::WordTable made;
  ASSERT_TRUE(TryCreateTable(request, &made).ok());
  EXPECT_EQ(made.name(), "lab/story");
  EXPECT_EQ(made.words(), 20);
  EXPECT_EQ(made.person(), "ada");
  ASSERT_EQ(made.columns_size(), 2);
  EXPECT_EQ(made.columns(1).type(), v1::WORD_COLUMN_TYPE_INTEGER);
  // As word_table.proto says.
  EXPECT_EQ(made.digest(),
            HexSha256Of(absl::StrCat("20\nonset\t2\t", request.columns(0).values().digest(),
                                     "\nindex\t3\t", request.columns(1).values().digest(), "\n")));
  ReachAgain();
  v1::WordTable again;
  ASSERT_TRUE(TryCreateTable(request, &again).ok());
  EXPECT_EQ(again.SerializeAsString(), made.SerializeAsString());
  ASSERT_TRUE(TryGetTable("story", &again).ok());
  EXPECT_EQ(again.SerializeAsString(), made.SerializeAsString());
  v1::CreateWordTableRequest other = request;
  other.set_name("another");
  EXPECT_THAT(Refusal(other), HasSubstr("request_id"));
  other = request;
  other.set_request_id("another");
  EXPECT_EQ(ReasonOf(TryCreateTable(other)), "RESOURCE_EXISTS");
  As(other_);
  EXPECT_EQ(ReasonOf(TryGetTable("lab/story")), "RESOURCE_NOT_FOUND");
  EXPECT_EQ(ReasonOf(TryDeleteTable("lab/story")), "RESOURCE_NOT_FOUND");
  As(bob_);
  EXPECT_EQ(TryDeleteTable("story").error_code(), grpc::StatusCode::PERMISSION_DENIED);
  As(ada_);
  EXPECT_TRUE(TryDeleteTable("story").ok());
  EXPECT_TRUE(TryDeleteTable("story").ok());
  EXPECT_EQ(TryGetTable("story").error_code(), grpc::StatusCode::NOT_FOUND);
}

TEST_F(WordTablesTest, ARequestIdServesOneKindOfResource) {
  v1::CreateWordTableRequest table = Table("story");
  ASSERT_TRUE(TryCreateTable(table).ok());
  v1::CreateModelRequest model = Described("gpt2");
  model.set_request_id(table.request_id());
  EXPECT_THAT(TryCreateModel(model).error_message(), HasSubstr("request_id"));
}

TEST_F(WordTablesTest, ListsInPagesOfOnePerson) {
  for (const std::string name : {"a", "b", "c"}) ASSERT_TRUE(TryCreateTable(Table(name)).ok());
  As(bob_);
  ASSERT_TRUE(TryCreateTable(Table("d")).ok());
  std::vector<std::string> names;
  std::string token;
  do {
    const v1::ListWordTablesResponse page = List(2, token);
    for (const v1::WordTable& table : page.word_tables()) {
      names.push_back(table.name());
      EXPECT_EQ(table.words(), 20);
      EXPECT_THAT(table.columns(), IsEmpty());
    }
    token = page.next_page_token();
  } while (!token.empty());
  EXPECT_THAT(names, ElementsAre("lab/a", "lab/b", "lab/c", "lab/d"));
  ASSERT_EQ(List(0, "", "bob").word_tables_size(), 1);
  EXPECT_EQ(List(0, "", "bob").word_tables(0).name(), "lab/d");
  As(other_);
  EXPECT_THAT(List(0, "").word_tables(), IsEmpty());
}

TEST_F(WordTablesTest, WhatMakesNoSenseIsRefusedByItsField) {
  v1::CreateWordTableRequest bad = Table("story");
  bad.clear_columns();
  EXPECT_THAT(Refusal(bad), HasSubstr("columns has 0 entries; give 1 to 64"));
  bad = Table("story");
  bad.mutable_columns(1)->set_name("onset");
  EXPECT_THAT(Refusal(bad), HasSubstr("columns[1].name is 'onset', as of another column"));
  bad = Table("story");
  bad.mutable_columns(1)->set_type(v1::WORD_COLUMN_TYPE_NUMBER);
  EXPECT_THAT(Refusal(bad), HasSubstr("columns[1].values.spec is"));
  bad = Table("story");
  bad.mutable_columns(1)->set_type(static_cast<v1::WordColumnType>(9));
  EXPECT_THAT(Refusal(bad), HasSubstr("columns[1].type is 9; give 1 (text)"));
  bad = Table("story");
  *bad.mutable_columns(1) = Table("shorter", 19).columns(1);
  EXPECT_THAT(Refusal(bad),
              HasSubstr("columns[1].values.spec.shape has 19 words; columns[0] has 20"));
  bad = Table("story");
  bad.mutable_columns(0)->mutable_values()->set_digest(std::string(64, '7'));
  const grpc::Status missing = TryCreateTable(bad);
  EXPECT_EQ(ReasonOf(missing), "TENSOR_MISSING");
  EXPECT_THAT(
      DetailOf<v1::PreconditionFailure>(missing, "PreconditionFailure").violations(0).description(),
      HasSubstr("columns[0].values is not on the server"));
}

TEST_F(WordTablesTest, SidesOfOtherWordsAreRefusedBeforeTheJobIsQueued) {
  ASSERT_TRUE(TryCreateTable(Table("story")).ok());
  v1::CreateWordTableRequest other = Table("other");
  other.mutable_columns()->RemoveLast();
  ASSERT_TRUE(TryCreateTable(other).ok());
  EXPECT_THAT(TryCreateRecording("subject-1", "none").error_message(), HasSubstr("word_table is"));
  ASSERT_TRUE(TryCreateTable(Table("short", 19)).ok());
  EXPECT_THAT(TryCreateRecording("subject-1", "short").error_message(),
              HasSubstr("word_table is lab/short, which has 19 words; the recording has 20"));
  ASSERT_TRUE(TryCreateRecording("subject-1", "story").ok());
  v1::Recording recording;
  ASSERT_TRUE(TryGetRecording(&recording).ok());
  EXPECT_EQ(recording.word_table(), "lab/story");
  v1::WordTable story;
  ASSERT_TRUE(TryGetTable("story", &story).ok());
  EXPECT_EQ(recording.brain().word_table_digest(), story.digest());

  v1::CreateModelRequest model = Described("gpt2");
  model.set_word_table("other");
  ASSERT_TRUE(TryCreateModel(model).ok());
  const grpc::Status refused = TryCreate(Job("subject-1", "gpt2"));
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(ReasonOf(refused), "WORD_TABLES_DIFFER");
  EXPECT_THAT(Listed(), IsEmpty());
  // The digests stay when the tables are gone.
  ASSERT_TRUE(TryDeleteTable("other").ok());
  EXPECT_EQ(ReasonOf(TryCreate(Job("subject-1", "gpt2"))), "WORD_TABLES_DIFFER");
  model = Described("same words");
  model.set_name("same-words");
  model.set_word_table("lab/story");
  ASSERT_TRUE(TryCreateModel(model).ok());
  EXPECT_TRUE(TryCreate(Job("subject-1", "same-words")).ok());
  // What names no table belongs to any words.
  ASSERT_TRUE(TryCreateModel(Described("unknown")).ok());
  EXPECT_TRUE(TryCreate(Job("subject-1", "unknown")).ok());
}

TEST_F(WordTablesTest, TheFirstWordThatDiffersIsNamed) {
  ASSERT_TRUE(TryCreateTable(TableOfTexts("story", "word")).ok());
  ASSERT_TRUE(TryCreateRecording("subject-1", "story").ok());
  ASSERT_TRUE(TryCreateTable(TableOfTexts("other", "text", 7)).ok());
  v1::CreateModelRequest model = Described("other words");
  model.set_name("other-words");
  model.set_word_table("other");
  ASSERT_TRUE(TryCreateModel(model).ok());
  const grpc::Status refused = TryCreate(Job("subject-1", "other-words"));
  EXPECT_EQ(ReasonOf(refused), "WORD_TABLES_DIFFER");
  EXPECT_THAT(refused.error_message(),
              HasSubstr("word 7 is 'w6' in column word of lab/story, the recording's word table, "
                        "but 'else' in column text of lab/other, that of the activations"));
  EXPECT_THAT(Listed(), IsEmpty());
}

TEST_F(WordTablesTest, TablesOfTheSameWordsMayHaveOtherColumns) {
  ASSERT_TRUE(TryCreateTable(TableOfTexts("story", "word")).ok());
  ASSERT_TRUE(TryCreateRecording("subject-1", "story").ok());
  v1::CreateWordTableRequest fuller = Table("fuller");
  *fuller.add_columns() = TableOfTexts("texts", "text").columns(0);
  ASSERT_TRUE(TryCreateTable(fuller).ok());
  v1::CreateModelRequest model = Described("same words");
  model.set_name("same-words");
  model.set_word_table("fuller");
  ASSERT_TRUE(TryCreateModel(model).ok());
  EXPECT_TRUE(TryCreate(Job("subject-1", "same-words")).ok());
}

TEST_F(WordTablesTest, WordsThatAreNumbersAreComparedAndNotAnotherTextColumn) {
  for (const auto& [name, first] : {std::pair("story", 0.0), std::pair("other", 1.0)}) {
    v1::CreateWordTableRequest table = TableOfTexts(name, "pos");
    std::vector<double> words(20, 0);
    words[0] = first;
    AddColumn("word", v1::WORD_COLUMN_TYPE_NUMBER, StoreList(words), table);
    ASSERT_TRUE(TryCreateTable(table).ok());
  }
  ASSERT_TRUE(TryCreateRecording("subject-1", "story").ok());
  v1::CreateModelRequest model = Described("other words");
  model.set_name("other-words");
  model.set_word_table("other");
  ASSERT_TRUE(TryCreateModel(model).ok());
  EXPECT_THAT(TryCreate(Job("subject-1", "other-words")).error_message(),
              HasSubstr("word 1 is '0' in column word of lab/story"));
}

TEST_F(WordTablesTest, MembersOfAProjectShareWhatOneOfThemMade) {
  v1::WordTable made;
  ASSERT_TRUE(TryCreateTable(Table("story"), &made).ok());
  As(bob_);
  v1::WordTable again;
  const grpc::Status status = TryCreateTable(Table("story"), &again);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(again.person(), made.person());
}

}  // namespace
}  // namespace brainalign
