#include "client/tensors/digest.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/tensor/format/npy.h"
#include "core/tensor/mapped_faults.h"
#include "tests/core/tensor/scratch_folder.h"

namespace brainalign {
namespace {

// Two characters an element.
Tensor Text(const std::string& text) {
  const auto* begin = reinterpret_cast<const std::byte*>(text.data());
  const TensorSpec spec{.dtype = DType::kI16,
                        .shape = {static_cast<std::int64_t>(text.size() / 2)},
                        .order = Order::kC};
  return *Tensor::FromBytes(spec, std::vector<std::byte>(begin, begin + text.size()));
}

// Expected values: the examples of FIPS 180-2, appendix B, and of the empty message.
TEST(Sha256OfDataTest, KnownMessages) {
  EXPECT_EQ(*Sha256OfData(Text(""), nullptr, {}),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(
      *Sha256OfData(Text("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"), nullptr, {}),
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(*Sha256OfData(Text(std::string(1'000'000, 'a')), nullptr, {}),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256OfDataTest, TellsEveryByte) {
  std::int64_t told = 0;
  const Tensor tensor = Text(std::string(20 << 20, 'b'));
  ASSERT_TRUE(Sha256OfData(tensor, [&told](std::int64_t bytes) { told += bytes; }, {}).ok());
  EXPECT_EQ(told, 20 << 20);
}

TEST(Sha256OfDataTest, StopsWhenAsked) {
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(Sha256OfData(Text("ab"), nullptr, stop.get_token()).status().code(),
            absl::StatusCode::kCancelled);
}

TEST(Sha256OfDataTest, FileThatIsMadeShorterHasNone) {
  InstallMappedFaultHandler();
  const ScratchFolder folder;
  ASSERT_TRUE(WriteNpy(folder.Path("text.npy"), Text(std::string(20 << 20, 'b'))).ok());
  const Tensor tensor = *OpenNpy(folder.Path("text.npy"));
  const absl::StatusOr<std::string> digest = Sha256OfData(
      tensor, [&](std::int64_t) { std::filesystem::resize_file(folder.Path("text.npy"), 4096); },
      {});
  EXPECT_EQ(digest.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_NE(digest.status().message().find(folder.Path("text.npy")), std::string::npos);
}

}  // namespace
}  // namespace brainalign
