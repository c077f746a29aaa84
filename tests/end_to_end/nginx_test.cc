// brainalignd behind Debian's nginx, with the site that deploy/nginx has for it.
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "client/connection/connection.h"
#include "client/connection/stubs.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/durability/stage/free_port.h"
#include "tests/end_to_end/certificates.h"
#include "tests/end_to_end/experiment_folder.h"
#include "tests/end_to_end/program.h"
#include "tests/end_to_end/running_server.h"

namespace brainalign {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr char kNginx[] = "/usr/sbin/nginx";

// Puts `now` where the site says `before`, which it must.
void Change(std::string& site, const std::string& before, const std::string& now) {
  const std::size_t place = site.find(before);
  ASSERT_NE(place, std::string::npos) << before;
  site.replace(place, before.size(), now);
}

class NginxTest : public testing::Test {
 protected:
  void SetUp() override {
    if (access(kNginx, X_OK) != 0) GTEST_SKIP() << kNginx << " is not installed";
    certificates_.MakeAuthority("lab");
    certificates_.MakeCertificate("server", "lab", "IP:127.0.0.1");
    const Outcome added = RunProgram(
        "brainalignd", {"token", "add", "--data", scratch_ / "data", "--person", "alice"});
    ASSERT_EQ(added.exit_code, 0) << added.err;
    token_ = added.out;
    server_ = RunningServer::Start(scratch_ / "data");
    ASSERT_NE(server_, nullptr);
    ASSERT_NO_FATAL_FAILURE(StartNginx());
  }

  // The site as it is but for its addresses and the certificate's files.
  void StartNginx() {
    std::ifstream file(BRAINALIGN_NGINX_SITE);
    std::ostringstream text;
    text << file.rdbuf();
    std::string site = text.str();
    address_ = "127.0.0.1:" + std::to_string(FreeListeningPort());
    ASSERT_NO_FATAL_FAILURE(Change(site, "listen 443 ssl", "listen " + address_ + " ssl"));
    ASSERT_NO_FATAL_FAILURE(Change(site, "127.0.0.1:7733", server_->address()));
    ASSERT_NO_FATAL_FAILURE(
        Change(site, "/etc/ssl/certs/lab.example.pem", certificates_.File("server.pem")));
    ASSERT_NO_FATAL_FAILURE(
        Change(site, "/etc/ssl/private/lab.example.key", certificates_.File("server.key")));
    std::ofstream(scratch_ / "site.conf") << site;
    std::ofstream main(scratch_ / "nginx.conf");
    // One process, which ends with the test.
    main << "daemon off;\nmaster_process off;\nerror_log stderr notice;\n"
         << "pid " << scratch_ / "nginx.pid"
         << ";\nevents {}\nhttp {\naccess_log " << scratch_ / "access.log"
         << ";\n";
    for (const std::string kind : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"}) {
      main << kind << "_temp_path " << scratch_ / kind << ";\n";
    }
    main << "include " << scratch_ / "site.conf"
         << ";\n}\n";
    main.close();
    nginx_ = Program::Start(kNginx, {"-p", scratch_ / "", "-c", scratch_ / "nginx.conf"});
    ASSERT_NE(nginx_, nullptr);
    // It says so once it listens.
    ASSERT_NE(nginx_->WaitForLine("using the \"epoll\" event method"), "") << nginx_->err();
  }

  Outcome Run(const std::vector<std::string>& arguments, const std::string& input = "") const {
    return RunBrainalign(arguments, {"XDG_CONFIG_HOME=" + (scratch_ / "config")}, input);
  }

  Outcome LogIn() const {
    return Run({"login", "--server", address_, "--tls-ca", certificates_.File("lab.pem")}, token_);
  }

  ScratchFolder scratch_;
  const Certificates certificates_{scratch_ / ""};
  std::string token_;
  std::string address_;  // nginx's
  std::unique_ptr<RunningServer> server_;
  std::unique_ptr<Program> nginx_;
};

TEST_F(NginxTest, ARunThroughItFindsWhatARunWithoutAServerFinds) {
  const Outcome login = LogIn();
  ASSERT_EQ(login.exit_code, 0) << login.err;
  ASSERT_NO_FATAL_FAILURE(Simulate(scratch_ / "experiment", 300, 6, 3, 5));
  const Outcome remote = Run({"run", scratch_ / "experiment", "--out", scratch_ / "remote.json"});
  ASSERT_EQ(remote.exit_code, 0) << remote.err;
  const Outcome local =
      Run({"run", scratch_ / "experiment", "--local", "--out", scratch_ / "local.json"});
  ASSERT_EQ(local.exit_code, 0) << local.err;
  EXPECT_EQ(Numbers(ReadResult(scratch_ / "remote.json")),
            Numbers(ReadResult(scratch_ / "local.json")));
}

TEST_F(NginxTest, ATensorAbove64MiBIsUploadedInOneRequest) {
  ASSERT_EQ(LogIn().exit_code, 0);
  ASSERT_NO_FATAL_FAILURE(Simulate(scratch_ / "experiment", 2200, 4, 8, 1024));
  ASSERT_GT(std::filesystem::file_size(scratch_ / "experiment/activations.npy"), 64u << 20);
  const Outcome upload = Run({"upload", scratch_ / "experiment"});
  ASSERT_EQ(upload.exit_code, 0) << upload.err;
  const Outcome again = Run({"upload", scratch_ / "experiment"});
  EXPECT_EQ(again.out, upload.out);
}

TEST_F(NginxTest, RefusalsComeThroughWithTheirWordsAndTheCallsName) {
  const Outcome refused =
      Run({"info", "--server", address_, "--tls-ca", certificates_.File("lab.pem")});
  EXPECT_EQ(refused.exit_code, 3);
  EXPECT_THAT(refused.err, AllOf(HasSubstr("this server needs a token"), HasSubstr("request ")));
}

TEST_F(NginxTest, AnErrorWithManyDetailsComesThroughWhole) {
  ConnectionOptions options;
  options.address = address_;
  options.tls.ca = certificates_.File("lab.pem");
  options.token = token_.substr(0, token_.find('\n'));
  const auto connection = Connection::Open(options);
  ASSERT_TRUE(connection.ok()) << connection.status();
  v1::FindMissingTensorsRequest request;
  for (int i = 0; i < 500; ++i) request.add_digests("no digest, number " + std::to_string(i));
  const auto answer = Call<v1::FindMissingTensorsResponse>(
      (*connection)->options(), [&](grpc::ClientContext* context, auto* response) {
        return (*connection)->stubs().tensors->FindMissingTensors(context, request, response);
      });
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kInvalidArgument) << answer.status();
}

TEST_F(NginxTest, AServerThatIsDownBehindItIsAnAbsenceThatMayEnd) {
  ASSERT_EQ(LogIn().exit_code, 0);
  const std::string server_address = server_->address();
  ASSERT_EQ(server_->Stop(), 0);
  const Outcome absent = Run({"info"});
  EXPECT_EQ(absent.exit_code, 3);
  EXPECT_THAT(absent.err, HasSubstr("No server answers at " + address_));
  server_ = RunningServer::Start(scratch_ / "data", server_address);
  ASSERT_NE(server_, nullptr);
  EXPECT_EQ(Run({"info"}).exit_code, 0);
}

}  // namespace
}  // namespace brainalign
