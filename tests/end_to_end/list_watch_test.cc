// Jobs as a person follows and names them.
#include <csignal>
#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/end_to_end/experiment_folder.h"
#include "tests/end_to_end/program.h"
#include "tests/end_to_end/running_server.h"

namespace brainalign {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class ListWatchTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_NO_FATAL_FAILURE(Simulate(scratch_ / "experiment", 200, 4, 2, 5));
    server_ = RunningServer::Start(scratch_ / "data");
    ASSERT_NE(server_, nullptr);
  }

  Outcome Run(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--server", server_->address()});
    return RunBrainalign(arguments);
  }

  std::string Submit(const std::string& name) const {
    const Outcome submitted = Run({"submit", scratch_ / "experiment", "--name", name});
    EXPECT_EQ(submitted.exit_code, 0) << submitted.err;
    return submitted.out.substr(0, submitted.out.find('\n'));
  }

  ScratchFolder scratch_;
  std::unique_ptr<RunningServer> server_;
};

TEST_F(ListWatchTest, WithoutATerminalEachChangeIsALineUntilCtrlC) {
  const std::vector<std::string> list = {"list", "--watch", "--server", server_->address()};
  const auto watch = Program::Start("brainalign", list);
  const std::string first = Submit("first");
  EXPECT_THAT(watch->WaitForLine(first + ": succeeded"), HasSubstr("  first"));
  const std::string second = Submit("second");
  EXPECT_THAT(watch->WaitForLine(second + ": succeeded"),
              AllOf(HasSubstr("  second"), HasSubstr("served from the cache")));
  watch->Signal(SIGINT);
  EXPECT_EQ(watch->WaitForExit(), 0);
  EXPECT_THAT(watch->out() + watch->err(), Not(HasSubstr("\x1b")));
}

TEST_F(ListWatchTest, JsonIsALineForEachChange) {
  const std::string job = Submit("first");
  EXPECT_EQ(Run({"watch", job}).exit_code, 0);
  const auto watch =
      Program::Start("brainalign", {"list", "--watch", "--json", "--server", server_->address()});
  const std::string line = watch->WaitForLine(job);
  const auto told = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
  ASSERT_TRUE(told.is_object()) << line;
  EXPECT_EQ(told["state"], "succeeded");
  watch->Signal(SIGINT);
  EXPECT_EQ(watch->WaitForExit(), 0);
}

TEST_F(ListWatchTest, AJobIsNamedByItsFirstCharactersAndTheNewestByLast) {
  const std::string job = Submit("first");
  EXPECT_EQ(Run({"watch", job.substr(0, 6)}).exit_code, 0);
  const Outcome result = Run({"result", "--last", "--json"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(nlohmann::json::parse(result.out)["job_id"], job);
  EXPECT_THAT(result.err, HasSubstr("the last is job " + job + ", first"));
  EXPECT_EQ(Run({"delete", job.substr(0, 1)}).exit_code, 0);
  EXPECT_EQ(Run({"result", "--last"}).exit_code, 2);
}

}  // namespace
}  // namespace brainalign
