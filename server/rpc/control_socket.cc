#include "server/rpc/control_socket.h"

#include <fcntl.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>

#include "absl/strings/str_cat.h"
#include "brainalign/v1/admin.grpc.pb.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "server/files/file.h"

namespace brainalign {
namespace {

constexpr char kName[] = "control.sock";
constexpr std::chrono::seconds kHealthTimeout{5};

// By the open folder's number: a socket's path has 107 bytes at most, a folder's may
// have more.
std::string PathThrough(int folder) { return absl::StrCat("/proc/self/fd/", folder, "/", kName); }

absl::StatusOr<int> OpenFolder(const std::string& data_folder) {
  const int folder = ::open(data_folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return SystemError(errno, "opening", data_folder);
  return folder;
}

// To the server whose data folder is open as `folder`.
std::shared_ptr<grpc::Channel> ChannelThrough(int folder) {
  return grpc::CreateChannel("unix:" + PathThrough(folder), grpc::InsecureChannelCredentials());
}

}  // namespace

absl::StatusOr<std::unique_ptr<ControlSocket>> ControlSocket::Listen(
    const std::string& data_folder, const std::vector<grpc::Service*>& services) {
  std::unique_ptr<ControlSocket> socket(new ControlSocket());
  auto folder = OpenFolder(data_folder);
  if (!folder.ok()) return folder.status();
  socket->folder_ = *folder;
  const std::string path = PathThrough(*folder);
  grpc::ServerBuilder builder;
  builder.AddListeningPort("unix:" + path, grpc::InsecureServerCredentials());
  for (grpc::Service* const service : services) builder.RegisterService(service);
  socket->server_ = builder.BuildAndStart();
  if (socket->server_ == nullptr) {
    return absl::FailedPreconditionError(
        absl::StrCat("cannot listen on ", data_folder, "/", kName,
                     ": the data folder must be on a file system that has sockets"));
  }
  if (::chmod(path.c_str(), S_IRUSR | S_IWUSR) != 0) {
    return SystemError(errno, "setting the permissions of", path);
  }
  return socket;
}

ControlSocket::~ControlSocket() {
  if (server_ != nullptr) server_->Shutdown(std::chrono::system_clock::now());
  server_.reset();
  if (folder_ >= 0) ::close(folder_);
}

void ControlSocket::StopServing() { server_->GetHealthCheckService()->SetServingStatus(false); }

absl::StatusOr<BackupSummary> AskForBackup(const std::string& data_folder,
                                           const std::string& folder) {
  auto opened = OpenFolder(data_folder);
  if (!opened.ok()) return opened.status();
  const auto stub = v1::AdminService::NewStub(ChannelThrough(*opened));
  grpc::ClientContext context;
  v1::CreateBackupRequest request;
  request.set_folder(folder);
  v1::CreateBackupResponse response;
  const grpc::Status status = stub->CreateBackup(&context, request, &response);
  ::close(*opened);
  if (!status.ok()) {
    return absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
  }
  return BackupSummary{static_cast<int>(response.tensors()), static_cast<int>(response.uploads()),
                       response.bytes()};
}

absl::Status CheckHealth(const std::string& data_folder) {
  auto opened = OpenFolder(data_folder);
  if (!opened.ok()) return opened.status();
  const auto stub = grpc::health::v1::Health::NewStub(ChannelThrough(*opened));
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kHealthTimeout);
  grpc::health::v1::HealthCheckResponse response;
  const grpc::Status status = stub->Check(&context, {}, &response);
  ::close(*opened);
  if (!status.ok()) {
    return absl::UnavailableError(
        absl::StrCat("no server answers for ", data_folder, ": ", status.error_message()));
  }
  if (response.status() != grpc::health::v1::HealthCheckResponse::SERVING) {
    return absl::UnavailableError(absl::StrCat("the server of ", data_folder, " stops"));
  }
  return absl::OkStatus();
}

}  // namespace brainalign
