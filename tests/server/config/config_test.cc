#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/config/listen_address.h"
#include "server/config/option_table.h"
#include "server/config/parse.h"

namespace brainalign {
namespace {

using testing::HasSubstr;

class ConfigTest : public testing::Test {
 protected:
  ConfigTest() {
    std::string pattern = testing::TempDir() + "/brainalign_config_XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
  }
  ~ConfigTest() override { std::filesystem::remove_all(folder_); }

  static absl::StatusOr<CommandLine> Parse(std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), "brainalignd");
    return ParseCommandLine(static_cast<int>(arguments.size()), arguments.data());
  }

  std::string File(const std::string& text) {
    const std::string path = folder_ + "/config.toml";
    std::ofstream(path) << text;
    return path;
  }

  std::string folder_;
};

TEST_F(ConfigTest, DefaultsAreLoopbackAndTheMachine) {
  const auto parsed = Parse({"--data", "/d"});
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->options.listen_host, "127.0.0.1");
  EXPECT_EQ(parsed->options.listen_port, 7733);
  EXPECT_EQ(parsed->options.data_folder, "/d");
  EXPECT_EQ(parsed->options.threads, 0);
  EXPECT_EQ(parsed->options.brain_cache_bytes, -1);
}

TEST_F(ConfigTest, FlagsWinOverTheFile) {
  const std::string file = File(
      "# where and how much\n"
      "listen = \"[::1]:80\"\ndata = \"/from file\"\nmemory = \"8GiB\"\nthreads = 3\n"
      "heartbeat_seconds = 0.5\nupload_idle_seconds = 60\nbrain_cache = \"256MiB\"\n");
  const auto parsed = Parse({"--config", file.c_str(), "--threads", "4", "--memory=512 MiB"});
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  const ServerOptions& options = parsed->options;
  EXPECT_EQ(options.listen_host, "[::1]");
  EXPECT_EQ(options.listen_port, 80);
  EXPECT_EQ(options.data_folder, "/from file");
  EXPECT_EQ(options.threads, 4);
  EXPECT_EQ(options.memory_budget_bytes, std::int64_t{512} << 20);
  EXPECT_EQ(options.brain_cache_bytes, std::int64_t{256} << 20);
  EXPECT_EQ(options.heartbeat_seconds, 0.5);
  EXPECT_EQ(options.upload_idle_seconds, 60);
}

TEST_F(ConfigTest, ListensOnASocketOfThisMachine) {
  const auto parsed = Parse({"--data", "/d", "--listen", "unix:/run/b.sock"});
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(ListenAddress(parsed->options, 1), "unix:/run/b.sock");
  EXPECT_EQ(ListenAddress(Parse({"--data", "/d", "--listen", "[::1]:0"})->options, 7), "[::1]:7");
  const std::string long_path = "unix:/" + std::string(107, 'a');
  for (const char* wrong : {"unix:relative.sock", "unix:", long_path.c_str()}) {
    EXPECT_THAT(Parse({"--data", "/d", "--listen", wrong}).status().message(),
                HasSubstr("an absolute path of at most 107 bytes"))
        << wrong;
  }
}

TEST_F(ConfigTest, SwitchesAreFlagsWithoutAValueAndTruthValuesInAFile) {
  EXPECT_FALSE(Parse({"--data", "/d"})->options.plaintext_beyond_loopback);
  EXPECT_TRUE(
      Parse({"--data", "/d", "--plaintext-beyond-loopback"})->options.plaintext_beyond_loopback);
  const std::string file = File("data = \"/d\"\nplaintext_beyond_loopback = true\n");
  EXPECT_TRUE(Parse({"--config", file.c_str()})->options.plaintext_beyond_loopback);
  const std::string no = File("data = \"/d\"\nplaintext_beyond_loopback = \"perhaps\"\n");
  EXPECT_THAT(std::string(Parse({"--config", no.c_str()}).status().message()),
              HasSubstr("plaintext_beyond_loopback is 'perhaps'; give true or false"));
}

