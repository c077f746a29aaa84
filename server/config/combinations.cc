#include "server/config/combinations.h"

#include "absl/strings/str_cat.h"

namespace brainalign {

std::vector<std::string> FindImpossibleCombinations(const ServerOptions& options) {
  std::vector<std::string> problems;
  const bool has_tls = !options.tls_certificate.empty();
  if (has_tls != !options.tls_key.empty()) {
    problems.emplace_back("--tls-certificate and --tls-key are given together");
  }
  if (!options.tls_client_ca.empty() && !has_tls) {
    problems.emplace_back(
        "--tls-client-ca is for a server with TLS; give --tls-certificate and --tls-key, too");
  }
  if (options.plaintext_beyond_loopback && has_tls) {
    problems.emplace_back(
        "--plaintext-beyond-loopback is for a server without TLS; leave it or --tls-certificate "
        "out");
  }
  if (options.disk_hard_mark_bytes > options.disk_reserve_bytes) {
    problems.push_back(absl::StrCat("--disk-hard-mark is ", options.disk_hard_mark_bytes,
                                    " bytes and --disk-reserve, ", options.disk_reserve_bytes,
                                    ", is less: uploads would fill the disk until the server "
                                    "accepts no job; give a lower hard mark"));
  }
  if (options.memory_budget_bytes > 0 && options.brain_cache_bytes > options.memory_budget_bytes) {
    problems.push_back(absl::StrCat("--brain-cache is ", options.brain_cache_bytes,
                                    " bytes and --memory, ", options.memory_budget_bytes,
                                    ", is less: the cache of recordings would be larger than the "
                                    "memory of jobs; give a smaller cache"));
  }
  if (options.listen_port != 0 &&
      options.metrics_address == absl::StrCat(options.listen_host, ":", options.listen_port)) {
    problems.push_back(absl::StrCat("--metrics and --listen are both ", options.metrics_address,
                                    "; metrics need a port of their own"));
  }
  return problems;
}

}  // namespace brainalign
