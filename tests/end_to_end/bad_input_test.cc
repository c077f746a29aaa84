// What a user gets who makes a mistake: one clear sentence, the right exit code, and
// nothing half-done left behind.
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "core/tensor/format/npy.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/end_to_end/experiment_folder.h"
#include "tests/end_to_end/program.h"
#include "tests/end_to_end/running_server.h"

namespace brainalign {
namespace {

using testing::AllOf;
using testing::HasSubstr;

// Numbers that a program could mistake for data, in C order.
Tensor Ramp(std::vector<std::int64_t> shape) {
  std::int64_t count = 1;
  for (const std::int64_t axis : shape) count *= axis;
  std::vector<std::byte> bytes(static_cast<std::size_t>(count) * sizeof(float));
  for (std::int64_t i = 0; i < count; ++i) {
    const float value = std::sin(static_cast<float>(i * i % 1009));
    std::memcpy(bytes.data() + static_cast<std::size_t>(i) * sizeof value, &value, sizeof value);
  }
  absl::StatusOr<Tensor> tensor =
      Tensor::FromBytes({.dtype = DType::kF32, .shape = std::move(shape)}, std::move(bytes));
  EXPECT_TRUE(tensor.ok()) << tensor.status();
  return *tensor;
}

// An epoched experiment of 40 words, 5 sensors, 3 times and 2 layers.
class BadInputTest : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directory(folder_);
    Write("meg.npy", Ramp({40, 5, 3}));
    Write("activations.npy", Ramp({2, 40, 4}));
    Write("times.npy", Ramp({1}));
    WriteTimes({0.0F, 0.1F, 0.2F});
  }

  void Write(const std::string& name, const Tensor& tensor) {
    const absl::Status status = WriteNpy(folder_ + "/" + name, tensor);
    ASSERT_TRUE(status.ok()) << status;
  }

  void WriteTimes(const std::vector<float>& times) {
    std::vector<std::byte> bytes(times.size() * sizeof(float));
    std::memcpy(bytes.data(), times.data(), bytes.size());
    Write("times.npy",
          *Tensor::FromBytes(
              {.dtype = DType::kF32, .shape = {static_cast<std::int64_t>(times.size())}}, bytes));
  }

  // Overwrites one float32 of meg.npy in place.
  void Poison(std::int64_t word, std::int64_t sensor, std::int64_t time, float value) {
    const std::string path = folder_ + "/meg.npy";
    const std::uintmax_t size = std::filesystem::file_size(path);
    const std::uintmax_t data = 40 * 5 * 3 * sizeof(float);
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(
        size - data + static_cast<std::uintmax_t>((word * 5 + sensor) * 3 + time) * sizeof value));
    file.write(reinterpret_cast<const char*>(&value), sizeof value);
  }

  Outcome RunLocally(const std::vector<std::string>& options = {}) {
    std::vector<std::string> arguments = {"run", folder_, "--local", "--out", out_};
    arguments.insert(arguments.end(), options.begin(), options.end());
    Outcome outcome = RunBrainalign(arguments);
    EXPECT_EQ(std::filesystem::exists(out_), outcome.exit_code == 0);
    return outcome;
  }

  ScratchFolder scratch_;
  const std::string folder_ = scratch_ / "experiment";
  const std::string out_ = scratch_ / "result.json";
};

TEST_F(BadInputTest, TheExperimentItselfIsGood) {
  const Outcome outcome = RunLocally();
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
}

TEST_F(BadInputTest, AnUnknownOptionIsNamed) {
  const Outcome outcome = RunLocally({"--alfas", "1"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("--alfas"));
}

TEST_F(BadInputTest, AnOptionThatMakesNoSenseIsNamed) {
  const Outcome outcome = RunLocally({"--folds", "1"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("folds"));
  for (const std::string seed : {"-1", "18446744073709551616", "1.5"}) {
    const Outcome refused = RunLocally({"--seed", seed});
    EXPECT_EQ(refused.exit_code, 2) << seed;
    EXPECT_THAT(refused.err, HasSubstr("is '" + seed + "'; a whole number from 0 to 184467"));
  }
}

TEST_F(BadInputTest, MoreFoldsThanWordsAreRefused) {
  const Outcome outcome = RunLocally({"--folds", "41"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("41"), HasSubstr("40")));
}

TEST_F(BadInputTest, NotANumberIsNamedWithItsPlace) {
  Poison(17, 3, 2, std::numeric_limits<float>::quiet_NaN());
  const Outcome outcome = RunLocally();
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("17"), HasSubstr("3"), HasSubstr("2")));
  EXPECT_THAT(outcome.err, HasSubstr("sensor"));
}

