#include <filesystem>

#include "client/connection/connection.h"
#include "client/connection/stubs.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/end_to_end/certificates.h"
#include "tests/end_to_end/experiment_folder.h"
#include "tests/end_to_end/program.h"
#include "tests/end_to_end/running_server.h"

namespace brainalign {
namespace {

using testing::HasSubstr;

class TlsTest : public testing::Test {
 protected:
  void SetUp() override {
    MakeAuthority("lab");
    MakeAuthority("other");
    MakeCertificate("server", "lab", "IP:127.0.0.1,DNS:scores.example");
    MakeCertificate("person", "lab", "DNS:person.example");
    MakeCertificate("stranger", "other", "DNS:stranger.example");
  }

  std::string File(const std::string& name) const { return certificates_.File(name); }
  void MakeAuthority(const std::string& name) const { certificates_.MakeAuthority(name); }
  void MakeCertificate(const std::string& name, const std::string& authority,
                       const std::string& names) const {
    certificates_.MakeCertificate(name, authority, names);
  }
  std::vector<std::string> ServerOptions(const std::string& name) const {
    return certificates_.ServerOptions(name);
  }

  std::unique_ptr<RunningServer> StartServer(const std::vector<std::string>& options) const {
    return RunningServer::Start(scratch_ / "data", "127.0.0.1:0", options);
  }

  Outcome Ask(const std::string& address, const std::vector<std::string>& options) const {
    std::vector<std::string> arguments = {"info", "--server", address};
    arguments.insert(arguments.end(), options.begin(), options.end());
    return RunBrainalign(arguments);
  }

  // What a server that must not start says.
  std::string Refusal(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--data", scratch_ / "data"});
    const auto server = Program::Start("brainalignd", arguments);
    EXPECT_EQ(server->WaitForExit(), 2);
    return server->err();
  }

