// brainalign report: which files it reads and writes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/client/cli/command_run.h"
#include "tests/client/report/report_json.h"
#include "tests/core/tensor/scratch_folder.h"

namespace brainalign {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

TEST(ReportTest, RefusesTwoOutputsOfTheSamePath) {
  const ScratchFolder folder;
  folder.Write("r.json", ReportJson().dump());
  const std::string page = folder.Path("r.html");
  for (const std::string& same : {page, folder.path() + "/./r.html"}) {
    const Outcome outcome =
        RunProgram({"report", folder.Path("r.json"), "-o", page, "--svg", same});
    EXPECT_EQ(outcome.code, 2);
    EXPECT_THAT(outcome.err, HasSubstr(same + " is given for two outputs"));
    EXPECT_THAT(folder.List(), ElementsAre("r.json"));
  }
  const Outcome outcome =
      RunProgram({"report", folder.Path("r.json"), "-o", page, "--svg", folder.Path("r.svg")});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(folder.List(), testing::UnorderedElementsAre("r.json", "r.html", "r.svg"));
}

// The report would replace the result.
TEST(ReportTest, RefusesAReportInPlaceOfTheResult) {
  const ScratchFolder folder;
  const std::string same = folder.Path("r");
  const Outcome outcome =
      RunProgram({"run", folder.path(), "--local", "--out", same, "--report", same});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("is given for two outputs"));
}

TEST(ReportTest, NamesTheFileThatIsDamaged) {
  const ScratchFolder folder;
  const std::string path = folder.Path("r.json");
  nlohmann::ordered_json json = ReportJson();
  json["t_max"].erase(0);
  folder.Write("r.json", json.dump());
  const Outcome outcome = RunProgram({"report", path, "-o", folder.Path("r.html")});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(outcome.err,
              StartsWith("brainalign: " + path + ": \"t_max\" should be a list of 2 numbers."));
}

TEST(ReportTest, SaysThatAFolderIsNoResult) {
  const ScratchFolder folder;
  const Outcome outcome = RunProgram({"report", folder.path(), "-o", folder.Path("r.html")});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(outcome.err, HasSubstr(folder.path() + ": it is a folder"));
}

}  // namespace
}  // namespace brainalign
