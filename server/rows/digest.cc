#include "server/rows/digest.h"

#include <isa-l/crc.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "server/rows/status_details.h"

namespace brainalign {
namespace {

constexpr std::size_t kDigestBytes = 32;

}  // namespace

bool IsDigest(const std::string& text) {
  return text.size() == 2 * kDigestBytes && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

std::string DescribeBadDigest(const std::string& text) {
  return absl::StrCat("is '", absl::CHexEscape(text.substr(0, 80)),
                      "'; a digest is 64 lower-case hexadecimal digits");
}

void Sha256::Free::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr);
}

void Sha256::Update(const void* data, std::size_t size_bytes) {
  EVP_DigestUpdate(context_.get(), data, size_bytes);
}

std::string Sha256::Finish() {
  std::array<unsigned char, kDigestBytes> digest{};
  EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr);
  return std::string(digest.begin(), digest.end());
}

std::string Sha256Of(absl::string_view bytes) {
  Sha256 sha;
  sha.Update(bytes.data(), bytes.size());
  return sha.Finish();
}

std::string HexSha256Of(absl::string_view bytes) { return absl::BytesToHexString(Sha256Of(bytes)); }

std::uint32_t Crc32c(const void* data, std::size_t size_bytes) {
  // The library takes a pointer to non-const and an int, and writes nothing.
  auto* bytes = static_cast<unsigned char*>(const_cast<void*>(data));
  constexpr std::size_t kStep = std::size_t{1} << 30;
  std::uint32_t crc = 0xFFFFFFFFU;
  for (std::size_t done = 0; done < size_bytes; done += kStep) {
    crc = crc32_iscsi(bytes + done, static_cast<int>(std::min(kStep, size_bytes - done)), crc);
  }
  return crc ^ 0xFFFFFFFFU;
}

absl::StatusOr<std::string> RandomId() {
  std::array<unsigned char, 16> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
    return WithReason(
        absl::InternalError("the system gives no random numbers, which ids and tokens need"),
        "NO_RANDOM_NUMBERS");
  }
  return absl::BytesToHexString(absl::string_view(
      static_cast<const char*>(static_cast<const void*>(bytes.data())), bytes.size()));
}

std::string Seal(std::string payload) {
  payload += Sha256Of(payload);
  return payload;
}

bool Unseal(const std::string& sealed, std::string& payload) {
  if (sealed.size() < kDigestBytes) return false;
  const absl::string_view whole(sealed);
  const absl::string_view content = whole.substr(0, whole.size() - kDigestBytes);
  if (Sha256Of(content) != std::string(whole.substr(content.size()))) return false;
  payload.assign(content.data(), content.size());
  return true;
}

}  // namespace brainalign
