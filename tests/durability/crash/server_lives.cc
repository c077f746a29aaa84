#include "tests/durability/crash/server_lives.h"

#include <csignal>
#include <ctime>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/durability/stage/free_port.h"

namespace brainalign {
namespace {

double CpuSeconds(pid_t process) {
  clockid_t clock{};
  timespec time{};
  EXPECT_EQ(clock_getcpuclockid(process, &clock), 0);
  EXPECT_EQ(clock_gettime(clock, &time), 0);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

}  // namespace

ServerLives::ServerLives(std::string data_folder, std::vector<std::string> arguments)
    : data_folder_(std::move(data_folder)),
      arguments_(std::move(arguments)),
      address_(absl::StrCat("127.0.0.1:", FreeListeningPort())) {}

bool ServerLives::Start() {
  const auto begin = std::chrono::steady_clock::now();
  server_ = RunningServer::Start(data_folder_, address_, arguments_);
  start_seconds_ = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  if (server_ == nullptr) return false;
  start_cpu_seconds_ = CpuSeconds(server_->process_id());
  return true;
}

void ServerLives::StartAndKill(std::chrono::microseconds delay) {
  std::vector<std::string> words = {"--listen", address_, "--data", data_folder_};
  words.insert(words.end(), arguments_.begin(), arguments_.end());
  const std::unique_ptr<Program> program = Program::Start("brainalignd", words);
  if (program == nullptr) return;
  std::this_thread::sleep_for(delay);  // the moment of the kill, not a wait for anything
  program->Signal(SIGKILL);
  program->WaitForExit();
  ++kills_;
}

void ServerLives::Kill() {
  server_->Kill();
  ++kills_;
}

int ServerLives::Stop() { return server_->Stop(); }

bool Gate::Wait(const std::stop_token& stop) {
  std::unique_lock<std::mutex> lock(mutex_);
  return changed_.wait(lock, stop, [this] { return open_; }) && !stop.stop_requested();
}

void Gate::Set(bool open) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    open_ = open;
  }
  changed_.notify_all();
}

}  // namespace brainalign
