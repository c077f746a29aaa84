// brainalign-bench-upload: uploads to brainalignd over loopback, with CRC32C, SHA-256
// and the disk, as a share of what bare gRPC streaming reaches in the same run; and the
// server's memory with many uploads at once.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <random>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "bench/upload/bare_upload.h"
#include "bench/upload/child_program.h"
#include "client/tensors/digest.h"
#include "client/tensors/upload.h"
#include "core/version.h"

namespace brainalign {
namespace {

struct Flags {
  std::string server = "build/release/bin/brainalignd";
  std::string bare_server = "build/release/bin/brainalign_bare_server";
  int mebibytes = 1024;
  int rounds = 3;
  int uploads_at_once = 16;
};

constexpr double kMiB = 1 << 20;

double Seconds(const std::function<absl::Status()>& work, absl::Status& status) {
  const auto begin = std::chrono::steady_clock::now();
  if (status.ok()) status = work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

// Random bytes that `number` makes another tensor each time.
class Payload {
 public:
  explicit Payload(std::int64_t size_bytes) : words_(static_cast<std::size_t>(size_bytes / 8)) {
    std::mt19937_64 random(1);
    for (std::uint64_t& word : words_) word = random();
  }

  Tensor Next(std::int64_t size_bytes) {
    auto bytes = std::make_shared<std::vector<std::uint64_t>>(
        words_.begin(), words_.begin() + static_cast<std::ptrdiff_t>(size_bytes / 8));
    bytes->front() = ++number_;
    return {{DType::kI64, {size_bytes / 8}, Order::kC},
            reinterpret_cast<const std::byte*>(bytes->data()),
            bytes};
  }

 private:
  std::vector<std::uint64_t> words_;
  std::uint64_t number_ = 0;
};

// Both servers, on free ports: without TLS, or with a certificate of their own.
struct Servers {
  std::unique_ptr<ChildProgram> bare;
  std::unique_ptr<ChildProgram> brainalign;
  std::string authority_path;  // empty: no TLS
};

absl::StatusOr<std::unique_ptr<Connection>> ConnectTo(const Servers& servers) {
  ConnectionOptions options;
  options.address = servers.brainalign->address();
  options.tls.ca = servers.authority_path;
  return Connection::Open(options);
}

absl::Status Send(const Servers& servers, const Tensor& tensor, const std::string& digest) {
  const auto connection = ConnectTo(servers);
  if (!connection.ok()) return connection.status();
  const TensorObserver nobody = {.on_found = [](std::int64_t) {},
                                 .on_position = [](std::int64_t) {},
                                 .on_break = [](const absl::Status&, double) {}};
  return UploadTensor(**connection, tensor, digest, nobody).status();
}

// Best of the rounds: what the machine's other work disturbs least.
absl::Status MeasureThroughput(const Flags& flags, const Servers& servers, nlohmann::json& report) {
  const auto size_bytes = static_cast<std::int64_t>(flags.mebibytes) << 20;
  Payload payload(size_bytes);
  double best_bare = 0;
  double best_upload = 0;
  double best_digest = 0;
  for (int round = 0; round < flags.rounds; ++round) {
    const Tensor tensor = payload.Next(size_bytes);
    absl::StatusOr<std::string> digest;
    absl::Status status;
    const double digest_seconds = Seconds(
        [&] {
          digest = Sha256OfData(tensor, nullptr, std::stop_token());
          return digest.status();
        },
        status);
    const double bare_seconds = Seconds(
        [&] { return SendBare(servers.bare->address(), servers.authority_path, tensor); }, status);
    const double upload_seconds = Seconds([&] { return Send(servers, tensor, *digest); }, status);
    if (!status.ok()) return status;
    best_bare = std::max(best_bare, flags.mebibytes / bare_seconds);
    best_upload = std::max(best_upload, flags.mebibytes / upload_seconds);
    best_digest = std::max(best_digest, flags.mebibytes / digest_seconds);
  }
  report["bare_mib_per_second"] = best_bare;
  report["upload_mib_per_second"] = best_upload;
  report["upload_share_of_bare"] = best_upload / best_bare;
  report["client_sha256_mib_per_second"] = best_digest;
  std::printf("bare gRPC %.0f MiB/s; upload %.0f MiB/s, %.0f%% of it; the client's SHA-256 %.0f\n",
              best_bare, best_upload, 100 * best_upload / best_bare, best_digest);
  return absl::OkStatus();
}

absl::Status MeasureMemory(const Flags& flags, const Servers& servers, nlohmann::json& report) {
  const ChildProgram& server = *servers.brainalign;
  const std::int64_t size_bytes = std::int64_t{128} << 20;
  Payload payload(size_bytes);
  std::vector<absl::Status> ended(static_cast<std::size_t>(flags.uploads_at_once));
  std::vector<Tensor> tensors;
  for (int i = 0; i < flags.uploads_at_once; ++i) tensors.push_back(payload.Next(size_bytes));
  std::int64_t own_bytes = 0;
  {
    std::jthread looker([&](const std::stop_token& stop) {
      while (!stop.stop_requested()) {
        own_bytes = std::max(own_bytes, server.Memory("RssAnon"));
        SystemClock().Sleep(0.01, stop);
      }
    });
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < ended.size(); ++i) {
      threads.emplace_back([&, i] {
        const auto connection = ConnectTo(servers);
        ended[i] = connection.ok()
                       ? UploadTensors(**connection, {{"tensor", tensors[i]}}, nullptr).status()
                       : connection.status();
      });
    }
    for (std::jthread& thread : threads) thread.join();
  }
  for (const absl::Status& status : ended) {
    if (!status.ok()) return status;
  }
  report["uploads_at_once"] = flags.uploads_at_once;
  report["server_own_memory_mib"] = static_cast<double>(own_bytes) / kMiB;
  report["server_peak_rss_mib"] = static_cast<double>(server.Memory("VmHWM")) / kMiB;
  std::printf("%d uploads at once: the server's own memory at most %.0f MiB, peak RSS %.0f MiB\n",
              flags.uploads_at_once, static_cast<double>(own_bytes) / kMiB,
              static_cast<double>(server.Memory("VmHWM")) / kMiB);
  return absl::OkStatus();
}

absl::StatusOr<Servers> StartServers(const Flags& flags, const std::string& folder, bool tls) {
  Servers servers;
  std::vector<std::string> bare = {flags.bare_server};
  std::vector<std::string> brainalign = {
      flags.server,  "--listen", "127.0.0.1:0", "--data", folder + (tls ? "/tls" : "/plain"),
      "--log-level", "warn"};
  if (tls) {
    const std::string certificate = folder + "/server.pem";
    const std::string key = folder + "/server.key";
    const std::string make =
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1"
        " -subj /CN=bench -addext subjectAltName=IP:127.0.0.1 -keyout " +
        key + " -out " + certificate + " 2>/dev/null";
    if (std::system(make.c_str()) != 0) return absl::InternalError("openssl made no certificate");
    servers.authority_path = certificate;
    bare.insert(bare.end(), {certificate, key});
    brainalign.insert(brainalign.end(), {"--tls-certificate", certificate, "--tls-key", key});
  }
  auto started = ChildProgram::Start(bare);
  if (!started.ok()) return started.status();
  servers.bare = *std::move(started);
  started = ChildProgram::Start(brainalign);
  if (!started.ok()) return started.status();
  servers.brainalign = *std::move(started);
  return servers;
}

absl::Status Run(const Flags& flags, const std::string& folder, nlohmann::json& report) {
  for (const bool tls : {false, true}) {
    const auto servers = StartServers(flags, folder, tls);
    if (!servers.ok()) return servers.status();
    std::printf("%s\n", tls ? "with TLS" : "without TLS");
    nlohmann::json& part = report[tls ? "tls" : "plain"];
    absl::Status status = MeasureThroughput(flags, *servers, part);
    if (status.ok()) status = MeasureMemory(flags, *servers, part);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace
}  // namespace brainalign

int main(int argc, char** argv) {
  CLI::App app("Uploads over loopback against bare gRPC streaming.", "brainalign-bench-upload");
  app.set_version_flag("--version",
                       std::string("brainalign-bench-upload ") + brainalign::Version());
  brainalign::Flags flags;
  bool json = false;
  app.add_option("--server", flags.server, "The program brainalignd")->capture_default_str();
  app.add_option("--bare-server", flags.bare_server, "The program brainalign_bare_server")
      ->capture_default_str();
  app.add_option("--mib", flags.mebibytes, "Size of an upload, MiB")
      ->check(CLI::Range(1, 65'536))
      ->capture_default_str();
  app.add_option("--rounds", flags.rounds, "The best of so many is told")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  app.add_option("--at-once", flags.uploads_at_once, "Uploads at once, for the memory")
      ->check(CLI::Range(1, 32))
      ->capture_default_str();
  app.add_flag("--json", json, "Also print it as JSON");
  CLI11_PARSE(app, argc, argv);

  std::string folder = (std::filesystem::temp_directory_path() / "brainalign-XXXXXX").string();
  if (mkdtemp(folder.data()) == nullptr) {
    std::cerr << "brainalign-bench-upload: cannot make a folder like " << folder << "\n";
    return 1;
  }
  nlohmann::json report;
  const absl::Status status = brainalign::Run(flags, folder, report);
  std::filesystem::remove_all(folder);
  if (!status.ok()) {
    std::cerr << "brainalign-bench-upload: " << std::string(status.message()) << "\n";
    return 1;
  }
  if (json) std::cout << report.dump(1) << "\n";
  return 0;
}