TEST_F(ConfigTest, EveryProblemOfAFileIsToldAtOnce) {
  const std::string file = File("memry = \"8GiB\"\nthreads = -1\nlisten = [1]\n");
  const auto parsed = Parse({"--config", file.c_str(), "--drain-seconds", "soon"});
  EXPECT_EQ(parsed.status().code(), absl::StatusCode::kInvalidArgument);
  const std::string message(parsed.status().message());
  EXPECT_THAT(message, HasSubstr("line 1: there is no option 'memry'; options are"));
  EXPECT_THAT(message, HasSubstr("line 2: threads is '-1'; give a whole number from 0"));
  EXPECT_THAT(message, HasSubstr("line 3: listen must be a number, a string, true or false"));
  EXPECT_THAT(message, HasSubstr("--drain-seconds is 'soon'; give seconds"));
}

TEST_F(ConfigTest, FilesThatCannotBeReadAreNamed) {
  const std::string broken = File("threads = = 3\n");
  auto parsed = Parse({"--data", "/d", "--config", broken.c_str()});
  EXPECT_EQ(parsed.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(parsed.status().message()), HasSubstr("config.toml, line 1"));
  parsed = Parse({"--data", "/d", "--config", "/nowhere.toml"});
  EXPECT_THAT(std::string(parsed.status().message()), HasSubstr("/nowhere.toml"));
}

TEST_F(ConfigTest, RefusesWhatMakesNoSense) {
  EXPECT_THAT(std::string(Parse({}).status().message()), HasSubstr("--data"));
  for (const std::vector<const char*>& arguments :
       std::vector<std::vector<const char*>>{{"--data", "/d", "--unknown"},
                                             {"--data", "/d", "surplus"},
                                             {"--data", "/d", "--threads", "1.5"},
                                             {"--data", "/d", "--listen", "7733"},
                                             {"--data", "/d", "--listen", "host:65536"},
                                             {"--data", "/d", "--listen", "::1:80"},
                                             {"--data", "/d", "--memory", "8GB"},
                                             {"--data", "/d", "--memory", "-1"},
                                             {"--data", "/d", "--brain-cache", "-1"},
                                             {"--data", "/d", "--memory", "9223372036854775807GiB"},
                                             {"--data", "/d", "--heartbeat-seconds", "nan"},
                                             {"--data", "/d", "--log-level", "loud"},
                                             {"--data", ""}}) {
    const auto parsed = Parse(arguments);
    EXPECT_EQ(parsed.status().code(), absl::StatusCode::kInvalidArgument) << arguments.back();
  }
}

TEST_F(ConfigTest, HelpNamesEveryOption) {
  const auto parsed = Parse({"--help"});
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->task, Task::kPrint);
  for (const OptionRow& row : OptionTable()) {
    EXPECT_THAT(parsed->text, HasSubstr("--" + row.name + " " + row.value));
  }
  EXPECT_EQ(Parse({"--version"})->text, "brainalignd " BRAINALIGN_VERSION "\n");
}

TEST(ParseBytesTest, KnowsBinaryUnits) {
  EXPECT_EQ(*ParseBytes("0"), 0);
  EXPECT_EQ(*ParseBytes("17B"), 17);
  EXPECT_EQ(*ParseBytes("3KiB"), 3072);
  EXPECT_EQ(*ParseBytes("2 TiB"), std::int64_t{2} << 40);
  EXPECT_FALSE(ParseBytes("GiB").ok());
  EXPECT_FALSE(ParseBytes("").ok());
  EXPECT_FALSE(ParseBytes("1 GiB or so").ok());
}

