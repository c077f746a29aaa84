// Clients that mean harm: refused with the documented code, and nothing changes.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <memory>
#include <set>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/server/access/access_test.h"

namespace brainalign {
namespace {

using testing::HasSubstr;

// A connection of bare bytes.
class Wire {
 public:
  explicit Wire(int port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    const timeval patience{10, 0};
    EXPECT_EQ(::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience), 0);
  }
  ~Wire() { ::close(fd_); }
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  void Send(const std::string& bytes) const {
    EXPECT_EQ(::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
  }
  // What comes until the server ends the connection, or `enough` of it has come.
  std::string Receive(const std::string& enough) const {
    std::string bytes;
    std::array<char, 4096> buffer;
    while (bytes.find(enough) == std::string::npos) {
      const ssize_t got = ::recv(fd_, buffer.data(), buffer.size(), 0);
      if (got <= 0) break;
      bytes.append(buffer.data(), static_cast<std::size_t>(got));
    }
    return bytes;
  }

 private:
  const int fd_;
};

// HTTP/2 (RFC 9113): a frame on stream 1, or 0 for the connection's own.
std::string Frame(char type, char flags, int stream, const std::string& payload) {
  const auto size = static_cast<std::uint32_t>(payload.size());
  std::string frame;
  for (const int shift : {16, 8, 0}) frame += static_cast<char>((size >> shift) & 0xFF);
  frame += type;
  frame += flags;
  for (const int shift : {24, 16, 8, 0}) frame += static_cast<char>((stream >> shift) & 0xFF);
  return frame + payload;
}

// HPACK (RFC 7541): a header as plain text, never indexed.
std::string Header(const std::string& name, const std::string& value) {
  std::string bytes(1, '\x10');
  for (const std::string& text : {name, value}) {
    bytes += static_cast<char>(text.size());
    bytes += text;
  }
  return bytes;
}

constexpr char kPreface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
constexpr char kData = 0;
constexpr char kHeaders = 1;
constexpr char kSettings = 4;
constexpr char kEndHeaders = 4;

class HostileClientTest : public AccessTest {
 protected:
  void SetUp() override {
    AccessTest::SetUp();
    As(ada_);
    before_ = FilesAndJobs();
  }
  void TearDown() override {
    As(ada_);
    EXPECT_TRUE(Ask().ok()) << "the server serves others as before";
    EXPECT_EQ(FilesAndJobs(), before_) << "nothing was changed";
    AccessTest::TearDown();
  }

  // Names of tensors and uploads on the disk, and of the project's jobs.
  std::set<std::string> FilesAndJobs() {
    std::set<std::string> names;
    for (const char* room : {"blobs", "uploads", "quarantine"}) {
      const std::string folder = absl::StrCat(options_.data_folder, "/", room);
      if (!std::filesystem::exists(folder)) continue;
      for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        names.insert(entry.path().string());
      }
    }
    for (const std::string& job : Listed()) names.insert(job);
    return names;
  }

  // The headers of a call of FindMissingTensors by who has `token`.
  static std::string CallHeaders(const std::string& token) {
    return Header(":method", "POST") + Header(":scheme", "http") +
           Header(":path", "/brainalign.v1.TensorService/FindMissingTensors") +
           Header(":authority", "localhost") + Header("content-type", "application/grpc") +
           Header("te", "trailers") + Header("authorization", "Bearer " + token);
  }

  grpc::Status TryQuery(const std::string& upload_id) {
    Context context;
    v1::QueryUploadRequest request;
    request.set_upload_id(upload_id);
    v1::QueryUploadResponse response;
    return tensors_->QueryUpload(&context, request, &response);
  }

