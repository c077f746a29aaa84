// Jobs on words that a condition selects: where its columns are from, and who learns what of them.
#include <string>

#include "core/align/alignment.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/server/resources/resources_test.h"

namespace brainalign {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class WordConditionsTest : public ResourcesTest {
 protected:
  // A word table that the recording names, and a model that names it if it is told to.
  void Keep(bool model_names_table) {
    ASSERT_TRUE(TryCreateTable(Table("story")).ok());
    ASSERT_TRUE(TryCreateRecording("subject-1", "story").ok());
    v1::CreateModelRequest model = Described("gpt2");
    if (model_names_table) model.set_word_table("story");
    ASSERT_TRUE(TryCreateModel(model).ok());
  }

  static v1::CreateJobRequest JobWhere(const std::string& where) {
    v1::CreateJobRequest request = Job("subject-1", "gpt2");
    request.set_request_id("job where " + where);
    request.mutable_spec()->mutable_options()->set_where(where);
    return request;
  }

  std::string RefusalWhere(const v1::CreateJobRequest& request) {
    const grpc::Status status = TryCreate(request);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << status.error_message();
    EXPECT_THAT(status.error_message(), HasSubstr("spec.options.where"));
    return status.error_message();
  }
};

TEST_F(WordConditionsTest, ColumnsAreThoseOfTheTableThatTheModelNames) {
  Keep(/*model_names_table=*/true);
  EXPECT_TRUE(TryCreate(JobWhere("index < 15")).ok());
  EXPECT_THAT(RefusalWhere(JobWhere("pos = NOUN")),
              AllOf(HasSubstr("column pos"), HasSubstr("it has onset, index")));
  EXPECT_THAT(RefusalWhere(JobWhere("index > 100")), HasSubstr("none of the 20 words"));
  EXPECT_THAT(RefusalWhere(JobWhere("index = 100")), HasSubstr("no word has 100"));
  EXPECT_THAT(RefusalWhere(JobWhere("index =")), HasSubstr("give a value"));
}

TEST_F(WordConditionsTest, ElseOfTheTableThatTheRecordingNames) {
  Keep(/*model_names_table=*/false);
  EXPECT_TRUE(TryCreate(JobWhere("index < 15")).ok());
}

TEST_F(WordConditionsTest, WithoutATableThereIsNoCondition) {
  ASSERT_TRUE(TryCreateRecording("subject-1", "").ok());
  ASSERT_TRUE(TryCreateModel(Described("gpt2")).ok());
  EXPECT_THAT(RefusalWhere(JobWhere("index < 15")), HasSubstr("needs a word table"));
}

TEST_F(WordConditionsTest, SpellingsOfOneConditionAreOneComputationAndOtherConditionsAreNot) {
  Keep(/*model_names_table=*/true);
  const auto key = [&](const std::string& where) { return Create(JobWhere(where)).cache_key(); };
  const std::string all = Create(Job("subject-1", "gpt2")).cache_key();
  EXPECT_EQ(key("index < 15"), key("index<15"));
  EXPECT_NE(key("index < 15"), key("index < 16"));
  EXPECT_NE(key("index < 15"), all);
}

TEST_F(WordConditionsTest, OfAnothersRecordingOnlyTheSubmittersOwnTableIsTested) {
  Keep(/*model_names_table=*/true);
  As(head_);
  ASSERT_TRUE(TrySeal({}, 0, "subject-2").ok());
  As(other_);
  v1::CreateJobRequest request = MakeSubmission(1);
  request.mutable_spec()->mutable_brain()->set_recording("lab/subject-2");
  request.mutable_spec()->mutable_options()->set_where("index < 15");
  EXPECT_THAT(RefusalWhere(request),
              AllOf(HasSubstr("the activations name none"), Not(HasSubstr("onset"))));
  // That the lab has a table tells nothing.
  request.mutable_spec()->set_word_table_digest(std::string(64, 'a'));
  EXPECT_THAT(RefusalWhere(request), HasSubstr("your project does not have"));
  v1::WordTable own;
  ASSERT_TRUE(TryCreateTable(Table("mine"), &own).ok());
  request.mutable_spec()->set_word_table_digest(own.digest());
  EXPECT_TRUE(TryCreate(request).ok());
}

TEST_F(WordConditionsTest, OfASealedRecordingNoFewWordsCanBeSelected) {
  Stop();
  options_.memory_budget_bytes = std::int64_t{1} << 30;
  StartWith(&Alignment::Create);
  Reach();
  As(head_);
  ASSERT_TRUE(TrySeal({}).ok());  // at least 10 words a test fold
  As(other_);
  v1::WordTable own;
  ASSERT_TRUE(TryCreateTable(Table("mine"), &own).ok());
  v1::CreateJobRequest request = MakeSubmission(1);
  request.mutable_spec()->set_word_table_digest(own.digest());
  v1::AlignmentOptions& options = *request.mutable_spec()->mutable_options();
  options.set_folds(2);
  options.set_where("index < 15");
  const grpc::Status refused = TryCreate(request);
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(refused.error_message(), HasSubstr("fold 1 tests on 8 words"));
  options.set_where("index >= 0");
  const grpc::Status taken = TryCreate(request);
  EXPECT_TRUE(taken.ok()) << taken.error_message();
}

}  // namespace
}  // namespace brainalign
