#include "tests/end_to_end/program.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <sstream>
#include <utility>

#include "gtest/gtest.h"

namespace brainalign {
namespace {

// The first whole line of `text` that holds `wanted`; empty if there is none.
std::string LineWith(const std::string& text, const std::string& wanted) {
  std::size_t begin = 0;
  for (std::size_t end; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1) {
    std::string line = text.substr(begin, end - begin);
    if (line.find(wanted) != std::string::npos) return line;
  }
  return "";
}

}  // namespace

std::string PathOfProgram(const std::string& name) {
  return std::string(BRAINALIGN_BINARY_DIR "/") + name;
}

std::unique_ptr<Program> Program::Start(const std::string& name,
                                        const std::vector<std::string>& arguments,
                                        const std::vector<std::string>& environment,
                                        const std::string& input) {
  const bool is_ours = name.find('/') == std::string::npos;
  const std::string path = is_ours ? PathOfProgram(name) : name;
  std::vector<std::string> words = {path};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  // The first setting of a name counts; what the user of this machine keeps is not for tests.
  std::vector<std::string> settings = environment;
  settings.push_back("XDG_CONFIG_HOME=/nowhere");
  std::vector<char*> envp;
  for (std::string& setting : settings) envp.push_back(setting.data());
  for (char** inherited = environ; *inherited != nullptr; ++inherited) envp.push_back(*inherited);
  envp.push_back(nullptr);

  int in[2];
  int out[2];
  int err[2];
  if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0) {
    ADD_FAILURE() << "cannot make a pipe";
    return nullptr;
  }
  // It fits into the pipe.
  const ssize_t given = write(in[1], input.data(), input.size());
  EXPECT_EQ(given, static_cast<ssize_t>(input.size()));
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid == 0) {
    // Only calls that are safe between fork and exec.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(127);
    dup2(in[0], STDIN_FILENO);
    dup2(out[1], STDOUT_FILENO);
    dup2(err[1], STDERR_FILENO);
    execve(argv[0], argv.data(), envp.data());
    _exit(127);
  }
  close(in[0]);
  close(in[1]);
  close(out[1]);
  close(err[1]);
  if (pid < 0) {
    ADD_FAILURE() << "cannot fork";
    close(out[0]);
    close(err[0]);
    return nullptr;
  }
  return std::unique_ptr<Program>(new Program(pid, out[0], err[0]));
}

Program::Program(pid_t pid, int out, int err) : pid_(pid) {
  threads_.emplace_back([this, out] { Collect(out, out_); });
  threads_.emplace_back([this, err] { Collect(err, err_); });
  threads_.emplace_back([this] { Reap(); });
}

Program::~Program() {
  Signal(SIGKILL);
  for (std::thread& thread : threads_) thread.join();
}

void Program::Collect(int descriptor, std::string& text) {
  char buffer[4096];
  for (;;) {
    const ssize_t count = read(descriptor, buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    const std::lock_guard<std::mutex> lock(mutex_);
    if (count <= 0) {
      --open_pipes_;
      changed_.notify_all();
      break;
    }
    text.append(buffer, static_cast<std::size_t>(count));
    changed_.notify_all();
  }
  close(descriptor);
}

void Program::Reap() {
  // The process is left a zombie until the lock is held, so that Signal never
  // reaches a stranger that was given the same number.
  siginfo_t info;
  while (waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT) != 0 && errno == EINTR) {
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  int status = 0;
  waitpid(pid_, &status, 0);
  exit_ = WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
  changed_.notify_all();
}

std::string Program::WaitForLine(const std::string& text) {
  std::unique_lock<std::mutex> lock(mutex_);
  std::string line;
  changed_.wait_for(lock, kPatience, [&] {
    line = LineWith(out_, text);
    if (line.empty()) line = LineWith(err_, text);
    return !line.empty() || open_pipes_ == 0;
  });
  return line;
}

std::optional<int> Program::WaitForExit() {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait_for(lock, kPatience, [&] { return exit_.has_value() && open_pipes_ == 0; });
  return exit_;
}

void Program::Signal(int signal) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!exit_.has_value()) kill(pid_, signal);
}

std::string Program::out() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return out_;
}

std::string Program::err() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return err_;
}

Outcome RunProgram(const std::string& name, const std::vector<std::string>& arguments,
                   const std::vector<std::string>& environment, const std::string& input) {
  const std::unique_ptr<Program> program = Program::Start(name, arguments, environment, input);
  if (program == nullptr) return {};
  const std::optional<int> code = program->WaitForExit();
  EXPECT_TRUE(code.has_value()) << name << " did not end; it wrote\n"
                                << program->out() << program->err();
  return {code.value_or(-1), program->out(), program->err()};
}

Outcome RunBrainalign(const std::vector<std::string>& arguments,
                      const std::vector<std::string>& environment, const std::string& input) {
  return RunProgram("brainalign", arguments, environment, input);
}

}  // namespace brainalign
