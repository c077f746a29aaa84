#include "tests/durability/load/probe_program.h"

#include <sstream>

#include "gtest/gtest.h"

namespace brainalign {

std::unique_ptr<ProbeProgram> ProbeProgram::Start(const std::string& server_address,
                                                  double seconds) {
  auto started = std::make_unique<ProbeProgram>();
  started->bare_server_ = Program::Start("brainalign_bare_server", {});
  if (started->bare_server_ == nullptr) return nullptr;
  const std::string line = started->bare_server_->WaitForLine("listening on ");
  EXPECT_NE(line, "") << "the bare server did not come up";
  if (line.empty()) return nullptr;
  started->probe_ =
      Program::Start("brainalign_load_probe",
                     {server_address, line.substr(line.rfind(' ') + 1), std::to_string(seconds)});
  return started->probe_ == nullptr ? nullptr : std::move(started);
}

void ProbeProgram::Finish() {
  EXPECT_EQ(probe_->WaitForExit(), 0) << probe_->err();
  std::istringstream told(probe_->out());
  for (CallTimes* times : {&reads_, &bare_}) {
    told >> times->count >> times->median >> times->of_99 >> times->longest;
  }
  EXPECT_TRUE(told.good() || told.eof()) << probe_->out();
}

}  // namespace brainalign
