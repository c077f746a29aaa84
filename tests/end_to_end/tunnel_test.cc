// Ways to a server that cannot be reached directly: an SSH tunnel, an HTTP proxy.
#include <unistd.h>

#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/durability/stage/free_port.h"
#include "tests/end_to_end/certificates.h"
#include "tests/end_to_end/experiment_folder.h"
#include "tests/end_to_end/program.h"
#include "tests/end_to_end/running_server.h"

namespace brainalign {
namespace {

using testing::HasSubstr;

bool IsInstalled(const std::string& program) { return access(program.c_str(), X_OK) == 0; }

// Uploads, submits, watches and fetches by way of `server`.
void RunAnExperiment(const ScratchFolder& scratch, std::vector<std::string> options,
                     const std::vector<std::string>& environment = {}) {
  ASSERT_NO_FATAL_FAILURE(Simulate(scratch / "experiment", 300, 6, 3, 5));
  options.insert(options.begin(), {"run", scratch / "experiment", "--out", scratch / "out.json"});
  const Outcome run = RunBrainalign(options, environment);
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(ReadResult(scratch / "out.json")["score"].size(), 3u);
}

TEST(SshTunnelTest, ARunGoesThroughIt) {
  for (const std::string program : {"/usr/sbin/sshd", "/usr/bin/ssh"}) {
    if (!IsInstalled(program)) GTEST_SKIP() << program << " is not installed";
  }
  if (geteuid() == 0 && access("/run/sshd", X_OK) != 0) {
    GTEST_SKIP() << "/run/sshd is not there: the package's own service makes it";
  }
  const ScratchFolder scratch;
  for (const std::string key : {"host", "user"}) {
    ASSERT_EQ(
        RunProgram("/usr/bin/ssh-keygen", {"-q", "-t", "ed25519", "-N", "", "-f", scratch / key})
            .exit_code,
        0);
  }
  const std::string ssh_port = std::to_string(FreeListeningPort());
  std::ofstream(scratch / "sshd.conf")
      << "Port " << ssh_port << "\nListenAddress 127.0.0.1\nHostKey " << scratch / "host"
      << "\nAuthorizedKeysFile " << scratch / "user.pub"
      << "\nPidFile " << scratch / "sshd.pid"
      << "\nStrictModes no\nUsePAM no\nPasswordAuthentication no\n";
  const auto sshd = Program::Start("/usr/sbin/sshd", {"-D", "-e", "-f", scratch / "sshd.conf"});
  ASSERT_NE(sshd->WaitForLine("Server listening on"), "") << sshd->err();

  const auto server = RunningServer::Start(scratch / "data");
  ASSERT_NE(server, nullptr);
  const std::string near = "127.0.0.1:" + std::to_string(FreeListeningPort());
  // -v: it says when the tunnel stands.
  const auto tunnel = Program::Start(
      "/usr/bin/ssh", {"-v", "-F", "none", "-N", "-i", scratch / "user", "-o",
                       "UserKnownHostsFile=" + (scratch / "known"), "-o",
                       "StrictHostKeyChecking=accept-new", "-o", "ExitOnForwardFailure=yes", "-p",
                       ssh_port, "-L", near + ":" + server->address(), "127.0.0.1"});
  ASSERT_NE(tunnel->WaitForLine("Entering interactive session"), "") << tunnel->err();
  RunAnExperiment(scratch, {"--server", near});
  EXPECT_THAT(RunBrainalign({"list", "--server", server->address()}).out, HasSubstr("succeeded"));
}

TEST(HttpProxyTest, ARunGoesThroughItWithTls) {
  constexpr char kProxy[] = "/usr/bin/tinyproxy";
  if (!IsInstalled(kProxy)) GTEST_SKIP() << kProxy << " is not installed";
  const ScratchFolder scratch;
  const Certificates certificates(scratch / "");
  certificates.MakeAuthority("lab");
  certificates.MakeCertificate("server", "lab", "DNS:lab.example");
  const auto server =
      RunningServer::Start(scratch / "data", "127.0.0.1:0", certificates.ServerOptions("server"));
  ASSERT_NE(server, nullptr);
  const std::string port = server->address().substr(server->address().rfind(':') + 1);
  const std::string proxy_port = std::to_string(FreeListeningPort());
  std::ofstream(scratch / "proxy.conf")
      << "Port " << proxy_port << "\nListen 127.0.0.1\n"
      << "Allow 127.0.0.1\nConnectPort " << port << "\nLogLevel Info\n";
  const auto proxy = Program::Start(kProxy, {"-d", "-c", scratch / "proxy.conf"});
  ASSERT_NE(proxy->WaitForLine("Accepting connections"), "") << proxy->out() << proxy->err();
  // 0.0.0.0 leads here, too, and is no loopback address: those take no proxy.
  RunAnExperiment(scratch,
                  {"--server", "0.0.0.0:" + port, "--tls-ca", certificates.File("lab.pem"),
                   "--tls-server-name", "lab.example"},
                  {"https_proxy=http://127.0.0.1:" + proxy_port});
  EXPECT_NE(proxy->WaitForLine("CONNECT 0.0.0.0:" + port), "") << proxy->out() << proxy->err();
}

}  // namespace
}  // namespace brainalign
