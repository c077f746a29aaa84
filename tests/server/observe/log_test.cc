// Lines of the log for programs.
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "server/logs/error_log.h"
#include "server/logs/json_formatter.h"
#include "server/logs/log_fields.h"
#include "server/logs/text_formatter.h"
#include "server/observe/call_records.h"

namespace brainalign {
namespace {

using nlohmann::json;

class LogTest : public testing::Test {
 protected:
  LogTest() : before_(spdlog::default_logger()) {
    auto sink = std::make_shared<spdlog::sinks::ostream_sink_mt>(said_);
    sink->set_formatter(std::make_unique<JsonFormatter>());
    auto logger = std::make_shared<spdlog::logger>("test", std::move(sink));
    logger->set_level(spdlog::level::debug);
    spdlog::set_default_logger(std::move(logger));
  }
  ~LogTest() override { spdlog::set_default_logger(before_); }

  // The line that was logged since, which must be one.
  json Line() {
    const std::string text = said_.str();
    said_.str("");
    EXPECT_EQ(text.find('\n'), text.size() - 1) << text;
    return json::parse(text, nullptr, false);
  }

  std::ostringstream said_;
  const std::shared_ptr<spdlog::logger> before_;
};

TEST_F(LogTest, ALineIsOneObjectWithTimeLevelAndMessage) {
  const absl::Time before = absl::Now() - absl::Microseconds(1);
  spdlog::warn("disk {}", "full");
  const json line = Line();
  EXPECT_EQ(line.size(), 3U);
  EXPECT_EQ(line["level"], "warning");
  EXPECT_EQ(line["message"], "disk full");
  absl::Time time;
  std::string error;
  ASSERT_TRUE(absl::ParseTime(absl::RFC3339_full, line["time"].get<std::string>(), &time, &error))
      << error;
  EXPECT_GE(time, before);
  EXPECT_LE(time, absl::Now());
}

TEST(TextLogTest, WhatStrangersWroteCannotForgeALineNorTouchTheScreen) {
  std::ostringstream said;
  auto sink = std::make_shared<spdlog::sinks::ostream_sink_mt>(said);
  sink->set_formatter(std::make_unique<TextFormatter>());
  spdlog::logger("test", std::move(sink))
      .info("there is no upload '{}'", "x\n[2027-01-01 00:00:00.000] [error] forged\x1b[2J");
  const std::string text = said.str();
  EXPECT_EQ(text.find('\n'), text.size() - 1) << text;
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_NE(text.find("[info] there is no upload 'x\\n[2027"), std::string::npos) << text;
}

TEST_F(LogTest, WhatStrangersWroteCannotBreakALine) {
  spdlog::info("{}", std::string("a\"b\\c\n{\"level\":\"error\"}\x01\xff end"));
  const json line = Line();
  EXPECT_EQ(line["level"], "info");
  EXPECT_EQ(line["message"], "a\"b\\c\n{\"level\":\"error\"}\x01\xEF\xBF\xBD end");
}

TEST_F(LogTest, FieldsHoldWhileTheyLiveAndInTheirThreadAlone) {
  {
    const LogFields outer({{"execution_id", std::int64_t{7}}});
    {
      const LogFields inner({{"job_id", std::string("j")}, {"seconds", 0.5}});
      spdlog::info("both");
      const json line = Line();
      EXPECT_EQ(line["execution_id"], 7);
      EXPECT_EQ(line["job_id"], "j");
      EXPECT_EQ(line["seconds"], 0.5);
    }
    spdlog::info("one");
    EXPECT_FALSE(Line().contains("job_id"));
    std::thread([] { spdlog::info("another thread's"); }).join();
    EXPECT_FALSE(Line().contains("execution_id"));
  }
  spdlog::info("none");
  EXPECT_EQ(Line().size(), 3U);
}

TEST_F(LogTest, ACallIsOneLineWithItsFields) {
  CallRecords records(nullptr);
  EndedCall call;
  call.method = Method::kGetJob;
  call.status = absl::NotFoundError("there is no job 'x\ny'");
  call.seconds = 0.25;
  call.request_id = "r1";
  call.caller.person = "ada";
  call.caller.project = "lab";
  call.peer = "ipv4:127.0.0.1:5";
  records.Began(call.method);
  records.Ended(call);
  const json line = Line();
  EXPECT_EQ(line["method"], "GetJob");
  EXPECT_EQ(line["code"], "NOT_FOUND");
  EXPECT_EQ(line["milliseconds"], 250);
  EXPECT_EQ(line["request_id"], "r1");
  EXPECT_EQ(line["person"], "ada");
  EXPECT_EQ(line["project"], "lab");
  EXPECT_EQ(line["peer"], "ipv4:127.0.0.1:5");
  EXPECT_EQ(line["level"], "info");
}

TEST(ErrorLogTest, KeepsTheLastWarningsAndErrors) {
  ErrorLog errors(2);
  spdlog::logger logger("test", errors.sink());
  logger.set_level(spdlog::level::debug);
  logger.error("a");
  logger.warn("b");
  logger.info("c");
  logger.critical("d");
  const std::vector<ErrorLog::Line> lines = errors.Read();
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0].message, "b");
  EXPECT_EQ(lines[1].message, "d");
  EXPECT_EQ(lines[1].level, ErrorLog::Level::kCritical);
  EXPECT_GT(lines[1].number, lines[0].number);
  EXPECT_EQ(errors.Read(lines[0].number).size(), 1U);
  EXPECT_TRUE(errors.Read(lines[1].number).empty());
}

}  // namespace
}  // namespace brainalign
