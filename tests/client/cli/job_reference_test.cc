// Jobs by their first characters and --last, as every verb takes them.
#include "client/cli/job_reference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/client/cli/command_run.h"
#include "tests/client/fakes/fake_server.h"

namespace brainalign {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr char kNewest[] = "3fa85f64000000000000000000000001";
constexpr char kOlder[] = "3fa90000000000000000000000000002";
constexpr char kOldest[] = "c0ffee00000000000000000000000003";
constexpr char kAnothers[] = "beef0000000000000000000000000004";

class JobReferenceTest : public testing::Test {
 protected:
  JobReferenceTest() {
    server_.caller.set_person("alice");
    server_.caller.set_role(v1::CALLER_ROLE_SUBMITTER);
    Add(kNewest, "alice");
    Add(kOlder, "alice");
    Add(kAnothers, "bob");
    Add(kOldest, "alice");
  }

  void Add(const std::string& job_id, const std::string& person) {
    v1::Job job;
    job.set_job_id(job_id);
    job.set_person(person);
    job.set_display_name(absl::StrCat("name of ", job_id.substr(0, 4)));
    job.set_state(v1::JOB_STATE_RUNNING);
    server_.jobs.jobs.push_back(job);
  }

  Outcome Run(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--server", server_.address()});
    return RunProgram(arguments);
  }

  long Lists() {
    const std::vector<RecordedCall> calls = server_.recorder.calls();
    return std::count_if(calls.begin(), calls.end(),
                         [](const RecordedCall& call) { return call.method == "ListJobs"; });
  }

  FakeServer server_;
};

TEST_F(JobReferenceTest, FirstCharactersNameTheOneJobThatBeginsSo) {
  EXPECT_EQ(Run({"cancel", "c0"}).code, 0);
  EXPECT_EQ(Run({"cancel", "3fa8"}).code, 0);
  EXPECT_THAT(server_.jobs.cancelled(), ElementsAre(kOldest, kNewest));
}

TEST_F(JobReferenceTest, AWholeIdCostsNoCall) {
  EXPECT_EQ(Run({"cancel", kOlder}).code, 0);
  EXPECT_THAT(server_.jobs.cancelled(), ElementsAre(kOlder));
  EXPECT_EQ(Lists(), 0);
  // What begins no id is the server's to judge.
  EXPECT_EQ(Run({"cancel", "job-1"}).code, 0);
  EXPECT_EQ(Lists(), 0);
}

TEST_F(JobReferenceTest, SeveralThatBeginSoAreListedAndNothingIsDone) {
  for (const std::string verb : {"cancel", "result", "watch", "delete", "info"}) {
    const Outcome outcome = Run({verb, "3fa"});
    EXPECT_EQ(outcome.code, 2) << verb;
    EXPECT_THAT(outcome.err,
                AllOf(HasSubstr("'3fa' begins the ids of 2 of your jobs"), HasSubstr(kNewest),
                      HasSubstr(kOlder), HasSubstr("name of 3fa8"), Not(HasSubstr(kOldest))))
        << verb;
  }
  EXPECT_TRUE(server_.jobs.cancelled().empty());
  EXPECT_TRUE(server_.jobs.deleted().empty());
}

TEST_F(JobReferenceTest, ManyAreCounted) {
  for (int i = 0; i < 12; ++i) Add(absl::StrCat("aa", std::string(29, '0'), i % 10), "alice");
  EXPECT_THAT(Run({"cancel", "aa"}).err, HasSubstr("\n  and 2 more\n"));
}

TEST_F(JobReferenceTest, AnothersJobTakesItsWholeId) {
  const Outcome outcome = Run({"cancel", "beef"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("None of your 3 jobs has an id that begins with 'beef'"));
  EXPECT_EQ(Run({"cancel", kAnothers}).code, 0);
  EXPECT_THAT(server_.jobs.cancelled(), ElementsAre(kAnothers));
}

TEST_F(JobReferenceTest, LastIsTheNewestOfTheCallersJobs) {
  Outcome outcome = Run({"cancel", "--last"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.err, HasSubstr(absl::StrCat("the last is job ", kNewest, ", name of 3fa8")));
  EXPECT_THAT(server_.jobs.cancelled(), ElementsAre(kNewest));
  server_.jobs.jobs.clear();
  Add(kAnothers, "bob");
  outcome = Run({"cancel", "--last"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("you have no jobs"));
}

TEST_F(JobReferenceTest, OneOfTheTwoIsGivenAndNeverAnEmptyText) {
  for (const std::string verb : {"cancel", "result", "watch", "delete"}) {
    for (const std::vector<std::string>& given :
         std::vector<std::vector<std::string>>{{verb}, {verb, ""}, {verb, kNewest, "--last"}}) {
      EXPECT_EQ(Run(given).code, 2) << testing::PrintToString(given);
    }
  }
  EXPECT_EQ(Run({"delete", kNewest, ""}).code, 2);
  EXPECT_EQ(Lists(), 0);
  EXPECT_TRUE(server_.jobs.cancelled().empty());
}

TEST_F(JobReferenceTest, SeveralAreLookedUpInOneList) {
  const Outcome outcome = Run({"delete", "c0", "3fa8", "3fa9", "3fa"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_EQ(Lists(), 2);  // of one list: pages have three jobs at most
}

}  // namespace
}  // namespace brainalign
