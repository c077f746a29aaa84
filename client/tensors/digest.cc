#include "client/tensors/digest.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>

#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"

namespace brainalign {
namespace {

// Large enough that progress costs nothing, small enough that it moves.
constexpr std::int64_t kPieceBytes = 8 << 20;

}  // namespace

absl::StatusOr<std::string> Sha256OfData(const Tensor& tensor,
                                         const std::function<void(std::int64_t)>& on_bytes,
                                         const std::stop_token& stop) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        EVP_MD_CTX_free);
  bool ok = context != nullptr && EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) == 1;
  for (std::int64_t begin = 0; ok && begin < tensor.size_bytes(); begin += kPieceBytes) {
    if (stop.stop_requested()) return absl::CancelledError("Stopped while hashing.");
    const std::int64_t size = std::min(kPieceBytes, tensor.size_bytes() - begin);
    ok =
        EVP_DigestUpdate(context.get(), tensor.data() + begin, static_cast<std::size_t>(size)) == 1;
    if (on_bytes) on_bytes(size);
  }
  if (absl::Status status = tensor.CheckReadable(); !status.ok()) return status;
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned int length = 0;
  ok = ok && EVP_DigestFinal_ex(context.get(), digest.data(), &length) == 1;
  if (!ok) return absl::InternalError("OpenSSL could not compute a SHA-256.");
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(digest.data()), length));
}

std::string Sha256OfBytes(const std::string& bytes) {
  std::string digest(EVP_MAX_MD_SIZE, '\0');
  unsigned int size = 0;
  auto* out = static_cast<unsigned char*>(static_cast<void*>(digest.data()));
  EVP_Digest(bytes.data(), bytes.size(), out, &size, EVP_sha256(), nullptr);
  return absl::BytesToHexString(absl::string_view(digest).substr(0, size));
}

}  // namespace brainalign