TEST_F(BadInputTest, NotANumberIsRefusedByTheServerToo) {
  Poison(17, 3, 2, std::numeric_limits<float>::infinity());
  const std::unique_ptr<RunningServer> server = RunningServer::Start(scratch_ / "server");
  ASSERT_NE(server, nullptr);
  const Outcome outcome = RunBrainalign({"run", folder_, "--server", server->address()});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("17"), HasSubstr("sensor")));
  const Outcome listed = RunBrainalign({"list", "--server", server->address()});
  EXPECT_THAT(listed.err + listed.out, HasSubstr("no jobs"));
}

TEST_F(BadInputTest, WordsThatDifferBetweenTheSidesAreCounted) {
  Write("activations.npy", Ramp({2, 39, 4}));
  const Outcome outcome = RunLocally();
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("39"), HasSubstr("40")));
}

TEST_F(BadInputTest, AMissingFileIsNamed) {
  std::filesystem::remove(folder_ + "/times.npy");
  const Outcome outcome = RunLocally();
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("times.npy"));
}

TEST_F(BadInputTest, AFolderThatIsNotThereIsNamed) {
  const Outcome outcome = RunBrainalign({"run", scratch_ / "nowhere", "--local"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("nowhere"));
}

TEST_F(BadInputTest, APickleIsRefusedAndNotRead) {
  // numpy.save of an object array: the header names dtype object, a pickle follows.
  std::string header = "{'descr': '|O', 'fortran_order': False, 'shape': (2,), }";
  header.resize(118 - 1, ' ');
  header += '\n';
  std::ofstream file(folder_ + "/activations.npy", std::ios::binary | std::ios::trunc);
  file << std::string("\x93NUMPY\x01\x00", 8) << static_cast<char>(header.size()) << '\0' << header
       << "\x80\x03]q\x00.";
  file.close();
  const Outcome outcome = RunLocally();
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("activations.npy"), HasSubstr("object")));
}

TEST_F(BadInputTest, ATruncatedFileIsNamed) {
  std::filesystem::resize_file(folder_ + "/meg.npy",
                               std::filesystem::file_size(folder_ + "/meg.npy") - 10);
  const Outcome outcome = RunLocally();
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("meg.npy"));
}

TEST_F(BadInputTest, AServerOutOfReachIsNamed) {
  // A port that was free a moment ago and that nobody listens on.
  std::unique_ptr<RunningServer> server = RunningServer::Start(scratch_ / "server");
  ASSERT_NE(server, nullptr);
  const std::string address = server->address();
  ASSERT_EQ(server->Stop(), 0);
  const Outcome outcome = RunBrainalign({"run", folder_, "--server", address});
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_THAT(outcome.err, HasSubstr(address));
}

TEST_F(BadInputTest, AnUnknownJobIsNamed) {
  const std::unique_ptr<RunningServer> server = RunningServer::Start(scratch_ / "server");
  ASSERT_NE(server, nullptr);
  const Outcome outcome = RunBrainalign({"result", "no-such-job", "--server", server->address()});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("no-such-job"));
}

TEST_F(BadInputTest, APortInUseIsNamedAndTheFirstServerGoesOn) {
  const std::unique_ptr<RunningServer> first = RunningServer::Start(scratch_ / "first");
  ASSERT_NE(first, nullptr);
  const std::unique_ptr<Program> second =
      Program::Start("brainalignd", {"--listen", first->address(), "--data", scratch_ / "second"});
  ASSERT_NE(second, nullptr);
  const std::optional<int> code = second->WaitForExit();
  ASSERT_TRUE(code.has_value());
  EXPECT_GT(*code, 0);
  EXPECT_THAT(second->out() + second->err(), HasSubstr(first->address()));
  EXPECT_EQ(RunBrainalign({"info", "--server", first->address()}).exit_code, 0);
}

TEST_F(BadInputTest, ADataFolderInUseIsNamedAndTheFirstServerGoesOn) {
  const std::unique_ptr<RunningServer> first = RunningServer::Start(scratch_ / "data");
  ASSERT_NE(first, nullptr);
  const std::unique_ptr<Program> second =
      Program::Start("brainalignd", {"--listen", "127.0.0.1:0", "--data", scratch_ / "data"});
  ASSERT_NE(second, nullptr);
  const std::optional<int> code = second->WaitForExit();
  ASSERT_TRUE(code.has_value());
  EXPECT_GT(*code, 0);
  EXPECT_THAT(second->out() + second->err(), HasSubstr("data"));
  EXPECT_EQ(RunBrainalign({"info", "--server", first->address()}).exit_code, 0);
}

TEST_F(BadInputTest, AnUnknownOptionOfTheServerIsNamed) {
  const std::unique_ptr<Program> server = Program::Start("brainalignd", {"--lisen", "x"});
  ASSERT_NE(server, nullptr);
  EXPECT_EQ(server->WaitForExit(), 2);
  EXPECT_THAT(server->out() + server->err(), HasSubstr("--lisen"));
}

}  // namespace
}  // namespace brainalign
