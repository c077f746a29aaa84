#ifndef BRAINALIGN_SERVER_ROWS_DIGEST_H_
#define BRAINALIGN_SERVER_ROWS_DIGEST_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

struct evp_md_ctx_st;

namespace brainalign {

inline constexpr int kDigestDigits = 64;

// Whether `text` is 64 lower-case hexadecimal digits.
bool IsDigest(const std::string& text);
// A sentence for a digest that is none; shows only printable characters.
std::string DescribeBadDigest(const std::string& text);

// SHA-256 that grows with the bytes.
class Sha256 {
 public:
  Sha256();
  void Update(const void* data, std::size_t size_bytes);
  // The digest as 32 bytes. Nothing may be added afterwards.
  std::string Finish();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

// 32 bytes.
std::string Sha256Of(absl::string_view bytes);
// 64 lower-case hexadecimal digits.
std::string HexSha256Of(absl::string_view bytes);

// CRC-32C (Castagnoli), as in the protocol's chunks.
std::uint32_t Crc32c(const void* data, std::size_t size_bytes);

// 32 random hexadecimal digits, which cannot be guessed. INTERNAL if the system gives no random
// numbers.
absl::StatusOr<std::string> RandomId();

// `payload` with its SHA-256 behind it, and back: false if they do not agree.
std::string Seal(std::string payload);
bool Unseal(const std::string& sealed, std::string& payload);

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_ROWS_DIGEST_H_