TEST_F(ConfigTest, PrintedConfigIsCompleteAndHoldsTheDefaults) {
  const auto printed = Parse({"--print-config"});
  ASSERT_TRUE(printed.ok()) << printed.status();
  EXPECT_EQ(printed->task, Task::kPrint);
  const std::string file = File(printed->text);
  const auto parsed = Parse({"--config", file.c_str(), "--data", "/d"});
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  ServerOptions defaults;
  defaults.data_folder = "/d";
  std::istringstream text(printed->text);
  std::set<std::string> keys;
  for (std::string line; std::getline(text, line);) {
    EXPECT_LE(line.size(), 100U) << line;
    const bool commented = line.rfind("# ", 0) == 0;
    const std::size_t equals = line.find(" = ");
    if (equals != std::string::npos)
      keys.insert(line.substr(commented ? 2 : 0, equals - (commented ? 2 : 0)));
  }
  for (const OptionRow& row : OptionTable()) {
    EXPECT_EQ(row.value_of.get(parsed->options), row.value_of.get(defaults)) << row.name;
    std::string key = row.name;
    std::replace(key.begin(), key.end(), '-', '_');
    EXPECT_EQ(keys.count(key), 1U) << key << " is not in the printed file";
  }
}

TEST_F(ConfigTest, EveryOptionTellsItsDefaultAndWhatIsCountedInIt) {
  const ServerOptions defaults;
  for (const OptionRow& row : OptionTable()) {
    const auto value = row.value_of.get(defaults);
    const std::string wanted = value                ? "default " + *value
                               : row.name == "data" ? "required"
                                                    : "default: ";
    EXPECT_THAT(row.help, HasSubstr(wanted)) << row.name;
    if (row.value == "SECONDS") {
      EXPECT_THAT(row.name, testing::EndsWith("-seconds"));
    }
  }
}

TEST_F(ConfigTest, AValueThatIsWrittenIsReadBack) {
  ServerOptions options;
  for (const OptionRow& row : OptionTable()) {
    const auto value = row.value_of.get(options);
    if (!value || row.value.empty()) continue;
    ServerOptions read;
    ASSERT_TRUE(row.value_of.set(*value, read).ok()) << row.name << " " << *value;
    EXPECT_EQ(row.value_of.get(read), value) << row.name;
  }
}

TEST_F(ConfigTest, ImpossibleCombinationsAreToldAllAtOnce) {
  const auto parsed =
      Parse({"--tls-certificate", "c.pem", "--disk-reserve", "1MiB", "--memory", "1GiB",
             "--brain-cache", "2GiB", "--listen", "127.0.0.1:9464", "--metrics", "127.0.0.1:9464",
             "--plaintext-beyond-loopback", "--threads", "x"});
  ASSERT_EQ(parsed.status().code(), absl::StatusCode::kInvalidArgument);
  const std::string message(parsed.status().message());
  for (const std::string problem :
       {"--threads is 'x'", "the data folder is not set",
        "--tls-certificate and --tls-key are given together",
        "--plaintext-beyond-loopback is for a server without TLS", "--disk-hard-mark is 268435456",
        "--brain-cache is 2147483648", "--metrics and --listen are both 127.0.0.1:9464"}) {
    EXPECT_THAT(message, HasSubstr(problem));
  }
  EXPECT_THAT(std::string(Parse({"--data", "/d", "--tls-client-ca", "a.pem"}).status().message()),
              HasSubstr("--tls-client-ca is for a server with TLS"));
  EXPECT_TRUE(Parse({"--data", "/d", "--disk-reserve", "0", "--disk-hard-mark", "0"}).ok());
}

TEST_F(ConfigTest, AProjectIsNotSetToNothing) {
  EXPECT_THAT(std::string(Parse({"project", "set", "lab", "--data", "/d"}).status().message()),
              HasSubstr("nothing is given to set for lab; give --share"));
  EXPECT_TRUE(Parse({"project", "set", "lab", "--data", "/d", "--uploads", "2"}).ok());
  EXPECT_TRUE(Parse({"project", "set", "lab", "--data", "/d", "--new"}).ok());
}

}  // namespace
}  // namespace brainalign
