#include "client/cli/terminal/secret.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <termios.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <string>
#include <thread>

namespace brainalign {
namespace {

using testing::HasSubstr;
using testing::Not;

bool ShowsInput(int terminal) {
  termios settings = {};
  EXPECT_EQ(tcgetattr(terminal, &settings), 0);
  return (settings.c_lflag & ECHO) != 0;
}

// A terminal of the test's own, and somebody in front of it.
class SecretTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(openpty(&person_, &program_, nullptr, nullptr, nullptr), 0); }
  void TearDown() override {
    close(person_);
    close(program_);
    std::fclose(err_.file);
  }

  // Returns once the terminal hides what is typed.
  void AwaitHidden() {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (ShowsInput(program_)) {
      ASSERT_LT(std::chrono::steady_clock::now(), until) << "the terminal goes on showing input";
      std::this_thread::yield();
    }
  }

  // What the terminal has shown to the person so far.
  std::string Shown() {
    std::string text;
    pollfd wait = {.fd = person_, .events = POLLIN, .revents = 0};
    while (poll(&wait, 1, 0) == 1 && (wait.revents & POLLIN) != 0) {
      char byte;
      if (read(person_, &byte, 1) == 1) text.push_back(byte);
    }
    return text;
  }

  int person_ = -1;
  int program_ = -1;
  Terminal err_{.file = std::tmpfile()};
};

TEST_F(SecretTest, WhatIsTypedIsReadAndNotShown) {
  absl::StatusOr<std::string> line;
  std::thread reader([&] { line = ReadSecret(program_, err_, "token: ", {}); });
  AwaitHidden();
  ASSERT_EQ(write(person_, "ba_secret\n", 10), 10);
  reader.join();
  ASSERT_TRUE(line.ok()) << line.status();
  EXPECT_EQ(*line, "ba_secret");
  EXPECT_THAT(Shown(), Not(HasSubstr("secret")));
  EXPECT_TRUE(ShowsInput(program_));
}

TEST_F(SecretTest, AStopEndsTheWaitAndLeavesTheTerminalAsItWas) {
  std::stop_source stop;
  absl::StatusOr<std::string> line;
  std::thread reader([&] { line = ReadSecret(program_, err_, "token: ", stop.get_token()); });
  AwaitHidden();
  stop.request_stop();
  reader.join();
  EXPECT_EQ(line.status().code(), absl::StatusCode::kCancelled);
  EXPECT_TRUE(ShowsInput(program_));
}

TEST(SecretFromPipeTest, IsTheFirstLineOrAllThereIs) {
  for (const std::string text : {"ba_secret\nmore\n", "ba_secret"}) {
    int ends[2];
    ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
    ASSERT_EQ(write(ends[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
    close(ends[1]);
    const absl::StatusOr<std::string> line = ReadSecret(ends[0], Terminal(), "unseen", {});
    close(ends[0]);
    ASSERT_TRUE(line.ok()) << line.status();
    EXPECT_EQ(*line, "ba_secret");
  }
}

}  // namespace
}  // namespace brainalign
