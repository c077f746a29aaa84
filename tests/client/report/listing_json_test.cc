#include "client/report/listing_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace brainalign {
namespace {

using Json = nlohmann::json;

Job SmallJob() {
  Job job;
  job.job_id = "7f3a";
  job.name = "a \"name\"\n\xFF";
  job.state = JobState::kQueued;
  job.reason = JobReason::kWaitingForMemory;
  job.create_time_unix_seconds = 1.5;
  job.layers = 3;
  job.queue_place = 2;
  job.expected_start_seconds = 0;
  job.project = "lab";
  return job;
}

TEST(ListingJsonTest, AJobHasItsFields) {
  const Json json = Json::parse(JobsToJson({SmallJob()}));
  ASSERT_EQ(json.size(), 1u);
  EXPECT_EQ(json[0]["job_id"], "7f3a");
  EXPECT_THAT(json[0]["name"].get<std::string>(), testing::StartsWith("a \"name\"\n"));
  EXPECT_EQ(json[0]["state"], "queued");
  EXPECT_EQ(json[0]["reason"], "waiting_for_memory");
  EXPECT_EQ(json[0]["create_time"], "1970-01-01T00:00:01.500Z");
  EXPECT_EQ(json[0]["layers"], 3);
  EXPECT_EQ(json[0]["queue_place"], 2);
  EXPECT_EQ(json[0]["expected_start_seconds"], 0);
  EXPECT_EQ(json[0]["project"], "lab");
}

TEST(ListingJsonTest, WhatIsUnknownIsNull) {
  const Json json = Json::parse(JobsToJson({Job()}));
  for (const char* field :
       {"reason", "message", "project", "person", "create_time", "start_time", "end_time",
        "estimated_seconds", "queue_place", "expected_start_seconds", "expected_end_seconds"}) {
    EXPECT_TRUE(json[0].contains(field)) << field;
    EXPECT_TRUE(json[0][field].is_null()) << field;
  }
}

TEST(ListingJsonTest, EmptyListsAreArrays) {
  for (const std::string& text : {JobsToJson({}), RecordingsToJson({}), SubmissionsToJson({}),
                                  QueueToJson({}), UploadsToJson({}), ErrorsToJson({})}) {
    EXPECT_EQ(text, "[]\n");
  }
}

TEST(ListingJsonTest, AServerHasItsCallerAndLimits) {
  ServerInfo info;
  info.version = "1.2.3";
  info.max_layers = 256;
  Json json = Json::parse(ServerInfoToJson(info, "lab:7733"));
  EXPECT_EQ(json["server"], "lab:7733");
  EXPECT_EQ(json["version"], "1.2.3");
  EXPECT_EQ(json["limits"]["layers"], 256);
  EXPECT_TRUE(json["caller"].is_null());
  info.caller.person = "alice";
  info.caller.role = "admin";
  json = Json::parse(ServerInfoToJson(info, "lab:7733"));
  EXPECT_EQ(json["caller"]["person"], "alice");
  EXPECT_TRUE(json["caller"]["expire_time"].is_null());
}

TEST(ListingJsonTest, RecordingsAndSubmissions) {
  Recording recording;
  recording.name = "lab/s1";
  recording.times_seconds = {0, 0.1};
  Json json = Json::parse(RecordingToJson(recording));
  EXPECT_EQ(json["name"], "lab/s1");
  EXPECT_EQ(json["times"], Json({0.0, 0.1}));
  EXPECT_TRUE(json["kind"].is_null());
  EXPECT_TRUE(json["seal"].is_null());
  recording.kind = "meg";
  recording.seal.emplace().submissions_left = 7;
  json = Json::parse(RecordingToJson(recording));
  EXPECT_EQ(json["kind"], "meg");
  EXPECT_EQ(json["seal"]["submissions_left"], 7);
  Submission submission;
  submission.activations = {"ab", "cd"};
  EXPECT_EQ(Json::parse(SubmissionsToJson({submission}))[0]["activations"], Json({"ab", "cd"}));
}

TEST(ListingJsonTest, ModelsAndWordTables) {
  Model model;
  model.name = "lab/gpt2";
  Json json = Json::parse(ModelToJson(model));
  for (const char* field :
       {"family", "architecture", "parameters", "context_words", "trained", "word_table"}) {
    EXPECT_TRUE(json.at(field).is_null()) << field;
  }
  model.facts.trained = false;
  model.layers = {{.index = 3, .relative_depth = 0.5, .name = "h.3", .digest = "ab"}};
  json = Json::parse(ModelToJson(model));
  EXPECT_EQ(json["trained"], false);
  EXPECT_EQ(json["layers"][0]["index"], 3);
  WordTable table;
  table.columns = {{"onset", "number", "cd"}};
  EXPECT_EQ(Json::parse(WordTablesToJson({table}))[0]["columns"][0]["type"], "number");
}

TEST(ListingJsonTest, AJobWithItsSpecificationAlsoAsLines) {
  const std::string json = JobToJson(SmallJob(), R"({"options":{"folds":5},"model":"","x":[]})");
  EXPECT_EQ(Json::parse(json)["specification"]["options"]["folds"], 5);
  const std::string lines = LinesOfJson(json);
  EXPECT_THAT(lines, testing::HasSubstr("options folds"));
  EXPECT_THAT(lines, testing::Not(testing::HasSubstr("specification/model")));
  EXPECT_THAT(lines, testing::HasSubstr("a \"name\"\\n"));  // on one line
}

TEST(ListingJsonTest, WhatAnOperatorSees) {
  QueueEntry entry;
  entry.first = SmallJob();
  entry.jobs = 2;
  entry.project = "lab";
  const Json queue = Json::parse(QueueToJson({entry}));
  EXPECT_EQ(queue[0]["job_id"], "7f3a");
  EXPECT_EQ(queue[0]["jobs"], 2);
  UploadEntry upload;
  upload.size_bytes = 9;
  EXPECT_EQ(Json::parse(UploadsToJson({upload}))[0]["size_bytes"], 9);
  const DiskUse use = {.projects = {{"lab", 5}}, .free_bytes = 3};
  EXPECT_EQ(Json::parse(DiskToJson(use)),
            Json::parse(R"({"projects":[{"project":"lab","stored_bytes":5}],"free_bytes":3})"));
  LoggedError error;
  error.level = "error";
  EXPECT_EQ(Json::parse(ErrorsToJson({error}))[0]["level"], "error");
  EXPECT_EQ(Json::parse(DrainToJson({.draining = true, .running = 2, .uploads = 1})),
            Json::parse(R"({"draining":true,"running":2,"uploads":1})"));
  EXPECT_EQ(Json::parse(ReloadToJson({.changed = {"log-level"}, .need_restart = {}})),
            Json::parse(R"({"changed":["log-level"],"need_restart":[]})"));
}

}  // namespace
}  // namespace brainalign
