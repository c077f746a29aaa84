#include "bench/upload/child_program.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <fstream>

#include "absl/strings/str_cat.h"

namespace brainalign {

absl::StatusOr<std::unique_ptr<ChildProgram>> ChildProgram::Start(
    const std::vector<std::string>& words) {
  std::vector<std::string> copies = words;
  std::vector<char*> argv;
  for (std::string& word : copies) argv.push_back(word.data());
  argv.push_back(nullptr);
  int out[2];
  if (pipe2(out, O_CLOEXEC) != 0) return absl::InternalError("cannot make a pipe");
  const pid_t pid = fork();
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(out[1], STDOUT_FILENO);
    execv(argv[0], argv.data());
    _exit(127);
  }
  close(out[1]);
  std::string text;
  char byte = 0;
  while (pid > 0 && read(out[0], &byte, 1) == 1 && byte != '\n') text.push_back(byte);
  close(out[0]);
  const std::string announcement = "listening on ";
  if (text.compare(0, announcement.size(), announcement) != 0) {
    return absl::UnavailableError(
        absl::StrCat(words[0], " does not listen; it wrote '", text, "'"));
  }
  return std::unique_ptr<ChildProgram>(new ChildProgram(pid, text.substr(announcement.size())));
}

ChildProgram::~ChildProgram() {
  kill(pid_, SIGTERM);
  waitpid(pid_, nullptr, 0);
}

std::int64_t ChildProgram::Memory(const std::string& field) const {
  std::ifstream status(absl::StrCat("/proc/", pid_, "/status"));
  for (std::string name; status >> name;) {
    std::int64_t kibibytes = 0;
    if (name == field + ":" && status >> kibibytes) return kibibytes << 10;
    std::getline(status, name);
  }
  return 0;
}

}  // namespace brainalign