  ScratchFolder scratch_;
  const Certificates certificates_{scratch_ / ""};
};

TEST_F(TlsTest, ServesWhoTrustsItsAuthorityAndNobodyElseTrustsIt) {
  const auto server = StartServer(ServerOptions("server"));
  ASSERT_NE(server, nullptr);
  const Outcome fine = Ask(server->address(), {"--tls-ca", File("lab.pem")});
  EXPECT_EQ(fine.exit_code, 0) << fine.err;
  EXPECT_EQ(Ask(server->address(), {"--tls-ca", File("other.pem")}).exit_code, 3);
  const Outcome plain = Ask(server->address(), {});
  EXPECT_EQ(plain.exit_code, 3);
  EXPECT_THAT(plain.err, HasSubstr("--tls-ca"));
}

TEST_F(TlsTest, AnotherNameIsRefusedUnlessItIsTheOneAskedFor) {
  MakeCertificate("elsewhere", "lab", "DNS:scores.example");
  const auto server = StartServer(ServerOptions("elsewhere"));
  ASSERT_NE(server, nullptr);
  EXPECT_EQ(Ask(server->address(), {"--tls-ca", File("lab.pem")}).exit_code, 3);
  const Outcome named =
      Ask(server->address(), {"--tls-ca", File("lab.pem"), "--tls-server-name", "scores.example"});
  EXPECT_EQ(named.exit_code, 0) << named.err;
}

TEST_F(TlsTest, EachWayToMissTheServerHasItsOwnMessageAndNextStep) {
  MakeCertificate("elsewhere", "lab", "DNS:scores.example");
  const auto server = StartServer(ServerOptions("elsewhere"));
  ASSERT_NE(server, nullptr);
  const auto plain = RunningServer::Start(scratch_ / "plain");
  ASSERT_NE(plain, nullptr);
  struct Case {
    std::string address;
    std::vector<std::string> options;
    std::string says;
    std::string next;
  };
  for (const Case& each : std::vector<Case>{
           {server->address(),
            {"--tls-ca", File("lab.pem")},
            "has another name",
            "--tls-server-name"},
           {server->address(),
            {"--tls-ca", File("other.pem"), "--tls-server-name", "scores.example"},
            "not from a CA in",
            "--tls-ca FILE"},
           {server->address(), {}, "the connection was closed", "give --tls-ca"},
           {plain->address(),
            {"--tls-ca", File("lab.pem")},
            "does not speak TLS",
            "Leave out --tls-ca"},
           {"127.0.0.1:1", {}, "nothing listens there", "Start one"},
           {"nowhere.invalid:1", {}, "no machine with this name", "--server HOST:PORT"}}) {
    const Outcome outcome = Ask(each.address, each.options);
    EXPECT_EQ(outcome.exit_code, 3) << each.says;
    EXPECT_THAT(outcome.err, testing::StartsWith("brainalign: No ")) << each.says;
    EXPECT_THAT(outcome.err, HasSubstr(each.address + ": "));
    EXPECT_THAT(outcome.err, HasSubstr(each.says));
    EXPECT_THAT(outcome.err, HasSubstr(each.next));
    // Nothing that gRPC or the libraries below it wrote.
    for (const std::string raw : {"ipv4:", "SSL", "ARES", "last error", ".cc:"}) {
      EXPECT_THAT(outcome.err, testing::Not(HasSubstr(raw))) << each.says;
    }
  }
}

TEST_F(TlsTest, WithAClientAuthorityOnlyItsClientsGetIn) {
  std::vector<std::string> options = ServerOptions("server");
  options.insert(options.end(), {"--tls-client-ca", File("lab.pem")});
  const auto server = StartServer(options);
  ASSERT_NE(server, nullptr);
  const std::vector<std::string> trust = {"--tls-ca", File("lab.pem")};
  const auto with = [&](const std::string& name) {
    std::vector<std::string> all = trust;
    all.insert(all.end(),
               {"--tls-certificate", File(name + ".pem"), "--tls-key", File(name + ".key")});
    return Ask(server->address(), all);
  };
  const Outcome known = with("person");
  EXPECT_EQ(known.exit_code, 0) << known.err;
  EXPECT_EQ(with("stranger").exit_code, 3);
  EXPECT_EQ(Ask(server->address(), trust).exit_code, 3);
}

TEST_F(TlsTest, ARenewedCertificateIsTakenUpAndOpenConnectionsGoOn) {
  const auto server = StartServer(ServerOptions("server"));
  ASSERT_NE(server, nullptr);
  ConnectionOptions options;
  options.address = server->address();
  options.tls.ca = File("lab.pem");
  options.retry.max_attempts = 1;
  const auto before = Connection::Open(options);
  ASSERT_TRUE(before.ok()) << before.status();

  // From another authority: who connects anew with the old one's trust is refused.
  MakeCertificate("renewed", "other", "IP:127.0.0.1");
  std::filesystem::rename(File("renewed.key"), File("server.key"));
  std::filesystem::rename(File("renewed.pem"), File("server.pem"));
  const double until = SystemClock().NowSeconds() + 60;
  int code = -1;
  while (code != 0 && SystemClock().NowSeconds() < until) {
    code = Ask(server->address(), {"--tls-ca", File("other.pem")}).exit_code;
  }
  EXPECT_EQ(code, 0) << "the new certificate was not taken up";
  EXPECT_EQ(Ask(server->address(), {"--tls-ca", File("lab.pem")}).exit_code, 3);

  CallContext context((*before)->options(), /*timeout_seconds=*/60);
  v1::GetServerInfoResponse info;
  const grpc::Status status =
      (*before)->stubs().server->GetServerInfo(context.get(), v1::GetServerInfoRequest(), &info);
  EXPECT_TRUE(status.ok()) << status.error_message();
}

TEST_F(TlsTest, BeyondLoopbackItNeedsTlsOrAWordThatItDoesNot) {
  EXPECT_THAT(Refusal({"--listen", "0.0.0.0:0"}), HasSubstr("--plaintext-beyond-loopback"));
  EXPECT_NE(RunningServer::Start(scratch_ / "plain", "0.0.0.0:0", {"--plaintext-beyond-loopback"}),
            nullptr);
  EXPECT_NE(RunningServer::Start(scratch_ / "tls", "0.0.0.0:0", ServerOptions("server")), nullptr);
}

TEST_F(TlsTest, FilesThatCannotServeAreRefusedAtTheStart) {
  EXPECT_THAT(Refusal({"--tls-certificate", File("server.pem")}), HasSubstr("--tls-key"));
  EXPECT_THAT(Refusal({"--tls-client-ca", File("lab.pem")}), HasSubstr("--tls-certificate"));
  EXPECT_THAT(Refusal({"--tls-certificate", File("server.pem"), "--tls-key", File("person.key")}),
              HasSubstr("is not the key of"));
  EXPECT_THAT(Refusal({"--tls-certificate", File("server.key"), "--tls-key", File("server.key")}),
              HasSubstr("holds no certificate"));
  EXPECT_THAT(Refusal({"--tls-certificate", File("none.pem"), "--tls-key", File("server.key")}),
              HasSubstr("none.pem"));
}

TEST_F(TlsTest, TheClientNamesAFileThatItCannotRead) {
  const Outcome outcome = Ask("127.0.0.1:1", {"--tls-ca", File("none.pem")});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("none.pem"));
  EXPECT_EQ(
      Ask("127.0.0.1:1", {"--tls-ca", File("lab.pem"), "--tls-key", File("person.key")}).exit_code,
      2);
}

}  // namespace
}  // namespace brainalign
