// --json: what each verb shows, for programs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/client/cli/command_run.h"
#include "tests/client/fakes/fake_server.h"
#include "tests/core/tensor/scratch_folder.h"

namespace brainalign {
namespace {

using Json = nlohmann::json;
using testing::HasSubstr;

// What the command wrote to standard output, which must be JSON and nothing else.
Json WrittenBy(const std::vector<std::string>& arguments, int code = 0) {
  const Outcome outcome = RunProgram(arguments);
  EXPECT_EQ(outcome.code, code) << outcome.err;
  const Json parsed = Json::parse(outcome.out, nullptr, /*allow_exceptions=*/false);
  EXPECT_FALSE(parsed.is_discarded()) << outcome.out;
  return parsed;
}

std::vector<std::string> SmallExperiment(const std::string& folder) {
  return {"simulate", folder, "--words", "120", "--sensors", "4", "--layers", "3", "--dims", "5",
          "--sfreq",  "10",   "--tmin",  "0",   "--tmax",    "1", "--json"};
}

TEST(JsonOutputTest, SimulateUploadAndSubmitTellWhatTheyMade) {
  const ScratchFolder folder;
  FakeServer server;
  const std::string directory = folder.Path("experiment");
  const Json simulated = WrittenBy(SmallExperiment(directory));
  EXPECT_EQ(simulated["directory"], directory);
  EXPECT_EQ(simulated["layers"], 3);
  const Json tensors = WrittenBy({"upload", directory, "--json", "--server", server.address()});
  ASSERT_GE(tensors.size(), 2u);
  EXPECT_EQ(tensors.back()["shape"], Json({3, 120, 5}));
  EXPECT_EQ(tensors.back()["data_type"], "f32");
  EXPECT_EQ(tensors.back()["digest"].get<std::string>().size(), 64u);
  const Json job = WrittenBy({"submit", directory, "--json", "--server", server.address()});
  EXPECT_EQ(job["job_id"], "job-1");
  EXPECT_EQ(job["state"], "queued");
}

TEST(JsonOutputTest, CancelAndDeleteTellTheirJobs) {
  FakeServer server;
  v1::WatchJobResponse& end = server.jobs.events.emplace_back();
  end.set_sequence(1);
  end.mutable_job()->set_job_id("job-1");
  end.mutable_job()->set_state(v1::JOB_STATE_SUCCEEDED);
  EXPECT_EQ(WrittenBy({"cancel", "job-1", "--json", "--server", server.address()})["state"],
            "cancelled");
  const Json deleted =
      WrittenBy({"delete", "no-such", "job-1", "--json", "--server", server.address()}, /*code=*/2);
  EXPECT_EQ(deleted, Json::parse(R"([{"job_id": "job-1", "deleted": true}])"));
}

TEST(JsonOutputTest, ResultsAreThoseOfOut) {
  const ScratchFolder folder;
  const std::string directory = folder.Path("experiment");
  EXPECT_EQ(RunProgram(SmallExperiment(directory)).code, 0);
  Json shown = WrittenBy({"run", directory, "--local", "--draws", "20", "--json"});
  const std::string first = folder.Path("first.json");
  EXPECT_EQ(RunProgram({"run", directory, "--local", "--draws", "20", "--out", first}).code, 0);
  Json written = Json::parse(folder.Read("first.json"));
  shown.erase("compute_seconds");
  written.erase("compute_seconds");
  EXPECT_EQ(shown, written);
  const std::string second = folder.Path("second.json");
  EXPECT_EQ(RunProgram({"run", directory, "--local", "--draws", "20", "--selection", "gcv", "--out",
                        second})
                .code,
            0);
  EXPECT_TRUE(WrittenBy({"compare", first, second, "--json"}).is_object());
  const Outcome both = RunProgram({"run", directory, "--local", "--json", "--out", first});
  EXPECT_EQ(both.code, 2);
  EXPECT_THAT(both.err, HasSubstr("excludes"));
}

TEST(JsonOutputTest, VersionsAreMembers) {
  const Json versions = WrittenBy({"version", "--json"});
  EXPECT_THAT(RunProgram({"version"}).out, HasSubstr(versions["version"].get<std::string>()));
  EXPECT_TRUE(versions["numerics_version"].is_string());
}

TEST(JsonOutputTest, WhoamiTellsServerPersonAndMode) {
  FakeServer server;
  const std::vector<std::string> whoami = {"whoami", "--json", "--server", server.address()};
  Json told = WrittenBy(whoami);
  EXPECT_EQ(told["server"], server.address());
  EXPECT_TRUE(told["caller"].is_null());
  EXPECT_TRUE(told["mode"].is_null());
  server.caller.set_role(v1::CALLER_ROLE_ADMIN);
  server.caller.set_project("default");
  EXPECT_EQ(WrittenBy(whoami)["mode"], "open");
  server.caller.set_person("alice");
  server.caller.set_all_projects(true);
  told = WrittenBy(whoami);
  EXPECT_EQ(told["mode"], "certificate");
  EXPECT_EQ(told["caller"]["person"], "alice");
  EXPECT_EQ(told["caller"]["role"], "admin");
  EXPECT_EQ(told["caller"]["all_projects"], true);
  const Outcome text = RunProgram({"whoami", "--server", server.address()});
  EXPECT_THAT(text.out, HasSubstr("person   alice\n"));
  EXPECT_THAT(text.out, HasSubstr("sees     the jobs of all projects\n"));
}

}  // namespace
}  // namespace brainalign