  std::set<std::string> before_;
};

// Bytes of memory that this process, the server's, holds.
std::int64_t ResidentBytes() {
  std::ifstream file("/proc/self/statm");
  std::int64_t pages = 0;
  file >> pages >> pages;
  return pages * ::sysconf(_SC_PAGESIZE);
}

TEST_F(HostileClientTest, LengthOfFourGibibytesHoldsNothing) {
  const std::int64_t before = ResidentBytes();
  std::vector<std::unique_ptr<Wire>> wires;
  for (int i = 0; i < 8; ++i) {
    wires.push_back(std::make_unique<Wire>(server_->port()));
    const std::string length("\x00\xff\xff\xff\xff", 5);
    wires.back()->Send(kPreface + Frame(kSettings, 0, 0, "") +
                       Frame(kHeaders, kEndHeaders, 1, CallHeaders(ada_)) +
                       Frame(kData, 0, 1, length + std::string(10'000, 'x')));
    // The server has begun to answer: it has read what was sent.
    wires.back()->Receive(std::string(1, kSettings));
  }
  EXPECT_TRUE(Ask().ok());
  EXPECT_LT(ResidentBytes() - before, std::int64_t{64} << 20);
}

TEST_F(HostileClientTest, MessageBeyondTheLimitIsRefused) {
  Context context;
  v1::FindMissingTensorsRequest request;
  request.add_digests(std::string(9 << 20, 'a'));
  v1::FindMissingTensorsResponse response;
  EXPECT_EQ(tensors_->FindMissingTensors(&context, request, &response).error_code(),
            grpc::StatusCode::RESOURCE_EXHAUSTED);
}

TEST_F(HostileClientTest, HalfOpenConnectionsHoldNobodyUp) {
  std::vector<std::unique_ptr<Wire>> wires;
  for (int i = 0; i < 50; ++i) {
    wires.push_back(std::make_unique<Wire>(server_->port()));
    // Nothing, half a preface, a preface without a call, a call without a message.
    const std::string opened = kPreface + Frame(kSettings, 0, 0, "");
    if (i % 4 == 1) wires.back()->Send(std::string(kPreface).substr(0, 10));
    if (i % 4 == 2) wires.back()->Send(opened);
    if (i % 4 == 3) wires.back()->Send(opened + Frame(kHeaders, kEndHeaders, 1, CallHeaders(ada_)));
  }
  EXPECT_TRUE(Ask().ok());
}

TEST_F(HostileClientTest, BytesThatAreNoProtocolEndTheConnection) {
  const Wire wire(server_->port());
  wire.Send("GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(wire.Receive("root:"), testing::Not(HasSubstr("root:")));
  const Wire frames(server_->port());
  frames.Send(kPreface + std::string(300, '\xff'));
  frames.Receive("never");
}

TEST_F(HostileClientTest, PathsInNamesNameNothing) {
  for (const std::string& path :
       {std::string("../../access.json"), std::string("/etc/passwd"), std::string("..\0x", 4)}) {
    EXPECT_EQ(TryQuery(path).error_code(), grpc::StatusCode::NOT_FOUND);
    EXPECT_EQ(TryGet(path).error_code(), grpc::StatusCode::NOT_FOUND);
    EXPECT_EQ(TryRead(path).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_TRUE(TryDelete(path).ok());  // there is none
  }
}

TEST_F(HostileClientTest, ControlCharactersInNamesAreRefusedAndNotEchoed) {
  v1::CreateJobRequest request;
  request.set_request_id("id\x1b[2J");
  request.set_display_name("a name\n[error] that lies in the log");
  const grpc::Status refused = TryCreate(request);
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(refused.error_message().find('\x1b'), std::string::npos);
  EXPECT_EQ(refused.error_message().find("\n[error]"), std::string::npos);
  const grpc::Status unknown = TryGet("job\x1b[31m");
  EXPECT_EQ(unknown.error_message().find('\x1b'), std::string::npos);
}

TEST_F(HostileClientTest, TokensThatAreNoneAreRefused) {
  for (const std::string& token : {std::string(100'000 / 100, 'x'), std::string("ba_"),
                                   ada_.substr(0, ada_.size() - 1), absl::StrCat(ada_, ada_)}) {
    As(token);
    EXPECT_EQ(Ask().error_code(), grpc::StatusCode::UNAUTHENTICATED);
  }
  As("");
  for (const std::string& header : {ada_, "Basic " + ada_, "bearer " + ada_}) {
    Context context;
    context.AddMetadata("authorization", header);
    v1::GetServerInfoResponse info;
    EXPECT_EQ(info_->GetServerInfo(&context, {}, &info).error_code(),
              grpc::StatusCode::UNAUTHENTICATED);
  }
}

}  // namespace
}  // namespace brainalign
