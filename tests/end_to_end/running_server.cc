#include "tests/end_to_end/running_server.h"

#include <csignal>
#include <filesystem>
#include <system_error>
#include <utility>

#include "gtest/gtest.h"

namespace brainalign {

std::unique_ptr<RunningServer> RunningServer::Start(const std::string& data_folder,
                                                    const std::string& address,
                                                    const std::vector<std::string>& options) {
  auto server = std::make_unique<RunningServer>();
  std::vector<std::string> arguments = {"--listen", address, "--data", data_folder};
  arguments.insert(arguments.end(), options.begin(), options.end());
  server->program_ = Program::Start("brainalignd", arguments);
  if (server->program_ == nullptr) return nullptr;
  const std::string announcement = "listening on ";
  const std::string line = server->program_->WaitForLine(announcement);
  if (line.empty()) {
    ADD_FAILURE() << "the server did not come up; it wrote\n"
                  << server->program_->out() << server->program_->err();
    return nullptr;
  }
  const std::size_t begin = line.find(announcement) + announcement.size();
  server->address_ = line.substr(begin, line.find_first_of(" ,;\"", begin) - begin);
  return server;
}

void RunningServer::Kill() {
  program_->Signal(SIGKILL);
  EXPECT_EQ(program_->WaitForExit(), -SIGKILL);
}

int RunningServer::Stop() {
  program_->Signal(SIGTERM);
  return program_->WaitForExit().value_or(-1);
}

bool HasPartOfAnUpload(const std::string& data_folder) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(data_folder + "/uploads", error)) {
    if (entry.file_size(error) > 1u << 20 && !error) return true;
  }
  return false;
}

}  // namespace brainalign
